import { ChainLease } from '../../src/cache/chain-lease';
import { finishLease, lookAtLease, takeLease } from '../../src/cache/lease-store';
import { TestClock } from './doubles';
import { MemoryDynamo } from './memory-dynamo';
import { cacheKey, table } from './rows';

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

function leaseOf(beforeDone: () => Promise<void> = () => Promise.resolve()): ChainLease {
  return new ChainLease(target(), beforeDone);
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

describe('standing for a lease', () => {
  test('makes the only one that stands the holder, at once', async () => {
    expect(await leaseOf().stand(waiting())).toBe('holder');

    expect(sleeps).toEqual([]);
  });

  test('waits for a holder until it is done', async () => {
    await takeLease(target(), 'other').inTime;
    meanwhile = async () => {
      if (slept() > 500) await finishLease(target(), 'other');
    };

    expect(await leaseOf().stand(waiting())).toBe('read rows');

    expect(slept()).toBeLessThan(1500);
  });

  test('takes over from a holder that died, after one lease', async () => {
    await takeLease(target(), 'dead').inTime;

    expect(await leaseOf().stand(waiting())).toBe('holder');

    expect(slept()).toBeGreaterThanOrEqual(2000);
    expect(slept()).toBeLessThan(3000);
    expect(await lookAtLease(target())).not.toMatchObject({ owner: 'dead' });
  });

  test('takes over when the row of the lease is gone', async () => {
    await takeLease(target(), 'other').inTime;
    const send = (command: never): Promise<unknown> => dynamo.send(command);
    const lease = new ChainLease({ ...target(), client: { send } as never }, () => Promise.resolve());
    meanwhile = () => {
      dynamo = new MemoryDynamo();
      return Promise.resolve();
    };

    expect(await lease.stand(waiting())).toBe('holder');

    expect(sleeps).toHaveLength(1);
  });

  test('goes on alone, at a moment of its own, after others were faster three times', async () => {
    let others = 0;
    const send = async (command: { readonly constructor: { readonly name: string } }): Promise<unknown> => {
      if (command.constructor.name === 'PutItemCommand') await takeLease(target(), `other ${(others += 1)}`).inTime;
      return dynamo.send(command as never);
    };
    const lease = new ChainLease({ ...target(), client: { send } as never }, () => Promise.resolve());

    expect(await lease.stand(waiting(60))).toBe('alone');

    expect(others).toBe(3);
    expect(sleeps.at(-1)).toBe(500);
  });

  test('gives up when its time is over', async () => {
    await takeLease(target(), 'other').inTime;

    expect(await leaseOf().stand(waiting(1))).toBe('alone');

    expect(slept()).toBeLessThan(1700);
  });

  test('does not wait on a clock that stands still for ever', async () => {
    await takeLease(target(), 'other').inTime;
    const standing = waiting(1);
    const sleep = (ms: number): Promise<void> => {
      sleeps.push(ms);
      return Promise.resolve();
    };

    expect(await leaseOf().stand({ ...standing, sleep })).toBe('alone');
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
  ])('holds it when an attempt that took too long has worked %s', async (_, delayMs, expected) => {
    expect(await new ChainLease(slowTable(delayMs), () => Promise.resolve()).stand(waiting())).toBe('holder');

    expect(sleeps).toEqual(expected);
  });

  test('waits for another whose attempt took too long, too', async () => {
    const slow = slowTable(400);
    const outcomes: string[] = [];
    for (const random of [0.2, 0.8]) {
      const lease = new ChainLease(slow, () => Promise.resolve());
      outcomes.push(await lease.stand({ ...waiting(1.2), random: () => random }));
    }

    expect(outcomes).toEqual(['holder', 'alone']);
    expect(sleeps.length).toBeGreaterThan(3);
  });

  test.each([0, 0.3, 0.999])(
    'goes on alone at a moment of its own when nothing came of slow attempts',
    async (chance) => {
      const lease = new ChainLease(slowTable(60_000), () => Promise.resolve());

      expect(await lease.stand({ ...waiting(), random: () => chance })).toBe('alone');

      expect(sleeps).toEqual([500, chance * 1000]);
    },
  );

  test('waits for slow attempts no longer than it may', async () => {
    const lease = new ChainLease(slowTable(60_000), () => Promise.resolve());

    expect(await lease.stand(waiting(0.6))).toBe('alone');

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
      const lease = new ChainLease(slow, () => Promise.resolve());
      const outcome = await lease.stand({ random: () => index / 60, sleep, leftMs });
      outcomes.push(outcome);
      if (outcome === 'holder') await lease.hold().release();
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

  test('goes on alone when the lease has changed hands twice', async () => {
    await takeLease(target(), 'first').inTime;
    let owners = 0;
    meanwhile = async () => {
      clock.advance(2.1);
      await takeLease(target(), `next ${(owners += 1)}`).inTime;
    };

    const lease = leaseOf();
    expect(await lease.stand(waiting(60))).toBe('alone');

    expect(lease.hasWaited).toBe(true);
    expect(sleeps.length).toBeLessThan(10);
  });

  test('has not waited when the lease was done from the beginning', async () => {
    await takeLease(target(), 'other').inTime;
    await finishLease(target(), 'other');
    const lease = leaseOf();

    expect(await lease.stand(waiting())).toBe('read rows');

    expect(lease.hasWaited).toBe(false);
  });

  test('goes on alone when the lease cannot be asked for', async () => {
    const broken = { ...target(), client: { send: () => Promise.reject(new Error('no')) } as never };

    expect(await new ChainLease(broken, () => Promise.resolve()).stand(waiting())).toBe('alone');
    expect(sleeps).toEqual([]);
  });

  test('goes on alone when the lease cannot be looked at', async () => {
    const held = Object.assign(new Error('held'), { name: 'ConditionalCheckFailedException' });
    const send = jest.fn().mockRejectedValueOnce(held).mockRejectedValue(new Error('no'));
    const broken = { ...target(), client: { send } as never };

    expect(await new ChainLease(broken, () => Promise.resolve()).stand(waiting())).toBe('alone');
    expect(sleeps).toHaveLength(1);
  });
});

describe('trying once for a lease', () => {
  test('gives it, and does not wait for one that is held', async () => {
    const [one, other] = [leaseOf(), leaseOf()];

    expect(await one.tryOnce()).toBeDefined();
    expect(await other.tryOnce()).toBeUndefined();
    expect(sleeps).toEqual([]);
  });
});

describe('holding a lease', () => {
  test('ends it when the last lookup of the process is done, once what was found is written', async () => {
    const written: string[] = [];
    const lease = leaseOf(async () => {
      written.push((await lookAtLease(target()))?.state ?? 'gone');
    });
    await lease.stand(waiting());
    const [first, second] = [lease.hold(), lease.hold()];

    await first.release();
    await first.release();
    expect(await lookAtLease(target())).toMatchObject({ state: 'held' });
    await second.release();

    expect(written).toEqual(['held']);
    expect(await lookAtLease(target())).toMatchObject({ state: 'done' });
  });

  test('has nothing left to share after its end', async () => {
    const lease = leaseOf();
    await lease.stand(waiting());
    await lease.hold().release();
    clock.advance(61);
    await takeLease(target(), 'other').inTime;

    await lease.hold().release();

    expect(await lookAtLease(target())).toMatchObject({ owner: 'other', state: 'held' });
  });
});
