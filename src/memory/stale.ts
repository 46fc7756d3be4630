import { type DirectoryItem } from '../item/directory-item';

/** Why, and for how long, something that was good once stands in for what could not be read. */
export interface StaleFacts {
  /** When it was read, **milliseconds** since the Unix epoch. */
  readonly goodAtMs: number;
  /** When it is given no more, **milliseconds** since the Unix epoch. */
  readonly untilMs: number;
  /** What the source answered, without any value. */
  readonly reason: string;
  /** What would make the source readable, where it was not permitted. */
  readonly remedy?: string | undefined;
}

/** The last good outcome of a read, in place of one that failed. */
export class Stale<T> {
  /** That there was nothing, for names that the outcome has not. */
  readonly absence = new StaleAbsence(this);
  private readonly marked = new WeakMap<DirectoryItem, DirectoryItem>();

  constructor(
    readonly outcome: T,
    readonly facts: StaleFacts,
  ) {}

  /** Gives an item of the outcome that says it is stale. */
  mark(item: DirectoryItem): DirectoryItem {
    let marked = this.marked.get(item);
    if (marked === undefined) {
      marked = item.asStale(new Date(this.facts.goodAtMs).toISOString());
      this.marked.set(item, marked);
      factsByItem.set(marked, this.facts);
    }
    return marked;
  }
}

/** That a place held nothing under a name when it was read last, and cannot be read now. */
export class StaleAbsence {
  constructor(private readonly stale: Stale<unknown>) {}

  /** When it was read, **milliseconds** since the Unix epoch. */
  get goodAtMs(): number {
    return this.stale.facts.goodAtMs;
  }

  /** Gives what was found below the place: it is no better known than that the place holds nothing. */
  mark(item: DirectoryItem): DirectoryItem {
    return item.stale ? item : this.stale.mark(item);
  }
}

const factsByItem = new WeakMap<DirectoryItem, StaleFacts>();

/** Gives why an item is stale; `undefined` when it is not, or its origin is not known. */
export function staleFactsOf(item: DirectoryItem): StaleFacts | undefined {
  return factsByItem.get(item);
}
