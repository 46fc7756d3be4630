import { getEventListeners } from 'node:events';
import { settledWithin, TimeBudget, withTimeLimit, withTimeoutSignal } from '../../src/base/time-limit';
import { gate, rejection } from '../chain/doubles';

const onTimeout = (): Error => new Error('too slow');
const limit = { budgetMs: 1000, onTimeout };

it('resolves with the value of the promise', async () => {
  expect(await withTimeLimit(() => 'value', limit)).toBe('value');
});

it('rejects with the error of the promise', async () => {
  const reason = new Error('down');

  expect(await rejection(() => withTimeLimit(() => Promise.reject(reason), limit))).toBe(reason);
});

it('rejects with the given error when the budget is used up', async () => {
  const never = gate<string>().promise;

  const error = await rejection(() => withTimeLimit(() => never, { budgetMs: 5, onTimeout }));

  expect(error.message).toBe('too slow');
});

it('rejects at once with the reason of a signal that has been aborted already, and starts nothing', async () => {
  const reason = new Error('stop');
  const work = jest.fn();

  const error = await rejection(() => withTimeLimit(work, { ...limit, signal: AbortSignal.abort(reason) }));

  expect(error).toBe(reason);
  expect(work).not.toHaveBeenCalled();
});

it('rejects with the reason of a signal that is aborted while it waits', async () => {
  const controller = new AbortController();
  const reason = new Error('stop');

  const waiting = rejection(() => withTimeLimit(() => gate().promise, { ...limit, signal: controller.signal }));
  controller.abort(reason);

  expect(await waiting).toBe(reason);
});

it.each([
  ['a value', () => Promise.resolve(1)],
  ['an error', () => Promise.reject(new Error('down'))],
])('leaves neither timer nor listener behind after %s', async (_, make) => {
  const { signal } = new AbortController();
  const timersBefore = timers();

  await withTimeLimit(make, { ...limit, signal }).catch(() => undefined);

  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(timers()).toBe(timersBefore);
});

it('rejects with the error that the work throws synchronously', async () => {
  const work = (): never => {
    throw new Error('down');
  };

  expect((await rejection(() => withTimeLimit(work, limit))).message).toBe('down');
});

it('rejects when a signal cannot be listened to, and leaves no timer behind', async () => {
  const timersBefore = timers();
  const signal = { throwIfAborted: () => undefined } as unknown as AbortSignal;

  const error = await rejection(() => withTimeLimit(() => 'value', { ...limit, signal }));

  expect(error).toBeInstanceOf(TypeError);
  expect(timers()).toBe(timersBefore);
});

/** Timers of a process that can be frozen: what is due in that time fires when it is over. */
function processTimers() {
  const due = new Map<number, { readonly atMs: number; readonly callback: () => void }>();
  let nowMs = 0;
  let started = 0;
  const fire = (): void => {
    for (const [id, { atMs, callback }] of [...due]) if (atMs <= nowMs && due.delete(id)) callback();
  };
  return {
    timers: {
      start: (callback: () => void, ms: number) => {
        due.set((started += 1), { atMs: nowMs + ms, callback });
        return started as unknown as NodeJS.Timeout;
      },
      stop: (timer: NodeJS.Timeout | undefined) => void due.delete(timer as unknown as number),
      nowMs: () => nowMs,
    },
    run: (ms: number) => {
      for (let passed = 0; passed < ms; passed += 1) {
        nowMs += 1;
        fire();
      }
    },
    freeze: (ms: number) => {
      nowMs += ms;
      fire();
    },
    get waiting() {
      return due.size;
    },
  };
}

describe('a time budget', () => {
  it('ends after its time, once', () => {
    const { run, timers } = processTimers();
    const onOver = jest.fn();
    const budget = new TimeBudget(5000, onOver, { timers });

    run(4999);
    const callsBefore = onOver.mock.calls.length;
    const leftBefore = budget.leftMs;
    run(5000);

    expect([callsBefore, leftBefore]).toEqual([0, 1]);
    expect(onOver).toHaveBeenCalledTimes(1);
    expect(budget.leftMs).toBe(0);
  });

  it('longer than the longest timer keeps running', () => {
    const { run, timers } = processTimers();
    const onOver = jest.fn();
    const budget = new TimeBudget(1e10, onOver, { timers });

    run(2000);

    expect(onOver).not.toHaveBeenCalled();
    expect(budget.leftMs).toBe(1e10 - 2000);
    budget.stop();
  });

  it.each([
    [5000, 500],
    [300, 30],
    [20, 2],
  ])('of %d ms loses %d ms at most by a freeze, however long', (wholeMs, lostMs) => {
    const { freeze, run, timers } = processTimers();
    const onOver = jest.fn();
    const budget = new TimeBudget(wholeMs, onOver, { timers });

    run(wholeMs / 2);
    freeze(8 * 3600 * 1000);

    expect(budget.leftMs).toBeGreaterThanOrEqual(wholeMs / 2 - lostMs);
    run(wholeMs / 2 - lostMs - 1);
    expect(onOver).not.toHaveBeenCalled();
    run(lostMs + 1);
    expect(onOver).toHaveBeenCalledTimes(1);
  });

  it('reports remaining time after a freeze, before any timer has fired', () => {
    const { timers } = processTimers();
    let nowMs = 0;
    const budget = new TimeBudget(1000, () => undefined, { timers: { ...timers, nowMs: () => nowMs } });

    nowMs = 60_000;

    expect(budget.leftMs).toBe(900);
  });

  it('leaves no timer behind when it is stopped', () => {
    const process = processTimers();
    const onOver = jest.fn();
    const budget = new TimeBudget(1000, onOver, { timers: process.timers });

    process.run(150);
    budget.stop();
    process.run(2000);

    expect(onOver).not.toHaveBeenCalled();
    expect(process.waiting).toBe(0);
  });
});

describe('a call with a signal that is aborted after a time', () => {
  it('gives what the call gives, and leaves no timer behind', async () => {
    const timersBefore = timers();

    expect(await withTimeoutSignal(1000, ({ aborted }) => Promise.resolve(aborted))).toBe(false);
    expect(timers()).toBe(timersBefore);
  });

  it('rejects with the error of a call that observes the signal', async () => {
    const heeding = (signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted by the signal'))));

    expect((await rejection(() => withTimeoutSignal(2.5, heeding))).message).toBe('aborted by the signal');
  });

  it('rejects although the call ignores the signal', async () => {
    const error = await rejection(() => withTimeoutSignal(2.5, () => gate().promise));

    expect(error).toMatchObject({ name: 'TimeoutError', message: 'no answer within 2.5 ms' });
  });
});

it('waits for work no longer than a limit, and ignores its failure', async () => {
  await expect(settledWithin(2, () => gate().promise)).resolves.toBeUndefined();
  await expect(settledWithin(1000, () => Promise.reject(new Error('down')))).resolves.toBeUndefined();
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
}
