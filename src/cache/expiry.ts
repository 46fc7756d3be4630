import { type CacheSession } from './cacher';
import { type AnswerRow, createdAtMs } from './rows';

/** How long rows live, and how far their ends are spread. */
export interface TtlOptions {
  /** Life of a row, **seconds**. */
  readonly ttlSeconds: number;
  /** Greatest distance of an end from the middle, **seconds**. */
  readonly jitterSeconds: number;
}

/** How much older than a lookup may last the reads behind a row may be when it is written, **milliseconds**. */
const writingMs = 5000;
/** Longest time that counts for a lookup, **milliseconds**: reads that take longer have failed. */
const longestLookupMs = 60_000;
/** A row is refreshed early, and aligned to, within this part of the life of a row. */
const sixth = 1 / 6;
/** Spread of a row that lives 12 hours; shorter lives are spread in proportion. */
const fullJitter = { jitterSeconds: 1500, ttlSeconds: 12 * 3600 };

/** Gives how far the ends of rows of a certain life are spread, **seconds**. */
export function jitterFor(ttlSeconds: number): number {
  return Math.min(
    fullJitter.jitterSeconds,
    Math.floor((ttlSeconds * fullJitter.jitterSeconds) / fullJitter.ttlSeconds),
  );
}

/**
 * Picks the moment a cached row stops being served.
 *
 * Spreads the ends, so that the processes of a service do not all go back to the sources in the same minute.
 *
 * @param nowMs - Current time, **milliseconds** since the Unix epoch.
 * @param random - In `[0, 1)`; a parameter so that tests can fix it.
 * @returns **Whole seconds** since the Unix epoch, from `[now + ttl - jitter, now + ttl + jitter)`.
 * @throws RangeError when `jitterSeconds` is not in `[0, ttlSeconds)`.
 * @remarks DynamoDB honours only a top-level Number of epoch seconds.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html
 */
export function jitteredExpiry(nowMs: number, random: number, { ttlSeconds, jitterSeconds }: TtlOptions): number {
  if (!(jitterSeconds >= 0 && jitterSeconds < ttlSeconds)) {
    throw new RangeError(`jitterSeconds must be in [0, ${ttlSeconds}), got ${jitterSeconds}`);
  }
  return Math.floor(nowMs / 1000 + ttlSeconds - jitterSeconds + 2 * jitterSeconds * random);
}

/**
 * Takes over the end of rows that are already there, so that a partition expires together.
 *
 * @param fresh - What a new row would get, **seconds** since the Unix epoch.
 * @param latest - Latest end among the rows of found names, **seconds** since the Unix epoch; `undefined` when there is none.
 * @returns `latest` when it is more than a sixth of a life ahead and not beyond `fresh`, else `fresh`.
 */
export function alignedExpiry(nowMs: number, fresh: number, latest: number | undefined, ttlSeconds: number): number {
  if (latest === undefined) return fresh;
  const ahead = latest - nowMs / 1000;
  return ahead > ttlSeconds * sixth && latest <= fresh ? latest : fresh;
}

/**
 * Gives the time before its end in which a row may be refreshed, **seconds**.
 *
 * @param ttl - End of the row, **seconds** since the Unix epoch.
 * @param writtenAtMs - When it was written, **milliseconds** since the Unix epoch; `undefined` when unknown.
 * @param cacheTtlSeconds - Life of a row as settings have it.
 * @returns A sixth of that life, or of the row's own where that is shorter.
 */
export function earlyWindow(ttl: number, writtenAtMs: number | undefined, cacheTtlSeconds: number): number {
  const ownLife = writtenAtMs === undefined ? cacheTtlSeconds : ttl - writtenAtMs / 1000;
  return Math.max(0, Math.min(ownLife, cacheTtlSeconds)) * sixth;
}

/**
 * Whether a row that has not ended is to be refreshed now.
 *
 * The nearer its end, the likelier: few processes refresh early, and none has to wait at the end.
 *
 * @param draw - In `[0, 1)`, drawn once per Query.
 */
export function isEarly(ttl: number, windowSeconds: number, draw: number, nowMs: number): boolean {
  return ttl - draw * windowSeconds <= nowMs / 1000;
}

/** Whether a row has ended; one without an end never does. */
export function isExpired(ttl: number | undefined, nowMs: number): boolean {
  return ttl !== undefined && ttl <= nowMs / 1000;
}

/**
 * Gives for how long a row may still be written, **milliseconds**: until its reads are older than a lookup lasts, and 5 s more.
 *
 * Neither a process that answers from what it remembers nor one that was frozen may write: what it has read may have changed, and
 * others may have written it since.
 *
 * @param readAtMs - When the oldest read behind the row began, **milliseconds** since the Unix epoch.
 */
export function writableMs(readAtMs: number, { nowMs, settings }: CacheSession): number {
  // A clock that was set back does not measure the time that has passed.
  return Math.min(settings.lookupBudgetMs, longestLookupMs) + writingMs - Math.abs(nowMs() - readAtMs);
}

/** Whether a row that is still good is to be refreshed now. */
export function isRowEarly(
  { nowMs, settings }: CacheSession,
  { draw }: { readonly draw: number },
  row: AnswerRow,
): boolean {
  if (row.ttl === undefined) return false;
  return isEarly(row.ttl, earlyWindow(row.ttl, createdAtMs(row), settings.cacheTtlSeconds), draw, nowMs());
}
