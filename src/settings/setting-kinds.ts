import { Directory } from '../directory/directory';
import { Dependency, type DependencyClass } from '../di/context';
import { state } from '../di/state';
import { InvalidSettingsError } from '../errors';
import { DirectoryListing } from '../item/directory-listing';
import { type ConfigValue, isPlainObject, sealValue } from '../item/value';
import { booleanOfText } from './boolean-text';
import { checkSealingKey } from './sealing-key';
import { checkLastKnownGood, type LastKnownGood } from './check-last-known-good';

/** A provider or cacher in a setting: a class (the current one of its kind is used) or an instance. */
export type DependencyChoice = DependencyClass | Dependency;

/** What values a setting of the library takes, from code and from a variable. */
export interface SettingKind<T> {
  /** Unit of a number, in the plural; absent for everything else. */
  readonly unit?: string;
  /**
   * Checks a value that code assigns.
   *
   * @param setting - Name of the setting, for the error.
   * @returns The value in the form in which it is kept.
   * @throws InvalidSettingsError naming the setting.
   */
  readonly check: (value: unknown, setting: string) => T;
  /** Reads the text of a variable. @throws InvalidSettingsError naming the variable; it shows no text that may be secret. */
  readonly parse: (text: string, variable: string) => T;
}

/** Limits of a number. */
export interface NumberLimits {
  /** Unit, in the plural. */
  readonly unit: string;
  /** Least value that is accepted. */
  readonly atLeast: number;
  /** Greatest value that is accepted. */
  readonly atMost: number;
  /** What 0 means; absent: 0. */
  readonly zeroMeans?: number;
}

/** Any text, as it is. */
export const anyText: SettingKind<string> = { check: checkText, parse: (text) => text };

/** Text that becomes part of a path: a service or an environment. */
export const pathPart: SettingKind<string> = {
  check: (value, setting) => checkPathPart(checkText(value, setting), setting),
  parse: checkPathPart,
};

/** `true` or `false`; the text of a variable that is no boolean is false. */
export const flag: SettingKind<boolean> = {
  check: (value, setting) => {
    if (typeof value === 'boolean') return value;
    throw new InvalidSettingsError(setting, `expected true or false, got ${kindOf(value)}.`);
  },
  parse: (text) => booleanOfText(text) ?? false,
};

/** Paths of directories, in order; a variable separates them by commas. `null` means none. */
export const directoryList: SettingKind<readonly (Directory | string)[] | undefined> = {
  check: (value, setting) => checkEach(value, setting, (each) => Directory.from(each as Directory | string)),
  parse: (text, variable) => parseEach(text, (each) => directoryIn(each, variable)),
};

/** Classes or instances of providers, in order; a variable has their names, separated by commas. `null` means none. */
export const providerList: SettingKind<readonly DependencyChoice[] | undefined> = {
  check: (value, setting) =>
    checkEach(value, setting, (each) => {
      if (typeof each === 'function' || each instanceof Dependency) return each as DependencyChoice;
      throw new InvalidSettingsError(setting, `expected provider classes or instances, got ${kindOf(each)}.`);
    }),
  parse: (text, variable) => parseEach(text, (each) => providerNamed(each, variable)),
};

/** Names and values; a variable has them as a JSON object. */
export const valueRecord: SettingKind<Readonly<Record<string, ConfigValue>>> = {
  check: checkRecord,
  parse: (text, variable) => checkRecord(jsonIn(text, variable), variable),
};

/** Keys of 32 bytes in base64; a variable separates them by commas. */
export const keyList: SettingKind<readonly string[]> = {
  check: checkKeys,
  parse: (text, variable) => checkKeys(text.split(','), variable),
};

/** The sealed file of the last good answers; a variable has it as a JSON object. */
export const lastKnownGood: SettingKind<LastKnownGood | undefined> = {
  check: checkLastKnownGood,
  parse: (text, variable) => checkLastKnownGood(jsonIn(text, variable), variable),
};

/** A number within limits. */
export function numberWithin({ unit, atLeast, atMost, zeroMeans }: NumberLimits): SettingKind<number> {
  const check = (value: unknown, setting: string): number => {
    if (typeof value === 'number' && value >= atLeast && value <= atMost) {
      return value === 0 && zeroMeans !== undefined ? zeroMeans : value;
    }
    const limits = `from ${atLeast} to ${atMost}`;
    throw new InvalidSettingsError(setting, `expected a number of ${unit}, ${limits}, got ${kindOf(value)}.`);
  };
  return { unit, check, parse: (text, variable) => check(text.trim() === '' ? Number.NaN : Number(text), variable) };
}

/** One of some words, in any case in a variable. */
export function oneOf<const T extends string>(...choices: readonly T[]): SettingKind<T> {
  const check = (value: unknown, setting: string): T => {
    const choice = choices.find((each) => each === value);
    if (choice !== undefined) return choice;
    throw new InvalidSettingsError(setting, `expected one of ${choices.join(', ')}.`);
  };
  return { check, parse: (text, variable) => check(text.trim().toLowerCase(), variable) };
}

/** The same, or nothing. */
export function optional<T>({ check, parse }: SettingKind<T>): SettingKind<T | undefined> {
  return { check: (value, setting) => (value === undefined ? undefined : check(value, setting)), parse };
}

/** Gives providers the names by which a variable lists them. */
export function nameProviders(providers: Readonly<Record<string, DependencyClass>>): void {
  for (const [name, provider] of Object.entries(providers)) state.providersByName.set(name, provider);
}

/** Checks text that becomes part of a path. @throws InvalidSettingsError */
export function checkPathPart(text: string, setting: string): string {
  if (!/[{}]|^\/|\/$|\/\//.test(text)) return text;
  throw new InvalidSettingsError(
    setting,
    `"${text}" cannot be part of a path: it has a brace, or a slash at an end or doubled.`,
  );
}

function checkText(value: unknown, setting: string): string {
  if (typeof value !== 'string') throw new InvalidSettingsError(setting, `expected text, got ${kindOf(value)}.`);
  return value;
}

function checkList(value: unknown, setting: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new InvalidSettingsError(setting, `expected a list, got ${kindOf(value)}.`);
  return value;
}

function checkEach<T>(value: unknown, setting: string, check: (each: unknown) => T): readonly T[] | undefined {
  if (value === undefined) return undefined;
  return Object.freeze((value === null ? [] : checkList(value, setting)).map(check));
}

function parseEach<T>(text: string, parse: (part: string) => T): readonly T[] {
  const parts = text.split(',').map((each) => each.trim());
  return Object.freeze(parts.filter((each) => each !== '').map(parse));
}

function directoryIn(path: string, variable: string): Directory {
  try {
    return Directory.from(path);
  } catch (error) {
    throw new InvalidSettingsError(variable, (error as Error).message, { cause: error });
  }
}

function providerNamed(name: string, variable: string): DependencyClass {
  const named = state.providersByName.get(name);
  if (named !== undefined) return named as DependencyClass;
  const known = [...state.providersByName.keys()].join(', ');
  throw new InvalidSettingsError(
    variable,
    `there is no provider "${name}". There are ${known === '' ? 'none' : known}.`,
  );
}

function jsonIn(text: string, variable: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The error of the parser shows a part of the text, which may be secret.
    throw new InvalidSettingsError(variable, 'expected JSON.');
  }
}

function checkRecord(value: unknown, setting: string): Readonly<Record<string, ConfigValue>> {
  if (value instanceof DirectoryListing) return Object.freeze(Object.fromEntries(value.values));
  if (typeof value === 'object' && value !== null && isPlainObject(value)) {
    const given = Object.entries<ConfigValue | undefined>(value);
    return Object.freeze(
      Object.fromEntries(
        given.flatMap(([name, each]) => (each === undefined ? [] : [[name, sealValue(each, name).value]])),
      ),
    );
  }
  throw new InvalidSettingsError(setting, `expected an object of names and values, got ${kindOf(value)}.`);
}

function checkKeys(value: unknown, setting: string): readonly string[] {
  const keys = checkList(value, setting).map((each) => checkText(each, setting).trim());
  for (const key of keys) checkSealingKey(key, setting, 'expected keys of 32 bytes in base64, separated by commas.');
  return Object.freeze(keys);
}

function kindOf(value: unknown): string {
  if (typeof value === 'number') return `${value}`;
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
}
