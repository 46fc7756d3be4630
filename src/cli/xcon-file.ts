import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ParsedNode, type YAMLMap } from 'yaml';
import { printable } from '../base/printable';
import { type Diagnostic } from '../entries';
import { nearestName } from './nearest-name';
import { DiagnosedError, UsageError } from './exit-codes';

/** Name of the file. */
export const xconFileName = 'xcon.yaml';

/** What `xcon.yaml` says. */
export interface XconFile {
  /** Where it is; `undefined`: there is none. */
  readonly path: string | undefined;
  /** What relative paths in it refer to: its folder; the current one when there is no file. */
  readonly folder: string;
  readonly service?: string | undefined;
  /** Environments of the service, in the order in which it is promoted. */
  readonly environments?: readonly string[] | undefined;
  readonly directories?: readonly string[] | undefined;
  readonly providers?: readonly string[] | undefined;
  /** Path of a module that exports what `defineSettings` gave. */
  readonly declaration?: string | undefined;
  /** Name of the owner of `entries`. */
  readonly stack?: string | undefined;
  /** The text of the file, for what reads `entries` and `moved` with their positions; `undefined`: there is no file. */
  readonly text: string | undefined;
}

const kinds = {
  service: 'text',
  environments: 'texts',
  directories: 'texts',
  providers: 'texts',
  declaration: 'text',
  stack: 'text',
  entries: 'any',
  moved: 'any',
} as const;

type Key = keyof typeof kinds;

/**
 * Reads the nearest `xcon.yaml`, from a folder upwards.
 *
 * @param folder - Absolute.
 * @returns Without a `path` when there is no file.
 * @throws DiagnosedError with everything that is no YAML, an unknown key or a value of the wrong kind, each with file, line and
 * column.
 */
export async function readXconFile(folder: string): Promise<XconFile> {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, xconFileName);
    const text = await textOf(path);
    if (text !== undefined) return parseXconFile(path, text);
    if (dirname(at) === at) return { path: undefined, folder, text: undefined };
  }
}

/** Parses the text of an `xcon.yaml`. @throws DiagnosedError with every problem, as {@link readXconFile}. */
export async function parseXconFile(path: string, text: string): Promise<XconFile> {
  const { isMap, isScalar, LineCounter, parseDocument } = await import('yaml');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true });
  const problems: Diagnostic[] = [];
  const report = (offset: number, summary: string): void => {
    const { line, col: column } = lineCounter.linePos(offset);
    problems.push({ severity: 'error', summary, at: { file: path, line, column } });
  };
  // The messages of the parser may quote the file.
  for (const { code, pos } of document.errors) report(pos[0], `it is no valid YAML (${code})`);
  const { contents } = document;
  const isEmpty = contents === null || (isScalar(contents) && contents.value === null);
  // Keys behind an error of syntax are not those that the author meant.
  const isReadable = document.errors.every(({ code }) => code === 'DUPLICATE_KEY');
  const values: Partial<Record<Key, unknown>> = {};
  if (isReadable && !isEmpty && !isMap(contents)) report(contents.range[0], 'expected a map of keys');
  for (const { key, value } of isReadable && isMap(contents) ? pairsOf(contents) : []) {
    const name = isScalar(key) ? String(key.value) : '';
    const offset = key.range[0];
    if (!isKey(name)) report(offset, `unknown key "${name}"${nearestName(name, Object.keys(kinds))}`);
    else if (kinds[name] !== 'any') {
      const plain: unknown = value?.toJS(document) ?? undefined;
      const problem = problemOf(plain, kinds[name]);
      if (problem === undefined) values[name] = plain;
      else report(offset, `"${name}" ${problem}`);
    }
  }
  if (problems.length > 0) throw new DiagnosedError(problems.map(describe).join('\n'), problems);
  return { path, folder: dirname(path), text, ...values } as XconFile;
}

function pairsOf(map: YAMLMap.Parsed): YAMLMap.Parsed<ParsedNode, ParsedNode | null>['items'] {
  return map.items;
}

function describe({ summary, at }: Diagnostic): string {
  return printable(at === undefined ? summary : `${at.file}:${at.line}:${at.column}: ${summary}`);
}

/** Refuses an environment that `xcon.yaml` does not list, where it lists any. @throws UsageError */
export function checkEnvironment(
  environment: string,
  { environments, path }: Pick<XconFile, 'environments' | 'path'>,
): void {
  if (environments === undefined || environments.includes(environment)) return;
  const nearest = nearestName(environment, environments);
  throw new UsageError(printable(`${path} lists no environment "${environment}"${nearest}`));
}

function isKey(name: string): name is Key {
  return Object.hasOwn(kinds, name);
}

function problemOf(value: unknown, kind: 'text' | 'texts'): string | undefined {
  if (value === undefined) return undefined;
  if (kind === 'text') return typeof value === 'string' && value !== '' ? undefined : 'is no text';
  const isList = Array.isArray(value) && value.every((each) => typeof each === 'string' && each !== '');
  return isList ? undefined : 'is no list of texts';
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    throw new UsageError(printable(`${path}: cannot be read (${code}).`), { cause: error });
  }
}
