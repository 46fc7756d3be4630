import { InvalidValueError } from '../errors';

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
  /** The deeply frozen value; what JavaScript cannot freeze in it (binary, sets) is ours alone. */
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
 * Copies a value into one that nobody outside can change.
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
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || value instanceof Set) return false;
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
  if (value instanceof Uint8Array) return 'binary';
  if (value instanceof Set) return 'a set';
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}

type Unfreezable = Uint8Array | ReadonlySet<string | number | bigint | Uint8Array>;

function mapValue(value: ConfigValue, unfreezable: (leaf: Unfreezable) => ConfigValue): ConfigValue {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array || value instanceof Set) return unfreezable(value);
  if (isList(value)) return Object.freeze(value.map((each) => mapValue(each, unfreezable)));
  if (!isPlainObject(value)) return value;
  const copy: Record<string, ConfigValue> = {};
  for (const [key, each] of Object.entries(value)) defineOwn(copy, key, mapValue(each, unfreezable));
  return Object.freeze(copy);
}

function copyLeaf(leaf: Unfreezable): ConfigValue {
  if (leaf instanceof Uint8Array) return Uint8Array.from(leaf);
  return new Set([...leaf].map((each) => (each instanceof Uint8Array ? Uint8Array.from(each) : each)));
}

/** Whether a value is a list. */
export function isList(value: object): value is readonly ConfigValue[] {
  return Array.isArray(value);
}

/** Whether a value is a map, and not an instance of some class. */
export function isPlainObject(value: object): value is Readonly<Record<string, ConfigValue>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Sets a key as data even when it is called `__proto__`. */
function defineOwn(target: Record<string, ConfigValue>, key: string, value: ConfigValue): void {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}
