import { types } from 'node:util';
import { InvalidValueError } from '../errors';
import { type DirectoryItem } from '../item/directory-item';
import { isRoundedWhole } from '../item/decimal';
import { type ConfigValue, kindOfValue, parseJson, sealValue, tooDeep } from '../item/value';
import { booleanOfText } from '../settings/boolean-text';

/** A value to convert, with its name and origin for messages. */
export interface FoundValue {
  readonly name: string;
  readonly value: ConfigValue;
  /** Where it came from, for messages. */
  readonly origin: string;
}

/** Gives the value of an item for a conversion. */
export function foundIn(name: string, item: DirectoryItem): FoundValue {
  return { name, value: item.value, origin: `${item.source ?? 'nowhere'} (${item.directory.path})` };
}

/** Gives a text: texts as they are, numbers and booleans written out. @throws InvalidValueError for anything else. */
export function toText(found: FoundValue): string {
  const { value } = found;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  throw invalid(found, 'a text');
}

/** Gives a number: numbers as they are, texts that are a finite JSON number, trimmed. @throws InvalidValueError for anything else. */
export function toNumber(found: FoundValue): number {
  const { value } = found;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const text = typeof value === 'bigint' ? String(value) : typeof value === 'string' ? value.trim() : '';
  const number = jsonNumber.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(number)) throw invalid(found, 'a number');
  if (isRoundedWhole(text)) throw invalid(found, exactNumber);
  return number;
}

/** Gives a boolean: texts such as `yes` and `off`, anything else by whether it is empty. @throws InvalidValueError for other texts. */
export function toBoolean(found: FoundValue): boolean {
  const { value } = found;
  if (typeof value === 'string') {
    const boolean = booleanOfText(value);
    if (boolean !== undefined) return boolean;
    throw invalid(found, 'a boolean (true, t, yes, y, 1, on; false, f, no, n, 0, off or empty)');
  }
  if (typeof value !== 'object' || value === null) return Boolean(value);
  if (types.isUint8Array(value)) return value.length > 0;
  return (types.isSet(value) ? value.size : Object.keys(value).length) > 0;
}

/**
 * Gives data: texts, and bytes in UTF-8, parsed as JSON and frozen, anything else as it is.
 *
 * @throws InvalidValueError for anything but JSON, JSON that is too deep, and a whole number that a double would round.
 */
export function toJson(found: FoundValue): ConfigValue {
  const { value } = found;
  if (typeof value !== 'string' && !types.isUint8Array(value)) return value;
  const parsed = parseJson(value);
  if ('isTooDeep' in parsed) throw tooDeep(found.name, `JSON from ${found.origin}`);
  if ('wrong' in parsed) throw invalid(found, 'JSON');
  if (isRounded(value, parsed.value)) throw invalid(found, exactNumber);
  return sealValue(parsed.value, found.name).value;
}

/** Whether a number differs from the whole number in the text that it was made from. */
export function isRounded(text: unknown, made: unknown): boolean {
  const isText = typeof text === 'string' || typeof text === 'bigint';
  return typeof made === 'number' && isText && isRoundedWhole(String(text).trim());
}

/** What is expected of a whole number, for messages. */
export const exactNumber = 'a number that a double holds exactly; read it as a string, or as a bigint';

/** The numbers of RFC 8259, section 6. */
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function invalid({ name, value, origin }: FoundValue, expected: string): InvalidValueError {
  return new InvalidValueError(name, expected, `${kindOfValue(value)} from ${origin}`);
}
