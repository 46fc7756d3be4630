import { inspect } from 'node:util';
import { type DeclaredNote, type ExplainedName, type ExplainedPlace } from './explained';
import { explanationPage } from './page';
import { explanationsText, explanationText } from './text';

/** Where a name was looked for, what was found, and what that hides. */
export class Explanation implements ExplainedName {
  /** Every place, in the order of the lookup. */
  readonly places: readonly ExplainedPlace[];
  /** The place whose value `get` gives; `undefined` when it gives none. */
  readonly winner: ExplainedPlace | undefined;

  /**
   * @param name - As asked.
   * @param places - Every place, in the order of the lookup.
   * @param winner - The place whose value `get` gives; `undefined` when it gives none.
   * @param explainedAt - When the places were asked, ISO 8601: ages are counted to then; absent: dates are shown instead.
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

/** Where the settings of a service come from: an explanation for each name. */
export class ExplanationSet {
  /**
   * @param title - The service and its environment: `orders in prod`.
   * @param explanations - In the order asked.
   * @param explainedAt - When the places were asked, ISO 8601.
   */
  constructor(
    readonly title: string,
    readonly explanations: readonly Explanation[],
    readonly explainedAt: string | undefined,
  ) {
    Object.freeze(this.explanations);
    Object.freeze(this);
  }

  [Symbol.iterator](): Iterator<Explanation> {
    return this.explanations[Symbol.iterator]();
  }

  /** Gives the explanation of a name, in any case; `undefined` for one that was not asked for. */
  find(name: string): Explanation | undefined {
    return this.explanations.find((each) => each.name.toLowerCase() === name.toLowerCase());
  }

  /** Prints a table, a name in a row, at most 80 columns wide, and what to grant. */
  toString(): string {
    return explanationsText(this.explanations);
  }

  /** Gives the explanations as data; secrets are masked. */
  toJSON(): Readonly<Record<string, unknown>> {
    return { title: this.title, explainedAt: this.explainedAt, explanations: this.explanations };
  }

  /** Gives a page of HTML that needs nothing else: a grid of names and places. Secrets are masked. */
  toHtml(): string {
    return explanationPage(this);
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** Gives a place as it can be printed: whatever a provider gives in place of a text is replaced by the name of its type. */
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
