import { printable } from '../../base/printable';

/** A piece of HTML, safe to be put into another. */
export class Markup {
  /** @param html - Escaped where it has to be. */
  constructor(readonly html: string) {}
}

/** What can be put into a piece of HTML: text is escaped, `undefined` is nothing. */
export type Insertable = string | number | undefined | Markup | readonly Insertable[];

/** Makes a piece of HTML from a template; whatever is put into it is escaped, unless it is HTML already. */
export function markup(parts: TemplateStringsArray, ...inserted: readonly Insertable[]): Markup {
  return new Markup(parts.map((part, index) => `${part}${htmlOf(inserted[index])}`).join(''));
}

/** Gives a text that may be broken inside its words, where paths, ARNs and names have parts. */
export function breakable(text: string): Markup {
  const parts = text.split(/(?<=\S[/:_.])(?=[^/:_.\s])/);
  return markup`${parts.map((part, index) => (index === 0 ? part : markup`<wbr>${part}`))}`;
}

function htmlOf(inserted: Insertable): string {
  if (inserted === undefined) return '';
  if (inserted instanceof Markup) return inserted.html;
  if (typeof inserted === 'object') return inserted.map(htmlOf).join('');
  const lines = `${inserted}`.split('\n').map(printable);
  return lines.join('\n').replace(/[&<>"'`]/g, (each) => `&#${each.charCodeAt(0)};`);
}
