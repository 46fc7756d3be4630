import { type AttributeMap } from '../../../src/aws/attribute-value';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** What the Python library makes of a row. */
export interface PythonItem {
  readonly name: string;
  readonly directory: string;
  readonly source: string;
  /** **Seconds** since the Unix epoch. */
  readonly ttl: number;
  readonly value: AttributeValue | undefined;
  readonly directoryPaths: string | undefined;
  readonly providerNames: string | undefined;
}

/** A row that the Python library cannot turn into an item; with it, it can read none of the partition. */
export class BadRowError extends Error {
  override readonly name = 'BadRowError';

  constructor(row: AttributeMap, problem: string) {
    super(`The row ${row['name_key']?.S ?? ''} ${problem}.`);
  }
}

/** What `datetime.fromisoformat` reads before Python 3.11: no `Z`, and three or six digits of a second, no other number. */
const isoFormat =
  /^(\d{4})-(\d{2})-(\d{2})(?:.(\d{2})(?::(\d{2})(?::(\d{2})(?:\.\d{3}(?:\d{3})?)?)?)?(?:[+-](\d{2}):(\d{2})(?::\d{2}(?:\.\d{6})?)?)?)?$/su;
const isoLimits = [9999, 12, 31, 23, 59, 59, 23, 59];

/**
 * Reads a partition as the Python library does: every row becomes an item.
 *
 * @param rows - As a Query gives them, by sort key.
 * @throws BadRowError for the first row that is not what it expects.
 */
export function readPartition(rows: readonly AttributeMap[]): readonly PythonItem[] {
  return rows.map(readRow);
}

/** Gives the item that answers for a name in a chain; `undefined`: the sources are asked. */
export function findItem(
  items: readonly PythonItem[],
  name: string,
  chain: { readonly directoryPaths: string; readonly providerNames: string },
): PythonItem | undefined {
  const { directoryPaths, providerNames } = chain;
  return items.find(
    (item) => item.name === name && item.directoryPaths === directoryPaths && item.providerNames === providerNames,
  );
}

/** Gives the end that new rows may be aligned to: that of the first row. */
export function alignedEnd(items: readonly PythonItem[]): number | undefined {
  return items[0]?.ttl;
}

function readRow(row: AttributeMap): PythonItem {
  const directory = requireText(row, 'real_directory');
  if (!directory.startsWith('/')) throw new BadRowError(row, 'has a directory that is not absolute');
  if (/[{}]/.test(directory)) throw new BadRowError(row, 'has a directory with placeholders');
  checkCreation(row);
  return {
    name: requireText(row, 'real_name').toLowerCase(),
    directory,
    source: requireText(row, 'source'),
    ttl: requireWholeSeconds(row),
    value: row['value'],
    directoryPaths: row['cache_concat_directory_paths']?.S,
    providerNames: row['cache_concat_provider_names']?.S,
  };
}

function requireText(row: AttributeMap, name: string): string {
  const text = row[name]?.S;
  if (text === undefined || text === '') throw new BadRowError(row, `has no ${name}`);
  return text;
}

function requireWholeSeconds(row: AttributeMap): number {
  const text = row['ttl']?.N;
  if (text === undefined) throw new BadRowError(row, 'has no ttl');
  if (!Number.isInteger(Number(text))) throw new BadRowError(row, 'has a ttl that is no whole number');
  return Number(text);
}

function checkCreation(row: AttributeMap): void {
  const parts = isoFormat.exec(requireText(row, 'created_at'))?.slice(1);
  const isDate = parts?.every((part, index) => part === undefined || Number(part) <= (isoLimits[index] ?? 0)) === true;
  if (!isDate || Number(parts[1]) < 1 || Number(parts[2]) < 1 || Number(parts[0]) < 1) {
    throw new BadRowError(row, 'has a created_at that fromisoformat does not read');
  }
}
