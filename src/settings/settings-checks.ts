import { Directory } from '../directory/directory';
import { Dependency } from '../di/dependency';
import { InvalidSettingsError } from '../errors';
import { DirectoryListing } from '../item/directory-listing';
import { isPlainObject, sealValue } from '../item/value';
import { booleanOfText } from './boolean-text';
import { checkLastKnownGood } from './check-last-known-good';
import {
  type CacheSecrets,
  defaultExpirationMinutes,
  type LogLevel,
  type Refusals,
  type SettingsValues,
} from './settings-values';

type Name = keyof SettingsValues;

const cacheSecretsModes: readonly CacheSecrets[] = ['reference', 'encrypt', 'never', 'plaintext'];
const refusalModes: readonly Refusals[] = ['warn', 'error'];
const logLevels: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Longest time that a timer can wait, **milliseconds**; a longer one would go off at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Reads a setting from the text of the variable that holds it. */
export interface VariableReader<T> {
  /** Variables in order of precedence. */
  readonly variables: readonly string[];
  /** Whether an empty variable is read (and judged) instead of counting as absent. */
  readonly emptyIsGiven?: boolean;
  /** Gives the value. @throws InvalidSettingsError naming the variable. */
  readonly parse: (text: string, variable: string) => T;
}

/** The settings that a variable can hold. */
export const variableReaders: { readonly [K in Name]?: VariableReader<SettingsValues[K]> } = {
  service: text('APP_NAME', 'SERVICE_NAME'),
  environment: text('APP_ENV'),
  onlyEnvProvider: flag('XCON_ONLY_ENV_PROVIDER'),
  disableDefaultCacher: flag('XCON_DISABLE_DEFAULT_CACHER'),
  internalCacheExpirationMinutes: {
    variables: ['XCON_INTERNAL_CACHE_EXPIRATION_MINUTES'],
    emptyIsGiven: true,
    parse: minutes,
  },
  configTable: text('XCON_CONFIG_TABLE'),
  cacheTable: text('XCON_CACHE_TABLE'),
  cacheSecrets: oneOf('XCON_CACHE_SECRETS', cacheSecretsModes),
  cacheKeys: { variables: ['XCON_CACHE_KEY'], parse: (value, name) => checkKeys(value.split(','), name) },
  cacheKmsKeyId: text('XCON_CACHE_KMS_KEY_ID'),
  refusals: oneOf('XCON_REFUSALS', refusalModes),
  logLevel: oneOf('XCON_LOG_LEVEL', logLevels),
};

/**
 * Checks a value that code assigns to a setting.
 *
 * @returns The value in the form it is kept in.
 * @throws InvalidSettingsError naming the setting.
 */
export const settingChecks: { readonly [K in Name]: (value: unknown, setting: string) => SettingsValues[K] } = {
  service: checkText,
  environment: checkText,
  directories: (value, setting) => (value === undefined ? undefined : checkDirectories(value, setting)),
  providers: (value, setting) => (value === undefined ? undefined : checkDependencies(value, setting)),
  defaults: (value, setting) => checkRecord(value, setting) as SettingsValues['defaults'],
  onlyEnvProvider: checkFlag,
  disableDefaultCacher: checkFlag,
  internalCacheExpirationMinutes: (value, setting) => atLeast(0, 'minutes')(value, setting) || defaultExpirationMinutes,
  configTable: checkText,
  cacheTable: checkText,
  cacheTtlSeconds: atLeast(1, 'seconds'),
  negativeTtlSeconds: atLeast(0, 'seconds'),
  secretTtlSeconds: atLeast(0, 'seconds'),
  cacheSecrets: (value, setting) => checkChoice(value, setting, cacheSecretsModes),
  cacheKeys: checkKeys,
  cacheKmsKeyId: (value, setting) => (value === undefined ? undefined : checkText(value, setting)),
  refreshLease: checkFlag,
  refusals: (value, setting) => checkChoice(value, setting, refusalModes),
  staleIfErrorSeconds: atLeast(0, 'seconds'),
  lastKnownGood: checkLastKnownGood,
  failurePauseMs: atLeast(0, 'milliseconds'),
  connectTimeoutMs: atLeast(1, 'milliseconds'),
  requestTimeoutMs: atLeast(1, 'milliseconds'),
  lookupBudgetMs: (value, setting) => Math.min(atLeast(1, 'milliseconds')(value, setting), longestTimerMs),
  strategy: (value, setting) => checkChoice(value, setting, ['listing', 'names'] as const),
  logLevel: (value, setting) => checkChoice(value, setting, logLevels),
};

function text(...variables: readonly string[]): VariableReader<string> {
  return { variables, parse: (value) => value };
}

function flag(variable: string): VariableReader<boolean> {
  return { variables: [variable], parse: (value) => booleanOfText(value) ?? false };
}

function oneOf<T extends string>(variable: string, choices: readonly T[]): VariableReader<T> {
  return { variables: [variable], parse: (value, name) => checkChoice(value.trim().toLowerCase(), name, choices) };
}

function minutes(value: string, variable: string): number {
  const parsed = value.trim() === '' ? Number.NaN : Number(value);
  return atLeast(0, 'minutes')(parsed, variable) || defaultExpirationMinutes;
}

function checkText(value: unknown, setting: string): string {
  if (typeof value !== 'string') throw new InvalidSettingsError(setting, `expected text, got ${kindOf(value)}.`);
  return value;
}

function checkFlag(value: unknown, setting: string): boolean {
  if (typeof value !== 'boolean')
    throw new InvalidSettingsError(setting, `expected true or false, got ${kindOf(value)}.`);
  return value;
}

function atLeast(least: number, unit: string): (value: unknown, setting: string) => number {
  return (value, setting) => {
    if (typeof value === 'number' && Number.isFinite(value) && value >= least) return value;
    throw new InvalidSettingsError(setting, `expected a number of ${unit}, at least ${least}, got ${kindOf(value)}.`);
  };
}

function checkChoice<T extends string>(value: unknown, setting: string, choices: readonly T[]): T {
  const choice = choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  throw new InvalidSettingsError(setting, `expected one of ${choices.join(', ')}.`);
}

function checkDirectories(value: unknown, setting: string): readonly Directory[] {
  return Object.freeze(checkList(value, setting).map((each) => Directory.from(each as Directory | string)));
}

function checkDependencies(value: unknown, setting: string): NonNullable<SettingsValues['providers']> {
  const choices = checkList(value, setting).map((each) => {
    if (typeof each === 'function' || each instanceof Dependency) return each as Dependency;
    throw new InvalidSettingsError(setting, `expected provider classes or instances, got ${kindOf(each)}.`);
  });
  return Object.freeze(choices);
}

function checkList(value: unknown, setting: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new InvalidSettingsError(setting, `expected a list, got ${kindOf(value)}.`);
  return value;
}

function checkRecord(value: unknown, setting: string): Readonly<Record<string, unknown>> {
  if (value instanceof DirectoryListing) return Object.freeze(Object.fromEntries(value.values));
  if (typeof value === 'object' && value !== null && isPlainObject(value)) {
    return Object.freeze(
      Object.fromEntries(Object.entries(value).map(([name, each]) => [name, sealValue(each).value])),
    );
  }
  throw new InvalidSettingsError(setting, `expected an object of names and values, got ${kindOf(value)}.`);
}

function checkKeys(value: unknown, setting: string): readonly string[] {
  const keys = checkList(value, setting).map((each) => checkText(each, setting).trim());
  for (const key of keys) {
    if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(key) || Buffer.from(key, 'base64').length !== 32) {
      throw new InvalidSettingsError(setting, 'expected keys of 32 bytes in base64, separated by commas.');
    }
  }
  return Object.freeze(keys);
}

function kindOf(value: unknown): string {
  if (typeof value === 'number') return `${value}`;
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
}
