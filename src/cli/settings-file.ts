import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { printable } from '../base/printable';
import { isPlainObject } from '../item/value';
import { UsageError } from './exit-codes';

/** Formats of files of settings. */
export type SettingsFormat = 'dotenv' | 'json' | 'yaml';

const formats: ReadonlyMap<string, SettingsFormat> = new Map([
  ['.json', 'json'],
  ['.yaml', 'yaml'],
  ['.yml', 'yaml'],
]);

/** Whether a text names a file of settings, and not an environment: by its ending, or by how its path begins. */
export function isSettingsFile(text: string): boolean {
  return /\.(env|json|ya?ml)$/.test(text) || /^(\.|\/|[A-Za-z]:\\)/.test(text);
}

/**
 * Reads names and values from a file: JSON or YAML with a map of them, else a `.env` file.
 *
 * @param folder - What the path is relative to.
 * @param format - Absent: by the ending of the path.
 * @throws UsageError for a file that cannot be read, or is not in its format; the message has no part of it.
 */
export async function readSettingsFile(
  path: string,
  folder: string,
  format = formats.get(extname(path)) ?? 'dotenv',
): Promise<ReadonlyMap<string, unknown>> {
  const text = await readFile(resolve(folder, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${printable(path)}: cannot be read (${error.code ?? 'unknown'}).`);
  });
  const content = await parsed(path, text, format);
  if (typeof content === 'object' && content !== null && isPlainObject(content))
    return new Map(Object.entries(content));
  throw new UsageError(`${printable(path)}: expected a map of names and values.`);
}

async function parsed(path: string, text: string, format: SettingsFormat): Promise<unknown> {
  try {
    switch (format) {
      case 'json':
        return JSON.parse(text);
      case 'yaml':
        return (await import('yaml')).parse(text);
      case 'dotenv':
        return parseEnv(text);
    }
  } catch (error) {
    // The messages of parsers quote the text.
    const code = error instanceof Error ? error.name : 'error';
    throw new UsageError(`${printable(path)}: is not valid ${format} (${code}).`);
  }
}
