import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { printable } from '../base/printable';
import { nearestName } from './nearest-name';
import { UsageError } from './exit-codes';

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
 * @throws UsageError for what is no YAML, an unknown key or a value of the wrong kind; it names file, line and column.
 */
export async function readXconFile(folder: string): Promise<XconFile> {
  for (let at = folder; ; at = dirname(at)) {
    const path = join(at, xconFileName);
    const text = await textOf(path);
    if (text !== undefined) return parseXconFile(path, text);
    if (dirname(at) === at) return { path: undefined, folder, text: undefined };
  }
}

/** Parses the text of an `xcon.yaml`. @throws UsageError as {@link readXconFile}. */
export async function parseXconFile(path: string, text: string): Promise<XconFile> {
  const { isMap, isScalar, LineCounter, parseDocument } = await import('yaml');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true });
  const fail = (offset: number, problem: string): never => {
    const { line, col } = lineCounter.linePos(offset);
    throw new UsageError(printable(`${path}:${line}:${col}: ${problem}`));
  };
  const [error] = document.errors;
  // Its message may quote the file.
  if (error !== undefined) fail(error.pos[0], `it is no valid YAML (${error.code})`);
  const { contents } = document;
  const values: Partial<Record<Key, unknown>> = {};
  const isEmpty = contents === null || (isScalar(contents) && contents.value === null);
  if (!isEmpty && !isMap(contents)) fail(contents.range?.[0] ?? 0, 'expected a map of keys');
  for (const { key, value } of isMap(contents) ? contents.items : []) {
    const name = isScalar(key) ? String(key.value) : '';
    const offset = (key as { readonly range?: readonly number[] | null }).range?.[0] ?? 0;
    if (!isKey(name)) {
      fail(offset, `unknown key "${name}"${nearestName(name, Object.keys(kinds))}`);
      continue;
    }
    if (kinds[name] === 'any') continue;
    const plain: unknown = (value as { toJS(doc: unknown): unknown } | null)?.toJS(document) ?? undefined;
    values[name] = checked(plain, kinds[name], (problem) => fail(offset, `"${name}" ${problem}`));
  }
  return { path, folder: dirname(path), text, ...values } as XconFile;
}

/** Refuses an environment that `xcon.yaml` does not list, where it lists any. @throws UsageError */
export function checkEnvironment(environment: string, { environments, path }: XconFile): void {
  if (environments === undefined || environments.includes(environment)) return;
  const nearest = nearestName(environment, environments);
  throw new UsageError(printable(`${path} lists no environment "${environment}"${nearest}`));
}

function isKey(name: string): name is Key {
  return Object.hasOwn(kinds, name);
}

function checked(value: unknown, kind: 'text' | 'texts', fail: (problem: string) => never): unknown {
  if (value === undefined) return undefined;
  if (kind === 'text') return typeof value === 'string' && value !== '' ? value : fail('is no text');
  const isList = Array.isArray(value) && value.every((each) => typeof each === 'string' && each !== '');
  return isList ? value : fail('is no list of texts');
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
