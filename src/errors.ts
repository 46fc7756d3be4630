import { printable } from './base/printable';

import { readProperty } from './base/describe-error';

/** One place that a lookup has searched, as an error message shows it. */
export interface SearchedPlace {
  /** Short name of the provider (`ssm`), or `override`, `cacher`, `lastKnownGood`, `default`. */
  readonly provider: string;
  /** Path of the directory; absent for places that have none. */
  readonly directory?: string | undefined;
  /** The outcome: `absent`, `not permitted`, ... */
  readonly outcome: string;
  /** Why a place was refused or failed; never a value. */
  readonly reason?: string | undefined;
  /** What would make a refused place readable. */
  readonly remedy?: string | undefined;
  /** Whether the answer is that of an earlier read, because the place cannot be read now; absent: no. */
  readonly stale?: boolean | undefined;
}

const brand: unique symbol = Symbol.for('xcon.ConfigError') as never;

/**
 * Base of every error the library throws.
 *
 * Messages name settings, variables and places; they never contain a value. Controls and direction marks in them are escaped.
 */
export abstract class ConfigError extends Error {
  /** Stable identifier of the kind of error; part of the API. */
  abstract readonly code: string;

  /**
   * @param message - What it says; each text is a line of its own.
   * @param options - `cause`: the error that led to it.
   */
  constructor(message: string | readonly string[] = '', options?: ErrorOptions) {
    const lines = typeof message === 'string' ? [message] : message;
    super(lines.map(printable).join('\n'), options);
  }

  /** Gives name, code, message and the fields of the error, without its stack and cause, which other code has made. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { name, code, message, ...fields } = this;
    return { name, code, message, ...fields };
  }

  /** Marks the errors of every copy of the package that a process has loaded. Not a field, which would be printed. */
  get [brand](): true {
    return true;
  }
}

/**
 * Gives classes of errors the names that minifiers shorten: `util.inspect` prints the name of the class, and the stack of an error
 * begins with the name that its prototype has.
 *
 * @param classes - By name.
 */
export function nameErrors(classes: Readonly<Record<string, abstract new (...args: never) => Error>>): void {
  for (const [name, each] of Object.entries(classes)) {
    for (const named of [each, each.prototype as object]) {
      Object.defineProperty(named, 'name', { value: name, configurable: true, writable: true });
    }
  }
}

/**
 * Says whether something thrown is an error of this library, whichever copy of the package threw it.
 *
 * @param error - Anything caught.
 */
export function isConfigError(error: unknown): error is ConfigError {
  return typeof error === 'object' && error !== null && readProperty(error, brand) === true;
}

/** A required setting has no value anywhere. */
export class ConfigNotFoundError extends ConfigError {
  override readonly name = 'ConfigNotFoundError';
  readonly code = 'CONFIG_NOT_FOUND';

  /**
   * @param key - Name that was looked up, as the caller wrote it.
   * @param places - Every place that was searched, in order.
   */
  constructor(
    readonly key: string,
    readonly places: readonly SearchedPlace[],
  ) {
    super(
      `No value for "${key}". Looked in: ${describePlaces(places)}. ${cacheNote(places)}` +
        `${whereToSet(places)}, or give a fallback: config.get('${key}', fallback).`,
    );
  }
}

/** The service of directories that belong to no service. */
export const sharedService = 'global';

/** Whether a directory belongs to all services, so that what is set there changes every one of them. */
export function isShared(path: string): boolean {
  return path.split('/', 2)[1] === sharedService;
}

/** Says where to set what is missing: never in a directory that all services share. */
function whereToSet(places: readonly SearchedPlace[]): string {
  const searched = places.flatMap(({ directory }) => (directory?.startsWith('/_') === false ? [directory] : []));
  const own = searched.find((each) => !isShared(each));
  if (own !== undefined) return `Set it in ${own}`;
  if (searched.length === 0) return 'Set it in one of them';
  return 'No service is named, so only directories that all services share were searched: set APP_NAME';
}

/** Says that only the cache table records a name as missing, where that is so. */
function cacheNote(places: readonly SearchedPlace[]): string {
  if (!places.some(({ outcome }) => outcome === 'known to be missing')) return '';
  return 'The cache table records it as missing, and the sources were not read: require() reads them, and so does a lookup after config.refresh({ pastCache: true }). ';
}

/** A value exists but is not of the requested type. The message never shows it. */
export class InvalidValueError extends ConfigError {
  override readonly name = 'InvalidValueError';
  readonly code = 'INVALID_VALUE';

  /**
   * @param key - Name of the setting.
   * @param expected - What would have been accepted.
   * @param found - Kind of the value found (`string`, `list`, ...), and where it came from.
   */
  constructor(
    readonly key: string,
    readonly expected: string,
    readonly found: string,
  ) {
    super(`The value of "${key}" is not ${expected}; found ${found}.`);
  }
}

/** The name of a setting is invalid. */
export class InvalidNameError extends ConfigError {
  override readonly name = 'InvalidNameError';
  readonly code = 'INVALID_NAME';

  /** @param problem - What is wrong with the name. */
  constructor(problem: string) {
    super(`Not the name of a setting: ${problem}. A name is a non-empty string, such as 'DB_HOST'.`);
  }
}

/** A directory path is not usable. */
export class InvalidDirectoryError extends ConfigError {
  override readonly name = 'InvalidDirectoryError';
  readonly code = 'INVALID_DIRECTORY';

  /**
   * @param path - The path as given.
   * @param problem - What is wrong with it.
   */
  constructor(
    readonly path: string,
    problem: string,
  ) {
    super(
      `Directory "${path}" ${problem}. A directory is an absolute path such as /orders/prod; ` +
        `the placeholders are {service} and {environment}.`,
    );
  }
}

/**
 * A setting of the library itself, or an option of one of its calls, is invalid; for the declared settings of a service, see
 * `SettingsValidationError`.
 */
export class InvalidSettingsError extends ConfigError {
  override readonly name = 'InvalidSettingsError';
  readonly code = 'INVALID_SETTINGS';

  /**
   * @param setting - Setting, option or variable at fault.
   * @param problem - What is wrong and what would be accepted.
   */
  constructor(
    readonly setting: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${setting}: ${problem}`, options);
  }
}

/** A name was read from a snapshot that was not loaded into it. */
export class NotLoadedError extends ConfigError {
  override readonly name = 'NotLoadedError';
  readonly code = 'NOT_LOADED';

  /** @param key - Name that was looked up. */
  constructor(readonly key: string) {
    super(`"${key}" is not in this snapshot. Add it to the names given to config.load([...]).`);
  }
}

/** A context was entered or left in a way that cannot work. */
export class ContextError extends ConfigError {
  override readonly name = 'ContextError';
  readonly code = 'CONTEXT_ORDER';
}

/** A source could not be read, for a reason other than a missing permission. */
export class ProviderError extends ConfigError {
  override readonly name = 'ProviderError';
  readonly code = 'PROVIDER_FAILED';

  /**
   * @param provider - Short name of the provider.
   * @param directory - Path of the directory that was read; absent when the call was for none in particular.
   * @param problem - What failed, without any value.
   * @param options - `cause`: the error of the SDK or the provider.
   */
  constructor(
    readonly provider: string,
    readonly directory: string | undefined,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`Provider "${provider}" failed${directory === undefined ? '' : ` for ${directory}`}: ${problem}`, options);
  }
}

/** An operation on the cache table (`clear`, `entries`, ...) failed. Lookups never throw it. */
export class CacherError extends ConfigError {
  override readonly name = 'CacherError';
  readonly code = 'CACHER_FAILED';
}

nameErrors({
  ConfigNotFoundError,
  InvalidValueError,
  InvalidNameError,
  InvalidDirectoryError,
  InvalidSettingsError,
  NotLoadedError,
  ContextError,
  ProviderError,
  CacherError,
});

/** Lists places in order, those of a directory together, and says what came of one only where it is not `absent`, or is stale. */
export function describePlaces(places: readonly SearchedPlace[]): string {
  if (places.length === 0) return 'nowhere; no provider is configured';
  const groups: { readonly directory: string | undefined; readonly providers: string[] }[] = [];
  for (const { provider, directory, outcome, stale } of places) {
    const named = directory === undefined || directory.startsWith('/_') ? undefined : directory;
    const notes = [outcome === 'absent' ? [] : [outcome], stale === true ? ['stale'] : []].flat().join(', ');
    const text = notes === '' ? provider : `${provider} (${notes})`;
    const last = groups.at(-1);
    if (last !== undefined && named !== undefined && last.directory === named) last.providers.push(text);
    else groups.push({ directory: named, providers: [text] });
  }
  return groups
    .map(({ directory, providers }) => `${providers.join(', ')}${directory === undefined ? '' : ` in ${directory}`}`)
    .join('; ');
}
