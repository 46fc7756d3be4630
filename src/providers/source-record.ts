import { forgetOldest } from './failure-pauses';

/** What is wrong with one thing that a source was asked for: a directory, a name. */
export interface SourceTrouble {
  readonly state: 'failing' | 'refused' | 'stale';
  /** Since when nothing good came, **milliseconds** since the Unix epoch. */
  readonly sinceMs: number;
  /** What the source answered, without any value. */
  readonly reason: string;
  /** What would make it readable, where it was not permitted. */
  readonly remedy?: string | undefined;
}

/** How a source has done so far. */
export class SourceRecord {
  /** By what was asked for. */
  readonly troubles = new Map<string, SourceTrouble>();
  /** When it last answered well, **milliseconds** since the Unix epoch; `undefined`: never. */
  lastSuccessMs: number | undefined;
  /** How often it was asked for something. */
  requests = 0;
  /** Those of the troubles that a lookup has failed of. */
  private readonly told = new Set<string>();
  /** What was read well when it was last asked for. */
  private readonly well = new Map<string, true>();

  /** Notes that something was read well. */
  succeed(key: string, atMs: number): void {
    this.lastSuccessMs = Math.max(atMs, this.lastSuccessMs ?? 0);
    this.troubles.delete(key);
    this.told.delete(key);
    this.well.set(key, true);
    forgetOldest(this.well);
  }

  /** Notes what is wrong, since the first time in a row. */
  note(key: string, trouble: SourceTrouble): void {
    const { sinceMs } = this.troubles.get(key) ?? trouble;
    this.troubles.set(key, { ...trouble, sinceMs });
    this.well.delete(key);
    forgetOldest(this.troubles);
  }

  /** Notes that somebody was told of a failure. */
  tell(key: string): void {
    if (this.troubles.get(key)?.state !== 'failing') return;
    // Those that are forgotten count for nothing.
    if (this.told.size > this.troubles.size)
      for (const each of this.told) if (!this.troubles.has(each)) this.told.delete(each);
    this.told.add(key);
  }

  /** Whether anything was read well when it was last asked for. */
  get isReadable(): boolean {
    return this.well.size > 0;
  }

  /** Whether anything is not permitted, and nothing read earlier is given in its place. */
  get isRefused(): boolean {
    for (const { state } of this.troubles.values()) if (state === 'refused') return true;
    return false;
  }

  /** Whether something still fails that a lookup has failed of. */
  get failsLookups(): boolean {
    for (const key of this.told) if (this.troubles.get(key)?.state === 'failing') return true;
    return false;
  }
}
