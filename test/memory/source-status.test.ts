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

it('begins with nothing', () => {
  const { requests, hits, lastSuccessMs, problems, failsLookups, isRefused } = world.memory;

  expect([requests, hits, lastSuccessMs, problems, failsLookups, isRefused]).toEqual([
    0,
    0,
    undefined,
    [],
    false,
    false,
  ]);
});

it('counts what was asked for, through resets', async () => {
  await succeedAt(1);
  await failAt(2);
  await world.secret('x');

  expect(world.memory.requests).toBe(3);
});

it('has what is wrong since the first time in a row, as it is now, until it is read well', async () => {
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
  it('once one was reported to have failed, until that is read well', async () => {
    const seen = [world.memory.failsLookups];
    await failAt(0);
    seen.push(world.memory.failsLookups);
    world.memory.markListingReported(directory);
    seen.push(world.memory.failsLookups);
    await succeedAt(1);
    seen.push(world.memory.failsLookups);
    await failAt(2);
    seen.push(world.memory.failsLookups);

    expect(seen).toEqual([false, false, true, false, false]);
  });

  it('by exact name, too', async () => {
    provider.answerSecret = () => Promise.reject(down);
    await failureOf(world.secret('x'));
    world.memory.markSettingReported(secretOf('x'));

    expect(world.memory.failsLookups).toBe(true);
  });

  it('not while it is refused, or stale, or was never asked', async () => {
    const seen: boolean[] = [];
    const mark = (): void => {
      world.memory.markListingReported(directory);
      seen.push(world.memory.failsLookups);
    };
    mark();
    provider.answerListing = () => refusal;
    await world.list('/a');
    mark();
    world.memory.reset();
    await succeedAt(1);
    world.policy = { ...world.policy, staleIfErrorMs: 1000 };
    provider.answerListing = () => Promise.reject(down);
    await world.list('/a');
    mark();

    expect(seen).toEqual([false, false, false]);
    expect(world.memory.problems).toMatchObject([['/a', { state: 'stale' }]]);
  });

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

  it('when something is not permitted, and nothing was read well', async () => {
    await refuse('/a');

    expect(world.memory.isRefused).toBe(true);
  });

  it('not when something else was read well when it was last asked for', async () => {
    await refuse('/a');
    provider.answerListing = (path) => listing(path);
    await world.list('/b');
    const readWell = world.memory.isRefused;
    provider.answerSecret = () => refusal;
    await world.secret('x');

    expect([readWell, world.memory.isRefused]).toEqual([false, false]);
  });

  it('when there are no credentials since it was last read', async () => {
    await succeedAt(0);
    await refuse('/a', noCredentials);
    const since = world.memory.isRefused;
    provider.answerListing = (path) => listing(path);
    await world.list('/b');

    expect([since, world.memory.isRefused]).toEqual([true, false]);
  });
});

it('records a listing that is late, as stale where it was good once', async () => {
  const late = new Error('no answer within lookupBudgetMs');
  world.memory.noteLateListing(directory, late, world.policy);
  const before = world.memory.problems;
  await succeedAt(1);
  world.policy = { ...world.policy, staleIfErrorMs: 1000 };
  world.memory.noteLateListing(directory, late, world.policy);

  expect([...before, ...world.memory.problems]).toMatchObject([
    ['/a', { state: 'failing', reason: late.message }],
    ['/a', { state: 'stale', reason: late.message }],
  ]);
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
