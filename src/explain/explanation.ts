import { inspect } from 'node:util';
import { type CachedRow } from '../cache/cacher';
import { type Attempt } from '../chain/walk';
import { type DirectoryItem } from '../item/directory-item';
import { mask } from '../item/secret';
import { explanationPage } from './page/page';
import { explanationText } from './text';
import { showValue } from './shown-value';

/** One place of the lookup order, and what it has for the name. */
export interface ExplainedPlace extends Attempt {
  /** The value as it may be shown: masked when it is a secret; absent where there is none or it was not read. */
  readonly value?: string | undefined;
  /** Version at the source; absent where it has none. */
  readonly version?: string | undefined;
  /** When the source last changed the value, ISO 8601; absent where it does not say, or the value is from the cache table. */
  readonly changedAt?: string | undefined;
  /** For a value that is stale: when it was good last, ISO 8601. */
  readonly staleSince?: string | undefined;
  /** For an answer of the cache table: how its row keeps it. */
  readonly cachedAs?: CachedRow['kind'] | undefined;
  /** For an answer of the cache table: when its row was written, ISO 8601. */
  readonly cachedAt?: string | undefined;
  /** For an answer of the cache table: when its row ends, ISO 8601. */
  readonly cachedUntil?: string | undefined;
  /** For a value of the cache table: the provider that it came from. */
  readonly cachedFrom?: string | undefined;
}

/** What an explanation of a declared setting says beside where its value comes from. */
export interface DeclaredNote {
  /** Keys that lead to it in the declaration, joined by dots. */
  readonly key: string;
  /** Why it cannot be loaded, without its value; `undefined` when it can, or a source failed. */
  readonly problem: string | undefined;
}

/** Where a name was looked for, what was found, and what that hides. */
export class Explanation {
  /** Every place, in the order of the lookup. */
  readonly places: readonly ExplainedPlace[];
  /** The place whose value `get` gives; `undefined` when it gives none. */
  readonly winner: ExplainedPlace | undefined;

  /**
   * @param name - As asked.
   * @param places - Every place, in the order of the lookup.
   * @param winner - The place whose value `get` gives; `undefined` when it gives none.
   * @param explainedAt - When that was so, ISO 8601: ages are told from then on; absent: they are told as dates.
   * @param declared - For a declared setting.
   */
  constructor(
    readonly name: string,
    places: readonly ExplainedPlace[],
    winner: ExplainedPlace | undefined,
    readonly explainedAt?: string,
    private readonly declared?: DeclaredNote,
  ) {
    this.places = Object.freeze(places.map(withTexts));
    this.winner = winner && (this.places[places.indexOf(winner)] ?? withTexts(winner));
    Object.freeze(this);
  }

  /** Of a declared setting: the keys that lead to it, joined by dots; else `undefined`. */
  get key(): string | undefined {
    return this.declared?.key;
  }

  /** Of a declared setting: why it cannot be loaded, without its value; `undefined` when it can, or a source failed. */
  get problem(): string | undefined {
    return this.declared?.problem;
  }

  /** The places that have a value too, behind the winner. */
  get shadows(): readonly ExplainedPlace[] {
    return this.places.filter(({ outcome }) => outcome === 'shadowed');
  }

  /** The places that may not be read; each says what to grant. */
  get refusals(): readonly ExplainedPlace[] {
    return this.places.filter(({ outcome }) => outcome === 'not permitted');
  }

  /** Why `get` rejects: the place that failed before any value was found; `undefined` when it does not. */
  get failure(): ExplainedPlace | undefined {
    const end = this.places.find(({ outcome }) => outcome !== 'absent' && outcome !== 'not permitted');
    return end?.outcome === 'failed' ? end : undefined;
  }

  /** Prints a table, at most 80 columns wide, and what to grant. */
  toString(): string {
    return explanationText(this);
  }

  /** Gives the explanation as data; secrets are masked. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { name, key, problem, explainedAt, winner, places } = this;
    return { name, key, problem, explainedAt, winner, places };
  }

  /** Gives a page of HTML that needs nothing else: no script, no style sheet, no font. Secrets are masked. */
  toHtml(): string {
    return explanationPage({ title: this.name, explanations: [this], explainedAt: this.explainedAt });
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** Gives a place as it can be printed: what a provider gives in place of a text is named by its type. */
function withTexts(place: ExplainedPlace): ExplainedPlace {
  const entries = Object.entries(place) as readonly (readonly [string, unknown])[];
  const isPrintable = (given: unknown): boolean => ['string', 'boolean', 'undefined'].includes(typeof given);
  if (entries.every(([, each]) => isPrintable(each))) return place;
  const texts = entries.map(([key, each]): readonly [string, unknown] => [
    key,
    isPrintable(each) ? each : `(a value of type ${typeof each})`,
  ]);
  return Object.fromEntries(texts) as unknown as ExplainedPlace;
}

/** Gives what an item adds to its place. */
export function showItem(item: DirectoryItem, masked: boolean): Omit<ExplainedPlace, keyof Attempt> {
  return {
    value: masked || item.secret ? mask : showValue(item.value),
    version: item.version,
    changedAt: item.changedAtMs === undefined ? undefined : isoTime(item.changedAtMs),
    staleSince: item.staleSince,
    cachedAt: item.viaCacher ? item.createdAt : undefined,
  };
}

/** Gives what a row of the cache table adds to its place. */
export function showRow({ kind, provider, createdAt, ttl }: CachedRow): Omit<ExplainedPlace, keyof Attempt> {
  return {
    cachedAs: kind,
    cachedFrom: provider,
    cachedAt: createdAt,
    cachedUntil: ttl === undefined ? undefined : isoTime(ttl * 1000),
  };
}

/** Gives a moment in ISO 8601; `undefined` for one that is none. */
export function isoTime(ms: number): string | undefined {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
