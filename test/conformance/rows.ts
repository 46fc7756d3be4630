import { numberOf } from './decimal';
import { UnknownFormError } from './form';
import { findDifference, show } from './match';
import { firstWord } from './present';
import { type Json, type JsonObject, textOf } from './vector';

/** A row of the cache table, its attributes as values. */
export type Row = Readonly<Record<string, unknown>>;

/** An attribute as the local AWS gives it: one member, named after its type. */
export type Attribute = Readonly<Record<string, unknown>>;

const ttlSeconds = 12 * 3600;
const ttlWindowSeconds = 1530;
const toleranceSeconds = 5;

/** Turns a row of the local AWS into values. */
export function toRow(attributes: Readonly<Record<string, Attribute>>): Row {
  return Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, valueOf(attribute)]));
}

/** Names a row in a report. */
export function nameOfRow({ app_key, name_key }: Row): string {
  return `${String(app_key)} ${String(name_key)}`;
}

/** What came of comparing the rows of the cache table with the expected ones. */
export interface RowComparison {
  readonly differences: readonly string[];
  /** The rows that no expectation is about. */
  readonly extra: readonly Row[];
}

/**
 * Looks for each expected row.
 *
 * @param startSeconds - Start of the vector, **seconds** since the Unix epoch.
 */
export function compareRows(
  expected: readonly JsonObject[],
  rows: readonly Row[],
  startSeconds: number,
): RowComparison {
  const unmatched = new Set(rows);
  const differences = expected.flatMap((each) => {
    const found = [...unmatched].find((row) => findRowDifference(each, row, startSeconds) === undefined);
    if (found !== undefined) unmatched.delete(found);
    return found === undefined ? [describeMissing(each, rows, startSeconds)] : [];
  });
  return { differences, extra: [...unmatched] };
}

/** Looks for rows that may not be. */
export function findForbidden(
  forbidden: readonly JsonObject[],
  rows: readonly Row[],
  startSeconds: number,
): readonly string[] {
  return forbidden.flatMap((each) =>
    rows
      .filter((row) => findRowDifference(each, row, startSeconds) === undefined)
      .map((row) => `forbidden row ${nameOfRow(row)}: ${show(row)} is like ${show(each)}`),
  );
}

function findRowDifference(expected: JsonObject, row: Row, startSeconds: number): string | undefined {
  const found = Object.entries(expected).map(([field, each]) => findFieldDifference(field, each, row, startSeconds));
  const differences = found.filter((each) => each !== undefined);
  return differences.length === 0 ? undefined : differences.join('; ');
}

function findFieldDifference(field: string, expected: Json, row: Row, startSeconds: number): string | undefined {
  const life = Number(row['ttl'] ?? Number.NaN) - startSeconds;
  switch (field) {
    case 'sourceProvider':
      return findDifference(expected, firstWord(row['source']), field);
    case 'ttlIn12hWindow':
      if (expected !== true) throw new UnknownFormError('ttlIn12hWindow is true or absent.');
      return within(life, ttlSeconds, ttlWindowSeconds) ? undefined : `ttl: expected in 12 h, got in ${life} s`;
    case 'ttlRel':
      return within(life, Number(expected), toleranceSeconds)
        ? undefined
        : `ttl: expected in ${textOf(expected)} s, got in ${life} s`;
    default:
      return findDifference(expected, row[field], field);
  }
}

function within(actual: number, expected: number, tolerance: number): boolean {
  return Math.abs(actual - expected) <= tolerance;
}

function describeMissing(expected: JsonObject, rows: readonly Row[], startSeconds: number): string {
  const { app_key, name_key } = expected;
  const keyed = rows.find((row) => row['app_key'] === app_key && row['name_key'] === name_key);
  return keyed === undefined
    ? `no row like ${show(expected)}`
    : `row ${nameOfRow(keyed)}: ${findRowDifference(expected, keyed, startSeconds) ?? 'matched twice'}`;
}

function valueOf(attribute: Attribute): unknown {
  const [[type, value] = ['', undefined]] = Object.entries(attribute);
  switch (type) {
    case 'NULL':
      return null;
    case 'N':
      return numberOf(String(value));
    case 'B':
      return value instanceof Uint8Array ? value : Uint8Array.from(Buffer.from(String(value), 'base64'));
    case 'SS':
      return new Set(value as readonly string[]);
    case 'NS':
      return new Set((value as readonly string[]).map(numberOf));
    case 'L':
      return (value as readonly Attribute[]).map(valueOf);
    case 'M':
      return toRow(value as Readonly<Record<string, Attribute>>);
    case 'S':
    case 'BOOL':
      return value;
    default:
      throw new UnknownFormError(`A row holds an attribute of type ${type}.`);
  }
}
