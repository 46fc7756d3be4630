import { type Moment, momentAt } from '../di/moment';

/** Consecutive failures that open a circuit: after one failure, the next lookup still reads. */
const failuresToOpen = 2;
/** Longest pause between two reads while a stale value is served, **milliseconds**. */
const longestRetryPauseMs = 60_000;
/** Most keys whose failures are remembered; beyond, all are forgotten (names may come from outside). */
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

/** A read that was not made, because the circuit is open; `cause` is the failure that opened it. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';

  constructor(cause: unknown) {
    super('The source failed a moment ago and was not read again.', { cause });
  }
}

/**
 * Counts the consecutive failures of one read, and decides when the source is read again.
 *
 * - **Closed**: lookups read. After a first failure, reads in advance wait until the pause is over.
 * - **Open**, from the second consecutive failure on, until the pause is over: lookups fail at once.
 * - **Half-open**, after the pause: the next lookup reads. A failure opens the circuit again, anything else closes it.
 *
 * Source: https://martinfowler.com/bliki/CircuitBreaker.html
 */
export class CircuitBreaker {
  private failures = 0;
  private unsuccessful = 0;
  private latest: { readonly error: unknown; readonly at: Moment } | undefined;
  private pausedUntilMs = 0;

  /** Whether the last read failed, and the pause after that is not over. */
  isPaused(nowMs: number): boolean {
    return nowMs < this.pausedUntilMs;
  }

  /** Gives the error for lookups while the circuit is open; `undefined` when the source may be read. */
  openError(nowMs: number): CircuitOpenError | undefined {
    if (this.failures < failuresToOpen || !this.isPaused(nowMs)) return undefined;
    return new CircuitOpenError(this.latest?.error);
  }

  /**
   * Counts a failure, and begins a pause. Concurrent reads count as one.
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

  /** Counts an answer that does not permit the read: it closes the circuit, but the retry pauses still grow. */
  recordRefusal(): void {
    this.close();
    this.unsuccessful += 1;
  }

  /** Closes the circuit, and resets the retry pauses. */
  recordSuccess(): void {
    this.close();
    this.unsuccessful = 0;
  }

  /**
   * Gives the pause before the source is read again while a stale value is served, **milliseconds**: it doubles with each consecutive
   * failure or refusal.
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
 * The circuit breaker of a whole source: it opens when reads of several keys fail, and no read succeeds in between.
 *
 * A single key that cannot be read does not affect the others.
 */
export class SourceCircuitBreaker {
  private readonly breaker = new CircuitBreaker();
  private readonly failedKeys = new Set<string>();

  /** Gives the error for lookups while the circuit is open; `undefined` when the source may be read. */
  openError(nowMs: number): CircuitOpenError | undefined {
    return this.failedKeys.size > 1 ? this.breaker.openError(nowMs) : undefined;
  }

  /** Counts a failed key. @param begun - When the read began; concurrent reads count as one. */
  recordFailure(key: string, error: unknown, begun: Moment, policy: PausePolicy): void {
    if (this.failedKeys.size >= maxFailedKeys) this.failedKeys.clear();
    this.failedKeys.add(key);
    this.breaker.recordFailure(error, begun, policy);
  }

  /** Counts a successful read of any key. */
  recordSuccess(): void {
    this.failedKeys.clear();
    this.breaker.recordSuccess();
  }
}

/** Cuts a pause by up to half at random, so that processes do not retry at the same time. */
function spread(pauseMs: number, { random }: PausePolicy): number {
  return pauseMs * (0.5 + random() / 2);
}
