import {
  ChainRefresh,
  type LeaseTable,
  finishLease,
  readOutcome,
  leaseStep,
  readLease,
  pollPause,
  acquireLease,
} from '../../src/cache/lease';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { TestClock } from './doubles';
import { clientOptions } from './fleet-process';
import { MemoryDynamo } from './memory-dynamo';
import { cacheKey, startSeconds, table } from './rows';

describe('leaseStep', () => {
  test.each([
    ['waits while the lease is held', { state: 'held' as const, untilMs: 1001 }, 'wait'],
    ['waits to its very end', { state: 'held' as const, untilMs: 1000 }, 'wait'],
    ['tries again when it has ended', { state: 'held' as const, untilMs: 999 }, 'try again'],
    ['reads the rows when the holder is done', { state: 'done' as const, untilMs: 1001 }, 'read rows'],
    ['tries again when it was done long ago', { state: 'done' as const, untilMs: 999 }, 'try again'],
    ['tries again when the row is gone', undefined, 'try again'],
  ])('%s', (_, row, expected) => {
    expect(leaseStep(row, 1000)).toBe(expected);
  });
});

describe('pollPause', () => {
  test('grows, up to a bound', () => {
    const pauses = [0, 1, 2, 3, 10, 20].map((poll) => pollPause(poll, 1));

    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses[5]).toBe(pauses[4]);
    expect(pauses[1]).toBeGreaterThan(pauses[0] ?? 0);
    expect(pauses[5]).toBeLessThan(1000);
  });

  test('is half as long with the smallest random number', () => {
    expect(pollPause(3, 0)).toBe(pollPause(3, 1) / 2);
  });
});

describe('the row of a lease', () => {
  let dynamo: MemoryDynamo;
  let clock: TestClock;

  beforeEach(() => {
    dynamo = new MemoryDynamo();
    clock = new TestClock();
  });

  function target(client: DynamoDBClient = dynamo.client) {
    return { client, table, key: cacheKey(), nowMs: () => clock.nowMs() };
  }

  function aborted(): Error {
    return Object.assign(new Error('Request aborted'), { name: 'AbortError' });
  }

  describe('acquireLease', () => {
    test('acquires a lease that no process has, for 2 seconds', async () => {
      expect(await acquireLease(target(), 'me').inTime).toBe('acquired');

      expect(await readLease(target())).toMatchObject({
        kind: 'lease',
        nameKey: cacheKey().leaseKey,
        directory: '/_nonExistent',
        owner: 'me',
        state: 'held',
        untilMs: clock.nowMs() + 2000,
        ttl: startSeconds + 2,
      });
    });

    test('does not acquire one that another process has, before it ends', async () => {
      await acquireLease(target(), 'other').inTime;
      clock.advance(2);

      expect(await acquireLease(target(), 'me').inTime).toBe('held');

      clock.advance(0.001);
      expect(await acquireLease(target(), 'me').inTime).toBe('acquired');
    });

    test.each([
      ['holds it when the attempt did work', 'me', 1000, 'acquired'],
      ['waits when another process has it', 'other', 1000, 'held'],
      ['goes without when it has ended', 'other', -1, 'unavailable'],
    ])('reads the lease after a slow attempt: %s', async (_, owner, leftMs, expected) => {
      await acquireLease(target(), owner).inTime;
      clock.advance(2 - leftMs / 1000);
      const client = new DynamoDBClient(clientOptions('http://127.0.0.1:1'));
      const mocked = mockClient(client);
      mocked.on(PutItemCommand).rejects(aborted());
      mocked.on(GetItemCommand).resolves({ Item: { ...dynamo.rows[0] } });

      expect(await acquireLease(target(client), 'me').inTime).toBe('late');
      expect(await readOutcome(target(client), 'me')).toBe(expected);
    });

    test('proceeds without a lease when it cannot be read after a slow attempt', async () => {
      const client = new DynamoDBClient(clientOptions('http://127.0.0.1:1'));
      const mocked = mockClient(client);
      mocked.on(PutItemCommand).rejects(aborted());
      mocked.on(GetItemCommand).resolvesOnce({}).rejects(aborted());

      expect(await readOutcome(target(client), 'me')).toBe('unavailable');
      expect(await readOutcome(target(client), 'me')).toBe('unavailable');
    });
  });

  describe('readLease', () => {
    test('gives undefined where there is no lease, or an invalid row', async () => {
      expect(await readLease(target())).toBeUndefined();

      await dynamo.plant({ app_key: { S: '/orders/prod' }, name_key: { S: cacheKey().leaseKey } });
      expect(await readLease(target())).toBeUndefined();
    });
  });

  describe('finishLease', () => {
    test('marks the lease as done, for a minute', async () => {
      await acquireLease(target(), 'me').inTime;

      await finishLease(target(), 'me');

      expect(await readLease(target())).toMatchObject({ state: 'done', untilMs: clock.nowMs() + 60_000 });
      expect(await acquireLease(target(), 'other').inTime).toBe('held');
    });

    test('leaves alone a lease that another process has acquired meanwhile', async () => {
      await acquireLease(target(), 'me').inTime;
      clock.advance(3);
      await acquireLease(target(), 'other').inTime;

      await finishLease(target(), 'me');

      expect(await readLease(target())).toMatchObject({ owner: 'other', state: 'held' });
    });

    test('never rejects', async () => {
      const client = new DynamoDBClient(clientOptions('http://127.0.0.1:1'));
      mockClient(client).on(PutItemCommand).rejects(new Error('no'));

      await expect(finishLease(target(client), 'me')).resolves.toBeUndefined();
    });
  });
});

describe('a process that refreshes a chain', () => {
  let dynamo: MemoryDynamo;
  let clock: TestClock;
  let sleeps: number[];
  /** What happens in the table while the waiter sleeps. */
  let meanwhile: () => Promise<unknown>;

  beforeEach(() => {
    dynamo = new MemoryDynamo();
    clock = new TestClock();
    sleeps = [];
    meanwhile = () => Promise.resolve();
  });

  function target() {
    // However busy the machine is, no attempt takes too long unless a test says so.
    const after = () => () => undefined;
    return { client: dynamo.client, table, key: cacheKey(), nowMs: () => clock.nowMs(), after };
  }

  /** Makes the part of a process in refreshing a chain that has rows after a wait. */
  function refreshOf(at: LeaseTable = target(), flush: () => Promise<void> = () => Promise.resolve()): ChainRefresh {
    return new ChainRefresh(() => Promise.resolve(at), { flush, reload: () => Promise.resolve(true) });
  }

  /** Waits without time passing anywhere but on the clock. */
  function waiting(seconds = 10) {
    const sleep = async (ms: number): Promise<void> => {
      sleeps.push(ms);
      clock.advance(ms / 1000);
      await meanwhile();
    };
    const endMs = clock.nowMs() + seconds * 1000;
    return { random: () => 0.5, sleep, leftMs: () => endMs - clock.nowMs() };
  }

  function slept(): number {
    return sleeps.reduce((sum, each) => sum + each, 0);
  }

  describe('acquiring a lease, or waiting for it', () => {
    test('makes the only process the holder, at once', async () => {
      expect(await refreshOf().acquireOrWait(waiting())).toBe('holder');

      expect(sleeps).toEqual([]);
    });

    test('takes over when the row of the lease is gone', async () => {
      await acquireLease(target(), 'other').inTime;
      const send = (command: never): Promise<unknown> => dynamo.send(command);
      const refresh = refreshOf({ ...target(), client: { send } as never });
      meanwhile = () => {
        dynamo = new MemoryDynamo();
        return Promise.resolve();
      };

      expect(await refresh.acquireOrWait(waiting())).toBe('holder');

      expect(sleeps).toHaveLength(1);
    });

    test('proceeds alone, after a random pause, when others were faster three times', async () => {
      let others = 0;
      const send = async (command: { readonly constructor: { readonly name: string } }): Promise<unknown> => {
        if (command.constructor.name === 'PutItemCommand')
          await acquireLease(target(), `other ${(others += 1)}`).inTime;
        return dynamo.send(command as never);
      };
      const refresh = refreshOf({ ...target(), client: { send } as never });

      expect(await refresh.acquireOrWait(waiting(60))).toBe('alone');

      expect(others).toBe(3);
      expect(sleeps.at(-1)).toBe(500);
    });

    test('does not wait with a clock that does not advance', async () => {
      await acquireLease(target(), 'other').inTime;
      const standing = waiting(1);
      const sleep = (ms: number): Promise<void> => {
        sleeps.push(ms);
        return Promise.resolve();
      };

      expect(await refreshOf().acquireOrWait({ ...standing, sleep })).toBe('alone');
    });

    /** A table that takes longer to answer a put than the attempt may take; it is done some time later, if ever. */
    function slowTable(delayMs: number) {
      const late: { readonly atMs: number; readonly put: () => Promise<unknown> }[] = [];
      const send = async (command: { readonly constructor: { readonly name: string } }): Promise<unknown> => {
        while ((late[0]?.atMs ?? Number.POSITIVE_INFINITY) <= clock.nowMs())
          await late
            .shift()
            ?.put()
            .catch(() => undefined);
        if (command.constructor.name !== 'PutItemCommand') return dynamo.send(command as never);
        late.push({ atMs: clock.nowMs() + delayMs, put: () => dynamo.send(command as never) });
        throw Object.assign(new Error('Request aborted'), { name: 'AbortError' });
      };
      return { ...target(), client: { send } as never };
    }

    test.each([
      ['within half a second', 400, [500]],
      ['later', 900, [500, 500]],
    ])('holds it when a slow attempt has succeeded %s', async (_, delayMs, expected) => {
      expect(await refreshOf(slowTable(delayMs)).acquireOrWait(waiting())).toBe('holder');

      expect(sleeps).toEqual(expected);
    });

    test('waits for another process whose attempt was slow as well', async () => {
      const slow = slowTable(400);
      const outcomes: string[] = [];
      for (const random of [0.2, 0.8]) {
        const refresh = refreshOf(slow);
        outcomes.push(await refresh.acquireOrWait({ ...waiting(1.2), random: () => random }));
      }

      expect(outcomes).toEqual(['holder', 'alone']);
      expect(sleeps.length).toBeGreaterThan(3);
    });

    test.each([0, 0.3, 0.999])('proceeds alone after a random pause when slow attempts have failed', async (chance) => {
      const refresh = refreshOf(slowTable(60_000));

      expect(await refresh.acquireOrWait({ ...waiting(), random: () => chance })).toBe('alone');

      expect(sleeps).toEqual([500, chance * 1000]);
    });

    test('waits for slow attempts within its time', async () => {
      const refresh = refreshOf(slowTable(60_000));

      expect(await refresh.acquireOrWait(waiting(0.6))).toBe('alone');

      expect(slept()).toBeCloseTo(600);
    });

    test('lets one of 60 processes read the sources when every put takes longer than an attempt may', async () => {
      const timers: { readonly atMs: number; readonly fire: () => void }[] = [];
      const begunMs = clock.nowMs();
      const after = (ms: number, fire: () => void) => {
        timers.push({ atMs: clock.nowMs() + ms, fire });
        return () => undefined;
      };
      const sleep = (ms: number) => new Promise<void>((resolve) => void after(ms, resolve));
      const leftMs = (): number => begunMs + 10_000 - clock.nowMs();
      const send = async (command: { readonly constructor: { readonly name: string } }): Promise<unknown> => {
        await sleep(command.constructor.name === 'PutItemCommand' ? 600 : 20);
        return dynamo.send(command as never);
      };
      const slow = { ...target(), client: { send } as never, after };
      const outcomes: string[] = [];
      const fleet = Array.from({ length: 60 }, async (_, index) => {
        const refresh = refreshOf(slow);
        const outcome = await refresh.acquireOrWait({ random: () => index / 60, sleep, leftMs });
        outcomes.push(outcome);
        if (outcome === 'holder') await refresh.hold().release();
      });
      const all = Promise.all(fleet);
      while (outcomes.length < 60) {
        for (let turns = 0; turns < 10; turns += 1) await new Promise((resolve) => setImmediate(resolve));
        const [next] = timers.sort((a, b) => a.atMs - b.atMs).splice(0, 1);
        if (next === undefined) continue;
        clock.advance(Math.max(0, next.atMs - clock.nowMs()) / 1000);
        next.fire();
      }
      await all;

      expect(outcomes.filter((each) => each === 'holder')).toHaveLength(1);
      expect(outcomes.filter((each) => each === 'read rows')).toHaveLength(59);
      expect(clock.nowMs() - begunMs).toBeLessThan(3000);
    });

    test('proceeds alone when other processes have acquired the lease twice', async () => {
      await acquireLease(target(), 'first').inTime;
      let owners = 0;
      meanwhile = async () => {
        clock.advance(2.1);
        await acquireLease(target(), `next ${(owners += 1)}`).inTime;
      };

      const refresh = refreshOf();
      expect(await refresh.acquireOrWait(waiting(60))).toBe('alone');

      expect(sleeps.length).toBeLessThan(10);
    });

    test.each([
      ['after a random pause when it has waited', 600, [500]],
      ['at once when the lease was done from the beginning', 0, []],
    ])('proceeds without rows %s', async (_, doneAfterMs, expected) => {
      await acquireLease(target(), 'other').inTime;
      meanwhile = async () => {
        if (slept() > doneAfterMs) await finishLease(target(), 'other');
      };
      if (doneAfterMs === 0) await finishLease(target(), 'other');
      let polls = 0;
      const reload = (): Promise<boolean> => {
        polls = sleeps.length;
        return Promise.resolve(false);
      };
      const refresh = new ChainRefresh(() => Promise.resolve(target()), { flush: () => Promise.resolve(), reload });

      expect(await refresh.acquireOrWait(waiting())).toBe('read rows');

      expect(sleeps.slice(polls)).toEqual(expected);
    });

    test('proceeds alone when there is no client', async () => {
      const connect = (): Promise<LeaseTable> => Promise.reject(new Error('no client'));
      const refresh = new ChainRefresh(connect, { flush: jest.fn(), reload: jest.fn() });

      expect(await refresh.acquireOrWait(waiting())).toBe('alone');
      expect(await refresh.tryEarly()).toBeUndefined();
    });
  });

  describe('holding a lease', () => {
    test('ends it when the last lookup of the process is done, once what was found is written', async () => {
      const written: string[] = [];
      const refresh = refreshOf(target(), async () => {
        written.push((await readLease(target()))?.state ?? 'gone');
      });
      await refresh.acquireOrWait(waiting());
      const [first, second] = [refresh.hold(), refresh.hold()];

      await first.release();
      await first.release();
      expect(await readLease(target())).toMatchObject({ state: 'held' });
      await second.release();

      expect(written).toEqual(['held']);
      expect(await readLease(target())).toMatchObject({ state: 'done' });
    });

    test('has nothing left to share after its end', async () => {
      const refresh = refreshOf();
      await refresh.acquireOrWait(waiting());
      await refresh.hold().release();
      clock.advance(61);
      await acquireLease(target(), 'other').inTime;

      await refresh.hold().release();

      expect(await readLease(target())).toMatchObject({ owner: 'other', state: 'held' });
    });
  });
});
