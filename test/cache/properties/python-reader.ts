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

/**
 * Reads a row of the config table as the Python library does, which asks for less there: a source, an end and a moment are not
 * needed.
 *
 * @throws BadRowError for a row that is not what it expects.
 */
export function readConfigRow(row: AttributeMap): Pick<PythonItem, 'name' | 'directory' | 'value'> {
  const [nameAttribute, directoryAttribute] = [
    'real_name' in row ? 'real_name' : 'name',
    'real_directory' in row ? 'real_directory' : 'directory',
  ];
  if (!isNumbersReadable({ M: row })) throw new BadRowError(row, 'has a number of more than 38 digits');
  if (row['ttl'] !== undefined) requireWholeSeconds(row);
  if (row['created_at'] !== undefined) checkCreation(row);
  return {
    name: requireText(row, nameAttribute).toLowerCase(),
    directory: requireDirectory(row, directoryAttribute),
    value: row['value'],
  };
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

/** The end of the last second of the year 9999: `datetime.fromtimestamp` accepts no later one. */
const latestTtl = 253_402_300_799;
/** Precision of the decimals of boto3, which raises when a number has more digits. */
const mostDigits = 38;

function readRow(row: AttributeMap): PythonItem {
  if (!isNumbersReadable({ M: row })) throw new BadRowError(row, 'has a number of more than 38 digits');
  const directory = requireDirectory(row, 'real_directory');
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

function requireDirectory(row: AttributeMap, name: string): string {
  const directory = requireText(row, name);
  if (!directory.startsWith('/')) throw new BadRowError(row, 'has a directory that is not absolute');
  if (/[{}]/.test(directory)) throw new BadRowError(row, 'has a directory with placeholders');
  return directory;
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
  if (Number(text) > latestTtl) throw new BadRowError(row, 'has a ttl beyond the year 9999');
  return Number(text);
}

/** Whether boto3 can turn every number of an attribute into a decimal, in the form in which DynamoDB gives it: without an exponent. */
function isNumbersReadable({ N, NS, L, M }: AttributeValue): boolean {
  const parts = [...(L ?? []), ...Object.values(M ?? {})];
  return [...(N === undefined ? [] : [N]), ...(NS ?? [])].every(isNumberReadable) && parts.every(isNumbersReadable);
}

function isNumberReadable(text: string): boolean {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace(/^[+-]/, '').split('.');
  const plain = `${whole}${fraction}${'0'.repeat(Math.max(0, Number(exponent) - fraction.length))}`;
  return plain.replace(/^0+/, '').length <= mostDigits;
}

function checkCreation(row: AttributeMap): void {
  const parts = isoFormat.exec(requireText(row, 'created_at'))?.slice(1);
  const isDate = parts?.every((part, index) => part === undefined || Number(part) <= (isoLimits[index] ?? 0)) === true;
  if (!isDate || Number(parts[1]) < 1 || Number(parts[2]) < 1 || Number(parts[0]) < 1) {
    throw new BadRowError(row, 'has a created_at that fromisoformat does not read');
  }
}
