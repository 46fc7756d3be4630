import { type CacheSession } from './cacher';
import { type AnswerRow, createdAtMs } from './rows';

/** Life of rows, and the spread of their expiry. */
export interface TtlOptions {
  /** Life of a row, **seconds**. */
  readonly ttlSeconds: number;
  /** Largest deviation from the mean expiry, **seconds**. */
  readonly jitterSeconds: number;
}

/** How much longer than a lookup ago the reads behind a row may have begun when it is written, **milliseconds**. */
const writingMs = 5000;
/** Upper bound for the duration of a lookup in this rule, **milliseconds**: longer reads have failed. */
const longestLookupMs = 60_000;
/** Part of the life of a row: the early window, and the least remaining life of a row that others are aligned to. */
const sixth = 1 / 6;
/** Spread for a life of 12 hours; that of shorter lives is proportional. */
const fullJitter = { jitterSeconds: 1500, ttlSeconds: 12 * 3600 };

/** Gives the spread of the expiry of rows with a certain life, **seconds**. */
export function jitterFor(ttlSeconds: number): number {
  return Math.min(
    fullJitter.jitterSeconds,
    Math.floor((ttlSeconds * fullJitter.jitterSeconds) / fullJitter.ttlSeconds),
  );
}

/**
 * Gives the expiry of a new row.
 *
 * It is spread, so that the processes of a service do not all read the sources in the same minute.
 *
 * @param nowMs - Current time, **milliseconds** since the Unix epoch.
 * @param random - In `[0, 1)`.
 * @returns **Whole seconds** since the Unix epoch, from `[now + ttl - jitter, now + ttl + jitter)`.
 * @throws RangeError when `jitterSeconds` is not in `[0, ttlSeconds)`.
 * @remarks DynamoDB accepts only a top-level Number of epoch seconds.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html
 */
export function jitteredExpiry(nowMs: number, random: number, { ttlSeconds, jitterSeconds }: TtlOptions): number {
  if (!(jitterSeconds >= 0 && jitterSeconds < ttlSeconds)) {
    throw new RangeError(`jitterSeconds must be in [0, ${ttlSeconds}), got ${jitterSeconds}`);
  }
  return Math.floor(nowMs / 1000 + ttlSeconds - jitterSeconds + 2 * jitterSeconds * random);
}

/**
 * Aligns the expiry of a new row to that of existing rows, so that a partition expires together.
 *
 * @param fresh - Expiry without alignment, **seconds** since the Unix epoch.
 * @param latest - Latest expiry among the rows of found names, **seconds** since the Unix epoch; `undefined` when there is none.
 * @returns `latest` when it is more than a sixth of a life ahead and not beyond `fresh`, else `fresh`.
 */
export function alignedExpiry(nowMs: number, fresh: number, latest: number | undefined, ttlSeconds: number): number {
  if (latest === undefined) return fresh;
  const ahead = latest - nowMs / 1000;
  return ahead > ttlSeconds * sixth && latest <= fresh ? latest : fresh;
}

/**
 * Gives the early window of a row: the time before its expiry in which it may be refreshed, **seconds**.
 *
 * @param ttl - Expiry of the row, **seconds** since the Unix epoch.
 * @param writtenAtMs - When it was written, **milliseconds** since the Unix epoch; `undefined` when unknown.
 * @param cacheTtlSeconds - Life of a row by the settings.
 * @returns A sixth of that life, or of the row's own where that is shorter.
 */
export function earlyWindow(ttl: number, writtenAtMs: number | undefined, cacheTtlSeconds: number): number {
  const ownLife = writtenAtMs === undefined ? cacheTtlSeconds : ttl - writtenAtMs / 1000;
  return Math.max(0, Math.min(ownLife, cacheTtlSeconds)) * sixth;
}

/**
 * Whether a row that has not expired should be refreshed now.
 *
 * The nearer its expiry, the likelier: few processes refresh early, and none has to wait when it expires.
 *
 * @param draw - In `[0, 1)`, drawn once per Query.
 */
export function isEarly(ttl: number, windowSeconds: number, draw: number, nowMs: number): boolean {
  return ttl - draw * windowSeconds <= nowMs / 1000;
}

/** Whether a row has expired; a row without a `ttl` never does. */
export function isExpired(ttl: number | undefined, nowMs: number): boolean {
  return ttl !== undefined && ttl <= nowMs / 1000;
}

/**
 * Gives how long a row may still be written, **milliseconds**: until its reads began longer ago than a lookup may last, and 5 s more.
 *
 * A process that answers from memory, or was frozen, must not write: its values may have changed, and others may have written newer ones.
 *
 * @param readAtMs - When the oldest read behind the row began, **milliseconds** since the Unix epoch.
 */
export function writableMs(readAtMs: number, { nowMs, settings }: CacheSession): number {
  // After a clock was set back, the difference is negative.
  return Math.min(settings.lookupBudgetMs, longestLookupMs) + writingMs - Math.abs(nowMs() - readAtMs);
}

/** Whether a row should be refreshed now although it has not expired. */
export function isRowEarly(
  { nowMs, settings }: CacheSession,
  { draw }: { readonly draw: number },
  row: AnswerRow,
): boolean {
  if (row.ttl === undefined) return false;
  return isEarly(row.ttl, earlyWindow(row.ttl, createdAtMs(row), settings.cacheTtlSeconds), draw, nowMs());
}
