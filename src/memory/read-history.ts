import { FailurePauses, forgetOldest } from './failure-pauses';
import { SourceRecord } from './source-record';

/** Something that was read well. */
export interface GoodRead<G> {
  readonly outcome: G;
  /** **Milliseconds** since the Unix epoch. */
  readonly atMs: number;
  /** Counts reads in the order in which they began. */
  readonly order: number;
}

/**
 * What outlives a reset of memory, for one kind of read of one provider: what was good last, and what fails.
 */
export class ReadHistory<G> extends SourceRecord {
  readonly pauses = new FailurePauses();
  private readonly good = new Map<string, GoodRead<G>>();

  /** Gives what was good last; `undefined` when there is nothing. */
  lastGood(key: string): GoodRead<G> | undefined {
    return this.good.get(key);
  }

  /** Takes over what another kind of read found, unless there is something that was read later. */
  inherit(key: string, read: GoodRead<G>): void {
    if (read.order <= (this.good.get(key)?.order ?? 0)) return;
    this.good.set(key, read);
    forgetOldest(this.good);
  }

  /**
   * Keeps what came of a read that succeeded. A read that began before the last good one changes nothing.
   *
   * @param oldestMs - What was read before is of no use any more, **milliseconds** since the Unix epoch.
   */
  keep(key: string, read: GoodRead<G>, oldestMs: number): void {
    if (read.order < (this.good.get(key)?.order ?? 0)) return;
    this.succeed(key, read.atMs);
    this.pauses.succeed(key);
    this.good.delete(key);
    this.good.set(key, read);
    forgetOldest(this.good);
    // They are in the order in which they were read.
    for (const [other, { atMs }] of this.good) {
      if (atMs > oldestMs) return;
      this.good.delete(other);
    }
  }
}
