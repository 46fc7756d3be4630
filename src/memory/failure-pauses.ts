import { isInstance } from '../base/describe-error';
/** Most keys whose failures are remembered; beyond, the oldest are forgotten (names may come from outside). */
const maxKeys = 10_000;
/** Longest pause before a last good outcome is tried to be replaced, **milliseconds**. */
const longestRetryPauseMs = 60_000;

/** How long pauses are, and the chance that spreads them. */
export interface PauseTerms {
  /** Gives the current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: () => number;
  /** Gives a number in `[0, 1)`. */
  readonly random: () => number;
  /** Pause after a failure, **milliseconds**; 0: none. */
  readonly failurePauseMs: number;
}

/** Says that a source was not asked, because it failed just before; `cause` is that failure. */
export class NotAskedAgain extends Error {
  override readonly name = 'NotAskedAgain';

  constructor(cause: unknown) {
    super('The source failed a moment ago and was not asked again.', { cause });
  }
}

interface Failed {
  /** How often in a row. */
  readonly count: number;
  readonly error: unknown;
  /** End of the pause, **milliseconds** since the Unix epoch. */
  readonly untilMs: number;
  /** How many of the failures in a row a lookup has been told. */
  readonly told: number;
  /** The one that was told last. */
  readonly lastTold: unknown;
}

/**
 * Decides when a source that failed is asked again.
 *
 * During a pause after each failure a key is not asked in advance. A lookup that needs it asks again after the first
 * failure that was told, and from the second in a row on is told of that one until the pause is over. So is everybody who
 * asks the source for anything, when two rounds in a row failed for more than one key and nothing succeeded: one thing
 * that cannot be read keeps no other from being read.
 */
export class FailurePauses {
  private readonly byKey = new Map<string, Failed>();
  private whole: Pick<Failed, 'error' | 'untilMs'> | undefined;
  private readonly failedKeys = new Set<string>();
  /** Ends with the first failure in it: what was asked at the same time fails once. */
  private currentRound = 0;
  private failedRounds = 0;

  /** The round that begins now; to be given with what comes of it. */
  get round(): number {
    return this.currentRound;
  }

  /** Whether a key is not to be asked in advance. */
  isPaused(key: string, nowMs: number): boolean {
    return nowMs < (this.byKey.get(key)?.untilMs ?? 0);
  }

  /** Gives the failure for which a key is not asked even by who needs it; `undefined` when it may be asked. */
  find(key: string, nowMs: number): NotAskedAgain | undefined {
    const own = this.byKey.get(key);
    const failed = own !== undefined && own.told > 1 && nowMs < own.untilMs ? own : this.whole;
    return failed === undefined || nowMs >= failed.untilMs ? undefined : new NotAskedAgain(failed.error);
  }

  /** Counts a failure. @param round - In which the key was asked. */
  fail(key: string, error: unknown, round: number, terms: PauseTerms): void {
    const { count, told, lastTold } = this.byKey.get(key) ?? neverFailed;
    this.put(key, { count: count + 1, error, untilMs: pauseEnd(terms), told, lastTold });
    this.failedKeys.add(key);
    if (this.failedKeys.size > maxKeys) this.failedKeys.clear();
    if (round === this.currentRound) {
      this.currentRound += 1;
      this.failedRounds += 1;
    }
    if (this.failedRounds > 1 && this.failedKeys.size > 1) this.whole = { error, untilMs: pauseEnd(terms) };
  }

  /** Counts that a lookup was told of a failure; each failure counts once, whoever is told of it. */
  tell(key: string, error: unknown): void {
    const failed = this.byKey.get(key);
    if (failed === undefined || failed.lastTold === error || isInstance(error, NotAskedAgain)) return;
    this.put(key, { ...failed, told: failed.told + 1, lastTold: error });
  }

  /** Counts a refusal: nobody is kept from asking, but pauses before retries grow. */
  refuse(key: string): void {
    const { count } = this.byKey.get(key) ?? neverFailed;
    this.put(key, { ...neverFailed, count: count + 1 });
  }

  /** Forgets the failures of a key, and those of the source as a whole. */
  succeed(key: string): void {
    this.byKey.delete(key);
    this.failedKeys.clear();
    this.failedRounds = 0;
    this.whole = undefined;
  }

  /** Gives the pause before a last good outcome is tried to be replaced, **milliseconds**: doubling with each failure. */
  retryPauseMs(key: string, { random, failurePauseMs }: PauseTerms): number {
    const doublings = Math.min((this.byKey.get(key)?.count ?? 1) - 1, 30);
    return Math.min(longestRetryPauseMs, failurePauseMs * 2 ** doublings) * (0.5 + random() / 2);
  }

  private put(key: string, failed: Failed): void {
    this.byKey.delete(key);
    this.byKey.set(key, failed);
    forgetOldest(this.byKey);
  }
}

const neverFailed: Failed = { count: 0, error: undefined, untilMs: 0, told: 0, lastTold: undefined };

/** Forgets what was put first when there is too much. */
export function forgetOldest(map: Map<string, unknown>): void {
  if (map.size <= maxKeys) return;
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}

function pauseEnd({ nowMs, random, failurePauseMs }: PauseTerms): number {
  return nowMs() + failurePauseMs * (0.5 + random() / 2);
}
