import { inspect } from 'node:util';
import { type DirectoryItem } from '../../src/item/directory-item';
import { type DirectoryListing, type ListingEntry, Unavailable } from '../../src/item/directory-listing';
import { type RememberedListing } from '../../src/memory/source-memory';
import { Stale } from '../../src/memory/stale';
import { type ListingOutcome } from '../../src/providers/provider';
import { gate, item } from '../chain/doubles';
import { failureOf, listing, listingOf, MemoryWorld, ScriptedProvider, secretOf } from './doubles';

const down = new Error('down');
const refusal = new Unavailable('AccessDeniedException: kms', 'allow kms:Decrypt');
let provider: ScriptedProvider;
let world: MemoryWorld;

beforeEach(() => {
  provider = new ScriptedProvider();
  world = new MemoryWorld(provider);
});

afterEach(() => {
  jest.useRealTimers();
  world.memory.abortReads();
});

/** Reads a directory well, and lets memory expire. */
async function readOnce(outcome: ListingOutcome = listing('/a', { x: 'good' })): Promise<void> {
  provider.answerListing = () => outcome;
  await world.list('/a');
  world.memory.reset();
}

async function listFailing(error: Error = down): Promise<RememberedListing> {
  provider.answerListing = () => Promise.reject(error);
  return world.list('/a');
}

function valueIn(outcome: RememberedListing | undefined): unknown {
  return outcome instanceof Stale ? (outcome.outcome.find('x') as DirectoryItem).value : outcome;
}

describe('a directory that was read before', () => {
  it.each<[string, () => ListingOutcome | Promise<ListingOutcome>, string, string | undefined]>([
    ['fails', () => Promise.reject(down), 'Error: down', undefined],
    [
      'fails at once',
      () => {
        throw down;
      },
      'Error: down',
      undefined,
    ],
    ['gives what is no listing', () => ({}) as ListingOutcome, 'TypeError: expected a DirectoryListing', undefined],
    ['is not permitted any more', () => refusal, refusal.reason, refusal.remedy],
    [
      'is read without credentials',
      () => new Unavailable('no credentials', 'log in', 'credentials'),
      'no credentials',
      'log in',
    ],
  ])(
    'is served as stale when it %s, with the reason, the time of the last success and the end',
    async (_, answer, reason, remedy) => {
      await readOnce();
      world.nowMs = 5000;
      provider.answerListing = answer;

      const given = (await world.list('/a')) as Stale<DirectoryListing>;

      expect(valueIn(given)).toBe('good');
      expect(given.details).toEqual({
        goodAtMs: 0,
        untilMs: 10_000,
        reason: expect.stringContaining(reason) as string,
        remedy,
      });
      expect(world.known('/a')).toBeUndefined();
      expect(await world.list('/a')).toBe(given);
      expect(world.memory.problems).toMatchObject([['/a', { state: 'stale', sinceMs: 5000 }]]);
    },
  );

  it('is given as it was when it does not answer within a minute', async () => {
    await readOnce();
    jest.useFakeTimers();
    provider.answerListing = () => new Promise(() => undefined);
    world.policy = { ...world.policy, staleIfErrorMs: 1e6 };
    const reading = world.list('/a');
    await jest.advanceTimersByTimeAsync(60_000);

    expect(await reading).toMatchObject({ details: { reason: 'Error: no answer within 60000 ms' } });
  });

  it('is kept through resets, and dropped by the first read after it is too old to be served', async () => {
    await readOnce(listing('/a', { x: 'hunter2' }));
    provider.answerListing = (path) => listing(path);
    const showsValue = (): boolean => inspect(reachable(world.memory), { depth: 12 }).includes('hunter2');
    world.nowMs = 9999;
    await world.list('/b');
    const kept = [showsValue(), valueIn(world.atHand('/a'))];
    world.memory.reset();
    world.nowMs = 10_000;
    await world.list('/b');

    expect(kept).toEqual([true, 'hunter2']);
    expect(showsValue()).toBe(false);
  });
});

describe('a setting that was read by name before', () => {
  it('that a listing had with its value, and leaves unread now, is given with that value', async () => {
    await readOnce(listingOf('/a', item('x', 'listed'), item('y', 'listed')));
    provider.answerListing = () => listingOf('/a', secretOf('x'), item('y', 'new'));
    provider.answerSecret = () => Promise.reject(down);
    await world.list('/a');

    expect(await world.secret('x')).toMatchObject({ outcome: { value: { value: 'listed' } } });
    expect(await failureOf(world.secret('y'))).toBe(down);
  });

  it('after such a listing is given as it was read later', async () => {
    await readOnce(listingOf('/a', item('x', 'listed')));
    provider.answerSecret = () => item('x', 'read later');
    await world.secret('x');
    world.memory.reset();
    provider.answerListing = () => listingOf('/a', secretOf('x'));
    provider.answerSecret = () => Promise.reject(down);
    await world.list('/a');

    expect(await world.secret('x')).toMatchObject({ outcome: { value: { value: 'read later' } } });
  });
});

describe('a listing in which names are refused', () => {
  const refused = (name: string): ListingEntry => ({ kind: 'refused', name, refusal });

  it('has the last good items in their places, and nothing else that is old', async () => {
    await readOnce(listingOf('/a', item('x', 'old x'), item('y', 'old y'), secretOf('z')));
    provider.answerListing = () =>
      listingOf('/a', item('w', 'new'), refused('x'), item('y', 'new y'), refused('z'), refused('never'));

    const given = (await world.list('/a')) as DirectoryListing;

    expect([...given.names]).toEqual(['w', 'x', 'y', 'z', 'never']);
    expect(given.find('x')).toMatchObject({ value: 'old x', stale: true, cacheable: false });
    expect(given.find('y')).toMatchObject({ value: 'new y', stale: false });
    expect([given.find('z'), given.find('never')]).toEqual([refused('z'), refused('never')]);
    expect(world.memory.problems).toMatchObject([['/a', { state: 'stale', remedy: refusal.remedy }]]);
    expect(valueIn(world.atHand('/a'))).not.toBe('old x');
  });
});

describe('asking again while a stale value is served', () => {
  describe('when the pause is over', () => {
    beforeEach(async () => {
      await readOnce();
      await listFailing();
      world.nowMs = 1000;
      jest.useFakeTimers();
    });

    it('delays callers by at most 250 ms, continues, and is not started twice', async () => {
      const answer = gate<ListingOutcome>();
      provider.answerListing = () => answer.promise;
      const calls = provider.asked.length;
      const [read] = world.start(['/a']);
      await jest.advanceTimersByTimeAsync(249);
      const waiting = world.start(['/a'])[0]?.outcome;
      await jest.advanceTimersByTimeAsync(1);

      expect(waiting).toBeUndefined();
      expect(valueIn(await read?.promise)).toBe('good');
      world.nowMs = 9000;
      expect(world.start(['/a'])[0]).toBe(read);
      expect(provider.asked).toHaveLength(calls + 1);
      answer.open(listing('/a', { x: 'new' }));
      await jest.advanceTimersByTimeAsync(0);
      expect((world.known('/a') as DirectoryListing).find('x')).toMatchObject({ value: 'new' });
    });

    it('is waited for when the stale value is too old by then', async () => {
      const answer = gate<ListingOutcome>();
      provider.answerListing = () => answer.promise;
      world.start(['/a']);
      await jest.advanceTimersByTimeAsync(250);
      world.nowMs = 10_000;

      const reading = world.list('/a');
      answer.open(listing('/a', { x: 'new' }));

      expect(((await reading) as DirectoryListing).find('x')).toMatchObject({ value: 'new' });
    });

    it('leaves the stale value that was served when it is aborted', () => {
      provider.answerListing = () => new Promise(() => undefined);
      world.start(['/a']);
      world.atHand('/a');

      world.memory.abortReads();

      expect(valueIn(world.start(['/a'])[0]?.outcome)).toBe('good');
    });
  });
});

describe('what is at hand when the time of a lookup is over', () => {
  it('is the stale value when the source is to be asked again', async () => {
    await readOnce();
    await listFailing();
    world.nowMs = 1000;

    expect(valueIn(world.atHand('/a'))).toBe('good');
    provider.answerListing = (path) => listing(path, { x: 'new' });
    expect(await world.list('/a')).toMatchObject({ size: 1 });
  });

  it('is a setting that was read by name, too', async () => {
    const nothing = world.memory.settingAtHand(secretOf('x'), world.policy);
    await world.secret('x');
    const known = world.memory.settingAtHand(secretOf('x'), world.policy);
    world.memory.reset();

    expect(nothing).toBe('unread');
    expect(known).toMatchObject({ value: 'value of x' });
    expect(world.memory.settingAtHand(secretOf('x'), world.policy)).toBeInstanceOf(Stale);
  });
});

/** Values of items and listings are hidden from `inspect`: gives those that an object holds. */
function reachable(root: unknown): readonly unknown[] {
  const seen = new Set<unknown>();
  const values: unknown[] = [];
  const visit = (each: unknown): void => {
    if (typeof each !== 'object' || each === null || seen.has(each)) return;
    seen.add(each);
    if (each instanceof Map) each.forEach((value, key) => [key, value].forEach(visit));
    else if (each instanceof Set) each.forEach(visit);
    else Object.values(each).forEach(visit);
    if ('values' in each && Array.isArray(each.values)) values.push(...(each.values as unknown[]));
  };
  visit(root);
  return values;
}
