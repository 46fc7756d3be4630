import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type ConfigValue, isList, isPlainObject } from '../item/value';

/** A row as the DynamoDB API gives it. */
export type AttributeMap = Readonly<Record<string, AttributeValue>>;

/**
 * Turns an attribute into a value.
 *
 * Our own, because numbers must keep what a double would round, and keys such as `__proto__` must stay data.
 *
 * @returns `undefined` for a kind of attribute that DynamoDB does not have.
 */
export function decodeAttribute(attribute: AttributeValue): ConfigValue | undefined {
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
 * Turns a value into an attribute.
 *
 * @returns `undefined` for a value that DynamoDB cannot hold (`NaN`, an empty set, an instance of a class).
 */
export function encodeAttribute(value: ConfigValue | undefined): AttributeValue | undefined {
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
 * Turns a DynamoDB number into one of JavaScript.
 *
 * @returns A `number` when that is exact, a `bigint` for a larger integer, else the text as it is.
 */
export function decodeNumber(text: string): number | bigint | string {
  const number = Number(text);
  if (isExact(text, number)) return number;
  return /^-?\d+$/.test(text) ? BigInt(text) : text;
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

/** Whether converting a number back gives the same decimal. */
function isExact(text: string, number: number): boolean {
  return Number.isFinite(number) && canonicalDecimal(text) === canonicalDecimal(String(number));
}

/** Writes a decimal as digits and exponent, so that equal ones are equal texts. */
function canonicalDecimal(text: string): string {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign === '-' ? '-' : ''}${significant}e${power}`;
}

function decodeElement(attribute: AttributeValue): ConfigValue {
  return decodeAttribute(attribute) ?? null;
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
  const encoded = list.map(encodeAttribute);
  return encoded.every((each) => each !== undefined) ? { L: encoded } : undefined;
}

function encodeMap(map: Readonly<Record<string, ConfigValue>>): AttributeValue | undefined {
  const encoded = Object.entries(map).map(([key, each]): [string, AttributeValue | undefined] => [
    key,
    encodeAttribute(each),
  ]);
  return encoded.every((entry): entry is [string, AttributeValue] => entry[1] !== undefined)
    ? { M: Object.fromEntries(encoded) }
    : undefined;
}
