import { type AttributeValue } from '@aws-sdk/client-dynamodb';

import { isTooDeep } from '../item/value';
import { isFields } from './fields';

/** A DynamoDB attribute as JSON carries it: as in the SDK, but with binary as base64. */
export type WireAttribute = Readonly<Record<string, unknown>>;

/** A row as JSON carries it. */
export type WireItem = Readonly<Record<string, WireAttribute>>;

/** Converts a row in JSON to the form of the SDK. */
export function fromWireItem(item: WireItem): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromWire(value)]));
}

function fromWire(attribute: WireAttribute): AttributeValue {
  const [[kind, value] = ['NULL', true]] = Object.entries(attribute);
  if (kind === 'B') return { B: bytes(value) };
  if (kind === 'BS' && Array.isArray(value)) return { BS: value.map(bytes) };
  if (kind === 'L' && Array.isArray(value)) return { L: value.map((each) => fromWire(each as WireAttribute)) };
  if (kind === 'M') return { M: fromWireItem(value as WireItem) };
  return attribute as unknown as AttributeValue;
}

function bytes(base64: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(String(base64), 'base64'));
}

/** Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html (nested attribute depth) */
const mostStoredLevels = 32;
/** Far more than the 400 KB of a row, so that a row that is too long can be tried. */
const mostRepeated = 1024 * 1024;

const numberForm = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** Why a plain value cannot be a DynamoDB attribute. The message names the position, never the value. */
export class AttributeError extends Error {
  override readonly name = 'AttributeError';
}

/**
 * Turns a plain value into an attribute.
 *
 * Beside JavaScript values it accepts forms for what YAML cannot express: `{$num: "…"}` a number of any precision,
 * `{$bytes: base64}`, `{$set: […]}`, `{$nowPlus: seconds}` (epoch seconds) and `{$repeat: [text, times]}`.
 *
 * @param where - Place of the value, for the message.
 * @param nowMs - Current time, milliseconds since the Unix epoch.
 * @throws AttributeError
 */
function toWire(value: unknown, where: string, nowMs: number): WireAttribute {
  if (isTooDeep(value, mostStoredLevels)) {
    throw new AttributeError(
      `${where} has more than ${mostStoredLevels} levels, or contains itself; DynamoDB takes no more than that`,
    );
  }
  return wireOf(value, where, nowMs);
}

function wireOf(value: unknown, where: string, nowMs: number): WireAttribute {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))) return { N: String(value) };
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') };
  if (value instanceof Set) return toWireSet([...(value as Set<unknown>)], where, nowMs);
  if (Array.isArray(value)) return { L: value.map((each, index) => wireOf(each, `${where}[${index}]`, nowMs)) };
  if (!isFields(value) || value instanceof Date || value instanceof Map) {
    throw new AttributeError(`${where} is something DynamoDB has no type for`);
  }
  return toWireMarked(value, where, nowMs) ?? { M: membersOf(value, where, nowMs, wireOf) };
}

/** Turns a plain row into one that JSON can carry; members that are `undefined` are left out. */
export function toWireItem(row: Readonly<Record<string, unknown>>, where: string, nowMs: number): WireItem {
  return membersOf(row, where, nowMs, toWire);
}

function membersOf(
  row: Readonly<Record<string, unknown>>,
  where: string,
  nowMs: number,
  convert: typeof toWire,
): WireItem {
  const present = Object.entries(row).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, convert(value, `${where}.${name}`, nowMs)]));
}

function toWireMarked(value: Readonly<Record<string, unknown>>, where: string, nowMs: number) {
  const [[mark, given] = ['', undefined], ...others] = Object.entries(value);
  if (others.length > 0 || !mark.startsWith('$')) return undefined;
  if (mark === '$num' && numberForm.test(String(given))) return { N: String(given) };
  if (mark === '$bytes' && typeof given === 'string') return { B: given };
  if (mark === '$set' && Array.isArray(given)) return toWireSet(given, where, nowMs);
  if (mark === '$nowPlus' && typeof given === 'number') return { N: String(Math.floor(nowMs / 1000) + given) };
  if (mark === '$repeat' && Array.isArray(given)) {
    const [text, times] = given as readonly unknown[];
    if (typeof text === 'string' && Number(times) >= 0) {
      if (text.length * Number(times) <= mostRepeated) return { S: text.repeat(Number(times)) };
      throw new AttributeError(`${where} has a $repeat of more than ${mostRepeated} characters; no row is that long`);
    }
  }
  throw new AttributeError(
    `${where} has an unknown or malformed mark; ` +
      'known: {$num: "1"}, {$bytes: base64}, {$set: […]}, {$nowPlus: seconds}, {$repeat: [text, times]}',
  );
}

function toWireSet(members: readonly unknown[], where: string, nowMs: number): WireAttribute {
  const attributes = members.map((each) => Object.entries(isSetMember(each) ? wireOf(each, where, nowMs) : {})[0]);
  const kind = attributes[0]?.[0];
  if (kind === undefined || !['S', 'N', 'B'].includes(kind) || attributes.some((each) => each?.[0] !== kind)) {
    throw new AttributeError(
      `${where} is a set that is empty, mixed, or of something else than texts, numbers or bytes`,
    );
  }
  return { [`${kind}S`]: attributes.map((each) => each?.[1]) };
}

/** A set has no lists, maps or sets in it; a map in it can only be a mark such as `{ $num: "1" }`. */
function isSetMember(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return true;
  return isFields(value) && Object.values(value).every((each) => typeof each !== 'object');
}
