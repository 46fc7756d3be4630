import { getOrMake } from '../base/get-or-make';
import { withoutPayload } from '../aws/aws-errors';
import { describeError } from '../base/describe-error';
import { isoTime } from '../base/time';
import { type Moment } from '../di/moment';
import { type DirectoryItem } from '../item/directory-item';
import { Unavailable } from '../item/directory-listing';
import { type ReadPolicy } from './read';

/** A good outcome, and the read that gave it. */
export interface GoodOutcome<G> {
  readonly outcome: G;
  /** When it was read, **milliseconds** since the Unix epoch. */
  readonly atMs: number;
  /** When the read began. */
  readonly begun: Moment;
}

/** Why a stale value is served, and for how long. */
export interface StaleDetails {
  /** When it was read, **milliseconds** since the Unix epoch. */
  readonly goodAtMs: number;
  /** When it expires, **milliseconds** since the Unix epoch. */
  readonly untilMs: number;
  /** What the source answered instead, without any value. */
  readonly reason: string;
  /** What would permit the read; absent where it was not refused. */
  readonly remedy?: string | undefined;
}

/**
 * The last good outcome of a read, served in place of one that failed.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc5861#section-4 (stale-if-error)
 */
export class Stale<T> {
  /** Result for names that the outcome does not contain. */
  readonly absence = new StaleAbsence(this);
  private readonly marked = new WeakMap<DirectoryItem, DirectoryItem>();

  constructor(
    readonly outcome: T,
    readonly details: StaleDetails,
  ) {}

  /** Gives an item of the outcome, marked as stale: the same object each time. */
  mark(item: DirectoryItem): DirectoryItem {
    return getOrMake(this.marked, item, () => {
      const marked = item.asStale(isoTime(this.details.goodAtMs));
      detailsByItem.set(marked, this.details);
      return marked;
    });
  }
}

/** A place had nothing under a name when it was last read, and cannot be read now. */
export class StaleAbsence {
  constructor(private readonly stale: Stale<unknown>) {}

  /** When it was read, **milliseconds** since the Unix epoch. */
  get goodAtMs(): number {
    return this.stale.details.goodAtMs;
  }

  /** Marks an item that was found below the place as stale: the place may have a value by now. */
  mark(item: DirectoryItem): DirectoryItem {
    return item.stale ? item : this.stale.mark(item);
  }
}

const detailsByItem = new WeakMap<DirectoryItem, StaleDetails>();

/** Gives why an item is stale; `undefined` when it is not, or another process has marked it. */
export function staleDetailsOf(item: DirectoryItem): StaleDetails | undefined {
  return detailsByItem.get(item);
}

/** Gives a last good outcome as a stale one; `undefined` when there is none, or it is too old. @param why - Error or refusal that it replaces. */
export function staleOutcome<G>(
  lastGood: GoodOutcome<G> | undefined,
  why: unknown,
  { nowMs, staleIfErrorMs }: ReadPolicy,
): Stale<G> | undefined {
  if (lastGood === undefined || staleIfErrorMs <= 0) return undefined;
  const { atMs: goodAtMs, outcome } = lastGood;
  const untilMs = goodAtMs + staleIfErrorMs;
  if (nowMs() >= untilMs) return undefined;
  const { reason, remedy } = why instanceof Unavailable ? why : { reason: reasonOf(why), remedy: undefined };
  return new Stale(outcome, { goodAtMs, untilMs, reason, remedy });
}

/** Describes why a read failed, without any value. */
export function reasonOf(error: unknown): string {
  return describeError(withoutPayload(error));
}
