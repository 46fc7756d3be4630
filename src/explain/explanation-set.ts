import { inspect } from 'node:util';
import { type Explanation } from './explanation';
import { explanationPage } from './page/page';
import { explanationsText } from './text';

/** Where the settings of a service come from: an explanation for each name. */
export class ExplanationSet {
  /**
   * @param title - Whose settings they are: `orders in prod`.
   * @param explanations - In the order asked.
   * @param explainedAt - When that was so, ISO 8601.
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
