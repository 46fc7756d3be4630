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
  /** Whether nothing else can be read either, for want of credentials or a region. Absent: no. */
  readonly isOfClients?: boolean | undefined;
}

/** Counts what was noted of all sources, so that the later one of two is known. */
let noted = 0;

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
  /** When something was read well last, and when nothing could be for want of credentials or a region, as counts of notes; 0: never. */
  private readonly latest = { success: 0, refusalOfClients: 0 };
  /** What was read well when it was last asked for. */
  private readonly well = new Map<string, true>();

  /** Notes that something was read well. */
  succeed(key: string, atMs: number): void {
    this.lastSuccessMs = Math.max(atMs, this.lastSuccessMs ?? 0);
    this.troubles.delete(key);
    this.told.delete(key);
    this.latest.success = noted += 1;
    this.well.set(key, true);
    forgetOldest(this.well);
  }

  /** Notes what is wrong, since the first time in a row. */
  note(key: string, trouble: SourceTrouble): void {
    const { sinceMs } = this.troubles.get(key) ?? trouble;
    this.troubles.set(key, { ...trouble, sinceMs });
    this.well.delete(key);
    if (trouble.isOfClients === true && trouble.state === 'refused') this.latest.refusalOfClients = noted += 1;
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

  /**
   * Whether a source is refused as a whole: something is not permitted, and nothing that it was asked for could be read when it
   * was last asked for; or since then there are no credentials, or no region.
   *
   * @param records - All records of the source.
   */
  static areRefused(records: readonly SourceRecord[]): boolean {
    const lastOf = (kind: keyof SourceRecord['latest']): number =>
      Math.max(...records.map(({ latest }) => latest[kind]));
    const isAnyRefused = records.some(({ troubles }) =>
      [...troubles.values()].some(({ state }) => state === 'refused'),
    );
    if (!isAnyRefused) return false;
    return lastOf('refusalOfClients') > lastOf('success') || records.every(({ well }) => well.size === 0);
  }

  /** Whether something still fails that a lookup has failed of. */
  get failsLookups(): boolean {
    for (const key of this.told) if (this.troubles.get(key)?.state === 'failing') return true;
    return false;
  }
}
