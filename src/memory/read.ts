import { startWork } from '../base/start-work';
import { TimeBudget } from '../base/time-limit';
import { type Moment } from '../di/moment';
import { type PausePolicy } from './circuit-breaker';

/** How long outcomes are used, and when a source that failed is read again. */
export interface ReadPolicy extends PausePolicy {
  /** How long after it was read a good outcome may replace a failed read, **milliseconds**; 0: never. */
  readonly staleIfErrorMs: number;
}

/** The problem with one read: of a directory, or of a name. */
export interface ReadProblem {
  readonly state: 'failing' | 'refused' | 'stale';
  /** When the first of the consecutive unsuccessful reads ended, **milliseconds** since the Unix epoch. */
  readonly sinceMs: number;
  /** What the source answered, without any value. */
  readonly reason: string;
  /** What would permit the read; absent where it was not refused. */
  readonly remedy?: string | undefined;
}

/** A read that has started; `outcome` is set once there is one that can be used without waiting. */
export interface StartedRead<T> {
  readonly promise: Promise<T>;
  readonly outcome: T | undefined;
}

/** How long an outcome is used. */
export interface OutcomeTimes {
  /** When it expires, **milliseconds** since the Unix epoch. */
  readonly untilMs: number;
  /** When the source is read again, **milliseconds** since the Unix epoch. */
  readonly retryAtMs: number;
}

/** Times of an outcome that is used until memory is reset. */
export const untilReset: OutcomeTimes = { untilMs: Number.POSITIVE_INFINITY, retryAtMs: Number.POSITIVE_INFINITY };

interface Settler<T> {
  readonly resolve: (outcome: T) => void;
  readonly reject: (error: unknown) => void;
}

/** One read of a source: its outcome, or the stale one that is served while it is under way. */
export class Read<T> implements StartedRead<T> {
  /** Settles with the first usable outcome: a stale one that is served in the meantime, or that of the read itself. */
  readonly promise: Promise<T>;
  /** Settles with the outcome of the read itself. */
  readonly final: Promise<T>;
  private latest: T | undefined;
  private latestBegun: Moment | undefined;
  private state: 'under way' | 'ended' | 'abandoned' = 'under way';
  private times = untilReset;
  private readonly timers: TimeBudget[] = [];
  private readonly settlers: Settler<T>[] = [];

  /** @param begun - When it began, before the call of the source. */
  constructor(readonly begun: Moment) {
    this.promise = this.makePromise();
    this.final = this.makePromise();
  }

  get outcome(): T | undefined {
    return this.latest;
  }

  /** When the read behind {@link Read.outcome} began, which may be an earlier one; `undefined` when there is no outcome. */
  get outcomeBegun(): Moment | undefined {
    return this.latestBegun;
  }

  /** Whether the source has answered or taken too long, or the read was abandoned. */
  get hasEnded(): boolean {
    return this.state !== 'under way';
  }

  /** Whether the read was abandoned: a later answer of the source is ignored. */
  get isAbandoned(): boolean {
    return this.state === 'abandoned';
  }

  /** Whether the read is under way and there is no outcome to use in the meantime. */
  get isPending(): boolean {
    return !this.hasEnded && this.latest === undefined;
  }

  /** Whether there is an outcome to use without another read. While a read is under way, no other one is started. */
  isFreshAt(nowMs: number): boolean {
    return this.isUsableAt(nowMs) && (!this.hasEnded || nowMs < this.times.retryAtMs);
  }

  /** Whether there is an outcome that may be served until the source has answered. */
  isUsableAt(nowMs: number): boolean {
    return this.latest !== undefined && nowMs < this.times.untilMs;
  }

  /** Calls back after a time in which the process runs, **milliseconds**, unless the read has ended by then. */
  after(ms: number, callback: () => void): void {
    this.timers.push(new TimeBudget(ms, callback, { keepsAlive: false }));
  }

  /** Gives callers an outcome while the read is under way. */
  serve(outcome: T, times: OutcomeTimes, begun = this.begun): void {
    if (this.hasEnded) return;
    this.use(outcome, times, begun);
    this.settlers[0]?.resolve(outcome);
  }

  /** Gives callers the outcome of an earlier read while this one is under way. */
  serveOutcomeOf(earlier: Read<T>): void {
    if (earlier.latest !== undefined) this.serve(earlier.latest, earlier.times, earlier.latestBegun);
  }

  /** Ends the read with its outcome. */
  succeed(outcome: T, times: OutcomeTimes): void {
    if (this.hasEnded) return;
    this.end('ended');
    this.use(outcome, times, this.begun);
    this.settle(({ resolve }) => resolve(outcome));
  }

  /** Ends the read without an outcome. */
  fail(error: unknown): void {
    if (this.hasEnded) return;
    this.end('ended');
    this.latest = undefined;
    this.latestBegun = undefined;
    this.settle(({ reject }) => reject(error));
  }

  /** Ends the read before the source has answered. An outcome that is being served stays. */
  abandon(): void {
    this.end('abandoned');
  }

  /** Settles the promises of an abandoned read with the late answer of the source. */
  settle(settle: (settler: Settler<T>) => void): void {
    for (const each of this.settlers) settle(each);
  }

  private use(outcome: T, times: OutcomeTimes, begun: Moment): void {
    this.latest = outcome;
    this.latestBegun = begun;
    this.times = times;
  }

  private end(state: 'ended' | 'abandoned'): void {
    this.state = state;
    for (const each of this.timers) each.stop();
  }

  private makePromise(): Promise<T> {
    // It may reject before anything awaits it.
    return startWork(() => new Promise<T>((resolve, reject) => void this.settlers.push({ resolve, reject })));
  }
}
