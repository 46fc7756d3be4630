import { startWork } from './start-work';
import { clearTimeout as clearUnfaked, setImmediate, setTimeout as setUnfaked } from './unfaked-timers';

/** Longest slice of a time budget, **milliseconds**: what a freeze of the process costs at most. */
const longestSliceMs = 500;
/** Least number of slices of a time budget. */
const leastSlices = 10;

/** Time that is left of a budget. */
export interface TimeLeft {
  /** Time until the budget is used up, **milliseconds**; 0 when it is. */
  readonly leftMs: number;
}

/** The timers that a budget uses; a parameter, so that a frozen process can be simulated. */
export interface Timers {
  /** Calls back once after a time, **milliseconds**. */
  readonly start: (callback: () => void, ms: number) => NodeJS.Timeout;
  readonly stop: (timer: NodeJS.Timeout | undefined) => void;
  /** Gives the time of a clock that never goes back, **milliseconds**. */
  readonly nowMs: () => number;
}

/** The global timers, looked up with each call: tests replace them. */
const globalTimers: Timers = {
  start: (callback, ms) => setTimeout(callback, ms),
  stop: (timer) => clearTimeout(timer),
  nowMs: () => performance.now(),
};

/** Timers of Node, which fake timers of a test do not affect: for calls to AWS. */
export const unfakedTimers: Timers = {
  start: (callback, ms) => setUnfaked(callback, ms),
  stop: (timer) => clearUnfaked(timer),
  nowMs: globalTimers.nowMs,
};

/**
 * A time budget that counts only time in which the process runs.
 *
 * It is counted in slices, and a slice counts as its own length however late its timer fires. So a process that was frozen
 * (AWS Lambda between invocations, SIGSTOP, a suspended machine) continues with its remaining budget, less one slice.
 */
export class TimeBudget implements TimeLeft {
  private timer: NodeJS.Timeout | undefined;
  private readonly sliceMs: number;
  /** Length of the current slice, **milliseconds**. */
  private currentMs = 0;
  private startedMs = 0;

  /**
   * @param remainingMs - The whole budget, **milliseconds**.
   * @param onOver - Called once, when the budget is used up; not after `stop()`.
   * @param options - `keepsAlive`: whether the process stays alive for it, default true; `timers`: for tests.
   */
  constructor(
    private remainingMs: number,
    private readonly onOver: () => void,
    private readonly options: { readonly keepsAlive?: boolean; readonly timers?: Timers } = {},
  ) {
    this.sliceMs = Math.max(1, Math.min(longestSliceMs, remainingMs / leastSlices));
    this.nextSlice();
  }

  get leftMs(): number {
    const elapsedMs = Math.min(this.timers.nowMs() - this.startedMs, this.currentMs);
    return Math.max(0, this.remainingMs - elapsedMs);
  }

  /** Ends the budget without a call. */
  stop(): void {
    this.timers.stop(this.timer);
    this.timer = undefined;
  }

  private get timers(): Timers {
    return this.options.timers ?? globalTimers;
  }

  private nextSlice(): void {
    this.currentMs = Math.max(0, Math.min(this.sliceMs, this.remainingMs));
    this.startedMs = this.timers.nowMs();
    this.timer = this.timers.start(() => this.endSlice(), this.currentMs);
    if (this.options.keepsAlive === false) this.timer.unref();
  }

  private endSlice(): void {
    this.remainingMs -= this.currentMs;
    this.currentMs = 0;
    if (this.remainingMs > 0) this.nextSlice();
    else this.onOver();
  }
}

/** What ends a wait before its time. */
export interface TimeLimit {
  /** Longest wait, **milliseconds** in which the process runs. */
  readonly budgetMs: number;
  /** Ends the wait at once. */
  readonly signal?: AbortSignal | undefined;
  /** Whether the process stays alive for the wait. Default: true. */
  readonly keepsAlive?: boolean;
  /** Default: the global ones, which tests replace. */
  readonly timers?: Timers;
  /** Makes the error for a wait that took too long. */
  readonly onTimeout: () => Error;
}

/**
 * Starts work and waits for it within a time budget.
 *
 * @param work - Called with the time that is left; not called when the signal has been aborted already.
 * @throws The error of `onTimeout`, the reason of the signal, or what the work rejects with. The work itself is not ended.
 */
export async function withTimeLimit<T>(
  work: (time: TimeLeft) => T | PromiseLike<T>,
  { budgetMs, signal, onTimeout, ...options }: TimeLimit,
): Promise<T> {
  let budget: TimeBudget | undefined;
  try {
    return await withSignal(signal, () => {
      return new Promise<T>((resolve, reject) => {
        const time = new TimeBudget(budgetMs, () => reject(onTimeout()), options);
        budget = time;
        startWork(() => work(time)).then(resolve, reject);
      });
    });
  } finally {
    budget?.stop();
  }
}

/**
 * Starts work and waits for it until a signal is aborted.
 *
 * @param signal - Absent: the wait ends with the work.
 * @throws The reason of the signal, or what the work rejects with. The work itself is not ended.
 */
export async function withSignal<T>(signal: AbortSignal | undefined, work: () => T | PromiseLike<T>): Promise<T> {
  signal?.throwIfAborted();
  if (signal === undefined) return work();
  let abort: () => void = () => undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      abort = () => reject((signal.reason ?? new DOMException('This operation was aborted', 'AbortError')) as Error);
      signal.addEventListener('abort', abort, { once: true });
      startWork(work).then(resolve, reject);
    });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/**
 * Calls something with a signal that is aborted after a time.
 *
 * @param limitMs - Longest wait, **milliseconds** in which the process runs; fractions are fine.
 * @throws What the call rejects with; a `TimeoutError` where it ignores the signal.
 */
export async function withTimeoutSignal<T>(
  limitMs: number,
  call: (signal: AbortSignal) => T | PromiseLike<T>,
): Promise<T> {
  const controller = new AbortController();
  let budget: TimeBudget | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      const onOver = (): void => {
        const reason = new DOMException(`no answer within ${limitMs} ms`, 'TimeoutError');
        controller.abort(reason);
        // A call that honors the signal rejects first, with a more specific error.
        setImmediate(() => reject(reason));
      };
      budget = new TimeBudget(limitMs, onOver, { keepsAlive: false, timers: unfakedTimers });
      startWork(() => call(controller.signal)).then(resolve, reject);
    });
  } finally {
    budget?.stop();
  }
}

/** Waits for work, but no longer than a time. Never rejects. @param limitMs - **Milliseconds** in which the process runs. */
export async function settledWithin(limitMs: number, work: () => unknown): Promise<void> {
  await withTimeLimit(work, { budgetMs: limitMs, onTimeout: () => new Error(`not ended within ${limitMs} ms`) }).catch(
    () => undefined,
  );
}
