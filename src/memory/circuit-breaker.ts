import { type Moment, momentAt } from '../di/moment';

/** Consecutive failures that open a circuit: what failed once is still asked by the next lookup. */
const failuresToOpen = 2;
/** Longest pause before the source is asked again for something whose stale value is served, **milliseconds**. */
const longestRetryPauseMs = 60_000;
/** Most keys whose failures a source remembers; beyond, it starts anew (names may come from outside). */
const maxFailedKeys = 10_000;

/** How long the pauses after failures are, and the randomness that spreads them. */
export interface PausePolicy {
  /** Gives the current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: () => number;
  /** Gives a number in `[0, 1)`. */
  readonly random: () => number;
  /** Pause after a failure, **milliseconds**, cut by up to half at random; 0: none. */
  readonly failurePauseMs: number;
}

/** Says that a source was not asked, because its circuit is open; `cause` is the failure that opened it. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';

  constructor(cause: unknown) {
    super('The source failed a moment ago and was not asked again.', { cause });
  }
}

/**
 * Counts the consecutive failures of one thing, and decides when it is asked again.
 *
 * - **Closed**: it is asked. After a first failure it is asked by a lookup that needs it, but not in advance until the pause is over.
 * - **Open**, from the second consecutive failure on, until the pause is over: lookups fail at once.
 * - **Half-open**, after the pause: the next lookup asks. A failure opens the circuit again, anything else closes it.
 *
 * Source: https://martinfowler.com/bliki/CircuitBreaker.html
 */
export class CircuitBreaker {
  private failures = 0;
  private unsuccessful = 0;
  private latest: { readonly error: unknown; readonly at: Moment } | undefined;
  private pausedUntilMs = 0;

  /** Whether it failed, and the pause after that is not over. */
  isPaused(nowMs: number): boolean {
    return nowMs < this.pausedUntilMs;
  }

  /** Gives the error for lookups while the circuit is open; `undefined` when the source may be asked. */
  openError(nowMs: number): CircuitOpenError | undefined {
    if (this.failures < failuresToOpen || !this.isPaused(nowMs)) return undefined;
    return new CircuitOpenError(this.latest?.error);
  }

  /**
   * Counts a failure, and begins a pause. Of reads that were under way at the same time, one counts.
   *
   * @param begun - When the read began.
   */
  recordFailure(error: unknown, begun: Moment, policy: PausePolicy): void {
    if (this.latest === undefined || begun.order > this.latest.at.order) this.failures += 1;
    this.unsuccessful += 1;
    const nowMs = policy.nowMs();
    this.latest = { error, at: momentAt(nowMs) };
    this.pausedUntilMs = nowMs + spread(policy.failurePauseMs, policy);
  }

  /** Counts that the source answered, and does not permit the read: that closes the circuit, but retries stay rare. */
  recordRefusal(): void {
    this.close();
    this.unsuccessful += 1;
  }

  /** Closes the circuit, and lets retry pauses begin anew. */
  recordSuccess(): void {
    this.close();
    this.unsuccessful = 0;
  }

  /**
   * Gives the pause before the source is asked again while a stale value is served, **milliseconds**: it doubles with each failure or
   * refusal in a row.
   */
  retryPauseMs(policy: PausePolicy): number {
    const doublings = Math.min(Math.max(this.unsuccessful, 1) - 1, 30);
    return spread(Math.min(longestRetryPauseMs, policy.failurePauseMs * 2 ** doublings), policy);
  }

  private close(): void {
    this.failures = 0;
    this.latest = undefined;
    this.pausedUntilMs = 0;
  }
}

/**
 * The circuit breaker of a whole source: it opens when several things that it was asked for fail, and nothing succeeds in between.
 *
 * One thing that cannot be read keeps no other from being read.
 */
export class SourceCircuitBreaker {
  private readonly breaker = new CircuitBreaker();
  private readonly failedKeys = new Set<string>();

  /** Gives the error for lookups while the circuit is open; `undefined` when the source may be asked. */
  openError(nowMs: number): CircuitOpenError | undefined {
    return this.failedKeys.size > 1 ? this.breaker.openError(nowMs) : undefined;
  }

  /** Counts that a key failed. @param begun - When the read began; of reads that were under way at the same time, one counts. */
  recordFailure(key: string, error: unknown, begun: Moment, policy: PausePolicy): void {
    if (this.failedKeys.size >= maxFailedKeys) this.failedKeys.clear();
    this.failedKeys.add(key);
    this.breaker.recordFailure(error, begun, policy);
  }

  /** Counts that the source gave something, whatever it was asked for. */
  recordSuccess(): void {
    this.failedKeys.clear();
    this.breaker.recordSuccess();
  }
}

/** Cuts a pause by up to half at random, so that processes do not retry at the same time. */
function spread(pauseMs: number, { random }: PausePolicy): number {
  return pauseMs * (0.5 + random() / 2);
}
