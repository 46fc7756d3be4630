import { FailurePauses, forgetOldest } from './failure-pauses';

/** What is wrong with one thing that was read: a directory, or a name. */
export interface ReadTrouble {
  readonly state: 'failing' | 'refused' | 'stale';
  /** Since when nothing good came, **milliseconds** since the Unix epoch. */
  readonly sinceMs: number;
  /** What the source answered, without any value. */
  readonly reason: string;
  /** What would make it readable, where it was not permitted. */
  readonly remedy?: string | undefined;
}

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
export class ReadHistory<G> {
  readonly pauses = new FailurePauses();
  /** By directory, or exact name. */
  readonly troubles = new Map<string, ReadTrouble>();
  /** When a read last succeeded, **milliseconds** since the Unix epoch; `undefined`: never. */
  lastSuccessMs: number | undefined;
  /** How many directories were asked for, or names. */
  requests = 0;
  private readonly good = new Map<string, GoodRead<G>>();

  /** Gives what was good last; `undefined` when there is nothing. */
  lastGood(key: string): GoodRead<G> | undefined {
    return this.good.get(key);
  }

  /** Keeps what came of a read that succeeded. A read that began before the last good one changes nothing. */
  keep(key: string, read: GoodRead<G>): void {
    this.lastSuccessMs = Math.max(read.atMs, this.lastSuccessMs ?? 0);
    if (read.order < (this.good.get(key)?.order ?? 0)) return;
    this.pauses.succeed(key);
    this.troubles.delete(key);
    this.good.delete(key);
    this.good.set(key, read);
    forgetOldest(this.good);
  }

  /** Notes what is wrong, since the first time in a row. */
  note(key: string, trouble: ReadTrouble): void {
    const { sinceMs } = this.troubles.get(key) ?? trouble;
    this.troubles.set(key, { ...trouble, sinceMs });
    forgetOldest(this.troubles);
  }
}
