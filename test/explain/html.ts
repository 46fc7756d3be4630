/** An element of a page, as {@link parse} found it. */
export interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Elements and texts, in order. */
  readonly children: (Element | string)[];
}

const voidTags: ReadonlySet<string> = new Set(['meta', 'wbr', 'path', 'use']);
const token = /<!doctype html>|<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+="[^"<>]*")*)\s*\/?>|([^<>]+)/gy;

/**
 * Parses a page strictly: every tag is closed in order, every attribute quoted, no `<`, `>` or `"`
 * occurs anywhere else.
 *
 * @throws Error where that is not so.
 */
export function parse(html: string): Element {
  const root: Element = { tag: '', attributes: {}, children: [] };
  const open = [root];
  let at = 0;
  for (const match of html.matchAll(token)) {
    if (match.index !== at) break;
    at += match[0].length;
    const [, slash, tag, attributes = '', text] = match;
    if (text !== undefined) open.at(-1)?.children.push(plain(text));
    else if (slash === '/') {
      if (open.pop()?.tag !== tag) throw new Error(`</${tag}> closes nothing at ${at}`);
    } else if (tag !== undefined) {
      const element: Element = { tag, attributes: attributesOf(attributes), children: [] };
      open.at(-1)?.children.push(element);
      if (!voidTags.has(tag)) open.push(element);
    }
  }
  if (at !== html.length) throw new Error(`not HTML at ${at}: ${html.slice(at, at + 80)}`);
  if (open.length !== 1) throw new Error(`<${open.at(-1)?.tag}> is not closed`);
  return root;
}

/** Gives all elements with a tag, in order. */
export function all(element: Element, tag: string): readonly Element[] {
  const inside = element.children.flatMap((child) => (typeof child === 'string' ? [] : all(child, tag)));
  return element.tag === tag ? [element, ...inside] : inside;
}

/** Gives the text of an element and of all in it. */
export function textOf(element: Element): string {
  return element.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('');
}

function attributesOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...text.matchAll(/([a-zA-Z-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, plain(value)]),
  );
}

/** Only numbered entities are written; a bare `&` is not. */
function plain(text: string): string {
  if (/&(?!#\d+;)/.test(text)) throw new Error(`a bare & in ${text}`);
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
}
