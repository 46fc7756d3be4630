import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';

import { LocalAwsError } from './local-aws-error';

/**
 * Reads a seed from a file.
 *
 * @param path - A `.yaml`, `.yml` or `.json` file; relative to the working directory.
 * @returns The content of the file, unchecked.
 * @throws LocalAwsError when it cannot be read or parsed. The parser's own message is left out: it quotes the file, and
 * with it values.
 */
export async function readSeed(path: string): Promise<unknown> {
  const extension = extname(path).toLowerCase();
  if (!['.yaml', '.yml', '.json'].includes(extension)) {
    throw new LocalAwsError(`Seed file ${path}: expected a file that ends in .yaml, .yml or .json.`);
  }
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new LocalAwsError(`Seed file ${path}: cannot be read (${code}).`, { cause });
  });
  return extension === '.json' ? parseJson(text, path) : parseYaml(text, path);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec(String(error))?.[1];
    const at = position === undefined ? '' : `, near line ${text.slice(0, Number(position)).split('\n').length}`;
    throw new LocalAwsError(`Seed file ${path}: is not valid JSON${at}.`);
  }
}

/** Aliases are resolved only when the document is converted to plain data. */
function plainValue(document: { toJS(): unknown }, path: string): unknown {
  try {
    return document.toJS();
  } catch {
    throw new LocalAwsError(`Seed file ${path}: is not valid YAML (an alias without its anchor, or far too many).`);
  }
}

async function parseYaml(text: string, path: string): Promise<unknown> {
  const { LineCounter, parseDocument } = await import('yaml');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error === undefined) return plainValue(document, path);
  const { line, col } = lineCounter.linePos(error.pos[0]);
  throw new LocalAwsError(`Seed file ${path}: is not valid YAML at line ${line}, column ${col} (${error.code}).`);
}
