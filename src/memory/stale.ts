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
  /** When the source gave it, **milliseconds** since the Unix epoch. */
  readonly atMs: number;
  /** When the read began. */
  readonly begun: Moment;
}

/** Why a stale value is served, and for how long. */
export interface StaleFacts {
  /** When it was read, **milliseconds** since the Unix epoch. */
  readonly goodAtMs: number;
  /** When it must not be served any more, **milliseconds** since the Unix epoch. */
  readonly untilMs: number;
  /** What the source answered instead, without any value. */
  readonly reason: string;
  /** What would make the source readable; absent where it was not refused. */
  readonly remedy?: string | undefined;
}

/**
 * The last good outcome of a read, served in place of one that failed.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc5861#section-4 (stale-if-error)
 */
export class Stale<T> {
  /** For names that the outcome does not have. */
  readonly absence = new StaleAbsence(this);
  private readonly marked = new WeakMap<DirectoryItem, DirectoryItem>();

  constructor(
    readonly outcome: T,
    readonly facts: StaleFacts,
  ) {}

  /** Gives an item of the outcome, marked as stale. The same each time. */
  mark(item: DirectoryItem): DirectoryItem {
    let marked = this.marked.get(item);
    if (marked === undefined) {
      marked = item.asStale(isoTime(this.facts.goodAtMs));
      this.marked.set(item, marked);
      factsByItem.set(marked, this.facts);
    }
    return marked;
  }
}

/** Says that a place had nothing under a name when it was last read, and cannot be read now. */
export class StaleAbsence {
  constructor(private readonly stale: Stale<unknown>) {}

  /** When it was read, **milliseconds** since the Unix epoch. */
  get goodAtMs(): number {
    return this.stale.facts.goodAtMs;
  }

  /** Marks what was found below the place as stale: that the place has nothing is not known any better. */
  mark(item: DirectoryItem): DirectoryItem {
    return item.stale ? item : this.stale.mark(item);
  }
}

const factsByItem = new WeakMap<DirectoryItem, StaleFacts>();

/** Gives why an item is stale; `undefined` when it is not, or this process did not make it so. */
export function staleFactsOf(item: DirectoryItem): StaleFacts | undefined {
  return factsByItem.get(item);
}

/** Gives a last good outcome as a stale one; `undefined` when there is none, or it is too old. @param why - It is served. */
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

/** Says why a read failed, without any value. */
export function reasonOf(error: unknown): string {
  return describeError(withoutPayload(error));
}
