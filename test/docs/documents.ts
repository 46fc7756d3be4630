import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The top of the project. */
export const root = join(__dirname, '../..');

/** A page of the documentation. */
export interface Document {
  /** Path within the project. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block of a page. */
export interface Block {
  /** Page and line, for test names and messages. */
  readonly place: string;
  /** What follows the opening fence: `ts run`. */
  readonly info: string;
  readonly code: string;
  /** The block that follows it directly, with nothing but empty lines between. */
  readonly next: Pick<Block, 'info' | 'code'> | undefined;
}

/** The pages: those at the top, and those in `docs` and its four parts. */
export function documents(): readonly Document[] {
  const top = ['README.md', 'CHANGELOG.md', 'SECURITY.md'];
  const parts = ['', 'start', 'guides', 'reference', 'explanation'];
  const pages = parts.flatMap((part) => readdirSync(join(root, 'docs', part)).map((name) => join('docs', part, name)));
  return [...top, ...pages.filter((path) => path.endsWith('.md'))].map(readDocument);
}

/** Reads one page. */
export function readDocument(path: string): Document {
  return { path, text: readFileSync(join(root, path), 'utf8') };
}

/** Every file in a folder of the project and its folders, as text. */
export function filesOf(folder: string): readonly Document[] {
  const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter((each) =>
    each.isFile(),
  );
  return files.map(({ parentPath, name }) => {
    const path = join(parentPath, name);
    return { path: path.slice(root.length + 1), text: readFileSync(path, 'utf8') };
  });
}

/** A fenced block, which may be indented as a part of a list. */
const fence = /^( *)```([^\n]*)\n([\s\S]*?)^\1```$/gm;

/** The fenced blocks of a page, in order. */
export function blocksOf({ path, text }: Document): readonly Block[] {
  const found = [...text.matchAll(fence)].map((match) => ({
    place: `${path}:${text.slice(0, match.index).split('\n').length}`,
    info: match[2] ?? '',
    code: (match[3] ?? '').replaceAll(new RegExp(`^${match[1] ?? ''}`, 'gm'), ''),
    start: match.index,
    end: match.index + match[0].length,
  }));
  return found.map(({ place, info, code, end }, index) => {
    const after = found[index + 1];
    const next = after !== undefined && text.slice(end, after.start).trim() === '' ? after : undefined;
    return { place, info, code, next };
  });
}

/** A page without its fenced blocks, for what is said in words. */
export function proseOf({ text }: Document): string {
  return text.replace(fence, '');
}

/** The rows of the first table whose head begins with these cells; cells are trimmed, code marks taken off. */
export function tableOf(document: Document, head: readonly string[]): readonly (readonly string[])[] {
  const [first] = tablesOf(document, head);
  if (first === undefined) throw new Error(`${document.path} has no table that begins with ${head.join(' | ')}.`);
  return first;
}

/** The rows of every table whose head begins with these cells. */
export function tablesOf({ text }: Document, head: readonly string[]): readonly (readonly (readonly string[])[])[] {
  const lines = text.split('\n');
  const isHead = (line: string): boolean => head.every((cell, index) => cellsOf(line)[index] === cell);
  return lines.flatMap((line, start) => {
    if (!isHead(line)) return [];
    const end = lines.findIndex((each, index) => index > start && !each.startsWith('|'));
    return [lines.slice(start + 2, end === -1 ? undefined : end).map(cellsOf)];
  });
}

function cellsOf(line: string): readonly string[] {
  if (!line.startsWith('|')) return [];
  return line
    .slice(1, line.lastIndexOf('|'))
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1'));
}
