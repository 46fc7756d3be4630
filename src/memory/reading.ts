import { startWork } from '../base/start-work';
import { TimeBudget } from '../base/time-limit';
import { type Moment } from '../di/moment';

/** How long an outcome may be given. */
export interface OutcomeTimes {
  /** When it is good no more, **milliseconds** since the Unix epoch. */
  readonly untilMs: number;
  /** When the source is asked again, **milliseconds** since the Unix epoch. */
  readonly retryAtMs: number;
}

/** An outcome that is good as long as memory is. */
export const lasting: OutcomeTimes = { untilMs: Number.POSITIVE_INFINITY, retryAtMs: Number.POSITIVE_INFINITY };

interface Settler<T> {
  readonly resolve: (outcome: T) => void;
  readonly reject: (error: unknown) => void;
}

/** One read: what it came to, or what may be given in its place while it goes on. */
export class Reading<T> {
  /** Gives the first outcome to be had: what is served meanwhile, or the one of the read. */
  readonly promise: Promise<T>;
  /** Gives the outcome of the read. */
  readonly final: Promise<T>;
  /** Whether nobody will be told any more what the source answers. */
  isAbandoned = false;
  private latest: T | undefined;
  private latestBegun: Moment | undefined;
  private ended = false;
  private times = lasting;
  private readonly timers: TimeBudget[] = [];
  private readonly settlers: Settler<T>[] = [];

  /** @param begun - When it began, before the source was asked. */
  constructor(private readonly begun: Moment) {
    this.promise = this.makePromise();
    this.final = this.makePromise();
  }

  /** What can be had without waiting; `undefined` when there is nothing yet. */
  get outcome(): T | undefined {
    return this.latest;
  }

  /** When the read began that led to {@link Reading.outcome}; `undefined` when there is none. */
  get readAt(): Moment | undefined {
    return this.latestBegun;
  }

  /** Whether the source has answered, or is waited for no more. */
  get hasEnded(): boolean {
    return this.ended;
  }

  /** Whether there is nothing yet. */
  get isWaitedFor(): boolean {
    return !this.ended && this.latest === undefined;
  }

  /** Whether there is an outcome that may be given; while the source is asked, it is not asked again. */
  isGoodAt(nowMs: number): boolean {
    return this.latest !== undefined && nowMs < this.times.untilMs && (!this.ended || nowMs < this.times.retryAtMs);
  }

  /** Whether there is an outcome that may be given until the source has answered. */
  mayServeAt(nowMs: number): boolean {
    return this.latest !== undefined && nowMs < this.times.untilMs;
  }

  /** Calls back after a time in which the process runs, unless the read has ended by then. */
  after(ms: number, callback: () => void): void {
    this.timers.push(new TimeBudget(ms, callback, { keepsAlive: false }));
  }

  /** Gives an outcome to who waits, while the read goes on. */
  serve(outcome: T, times: OutcomeTimes): void {
    if (this.ended) return;
    this.latest = outcome;
    this.latestBegun = this.begun;
    this.times = times;
    this.settlers[0]?.resolve(outcome);
  }

  /** Serves what another read has. */
  serveThatOf(other: Reading<T>): void {
    if (this.ended || other.latest === undefined) return;
    this.serve(other.latest, other.times);
    this.latestBegun = other.latestBegun;
  }

  /** Ends the read with its outcome. */
  end(outcome: T, times: OutcomeTimes): void {
    if (this.ended) return;
    this.finish();
    this.latest = outcome;
    this.latestBegun = this.begun;
    this.times = times;
    this.settle(({ resolve }) => resolve(outcome));
  }

  /** Ends the read without an outcome. */
  fail(error: unknown): void {
    if (this.ended) return;
    this.finish();
    this.latest = undefined;
    this.latestBegun = undefined;
    this.settle(({ reject }) => reject(error));
  }

  /** Ends the read because nobody needs it; what is served meanwhile stays. */
  abandon(): void {
    this.isAbandoned = true;
    this.finish();
  }

  /** Tells who waits, which changes nothing for who has been told already. */
  settle(tell: (settler: Settler<T>) => void): void {
    for (const each of this.settlers) tell(each);
  }

  private finish(): void {
    this.ended = true;
    for (const each of this.timers) each.stop();
  }

  private makePromise(): Promise<T> {
    // Nothing may be waiting for what fails.
    return startWork(
      () =>
        new Promise<T>((resolve, reject) => {
          this.settlers.push({ resolve, reject });
        }),
    );
  }
}
