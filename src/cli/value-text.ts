import { types } from 'node:util';
import { type ConfigValue } from '../index';

/** Gives a value as text: texts as they are, bytes in base64, everything else as JSON. */
export function valueText(value: ConfigValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint') return `${value}`;
  if (types.isUint8Array(value)) return base64(value);
  return JSON.stringify(jsonValue(value));
}

/** Gives a value as a cell of a table: texts as they are, everything else as JSON. @param value - As {@link jsonValue} gives it. */
export function shownText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Gives a value as JSON has it: a `bigint` as its digits in a text, bytes as base64 in a text, a set as a list. */
export function jsonValue(value: ConfigValue): unknown {
  if (typeof value === 'bigint') return `${value}`;
  if (typeof value !== 'object' || value === null) return value;
  if (types.isUint8Array(value)) return base64(value);
  if (types.isSet(value)) return [...(value as ReadonlySet<ConfigValue>)].map(jsonValue);
  if (Array.isArray(value)) return (value as readonly ConfigValue[]).map(jsonValue);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, jsonValue(each)]));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
