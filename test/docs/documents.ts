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
  /** What stands behind the opening fence: `ts run`. */
  readonly info: string;
  readonly code: string;
  /** The block that follows it directly, with nothing but empty lines between. */
  readonly next: Pick<Block, 'info' | 'code'> | undefined;
}

/** The pages: those at the top, and those in `docs` and its folders. */
export function documents(): readonly Document[] {
  const top = ['README.md', 'CHANGELOG.md', 'SECURITY.md'];
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
  const paths = pages.filter((name) => name.endsWith('.md')).map((name) => `docs/${name.replaceAll('\\', '/')}`);
  return [...top, ...paths.toSorted()].map(readDocument);
}

/** Reads one page. */
export function readDocument(path: string): Document {
  return { path, text: readFileSync(join(root, path), 'utf8') };
}

/** The fenced blocks of a page, in order. */
export function blocksOf({ path, text }: Document): readonly Block[] {
  const fence = /^```([^\n]*)\n([\s\S]*?)^```$/gm;
  const found = [...text.matchAll(fence)].map((match) => ({
    place: `${path}:${text.slice(0, match.index).split('\n').length}`,
    info: match[1] ?? '',
    code: match[2] ?? '',
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
  return text.replace(/^```[^\n]*\n[\s\S]*?^```$/gm, '');
}

/** The rows of the first table whose head begins with these cells; cells are trimmed, code marks taken off. */
export function tableOf({ path, text }: Document, head: readonly string[]): readonly (readonly string[])[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => head.every((cell, index) => cellsOf(line)[index] === cell));
  if (start === -1) throw new Error(`${path} has no table that begins with ${head.join(' | ')}.`);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end === -1 ? undefined : end).map(cellsOf);
}

function cellsOf(line: string): readonly string[] {
  if (!line.startsWith('|')) return [];
  return line
    .slice(1, line.lastIndexOf('|'))
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1'));
}
