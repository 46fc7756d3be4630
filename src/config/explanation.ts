import { inspect } from 'node:util';
import { type CachedRow } from '../cache/cacher';
import { type Attempt } from '../chain/walk';
import { type DirectoryItem } from '../item/directory-item';
import { mask } from '../item/secret';
import { type ConfigValue } from '../item/value';
import { explanationPage } from './explanation-page/page';
import { explanationText } from './explanation-text';

/** One place of the lookup order, and what it has for the name. */
export interface ExplainedPlace extends Attempt {
  /** The value as it may be shown: masked when it is a secret; absent where there is none or it was not read. */
  readonly value?: string | undefined;
  /** Version at the source; absent where it has none. */
  readonly version?: string | undefined;
  /** When the source last changed the value, ISO 8601; absent where it does not say, or the value is from the cache table. */
  readonly changedAt?: string | undefined;
  /** For an answer of the cache table: how its row keeps it. */
  readonly cachedAs?: CachedRow['kind'] | undefined;
  /** For an answer of the cache table: when its row was written, ISO 8601. */
  readonly cachedAt?: string | undefined;
  /** For an answer of the cache table: when its row ends, ISO 8601. */
  readonly cachedUntil?: string | undefined;
  /** For a value of the cache table: the provider that it came from. */
  readonly cachedFrom?: string | undefined;
}

const longestValue = 40;
const secretNames = /pass(word|wd|phrase)?|secret|token|credential|private_?key|api_?key|access_?key/i;

/** Where a name was looked for, what was found, and what that hides. */
export class Explanation {
  /**
   * @param name - As asked.
   * @param places - Every place, in the order of the lookup.
   * @param winner - The place whose value `get` gives; `undefined` when it gives none.
   * @param explainedAt - When that was so, ISO 8601: ages are told from then on; absent: they are told as dates.
   */
  constructor(
    readonly name: string,
    readonly places: readonly ExplainedPlace[],
    readonly winner: ExplainedPlace | undefined,
    readonly explainedAt?: string,
  ) {
    Object.freeze(this.places);
    Object.freeze(this);
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
    return { name: this.name, explainedAt: this.explainedAt, winner: this.winner, places: this.places };
  }

  /** Gives a page of HTML that needs nothing else: no script, no style sheet, no font. Secrets are masked. */
  toHtml(): string {
    return explanationPage({ title: this.name, explanations: [this], explainedAt: this.explainedAt });
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** Whether a name sounds like that of a secret, so that a value from anywhere is masked. */
export function isSecretName(name: string): boolean {
  return secretNames.test(name);
}

/** Gives a value as it may be shown: in one line, not too long. */
export function showValue(value: ConfigValue): string {
  const text = typeof value === 'string' ? value : inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 3 });
  const line = JSON.stringify(text).slice(1, -1);
  return line.length > longestValue ? `${line.slice(0, longestValue - 3)}...` : line;
}

/** Gives what an item adds to its place. */
export function showItem(item: DirectoryItem, masked: boolean): Omit<ExplainedPlace, keyof Attempt> {
  return {
    value: masked || item.secret ? mask : showValue(item.value),
    version: item.version,
    changedAt: item.changedAtMs === undefined ? undefined : isoTime(item.changedAtMs),
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
