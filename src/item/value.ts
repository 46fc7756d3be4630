import { types } from 'node:util';
import { InvalidValueError } from '../errors';
import { decodeNumber, isRoundedWhole } from './decimal';

/**
 * A value of a setting.
 *
 * Environment variables, SSM and Secrets Manager give strings (or a `Uint8Array`, for a binary secret); DynamoDB gives the
 * rest. A DynamoDB number is a `number` when that is exact, a `bigint` when it is a larger integer, and otherwise its
 * decimal string.
 */
export type ConfigValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | ReadonlySet<string | number | bigint | Uint8Array>
  | readonly ConfigValue[]
  | { readonly [key: string]: ConfigValue };

/** A value in a form that is safe to hand out. */
export interface SealedValue {
  /** The deeply frozen value; what JavaScript cannot freeze in it (binary, sets) is a copy of the library's own. */
  readonly value: ConfigValue;
  /** Whether the value holds something that cannot be frozen, so that callers must get copies. */
  readonly needsCopy: boolean;
}

/**
 * Most lists and maps, one in the other, that a value may have. DynamoDB takes 32; nothing that is configured needs more.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
export const mostLevels = 100;

/**
 * Copies a value into one that cannot be changed from outside.
 *
 * @param value - Left as it is; objects of classes are kept, not copied.
 * @param name - Of the setting, for the message.
 * @throws InvalidValueError for data that is too deep, or contains itself.
 */
export function sealValue(value: ConfigValue, name: string): SealedValue {
  if (typeof value !== 'object' || value === null) return { value, needsCopy: false };
  if (isTooDeep(value)) throw tooDeep(name, kindOfValue(value));
  let needsCopy = false;
  const sealed = mapValue(value, (leaf) => {
    needsCopy = true;
    return copyLeaf(leaf);
  });
  return { value: sealed, needsCopy };
}

/** Whether a value has more levels of lists and maps than it may, as one that contains itself has. Never overflows the stack. */
export function isTooDeep(value: unknown, most = mostLevels): boolean {
  return isBelow(value, most, new Map());
}

/** Says that a value is too deep. @param found - Kind of the value, and where it came from. */
export function tooDeep(name: string, found: string): InvalidValueError {
  return new InvalidValueError(
    name,
    `data of at most ${mostLevels} levels`,
    `${found} that has more, or contains itself`,
  );
}

/** @param seen - Levels that were left where an object was met: what occurs twice is walked through once. */
function isBelow(value: unknown, levels: number, seen: Map<object, number>): boolean {
  if (typeof value !== 'object' || value === null || types.isUint8Array(value) || types.isSet(value)) return false;
  if (!isList(value) && !isPlainObject(value)) return false;
  if (levels === 0) return true;
  if ((seen.get(value) ?? Number.POSITIVE_INFINITY) <= levels) return false;
  seen.set(value, levels);
  return Object.values(value).some((each) => isBelow(each, levels - 1, seen));
}

/** Copies a sealed value: its binary values and sets are new, the rest is frozen. */
export function copyValue(value: ConfigValue): ConfigValue {
  return mapValue(value, copyLeaf);
}

/** Names the kind of a value, for messages that must not show it. */
export function kindOfValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (types.isUint8Array(value)) return 'binary';
  if (types.isSet(value)) return 'a set';
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}

/** JSON that was read: its data, or what was found in its place, and whether that is JSON that is too deep. */
export type ParsedJson =
  { readonly value: ConfigValue } | { readonly wrong: string } | { readonly wrong: string; readonly isTooDeep: true };

/**
 * Parses text as JSON, or bytes as JSON in UTF-8.
 *
 * In lists and maps, a whole number that a double would round is a `bigint`, or its text where that has an exponent or a fraction, as
 * from DynamoDB. JSON that is a single number is a `number`: callers compare it with the text.
 */
export function parseJson(given: string | Uint8Array): ParsedJson {
  try {
    const text = typeof given === 'string' ? given : utf8.decode(given);
    const parsed = JSON.parse(text) as ConfigValue;
    if (isTooDeep(parsed)) return { wrong: `JSON: ${tooDeepData}`, isTooDeep: true };
    return { value: typeof parsed === 'object' && mayRound.test(text) ? parseExactly(text) : parsed };
  } catch {
    // The parser's message quotes the text, which may be a secret.
    return { wrong: `${typeof given === 'string' ? 'text' : 'binary'} that is not JSON` };
  }
}

/** JSON without any of this has no whole number that a double would round. */
const mayRound = /\d{15}|\d[eE]/;
/** The strings and the numbers of valid JSON. Digits in a string belong to the match of the string. */
const jsonTokens = /"(?:[^"\\]+|\\.)*"|-?\d[\d.eE+-]*/g;

/** Parses valid JSON without rounding whole numbers: they are parsed as strings with a mark that no other string begins with. */
function parseExactly(text: string): ConfigValue {
  const runs = text.replace(/\\u007e/gi, '~').match(/~+/g) ?? [];
  const mark = '~'.repeat(1 + runs.reduce((most, run) => Math.max(most, run.length), 0));
  const marked = text.replace(jsonTokens, (token) => (isRoundedWhole(token) ? `"${mark}${token}"` : token));
  return JSON.parse(marked, (_, value: ConfigValue) =>
    typeof value === 'string' && value.startsWith(mark) ? decodeNumber(value.slice(mark.length)) : value,
  ) as ConfigValue;
}

/** Describes a value that {@link isTooDeep}. */
export const tooDeepData = `data of more than ${mostLevels} levels`;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

type Unfreezable = Uint8Array | ReadonlySet<string | number | bigint | Uint8Array>;

// Recognized by internal type, not by prototype: values of another realm (vm, Jest, structuredClone) are data, too.
function mapValue(value: ConfigValue, unfreezable: (leaf: Unfreezable) => ConfigValue): ConfigValue {
  if (typeof value !== 'object' || value === null) return value;
  if (types.isUint8Array(value) || types.isSet(value)) return unfreezable(value);
  if (isList(value)) return Object.freeze(Array.from(value, (each) => mapValue(each, unfreezable)));
  if (!isPlainObject(value)) return value;
  const copy: Record<string, ConfigValue> = {};
  for (const [key, each] of Object.entries(value)) defineOwn(copy, key, mapValue(each, unfreezable));
  return Object.freeze(copy);
}

function copyLeaf(leaf: Unfreezable): ConfigValue {
  if (types.isUint8Array(leaf)) return copyBytes(leaf);
  return new Set([...(leaf as ReadonlySet<string>)].map((each) => (types.isUint8Array(each) ? copyBytes(each) : each)));
}

/** Copies bytes into an instance of their class: a `Buffer` stays one. Those of another realm become a `Uint8Array` of this one. */
function copyBytes(bytes: Uint8Array): Uint8Array {
  return bytes instanceof Uint8Array ? Uint8Array.prototype.slice.call(bytes) : Uint8Array.from(bytes);
}

/** Whether a value is a list. */
export function isList(value: object): value is readonly ConfigValue[] {
  return Array.isArray(value);
}

/** Whether a value is a map of any realm, and not an instance of some class. */
export function isPlainObject(value: object): value is Readonly<Record<string, ConfigValue>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf');
}

/** Sets a key as data even when it is called `__proto__`. */
function defineOwn(object: Record<string, ConfigValue>, key: string, value: ConfigValue): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}
