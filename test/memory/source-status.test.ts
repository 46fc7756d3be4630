import { Directory } from '../../src/directory/directory';
import { Unavailable } from '../../src/item/directory-listing';
import { failureOf, listing, MemoryWorld, ScriptedProvider, secretOf } from './doubles';

const down = new Error('down');
const refusal = new Unavailable('denied', 'allow it');
const noCredentials = new Unavailable('none', 'log in', 'credentials');
const directory = new Directory({ path: '/a' });
let provider: ScriptedProvider;
let world: MemoryWorld;

beforeEach(() => {
  provider = new ScriptedProvider();
  world = new MemoryWorld(provider);
  world.policy = { ...world.policy, staleIfErrorMs: 0, failurePauseMs: 0 };
});

async function failAt(nowMs: number): Promise<void> {
  world.nowMs = nowMs;
  provider.answerListing = () => Promise.reject(down);
  await failureOf(world.list('/a'));
}

async function succeedAt(nowMs: number): Promise<void> {
  world.nowMs = nowMs;
  provider.answerListing = (path) => listing(path);
  await world.list('/a');
  world.memory.reset();
}

it('has the current problem with the time of the first failure in a row, until a read succeeds', async () => {
  await failAt(1);
  await failAt(5);
  const failing = world.memory.problems;
  provider.answerListing = () => refusal;
  await world.list('/a');
  const refused = world.memory.problems;
  world.memory.reset();
  await succeedAt(7);

  expect(failing).toEqual([['/a', { state: 'failing', sinceMs: 1, reason: 'Error: down' }]]);
  expect(refused).toEqual([['/a', { state: 'refused', sinceMs: 1, reason: 'denied', remedy: 'allow it' }]]);
  expect([world.memory.problems, world.memory.lastSuccessMs]).toEqual([[], 7]);
});

it('has the exact names of settings with a problem, and neither versions nor ids', async () => {
  provider.answerSecret = () => Promise.reject(down);
  provider.answerPrevious = () => Promise.reject(down);
  await failureOf(world.secret('x'));
  await failureOf(world.memory.readPreviousSecret(secretOf('x'), world.options()));
  const byId = { ...secretOf('x'), exactName: 'arn:aws:secret', directory: Directory.literal('/_id') };
  await failureOf(world.memory.readSecret(byId, world.options()));

  expect(world.memory.problems).toHaveLength(3);
  expect(world.memory.settingsWithProblems).toEqual(['/a/x']);
});

describe('lookups fail because of a source', () => {
  it('not any more when it is refused by now', async () => {
    await failAt(0);
    world.memory.markListingReported(directory);
    provider.answerListing = () => refusal;
    await world.list('/a');

    expect(world.memory.failsLookups).toBe(false);
  });
});

describe('a source is refused as a whole', () => {
  const refuse = async (path: string, by = refusal): Promise<void> => {
    provider.answerListing = () => by;
    await world.list(path);
  };

  it('when there are no credentials since it was last read', async () => {
    await succeedAt(0);
    await refuse('/a', noCredentials);
    const since = world.memory.isRefused;
    provider.answerListing = (path) => listing(path);
    await world.list('/b');

    expect([since, world.memory.isRefused]).toEqual([true, false]);
  });
});

it('remembers ten thousand things at most: the one asked for first is forgotten', async () => {
  provider.answerSecret = () => refusal;
  const names = Array.from({ length: 10_001 }, (_, index) => `k${index}`);
  await Promise.all(names.map((name) => world.secret(name)));

  expect(world.memory.problems).toHaveLength(10_000);
  expect([world.memory.knownSecret(secretOf('k0')), world.memory.knownSecret(secretOf('k1'))]).toEqual([
    'unread',
    refusal,
  ]);
});
