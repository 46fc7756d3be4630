import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Secret } from '../item/secret';
import { type Diagnostics } from './diagnostics';
import { type SourceValues } from './value-template';

/** Where `from` reads. */
export interface SourceReader {
  /** Variables of `env:NAME`. Default: those of the process. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** Folder that paths of `file:PATH` are relative to. Default: the current one. */
  readonly folder?: string;
  /** Asks for a value, for `prompt`. @param what - Address of the entry. Absent: entries with `prompt` cannot be created. */
  readonly ask?: (what: string) => Promise<Secret<string>>;
}

/** Largest file that a value is read from, **bytes**. */
const maxBytes = 64 * 1024;

/**
 * Reads what `from` refers to, each once; `prompt` is asked with apply.
 *
 * @returns By reference, without those that give nothing: an empty or missing variable, a file that cannot be read.
 */
export async function readSources(
  references: Iterable<string>,
  { folder = '.', variables = process.env }: SourceReader,
  diagnostics: Diagnostics,
): Promise<SourceValues> {
  const values = new Map<string, Secret<string>>();
  for (const reference of new Set(references)) {
    const [, scheme, rest = ''] = /^(env|file):(.*)$/s.exec(reference) ?? [];
    if (scheme === undefined) continue;
    const value = scheme === 'env' ? variables[rest] : await fileText(resolve(folder, rest));
    if (value !== undefined && value !== '') values.set(reference, new Secret(value));
    else {
      const detail = 'Entries that exist keep the value that they have.';
      diagnostics.addWarning(`${reference} gives no value, so what it would be is not compared.`, { detail });
    }
  }
  return values;
}

/** One line end at the end of the file is not part of the value. */
async function fileText(path: string): Promise<string | undefined> {
  try {
    const content = await readFile(path);
    return content.length > maxBytes ? undefined : content.toString().replace(/\r?\n$/, '');
  } catch {
    return undefined;
  }
}
