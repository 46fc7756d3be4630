import { inspect } from 'node:util';
import { Context } from '../../src/di/context';
import { state } from '../../src/di/state';
import { Directory } from '../../src/directory/directory';
import { type DirectoryListing } from '../../src/item/directory-listing';
import { LocalCache } from '../../src/memory/local-cache';
import { type ListingOutcome, Provider } from '../../src/providers/provider';
import { ProviderMemory } from '../../src/memory/provider-memory';
import { readSession } from '../contract/read-session';

const directory = new Directory({ path: '/orders/prod' });

/** Answers each reading when it is told to. */
class SlowProvider extends Provider {
  override readonly name = 'slow';
  readonly answers: ((values: Record<string, string>) => void)[] = [];
  readonly signals: AbortSignal[] = [];

  override readDirectory(asked: Directory, { signal }: { signal: AbortSignal }): Promise<ListingOutcome> {
    this.signals.push(signal);
    return new Promise((resolve) => this.answers.push((values) => resolve(this.listing(asked, values))));
  }
}

describe('the life of a LocalCache', () => {
  it('begins with the first use and ends after its time, to the millisecond', () => {
    const cache = new LocalCache();
    expect(cache.isFresh(1000)).toBe(false);

    cache.touch(1000, 500);
    cache.touch(1400, 500);

    expect(cache.isFresh(1499)).toBe(true);
    expect(cache.isFresh(1500)).toBe(false);
  });

  it('keeps its generation until it is over, and has another afterwards', () => {
    const cache = new LocalCache();
    cache.touch(1000, 500);
    const { generation } = cache;

    cache.touch(1499, 500);
    const during = cache.generation;
    cache.touch(1500, 500);

    expect(during).toBe(generation);
    expect(cache.generation).not.toBe(generation);
    expect(cache.isFresh(1999)).toBe(true);
    expect(cache.isFresh(2000)).toBe(false);
  });

  it('tells who listens of each reset and each expiry, until they have heard enough', () => {
    const cache = new LocalCache();
    const heard: object[] = [];
    const stop = cache.onReset(() => heard.push(cache.generation));
    cache.touch(1000, 500);
    expect(heard).toEqual([]);

    cache.reset();
    cache.touch(2000, 500);
    cache.touch(2500, 500);
    const current = cache.generation;
    stop();
    cache.reset();

    expect(heard).toHaveLength(2);
    expect(heard[1]).toBe(current);
  });

  it('begins anew with the first use after a reset', () => {
    const cache = new LocalCache();
    cache.touch(1000, 500);

    cache.reset();
    expect(cache.isFresh(1100)).toBe(false);
    cache.touch(1200, 500);

    expect(cache.isFresh(1699)).toBe(true);
  });
});

describe('reset', () => {
  it('forgets everything and says so to what depends on it', () => {
    const cache = new LocalCache();
    const [provider, clients] = [{}, {}];
    const memory = cache.memoryOf(provider, clients);
    const { generation } = cache;
    const before = state.mutations;

    cache.reset();

    expect(cache.memoryOf(provider, clients)).not.toBe(memory);
    expect(cache.generation).not.toBe(generation);
    expect(state.mutations).toBeGreaterThan(before);
  });

  it('passes over the cache table until the next reset or expiry, where that is asked for', () => {
    const cache = new LocalCache();
    expect(cache.skipsCache).toBe(false);

    cache.reset({ pastCache: true });
    expect(cache.skipsCache).toBe(true);
    cache.reset();
    expect(cache.skipsCache).toBe(false);

    cache.reset({ pastCache: true });
    cache.touch(1000, 500);
    expect(cache.skipsCache).toBe(true);
    cache.touch(1500, 500);
    expect(cache.skipsCache).toBe(false);
  });

  it('lets a read that was under way fill nothing', async () => {
    const cache = new LocalCache();
    const provider = new SlowProvider();
    const session = readSession();
    const memory = (): ProviderMemory => cache.memoryOf(provider, session.clients);
    const [old] = memory().list(provider, [directory], session);

    cache.reset();
    const [fresh] = memory().list(provider, [directory], session);
    provider.answers[1]?.({ value: 'new' });
    provider.answers[0]?.({ value: 'old' });

    expect(((await old?.promise) as DirectoryListing).find('value')).toMatchObject({ value: 'old' });
    expect(((await fresh?.promise) as DirectoryListing).find('value')).toMatchObject({ value: 'new' });
    expect((memory().knownListing(directory) as DirectoryListing).find('value')).toMatchObject({ value: 'new' });
  });
});

describe('memoryOf', () => {
  it('is one for each pair of provider and clients', () => {
    const cache = new LocalCache();
    const [provider, otherProvider, clients, otherClients] = [{}, {}, {}, {}];

    const memory = cache.memoryOf(provider, clients);

    expect(memory).toBeInstanceOf(ProviderMemory);
    expect(cache.memoryOf(provider, clients)).toBe(memory);
    expect(cache.memoryOf(otherProvider, clients)).not.toBe(memory);
    expect(cache.memoryOf(provider, otherClients)).not.toBe(memory);
    expect(new LocalCache().memoryOf(provider, clients)).not.toBe(memory);
  });
});

describe('recall', () => {
  it('makes what is not there, once for each pair, and again after a reset', () => {
    const cache = new LocalCache();
    const [first, second] = [{}, {}];
    const make = jest.fn(() => ({}));

    const made = cache.recall(first, second, make);

    expect(cache.recall(first, second, make)).toBe(made);
    expect(cache.recall(second, first, make)).not.toBe(made);
    expect(make).toHaveBeenCalledTimes(2);
    cache.reset();
    expect(cache.recall(first, second, make)).not.toBe(made);
  });
});

describe('abortUnfinished', () => {
  it('aborts and forgets what is being read, by every provider', () => {
    const cache = new LocalCache();
    const providers = [new SlowProvider(), new SlowProvider()];
    const session = readSession();
    for (const each of providers) cache.memoryOf(each, session.clients).list(each, [directory], session);

    cache.abortUnfinished();

    expect(providers.flatMap(({ signals }) => signals.map(({ aborted }) => aborted))).toEqual([true, true]);
    for (const each of providers) cache.memoryOf(each, session.clients).list(each, [directory], session);
    expect(providers.map(({ answers }) => answers.length)).toEqual([2, 2]);
    cache.abortUnfinished();
  });
});

describe('isNewWarning', () => {
  it('is so once for each key, also after a reset', () => {
    const cache = new LocalCache();

    const answers = [cache.isNewWarning('a'), cache.isNewWarning('b'), cache.isNewWarning('a')];
    cache.reset();

    expect(answers).toEqual([true, true, false]);
    expect(cache.isNewWarning('a')).toBe(false);
    expect(new LocalCache().isNewWarning('a')).toBe(true);
  });
});

describe('a LocalCache in a child context', () => {
  it('starts empty and leaves the outer one alone', () => {
    const outer = new LocalCache();
    const parent = Context.createRoot([outer]);
    outer.touch(1000, 500);
    const { generation } = outer;

    const inner = parent.child([new LocalCache()]).resolve(LocalCache);
    const empty = inner.isFresh(1100);
    inner.reset();

    expect(empty).toBe(false);
    expect(parent.resolve(LocalCache)).toBe(outer);
    expect([outer.generation, outer.isFresh(1100)]).toEqual([generation, true]);
  });
});

describe('an inspected LocalCache', () => {
  it('says until when it is good', () => {
    const cache = new LocalCache();
    expect(inspect(cache)).toBe('LocalCache(empty)');

    cache.touch(1_700_000_000_000, 1000);

    expect(inspect(cache)).toBe('LocalCache(until 2023-11-14T22:13:21.000Z)');
  });
});

describe('what outlives a reset', () => {
  it('is the history of a provider and its clients, of no other', () => {
    const cache = new LocalCache();
    const [provider, clients] = [{}, {}];
    const history = cache.historyOf(provider, clients);

    cache.reset();

    expect(cache.historyOf(provider, clients)).toBe(history);
    expect(cache.historyOf({}, clients)).not.toBe(history);
    expect(cache.historyOf(provider, {})).not.toBe(history);
    expect(new LocalCache().historyOf(provider, clients)).not.toBe(history);
  });

  it('is which warnings were given, until they are forgotten', () => {
    const cache = new LocalCache();
    const news = [cache.isNewWarning('a')];
    cache.reset();
    news.push(cache.isNewWarning('a'));
    cache.forgetWarning('a');
    news.push(cache.isNewWarning('a'));

    expect(news).toEqual([true, false, true]);
  });

  it('shows nothing of what it remembers to who spreads it', () => {
    const cache = new LocalCache();
    cache.recall(cache, cache, () => ({ secret: 'hunter2' }));

    expect(inspect([{ ...cache }, Object.entries(cache)], { depth: 10, showHidden: true })).not.toContain('hunter2');
  });
});
