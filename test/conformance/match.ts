import { inspect } from 'node:util';
import { Default } from '../../src/index';
import { canonical, numberOf } from './decimal';
import { UnknownFormError } from './form';
import { isJsonObject, type Json, type JsonObject, textOf } from './vector';

/** Facts about one thing, of which an expectation may state only some. */
export class Facts {
  constructor(readonly fields: Readonly<Record<string, unknown>>) {}
}

/** Names in an order; an expectation states them as a list, joined by `|`, or by field. */
export class Joined {
  constructor(
    readonly names: readonly string[],
    readonly fields: Readonly<Record<string, unknown>>,
  ) {}
}

/**
 * Compares a result with what a vector expects.
 *
 * @returns What differs, and where; `undefined` when nothing does.
 */
export function findDifference(expected: Json, actual: unknown, at = ''): string | undefined {
  if (actual instanceof Facts) return findFieldDifference(expected, actual, at);
  if (actual instanceof Joined) return findJoinedDifference(expected, actual, at);
  if (expected === null) return actual === null || actual === undefined ? undefined : differs(expected, actual, at);
  if (expected === '$Default') return actual === Default ? undefined : differs(expected, actual, at);
  if (isList(expected)) return findListDifference(expected, actual, at);
  if (!isJsonObject(expected)) return expected === actual ? undefined : differs(expected, actual, at);
  const marker = Object.keys(expected).find((key) => key.startsWith('$'));
  if (marker !== undefined) return isMarked(marker, expected, actual) ? undefined : differs(expected, actual, at);
  return findMapDifference(expected, actual, at);
}

/** Shows a value in a report. */
export function show(value: unknown): string {
  if (value instanceof Facts) return show(value.fields);
  if (value instanceof Joined) return show(value.names);
  return inspect(value, { depth: 8, breakLength: 200, maxStringLength: 200 });
}

function differs(expected: unknown, actual: unknown, at: string): string {
  return `${at === '' ? '' : `${at}: `}expected ${show(expected)}, got ${show(actual)}`;
}

function isMarked(marker: string, expected: JsonObject, actual: unknown): boolean {
  const given = expected[marker] as Json;
  switch (marker) {
    case '$num':
      return isNumber(textOf(given), actual);
    case '$bytes':
      return actual instanceof Uint8Array && Buffer.from(actual).toString('base64') === given;
    case '$set':
      return actual instanceof Set && sameMembers(given as readonly string[], actual);
    case '$len':
      return typeof actual === 'string' && [...actual].length === given;
    default:
      throw new UnknownFormError(`Unknown form in an expectation: ${marker}.`);
  }
}

function isNumber(text: string, actual: unknown): boolean {
  const number = numberOf(text);
  return typeof number === 'string'
    ? typeof actual === 'string' && canonical(actual) === canonical(text)
    : number === actual;
}

function sameMembers(expected: readonly string[], actual: ReadonlySet<unknown>): boolean {
  return actual.size === new Set(expected).size && expected.every((each) => actual.has(each));
}

function findListDifference(expected: readonly Json[], actual: unknown, at: string): string | undefined {
  if (!Array.isArray(actual) || actual.length !== expected.length) return differs(expected, actual, at);
  const found = expected.map((each, index) => findDifference(each, actual[index], `${at}[${index}]`));
  return joinDifferences(found);
}

function findMapDifference(expected: JsonObject, actual: unknown, at: string): string | undefined {
  if (!isPlainObject(actual)) return differs(expected, actual, at);
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  const found = [...keys].map((key) =>
    Object.hasOwn(expected, key) && Object.hasOwn(actual, key)
      ? findDifference(expected[key] ?? null, actual[key], `${at}.${key}`)
      : differs(expected[key], actual[key], `${at}.${key}`),
  );
  return joinDifferences(found);
}

function findFieldDifference(expected: Json, { fields }: Facts, at: string): string | undefined {
  if (!isJsonObject(expected)) return differs(expected, fields, at);
  const found = Object.entries(expected).map(([key, each]) => {
    if (!Object.hasOwn(fields, key)) throw new UnknownFormError(`Unknown field "${key}" in an expectation.`);
    return findDifference(each, fields[key], `${at}.${key}`);
  });
  return joinDifferences(found);
}

function findJoinedDifference(expected: Json, { names, fields }: Joined, at: string): string | undefined {
  if (typeof expected === 'string') return findDifference(expected, names.join('|'), at);
  if (!isJsonObject(expected)) return findDifference(expected, names, at);
  const loose = Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      Array.isArray(value) && typeof expected[key] === 'string' ? value.join('|') : value,
    ]),
  );
  return findFieldDifference(expected, new Facts(loose), at);
}

function joinDifferences(found: readonly (string | undefined)[]): string | undefined {
  const differences = found.filter((each) => each !== undefined);
  return differences.length === 0 ? undefined : differences.join('; ');
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
