import { momentAt } from '../../src/di/moment';
import {
  CircuitBreaker,
  CircuitOpenError,
  type PausePolicy,
  SourceCircuitBreaker,
} from '../../src/memory/circuit-breaker';
import { failureOf, listing, MemoryWorld, ScriptedProvider, secretItem } from './doubles';

const down = new Error('down');

describe('what a lookup asks a source for', () => {
  let provider: ScriptedProvider;
  let world: MemoryWorld;
  /** Lists a directory; gives the error. */
  const fail = (path = '/a'): Promise<unknown> => failureOf(world.list(path));

  beforeEach(() => {
    provider = new ScriptedProvider();
    provider.answerListing = () => Promise.reject(new Error(`failure ${provider.asked.length}`));
    world = new MemoryWorld(provider);
  });

  it('is not asked for from the second failure in a row on, until the pause is over: lookups fail at once', async () => {
    await fail();
    await fail();

    const errors = [await fail(), await fail()];
    const asked = provider.asked.length;
    world.nowMs = 1000;
    const halfOpen = await fail();

    expect(errors).toEqual([expect.any(CircuitOpenError), expect.any(CircuitOpenError)]);
    expect(errors).toMatchObject([{ cause: { message: 'failure 2' } }, { cause: { message: 'failure 2' } }]);
    expect([asked, halfOpen]).toMatchObject([2, { message: 'failure 3' }]);
    expect(await fail()).toBeInstanceOf(CircuitOpenError);
  });

  it('is asked for again once a read after the pause has succeeded', async () => {
    await fail();
    await fail();
    world.nowMs = 1000;
    provider.answerListing = (path) => listing(path);
    await world.list('/a');
    world.memory.reset();
    provider.answerListing = () => Promise.reject(down);
    world.policy = { ...world.policy, staleIfErrorMs: 0 };

    expect(await fail()).toBe(down);
    expect(await fail()).toBe(down);
  });

  it('is not asked for during the pause after a reset of memory, either; a stale value is given at once', async () => {
    provider.answerListing = (path) => listing(path, { x: 'good' });
    await world.list('/a');
    world.memory.reset();
    provider.answerListing = () => Promise.reject(down);
    await world.list('/a');
    world.memory.reset();
    await world.list('/a');
    const asked = provider.asked.length;
    world.memory.reset();

    expect(world.start(['/a'])[0]?.outcome).toMatchObject({ details: { reason: 'Error: down' } });
    expect([asked, provider.asked.length]).toEqual([3, 3]);
  });

  it('by exact name is not asked for in advance, either', async () => {
    provider.answerSecret = () => Promise.reject(down);
    const secret = { kind: 'unread' as const, name: 'x', exactName: '/a/x', nextRotationMs: undefined };
    const { directory } = listing('/a');
    await failureOf(world.secret('x'));

    world.memory.startSecrets([{ ...secret, directory }], world.options());
    await new Promise((resolve) => setImmediate(resolve));

    expect(provider.asked).toHaveLength(1);
  });

  it('does not keep anything else from being asked for, when it fails alone', async () => {
    for (let failures = 0; failures < 5; failures += 1) await fail();
    provider.answerListing = (path) => listing(path);

    expect(await world.list('/b')).toMatchObject({ size: 0 });
  });

  it('counts listings and settings that are read by name apart', async () => {
    await fail('/a');
    await fail('/b');
    provider.answerSecret = (secret) => secretItem(secret);

    expect(await world.secret('x')).toMatchObject({ value: 'value of x' });
  });
});

describe('a circuit breaker', () => {
  let nowMs: number;
  let breaker: CircuitBreaker;
  const policy: PausePolicy = { nowMs: () => nowMs, random: () => 0.5, failurePauseMs: 1000 };
  const fail = (error: unknown = down): void => breaker.recordFailure(error, momentAt(nowMs), policy);
  const isOpen = (atMs = nowMs): boolean => breaker.openError(atMs) !== undefined;

  beforeEach(() => {
    nowMs = 0;
    breaker = new CircuitBreaker();
  });

  it('pauses after each failure, for the time of the policy cut by up to half, and is open after two', () => {
    const seen: unknown[] = [];
    for (let failures = 0; failures < 3; failures += 1) {
      fail();
      seen.push([breaker.isPaused(749), breaker.isPaused(750), isOpen(749), isOpen(750)]);
    }

    expect(seen).toEqual([
      [true, false, false, false],
      [true, false, true, false],
      [true, false, true, false],
    ]);
  });

  it('is closed by a success and by a refusal', () => {
    const seen: boolean[] = [];
    for (const close of [() => breaker.recordSuccess(), () => breaker.recordRefusal()]) {
      fail();
      fail();
      seen.push(isOpen());
      close();
      seen.push(isOpen(), breaker.isPaused(0));
      fail();
      seen.push(isOpen());
      breaker.recordSuccess();
    }

    expect(seen).toEqual([true, false, false, false, true, false, false, false]);
  });

  it('lets retry pauses double with each failure or refusal in a row, up to a minute, cut by up to half', () => {
    const pauses: number[] = [];
    for (let count = 0; count < 8; count += 1) {
      if (count % 2 === 0) fail();
      else breaker.recordRefusal();
      pauses.push(breaker.retryPauseMs({ ...policy, random: () => 0 }));
    }
    const longest = breaker.retryPauseMs({ ...policy, random: () => 1 - 2 ** -53 });
    breaker.recordSuccess();
    fail();

    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(longest).toBeCloseTo(60_000);
    expect(breaker.retryPauseMs(policy)).toBe(750);
  });
});

describe('the circuit breaker of a source', () => {
  const policy: PausePolicy = { nowMs: () => 0, random: () => 0.5, failurePauseMs: 1000 };
  let breaker: SourceCircuitBreaker;
  /** Asks for keys at the same time, and fails. */
  const failTogether = (...keys: readonly string[]): void => {
    const begun = keys.map(() => momentAt(0));
    keys.forEach((key, index) => breaker.recordFailure(key, down, begun[index] ?? momentAt(0), policy));
  };

  beforeEach(() => {
    breaker = new SourceCircuitBreaker();
  });

  it('is closed as soon as anything succeeds', () => {
    failTogether('/a', '/b');
    failTogether('/a', '/b');
    breaker.recordSuccess();

    expect(breaker.openError(0)).toBeUndefined();
  });

  it('remembers ten thousand keys at most', () => {
    for (let key = 0; key <= 10_000; key += 1) failTogether(`k${key}`);

    expect(breaker.openError(0)).toBeUndefined();
    failTogether('another');
    expect(breaker.openError(0)).toBeInstanceOf(CircuitOpenError);
  });
});
