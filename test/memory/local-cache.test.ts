import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { Directory } from '../../src/directory/directory';
import { LocalCache, MemorySlot } from '../../src/memory/local-cache';
import { SourceMemory } from '../../src/memory/source-memory';
import { type Provider } from '../../src/providers/provider';
import { MemoryWorld, ScriptedProvider } from './doubles';

let cache: LocalCache;

beforeEach(() => {
  cache = new LocalCache();
});

/** Gives the memory of a provider that reads with certain clients. */
function memoryOf(provider: Provider, clients: object, variant = '', from = cache): SourceMemory {
  return from.memoryOf(provider, clients, variant, (each) => new SourceMemory(each));
}

/** Starts reading a directory that does not answer, in the memory of a provider. */
function startReading(provider: ScriptedProvider): SourceMemory {
  const world = new MemoryWorld(provider);
  provider.answerListing = () => new Promise(() => undefined);
  const memory = memoryOf(provider, world.session.clients);
  memory.list([new Directory({ path: '/a' })], world.options());
  return memory;
}

describe('the life of a LocalCache', () => {
  it('begins with the first use and ends after its time, to the millisecond', () => {
    const before = [cache.isFresh(1000), cache.isEmpty];
    cache.touch(1000, 500);
    cache.touch(1400, 500);

    expect(before).toEqual([false, true]);
    expect([cache.isFresh(1499), cache.isFresh(1500), cache.isEmpty]).toEqual([true, false, false]);
  });

  it('keeps its generation until it is over, and has another afterwards', () => {
    cache.touch(1000, 500);
    const { generation } = cache;

    cache.touch(1499, 500);
    const during = cache.generation;
    cache.touch(1500, 500);

    expect(during).toBe(generation);
    expect(cache.generation).not.toBe(generation);
    expect([cache.isFresh(1999), cache.isFresh(2000)]).toEqual([true, false]);
  });

  it('starts again with the first use after a reset', () => {
    cache.touch(1000, 500);

    cache.reset();
    const after = [cache.isFresh(1100), cache.isEmpty];
    cache.touch(1200, 500);

    expect(after).toEqual([false, true]);
    expect(cache.isFresh(1699)).toBe(true);
  });
});

describe('a reset', () => {
  it('forgets what every source has read, and keeps the memories of sources', async () => {
    const worlds = [new ScriptedProvider(), new ScriptedProvider()].map((each) => new MemoryWorld(each));
    for (const world of worlds) {
      world.memory = memoryOf(world.provider, world.session.clients);
      await world.list('/a');
    }

    cache.reset();

    expect(worlds.map((world) => world.known('/a'))).toEqual([undefined, undefined]);
    expect(worlds.map(({ provider, session }) => memoryOf(provider, session.clients))).toEqual(
      worlds.map(({ memory }) => memory),
    );
  });

  it('says how the cache table is read until the next reset or expiry', () => {
    const usual = { pastCache: false, newest: false, cachedSinceMs: 0 };
    const seen = [cache.cacheReadPolicy];
    cache.reset({ pastCache: true });
    seen.push(cache.cacheReadPolicy);
    cache.reset({ newest: true, cachedSinceMs: 5 });
    seen.push(cache.cacheReadPolicy);
    cache.touch(1000, 500);
    seen.push(cache.cacheReadPolicy);
    cache.touch(1500, 500);
    seen.push(cache.cacheReadPolicy);

    expect(seen).toEqual([
      usual,
      { ...usual, pastCache: true },
      { ...usual, newest: true, cachedSinceMs: 5 },
      { ...usual, newest: true, cachedSinceMs: 5 },
      usual,
    ]);
  });

  it('is made once for all that ask in the same turn, microtasks included, and again in a later one', async () => {
    const before = cache.generation;
    cache.resetOncePerTurn();
    const { generation } = cache;
    cache.resetOncePerTurn();
    await Promise.resolve().then(() => cache.resetOncePerTurn());
    const sameTurn = cache.generation;
    await setImmediate();
    cache.resetOncePerTurn();

    expect(generation).not.toBe(before);
    expect(sameTurn).toBe(generation);
    expect(cache.generation).not.toBe(generation);
  });

  it('in one memory leaves others alone', () => {
    const other = new LocalCache();
    const { generation } = other;

    cache.resetOncePerTurn();

    expect(other.generation).toBe(generation);
  });

  it('calls listeners, as each expiry does, until they end that; what they throw is dropped', () => {
    const heard: object[] = [];
    cache.onReset(() => {
      throw new Error('listener');
    });
    const stop = cache.onReset(() => heard.push(cache.generation));
    cache.touch(1000, 500);
    const before = heard.length;

    cache.reset();
    cache.touch(2000, 500);
    cache.touch(2500, 500);
    const current = cache.generation;
    stop();
    cache.reset();

    expect(before).toBe(0);
    expect(heard).toHaveLength(2);
    expect(heard[1]).toBe(current);
  });
});

describe('the memory of a source', () => {
  it('is one for each provider, clients and variant, in each LocalCache', () => {
    const [provider, other, clients] = [new ScriptedProvider(), new ScriptedProvider(), {}];

    const memory = memoryOf(provider, clients);

    expect(memory).toBeInstanceOf(SourceMemory);
    expect([memoryOf(provider, clients), memoryOf(provider, clients, '')]).toEqual([memory, memory]);
    expect(memoryOf(other, clients)).not.toBe(memory);
    expect(memoryOf(provider, {})).not.toBe(memory);
    expect(memoryOf(provider, clients, 'table')).not.toBe(memory);
    expect(memoryOf(provider, clients, '', new LocalCache())).not.toBe(memory);
  });

  it('says since when sources have been read: the earliest of all', async () => {
    const [early, late] = [new ScriptedProvider(), new ScriptedProvider()].map((each) => new MemoryWorld(each));
    const before = cache.readSince;
    for (const [world, nowMs] of [[late, 9] as const, [early, 5] as const]) {
      if (world === undefined) continue;
      world.memory = memoryOf(world.provider, world.session.clients);
      world.nowMs = nowMs;
      await world.list('/a');
    }
    const since = cache.readSince;
    cache.reset();

    expect([before, since, cache.readSince]).toEqual([undefined, expect.objectContaining({ atMs: 5 }), undefined]);
  });
});

describe('aborting reads', () => {
  it('aborts and forgets what is being read of every provider, be it since before a reset', () => {
    const providers = [new ScriptedProvider(), new ScriptedProvider()];
    startReading(providers[0] as ScriptedProvider);
    cache.reset();
    const memory = startReading(providers[1] as ScriptedProvider);

    cache.abortReads();

    expect(providers.flatMap(({ signals }) => signals.map(({ aborted }) => aborted))).toEqual([true, true]);
    expect(memory.isReading).toBe(false);
  });

  it('is due with the end of the last use of memory', () => {
    const [endFirst, endSecond] = [cache.startUse(), cache.startUse()];

    expect([endFirst(), endSecond()]).toEqual([false, true]);
  });
});

describe('a slot', () => {
  it.each([
    [false, 'is empty again after a reset'],
    [true, 'outlives a reset'],
  ])('(outlivesReset %s) is filled once in each memory, and %s', (outlivesReset) => {
    const slot = new MemorySlot<object>({ outlivesReset, make: () => ({}) });

    const made = cache.slot(slot);
    const again = cache.slot(slot);
    const elsewhere = new LocalCache().slot(slot);
    cache.reset();

    expect(again).toBe(made);
    expect(elsewhere).not.toBe(made);
    expect(cache.slot(slot) === made).toBe(outlivesReset);
  });

  it('is another one than all others', () => {
    const [one, other] = [1, 2].map((n) => new MemorySlot({ outlivesReset: true, make: () => [n] }));

    expect([one, other].map((each) => each && cache.slot(each))).toEqual([[1], [2]]);
  });
});

describe('a check for changes', () => {
  it('that is due lets no answer be given before it was made', async () => {
    const made: number[] = [];
    const check = {
      dueMs: 1200,
      checkIfDue: (nowMs: number): Promise<void> => {
        made.push(nowMs);
        check.dueMs = nowMs + 200;
        cache.addChangeCheck(check);
        return Promise.resolve();
      },
    };
    cache.touch(1000, 500);
    cache.addChangeCheck(check);
    const due = [1199, 1200].map((at) => [cache.isFresh(at), cache.isChangeCheckDue(at)]);
    await cache.checkForChanges(1200);
    const next = [1399, 1400].map((at) => cache.isFresh(at));
    cache.removeChangeCheck(check);

    expect(due).toEqual([
      [true, false],
      [false, true],
    ]);
    expect([made, next]).toEqual([[1200], [true, false]]);
    expect([cache.isFresh(1499), cache.isChangeCheckDue(1499)]).toEqual([true, false]);
  });

  it('outlives a reset', () => {
    cache.addChangeCheck({ dueMs: 5, checkIfDue: () => Promise.resolve() });
    cache.reset();

    expect(cache.isChangeCheckDue(5)).toBe(true);
  });
});

describe('a warning', () => {
  it('is new once, also after a reset, until its reason is gone', () => {
    const news = [cache.isNewWarning('a'), cache.isNewWarning('b'), cache.isNewWarning('a')];
    cache.reset();
    news.push(cache.isNewWarning('a'), cache.forgetWarning('a'), cache.forgetWarning('a'), cache.isNewWarning('a'));

    expect(news).toEqual([true, true, false, false, true, false, true]);
    expect(new LocalCache().isNewWarning('a')).toBe(true);
  });
});

describe('an inspected LocalCache', () => {
  it('says until when it is good', () => {
    const empty = inspect(cache);
    cache.touch(1_700_000_000_000, 1000);

    expect([empty, inspect(cache)]).toEqual(['LocalCache(empty)', 'LocalCache(until 2023-11-14T22:13:21.000Z)']);
  });

  it.each([true, false])(
    'does not show its content when it is spread or iterated (slot that outlives a reset: %s)',
    (outlivesReset) => {
      cache.slot(new MemorySlot({ outlivesReset, make: () => ({ secret: 'hunter2' }) }));
      const options = { depth: 10, showHidden: true, customInspect: false };

      const shown = [inspect(cache, options), inspect([{ ...cache }, Object.entries(cache)], options)].join();

      expect(shown).not.toContain('hunter2');
    },
  );
});
