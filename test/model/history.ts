/** Where settings are kept. */
export type Source = 'ssm' | 'secrets' | 'dynamo';

/** A place of a lookup order: one directory at one source of one account. */
export interface Place {
  readonly account: string;
  readonly source: Source;
  readonly directory: string;
}

/** When something happened, from before it to after it; simulated **milliseconds** since the Unix epoch. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A value that a place held under a name; `undefined`: it held none. */
export interface Era {
  readonly value: string | undefined;
  /** Before it was put. */
  readonly fromMs: number;
  /** After it was replaced; infinite while it has not been. */
  readonly toMs: number;
}

/** Where and when a value was held. */
export interface HeldValue {
  readonly place: Place;
  readonly name: string;
  readonly era: Era;
}

/** A deletion of rows of the cache table. */
export interface Clearing extends Span {
  readonly partition: string;
  /** Only the rows of this name; absent: all. */
  readonly name?: string | undefined;
  /** Whether it left a generation, as `clear()` does and other means do not. */
  readonly leavesGeneration: boolean;
}

/** A time in which a process is not permitted to read something. */
export interface Refusal {
  readonly process: string;
  readonly source: Source;
  /** Absent: every directory. */
  readonly directory?: string | undefined;
  /** Absent: every name. */
  readonly name?: string | undefined;
}

/** Something that happened, as a report shows it. */
export interface HistoryEvent {
  readonly atMs: number;
  readonly text: string;
  /** Name of the setting that it is about; absent: any. */
  readonly name?: string | undefined;
}

/** How many troubles of a process are kept: more than an answer can be about. */
const keptTroubles = 10_000;

/** All that has happened in a world: what each place has held since its start, and what was done to the cache table. */
export class History {
  /** In the order in which it happened. */
  readonly events: HistoryEvent[] = [];
  private readonly eras = new Map<string, Era[]>();
  private readonly held = new Map<string, { readonly place: Place; readonly name: string }>();
  private readonly clearings: Clearing[] = [];
  private readonly refusals: { readonly refusal: Refusal; readonly fromMs: number; toMs: number }[] = [];
  private readonly troubles = new Map<string, number[]>();

  /** Records that a place holds a value from now on; `undefined`: none. Every value is put once in a history. */
  put(place: Place, name: string, value: string | undefined, { fromMs, toMs }: Span): void {
    const id = eraKey(place, name);
    const eras = this.eras.get(id) ?? [absentFromStart];
    const last = eras.at(-1) ?? absentFromStart;
    this.eras.set(id, [...eras.slice(0, -1), { ...last, toMs }, { value, fromMs, toMs: Number.POSITIVE_INFINITY }]);
    if (value !== undefined) this.held.set(value, { place, name });
  }

  /** Records that rows of the cache table were deleted. */
  clear(clearing: Clearing): void {
    this.clearings.push(clearing);
  }

  /** Records that a process is refused something from now on. @returns Ends that. */
  refuse(refusal: Refusal, fromMs: number): (atMs: number) => void {
    const entry = { refusal, fromMs, toMs: Number.POSITIVE_INFINITY };
    this.refusals.push(entry);
    return (atMs) => {
      entry.toMs = atMs;
    };
  }

  /** Records that a request of a process failed, was held up or was answered in part. */
  trouble(process: string, atMs: number): void {
    const known = this.troubles.get(process) ?? [];
    this.troubles.set(process, known);
    known.push(atMs);
    if (known.length > 2 * keptTroubles) known.splice(0, keptTroubles);
  }

  /** Records an event for reports. */
  note(atMs: number, text: string, name?: string): void {
    this.events.push({ atMs, text, name });
  }

  /** Gives where and when a value was held; `undefined` for a value that no place ever held. */
  find(value: string): HeldValue | undefined {
    const held = this.held.get(value);
    const era = held && this.erasOf(held.place, held.name).find((each) => each.value === value);
    return held && era && { ...held, era };
  }

  /** Whether a place held nothing under a name at some time from one moment to another. */
  wasAbsent(place: Place, name: string, { fromMs, toMs }: Span): boolean {
    return this.erasOf(place, name).some((era) => era.value === undefined && era.toMs >= fromMs && era.fromMs <= toMs);
  }

  /** Whether a process was refused a name of a place, or anything at all, at some time from one moment to another. */
  wasRefused(
    process: string,
    { fromMs, toMs }: Span,
    where?: { readonly place: Place; readonly name: string },
  ): boolean {
    return this.refusals.some(
      ({ refusal, fromMs: began, toMs: ended }) =>
        refusal.process === process &&
        (where === undefined || isAbout(refusal, where.place, where.name)) &&
        ended >= fromMs &&
        began <= toMs,
    );
  }

  /** Whether something went wrong for a process at some time from one moment to another. */
  wasTroubled(process: string, { fromMs, toMs }: Span): boolean {
    return this.troubles.get(process)?.findLast((atMs) => atMs >= fromMs && atMs <= toMs) !== undefined;
  }

  /**
   * Gives the time after which everything in the table was read, for readers of the table after a given time.
   *
   * @param writeAgeMs - How long before it was written an answer may have been read, **milliseconds**: rows that were written
   * after a deletion which left no generation may be as old.
   * @returns Simulated **milliseconds** since the Unix epoch; minus infinity before the first deletion.
   */
  clearedBefore(partition: string, name: string, atMs: number, writeAgeMs: number): number {
    const before = this.clearings.filter(
      (each) => each.partition === partition && (each.name ?? name) === name && each.toMs <= atMs,
    );
    const moments = before.map(({ fromMs, leavesGeneration }) => fromMs - (leavesGeneration ? 0 : writeAgeMs));
    return Math.max(Number.NEGATIVE_INFINITY, ...moments);
  }

  /** Gives what a place has held under a name, oldest first. */
  erasOf(place: Place, name: string): readonly Era[] {
    return this.eras.get(eraKey(place, name)) ?? [absentFromStart];
  }
}

/** Identifies a place in texts. */
export function placeText({ account, source, directory }: Place): string {
  return `${account} ${source} ${directory}`;
}

function isAbout(refusal: Refusal, { source, directory }: Place, name: string): boolean {
  return refusal.source === source && (refusal.directory ?? directory) === directory && (refusal.name ?? name) === name;
}

const absentFromStart: Era = {
  value: undefined,
  fromMs: Number.NEGATIVE_INFINITY,
  toMs: Number.POSITIVE_INFINITY,
};

function eraKey(place: Place, name: string): string {
  return `${placeText(place)}/${name}`;
}
