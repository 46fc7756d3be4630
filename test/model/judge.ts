import { type CacheSecrets } from '../../src/settings/settings-values';
import { type Era, type HeldValue, type History, type Place, placeText, type Span } from './history';

/** What a lookup came to, as the process that made it reports it. */
export type Answer =
  | {
      readonly kind: 'found';
      readonly value: string;
      readonly directory: string;
      /** Whether a row of the cache table gave it. */
      readonly viaCacher: boolean;
      readonly stale: boolean;
    }
  /** Also where a default was given. */
  | { readonly kind: 'missing'; readonly stale: boolean }
  | { readonly kind: 'failed'; readonly error: string };

/** One memory of a process, and the settings that decide how old its answers may be. */
export interface Reader {
  /** For reports. */
  readonly label: string;
  /** The process of the operating system. */
  readonly process: string;
  /** Partition of the cache table; `undefined`: it uses none. */
  readonly partition: string | undefined;
  /** Before its memory could be filled, simulated **milliseconds** since the Unix epoch. */
  readonly startedMs: number;
  /** How long memory is good, **milliseconds**. */
  readonly memoryMs: number;
  /** `staleIfErrorSeconds`, in **milliseconds**. */
  readonly staleMs: number;
  readonly cacheSecrets: CacheSecrets;
  /** How far its clock is ahead, **milliseconds**. */
  readonly skewMs: number;
}

/** A lookup that has ended. */
export interface Lookup {
  readonly reader: Reader;
  /** Places in the order of the lookup. */
  readonly places: readonly Place[];
  /** Identifies the chain and the account it is read in, for rows that lookups share. */
  readonly chain: string;
  readonly name: string;
  /** From before it began to after it ended. */
  readonly span: Span;
  /** How long it took, real **milliseconds**. */
  readonly tookMs: number;
  /** Before memory was last cleared explicitly; minus infinity: never. */
  readonly refreshedMs: number;
  /** Whether rows of the table have been passed over since then. */
  readonly pastCache: boolean;
  /** Whether it was among the first of this memory: then a row that gave the answer was in the table. */
  readonly isFirst: boolean;
  readonly answer: Answer;
}

/** A rule that an answer broke. */
export type Rule =
  | 'unknown value'
  | 'another place'
  | 'too old'
  | 'a higher place had a value'
  | 'not missing'
  | 'went back'
  | 'failed without a cause'
  | 'stale without a cause';

/** An answer that is not legitimate. */
export interface Mistake {
  readonly rule: Rule;
  readonly text: string;
}

/** What the judge takes as given. */
export interface JudgeOptions {
  /** Whether a place keeps a name as a secret. */
  readonly isSecret: (place: Place, name: string) => boolean;
  /** Whether any process seals secrets: then those that do not may still open the rows. */
  readonly hasSealedRows: boolean;
  /** How far the clock of any writer is ahead at most, **milliseconds**. */
  readonly skewMs: number;
  /** How long before it was written the answer in a row may have been read, **milliseconds**. */
  readonly writeAgeMs: number;
  /** Longest time that a source which failed is left alone, **milliseconds**. */
  readonly pauseMs: number;
  /** A lookup that takes longer may fail though nothing was done to it, real **milliseconds**. */
  readonly slowMs: number;
}

/** Life of a row: 12 hours, and the spread of its end, **milliseconds**. */
const rowMs = (12 * 3600 + 1500) * 1000;
/** Life of a row that says "missing", and of a sealed secret, **milliseconds**. */
const briefRowMs = 900_000;

/**
 * Decides whether answers are legitimate, by the whole history of the world and nothing from the library.
 *
 * An answer is legitimate when the place it names held it, and every place above held nothing or was refused, at some time
 * since the moment that the answer may be as old as. The moments of different places need not be the same one.
 */
export class Judge {
  /** Newest value that the table has given to a new memory, by chain and name. */
  private readonly newest = new Map<string, { readonly era: Era; readonly seen: Span }>();

  constructor(
    private readonly history: History,
    private readonly options: JudgeOptions,
  ) {}

  /** Gives the rule that an answer breaks; `undefined` when it is legitimate. */
  judge(lookup: Lookup): Mistake | undefined {
    const { answer } = lookup;
    if (answer.kind === 'failed') {
      return this.mayFail(lookup) ? undefined : { rule: 'failed without a cause', text: answer.error };
    }
    if (answer.stale && !this.mayBeStale(lookup)) {
      return { rule: 'stale without a cause', text: 'nothing had failed or been refused lately' };
    }
    if (answer.kind === 'missing') return this.judgeMissing(lookup, answer.stale);
    const held = this.history.find(answer.value);
    if (held === undefined) return { rule: 'unknown value', text: `no place ever held ${answer.value}` };
    return this.judgeFound(lookup, answer, held);
  }

  private mayFail({ reader, span, tookMs }: Lookup): boolean {
    const lately = { fromMs: span.fromMs - this.options.pauseMs, toMs: span.toMs };
    return tookMs >= this.options.slowMs || this.history.wasTroubled(reader.process, lately);
  }

  /** A source is refused for as long as memory lasts. */
  private mayBeStale(lookup: Lookup): boolean {
    const own = { fromMs: memoryStart(lookup), toMs: lookup.span.toMs };
    return this.mayFail(lookup) || this.history.wasRefused(lookup.reader.process, own);
  }

  private judgeMissing(lookup: Lookup, stale: boolean): Mistake | undefined {
    const fromMs = Math.min(this.oldestRow(lookup, briefRowMs), stale ? this.oldestStale(lookup) : Infinity);
    const holder = lookup.places.find((place) => !this.mayBeAbsent(lookup, place, fromMs));
    if (holder === undefined) return undefined;
    return { rule: 'not missing', text: `${placeText(holder)} had it, at all times since ${clockText(fromMs)}` };
  }

  private judgeFound(
    lookup: Lookup,
    answer: Extract<Answer, { kind: 'found' }>,
    { place, name, era }: HeldValue,
  ): Mistake | undefined {
    const index = lookup.places.findIndex((each) => placeText(each) === placeText(place));
    if (index === -1 || name !== lookup.name || answer.directory !== place.directory) {
      return { rule: 'another place', text: `it is the value of ${name} in ${placeText(place)}` };
    }
    const oldestMs = this.oldestValue(lookup, answer, place);
    if (era.toMs < oldestMs) {
      const text = `it ended at ${clockText(era.toMs)}, and may be as old as ${clockText(oldestMs)}`;
      return { rule: 'too old', text };
    }
    const fromMs = Math.min(oldestMs, answer.viaCacher ? this.oldestRow(lookup, rowMs) : Infinity);
    const above = lookup.places.slice(0, index).find((each) => !this.mayBeAbsent(lookup, each, fromMs));
    if (above !== undefined) {
      const text = `${placeText(above)} had a value, at all times since ${clockText(fromMs)}`;
      return { rule: 'a higher place had a value', text };
    }
    return answer.viaCacher && !answer.stale && !this.options.isSecret(place, name)
      ? this.judgeOrder(lookup, era)
      : undefined;
  }

  /**
   * What the table gives to new memories never goes back.
   *
   * A row that holds an older value than one that was seen in the table has been written since. By then, its answer was older
   * than a row may be when it is written.
   */
  private judgeOrder({ reader, chain, name, span, isFirst }: Lookup, era: Era): Mistake | undefined {
    const id = `${reader.partition ?? ''} ${chain} ${name}`;
    const newest = this.newest.get(id);
    if (isFirst && (newest === undefined || era === newest.era || era.fromMs >= newest.era.toMs)) {
      this.newest.set(id, { era, seen: span });
    }
    if (newest === undefined || reader.startedMs < newest.seen.toMs) return undefined;
    if (era === newest.era || era.fromMs >= newest.era.toMs) return undefined;
    if (newest.seen.fromMs <= era.toMs + this.options.writeAgeMs) return undefined;
    const given = `${newest.era.value ?? ''} was given at ${clockText(newest.seen.toMs)}`;
    return { rule: 'went back', text: `${given}, to a memory that began before this one` };
  }

  /** Whether a place may have been passed because it held nothing, or because the process may not read it. */
  private mayBeAbsent({ reader, name, span, ...lookup }: Lookup, place: Place, fromMs: number): boolean {
    const within = { fromMs, toMs: span.toMs };
    // What lies below a refusal is in no row: the memory itself must have met it.
    const own = { fromMs: memoryStart({ reader, name, span, ...lookup }), toMs: span.toMs };
    return this.history.wasAbsent(place, name, within) || this.history.wasRefused(reader.process, own, { place, name });
  }

  /** Since when a place must have held a value that it is said to hold. */
  private oldestValue(lookup: Lookup, answer: Extract<Answer, { kind: 'found' }>, place: Place): number {
    if (answer.stale) return this.oldestStale(lookup);
    if (!answer.viaCacher) return memoryStart(lookup);
    const { cacheSecrets } = lookup.reader;
    if (!this.options.isSecret(place, lookup.name) || cacheSecrets === 'plaintext') {
      return this.oldestRow(lookup, rowMs);
    }
    return this.options.hasSealedRows ? this.oldestRow(lookup, briefRowMs) : memoryStart(lookup);
  }

  /** Since when the answer of a row may be that this memory has read. */
  private oldestRow(lookup: Lookup, lifeMs: number): number {
    const { reader, name, span, pastCache, refreshedMs } = lookup;
    const startMs = memoryStart(lookup);
    if (reader.partition === undefined || (pastCache && span.toMs - refreshedMs < reader.memoryMs)) return startMs;
    const { skewMs, writeAgeMs } = this.options;
    const clearedMs = this.history.clearedBefore(reader.partition, name, startMs, writeAgeMs);
    return Math.max(clearedMs, startMs - lifeMs - (skewMs - reader.skewMs) - writeAgeMs);
  }

  /** Since when an answer may be that is given in place of one that cannot be read. */
  private oldestStale({ reader, span }: Lookup): number {
    return Math.max(reader.startedMs, span.fromMs - reader.memoryMs - reader.staleMs);
  }
}

/** Gives the earliest moment that the memory a lookup used may have begun at. */
function memoryStart({ reader, span, refreshedMs }: Lookup): number {
  return Math.max(reader.startedMs, refreshedMs, span.fromMs - reader.memoryMs);
}

/** Writes a simulated moment. */
export function clockText(atMs: number): string {
  return Number.isFinite(atMs) ? new Date(atMs).toISOString().slice(5, -1) : 'the start';
}
