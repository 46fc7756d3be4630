import { inspect } from 'node:util';
import { type CachedRow } from '../cache/cacher';
import { type Attempt } from '../chain/walk';
import { Part } from '../di/part';
import { type SearchedPlace } from '../errors';

/** One place of the lookup order, and its value for the name. */
export interface ExplainedPlace extends Attempt {
  /** The value for display: masked when it is a secret; absent where there is none or it was not read. */
  readonly value?: string | undefined;
  /** Version at the source; absent where it has none. */
  readonly version?: string | undefined;
  /** When the source last changed the value, ISO 8601; absent where it gives no time, or the value is from the cache table. */
  readonly changedAt?: string | undefined;
  /** For a stale value: when it was last read, ISO 8601. */
  readonly staleSince?: string | undefined;
  /** For an answer of the cache table: how its row keeps it. */
  readonly cachedAs?: CachedRow['kind'] | undefined;
  /** For an answer of the cache table: when its row was written, ISO 8601. */
  readonly cachedAt?: string | undefined;
  /** For an answer of the cache table: when its row expires, ISO 8601. */
  readonly cachedUntil?: string | undefined;
  /** For a value of the cache table: its provider. */
  readonly cachedFrom?: string | undefined;
}

/** What the explanation of a declared setting adds. */
export interface DeclaredNote {
  /** Keys that lead to it in the declaration, joined by dots. */
  readonly key: string;
  /** Why it cannot be loaded, without its value; `undefined` when it can, or a source failed. */
  readonly problem: string | undefined;
}

/** The parts of an explanation. */
export interface ExplanationParts {
  /** The name in the caller's case. */
  readonly name: string;
  /** Every place, in the order of the lookup. */
  readonly places: readonly ExplainedPlace[];
  /** The place whose value `get` gives, one of `places`; `undefined` when it gives none. */
  readonly winner: ExplainedPlace | undefined;
  /** When the places were read, ISO 8601, for the ages of values; absent: dates are shown instead. */
  readonly explainedAt?: string | undefined;
  /** For a declared setting. */
  readonly declared?: DeclaredNote | undefined;
}

/**
 * Renders explanations.
 *
 * Injected, because the classes are exported: bundlers that split their output would put everything that they import into the part that
 * is loaded first.
 */
export interface ExplanationRenderers {
  /** Gives the table of one name: its places. */
  readonly text: (explanation: Explanation) => string;
  /** Gives the table of many names: a row for each. */
  readonly table: (explanations: readonly Explanation[]) => string;
  /** Gives a page of HTML; absent where its code is not provided. */
  readonly page: ((content: PageContent) => string) | undefined;
}

/** What the renderer of pages is loaded from. @internal */
export const pagePart = new Part<{ readonly explanationPage: (content: PageContent) => string }>(
  'toHtml() of an explanation',
  'provideOperations',
);

/** Content of a page. */
export interface PageContent {
  /** Its subject: a name, or a service in an environment. */
  readonly title: string;
  readonly explanations: readonly Explanation[];
  /** When the places were read, ISO 8601; absent: the page has no time. */
  readonly explainedAt?: string | undefined;
}

/** What `config.explain(name)` gives: every place that was read, its outcome, the winner, and what it shadows. Secrets are masked. */
export class Explanation {
  /** The name in the caller's case. */
  readonly name: string;
  /** Every place, in the order of the lookup. */
  readonly places: readonly ExplainedPlace[];
  /** The place whose value `get` gives; `undefined` when it gives none. */
  readonly winner: ExplainedPlace | undefined;
  /** When the places were read, ISO 8601; `undefined` when that is not known. */
  readonly explainedAt: string | undefined;
  readonly #declared: DeclaredNote | undefined;
  readonly #renderers: ExplanationRenderers;

  constructor({ name, places, winner, explainedAt, declared }: ExplanationParts, renderers: ExplanationRenderers) {
    this.name = name;
    this.places = Object.freeze(places.map(withTexts));
    this.winner = winner && (this.places[places.indexOf(winner)] ?? withTexts(winner));
    this.explainedAt = explainedAt;
    this.#declared = declared;
    this.#renderers = renderers;
    Object.freeze(this);
  }

  /** Of a declared setting: the keys that lead to it, joined by dots; else `undefined`. */
  get key(): string | undefined {
    return this.#declared?.key;
  }

  /** Of a declared setting: why it cannot be loaded, without its value; `undefined` when it can, or a source failed. */
  get problem(): string | undefined {
    return this.#declared?.problem;
  }

  /** The places behind the winner that also have a value. */
  get shadows(): readonly ExplainedPlace[] {
    return this.places.filter(({ outcome }) => outcome === 'shadowed');
  }

  /** The places that may not be read, each with what to grant. */
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
    return this.#renderers.text(this);
  }

  /** Gives the explanation as data; secrets are masked. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { name, key, problem, explainedAt, winner, places } = this;
    return { name, key, problem, explainedAt, winner, places };
  }

  /** Gives a self-contained page of HTML: no script, style sheet or font is loaded. Secrets are masked. */
  toHtml(): string {
    return pageOf(this.#renderers, { title: this.name, explanations: [this], explainedAt: this.explainedAt });
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** Where the settings of a service come from: an explanation for each name. */
export class ExplanationSet {
  readonly #renderers: ExplanationRenderers;

  /**
   * @param title - The service and its environment: `orders in prod`.
   * @param explanations - In the order of the names.
   * @param explainedAt - When the places were read, ISO 8601.
   * @param renderers - Of the table and the page.
   */
  constructor(
    readonly title: string,
    readonly explanations: readonly Explanation[],
    readonly explainedAt: string | undefined,
    renderers: ExplanationRenderers,
  ) {
    this.#renderers = renderers;
    Object.freeze(this.explanations);
    Object.freeze(this);
  }

  [Symbol.iterator](): Iterator<Explanation> {
    return this.explanations[Symbol.iterator]();
  }

  /** Gives the explanation of a name, in any case; `undefined` for one that was not explained. */
  find(name: string): Explanation | undefined {
    return this.explanations.find((each) => each.name.toLowerCase() === name.toLowerCase());
  }

  /** Prints a table, a name in a row, at most 80 columns wide, and what to grant. */
  toString(): string {
    return this.#renderers.table(this.explanations);
  }

  /** Gives the explanations as data; secrets are masked. */
  toJSON(): Readonly<Record<string, unknown>> {
    return { title: this.title, explainedAt: this.explainedAt, explanations: this.explanations };
  }

  /** Gives a self-contained page of HTML: a grid of names and places. Secrets are masked. */
  toHtml(): string {
    return pageOf(this.#renderers, this);
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** The names that a Config can look up. */
export interface ReachableNames {
  /** In the order of their lower-cased names. */
  readonly names: readonly ReachableName[];
  /** The places that may not be listed, each with what to grant: names may be missing because of them. */
  readonly refusals: readonly SearchedPlace[];
}

/** A name, and every place that has it. */
export interface ReachableName {
  /** As it is stored in the place whose value `get` gives. */
  readonly name: string;
  /** Every place that has the name, in the order of the lookup. */
  readonly places: readonly ReachablePlace[];
  /** The place whose value `get` gives, one of `places`; `undefined` when none may be read. */
  readonly winner: ReachablePlace | undefined;
  /** Whether the value is masked: one of the places keeps it as a secret, or the name looks like that of a secret. */
  readonly secret: boolean;
  /** What the cache table has for the name; `undefined`: nothing, or there is no cache. */
  readonly cached: CachedName | undefined;
}

/** A place that has a name. */
export interface ReachablePlace {
  /** Cache name of the provider, `override` or `default`. */
  readonly provider: string;
  /** Path of the directory; `undefined` for values that are in none, such as environment variables. */
  readonly directory: string | undefined;
  /** Name as it is stored there. */
  readonly name: string;
  /** Full name at the source, such as `/orders/prod/DB_HOST`; `undefined` where the source has none. */
  readonly exactName: string | undefined;
  /** The value for display: masked when it is secret, in one line, shortened; `undefined` when it may not be read. */
  readonly value: string | undefined;
  /** Whether the source keeps the value as a secret. */
  readonly secret: boolean;
  /** Version at the source; `undefined` where a listing does not say. */
  readonly version: string | undefined;
  /** When the source last changed the value, **milliseconds** since the Unix epoch; `undefined` where a listing does not say. */
  readonly changedAtMs: number | undefined;
  /** For a stale value: when it was last read, ISO 8601. */
  readonly staleSince: string | undefined;
  /** Why the value may not be read, and what to grant; `undefined` when it may. */
  readonly refusal: string | undefined;
}

/** What the cache table has for a name. */
export interface CachedName {
  /** How its row keeps the answer; `absent`: the name is recorded as missing. */
  readonly kind: 'plain' | 'sealed' | 'reference' | 'absent';
  /** When the row was written, ISO 8601; `undefined` when unknown. */
  readonly createdAt: string | undefined;
  /** When the row expires, **milliseconds** since the Unix epoch; `undefined` when unknown. */
  readonly expiresAtMs: number | undefined;
}

function pageOf({ page }: ExplanationRenderers, content: PageContent): string {
  if (page === undefined) throw pagePart.absence();
  return page(content);
}

/** Gives a place for printing: what a provider gives instead of a text is replaced by the name of its type. */
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
