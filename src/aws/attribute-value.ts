import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { decodeNumber } from '../item/decimal';
import { type ConfigValue, isList, isPlainObject, isTooDeep, mostLevels } from '../item/value';

/** Levels of objects in an attribute: a map is `{ M: { key: ... } }`. */
const mostAttributeLevels = 2 * mostLevels + 1;
/** Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html (nested attribute depth) */
const mostStoredLevels = 32;

/** A row as the DynamoDB API gives it. */
export type AttributeMap = Readonly<Record<string, AttributeValue>>;

/**
 * Turns an attribute into a value.
 *
 * Not `unmarshall` of the SDK, which rounds numbers that a double cannot hold; and keys such as `__proto__` must stay data.
 *
 * @returns `undefined` for a kind of attribute that DynamoDB does not have, and for one that is too deep.
 */
export function decodeAttribute(attribute: AttributeValue): ConfigValue | undefined {
  return isTooDeep(attribute, mostAttributeLevels) ? undefined : decode(attribute);
}

function decode(attribute: AttributeValue): ConfigValue | undefined {
  if (!isAttribute(attribute)) return undefined;
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return decodeNumber(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.NULL !== undefined) return null;
  if (attribute.B !== undefined) return Uint8Array.from(attribute.B);
  if (attribute.L !== undefined) return attribute.L.map(decodeElement);
  if (attribute.M !== undefined) return decodeMap(attribute.M);
  if (attribute.SS !== undefined) return new Set(attribute.SS);
  if (attribute.NS !== undefined) return new Set(attribute.NS.map(decodeNumber));
  return attribute.BS === undefined ? undefined : new Set(attribute.BS.map((each) => Uint8Array.from(each)));
}

/**
 * Gives a row without malformed attributes: the SDK returns what the service sent. A malformed `value` becomes an attribute that is not
 * usable.
 *
 * @param row - As the service sent it.
 */
export function wellFormedRow(row: unknown): AttributeMap {
  if (typeof row !== 'object' || row === null) return {};
  const entries = Object.entries(row) as readonly (readonly [string, unknown])[];
  if (entries.every(([, each]) => isAttribute(each))) return row as AttributeMap;
  const usable = entries.filter(([, each]) => isAttribute(each)) as readonly (readonly [string, AttributeValue])[];
  // A row without a value has a meaning; one with a malformed value has none.
  const isValueUsable = entries.every(([name, each]) => name !== 'value' || isAttribute(each));
  return Object.fromEntries(isValueUsable ? usable : [...usable, ['value', unusable]]);
}

/** Replaces a malformed value: an attribute of no type. */
const unusable = Object.freeze({}) as AttributeValue;

/** Whether an attribute, nested ones included, is well formed. */
export function isUsable(attribute: AttributeValue): boolean {
  if (!isAttribute(attribute)) return false;
  if (attribute.L !== undefined) return attribute.L.every(isUsable);
  return attribute.M === undefined || Object.values(attribute.M).every(isUsable);
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isBytes = (value: unknown): boolean => value instanceof Uint8Array;
const listOf =
  (isElement: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(isElement);

/** Checks the content of each type of attribute; elements of lists and maps are checked when they are decoded. */
const contents: ReadonlyMap<string, (value: unknown) => boolean> = new Map(
  Object.entries({
    S: isText,
    N: isText,
    BOOL: (value: unknown) => typeof value === 'boolean',
    NULL: (value: unknown) => typeof value === 'boolean',
    B: isBytes,
    L: listOf(() => true),
    M: (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value),
    SS: listOf(isText),
    NS: listOf(isText),
    BS: listOf(isBytes),
  }),
);

/** Whether something is an attribute of a known type with content of that type. */
function isAttribute(value: unknown): value is AttributeValue {
  if (typeof value !== 'object' || value === null) return false;
  const given = Object.entries(value).filter(([, content]) => content !== undefined);
  return given.length > 0 && given.every(([kind, content]) => contents.get(kind)?.(content) === true);
}

/** Whether a value is unchanged after a round trip through DynamoDB, which has neither -0 nor small `bigint`s. */
export function survivesRoundTrip(value: ConfigValue): boolean {
  if (typeof value === 'number') return !Object.is(value, -0);
  if (typeof value === 'bigint') return typeof decodeNumber(String(value)) === 'bigint';
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return true;
  if (isSet(value)) return [...value].every(survivesRoundTrip);
  return (isList(value) ? value : Object.values(value)).every(survivesRoundTrip);
}

/**
 * Turns a value into an attribute.
 *
 * @returns `undefined` for a value that DynamoDB cannot hold (`NaN`, an empty set, an instance of a class, more than 32 levels).
 */
export function encodeAttribute(value: ConfigValue | undefined): AttributeValue | undefined {
  return isTooDeep(value, mostStoredLevels) ? undefined : encode(value);
}

function encode(value: ConfigValue | undefined): AttributeValue | undefined {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value === 'bigint' || typeof value === 'number')
    return isStorable(value) ? { N: String(value) } : undefined;
  if (value === null) return { NULL: true };
  if (value === undefined) return undefined;
  if (value instanceof Uint8Array) return { B: value };
  if (isSet(value)) return encodeSet([...value]);
  if (isList(value)) return encodeList(value);
  return isPlainObject(value) ? encodeMap(value) : undefined;
}

/**
 * Whether DynamoDB takes a number.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 */
function isStorable(value: number | bigint): boolean {
  if (typeof value === 'bigint') return String(value).replace('-', '').length <= 38;
  const size = Math.abs(value);
  return size === 0 || (size >= 1e-130 && size < 1e126);
}

function decodeElement(attribute: AttributeValue): ConfigValue {
  return decode(attribute) ?? null;
}

function decodeMap(map: Record<string, AttributeValue>): ConfigValue {
  return Object.fromEntries(Object.entries(map).map(([key, each]) => [key, decodeElement(each)]));
}

function isSet(value: object): value is ReadonlySet<string | number | bigint | Uint8Array> {
  return value instanceof Set;
}

function encodeSet(elements: readonly (string | number | bigint | Uint8Array)[]): AttributeValue | undefined {
  if (elements.length === 0) return undefined;
  if (elements.every((each) => typeof each === 'string')) return { SS: [...elements] };
  if (elements.every((each) => each instanceof Uint8Array)) return { BS: [...elements] };
  const numbers = elements.filter((each) => typeof each === 'bigint' || typeof each === 'number').filter(isStorable);
  const texts = new Set(numbers.map(String));
  return texts.size === elements.length ? { NS: [...texts] } : undefined;
}

function encodeList(list: readonly ConfigValue[]): AttributeValue | undefined {
  const encoded = list.map(encode);
  return encoded.every((each) => each !== undefined) ? { L: encoded } : undefined;
}

function encodeMap(map: Readonly<Record<string, ConfigValue>>): AttributeValue | undefined {
  const encoded = Object.entries(map).map(([key, each]): [string, AttributeValue | undefined] => [key, encode(each)]);
  return encoded.every((entry): entry is [string, AttributeValue] => entry[1] !== undefined)
    ? { M: Object.fromEntries(encoded) }
    : undefined;
}
