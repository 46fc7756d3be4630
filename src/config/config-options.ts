import { Cacher } from '../cache/cacher';
import { Default } from '../di/default';
import { type Dependency, type DependencyClass } from '../di/context';
import { Directory } from '../directory/directory';
import { InvalidSettingsError } from '../errors';
import { type ConfigValue } from '../item/value';
import { type DirectoryListing } from '../item/directory-listing';
import { Provider } from '../providers/provider';
import { settingDefinitions } from '../settings/definitions';
import { checkPathPart } from '../settings/setting-kinds';
import { type LookupStrategy } from '../settings/settings-values';

/** A provider: a class (the current one of its kind is used) or an instance. */
export type ProviderChoice = DependencyClass<Provider> | Provider;

/** A cacher: a class (the current one of its kind is used), an instance, or `null` for none. */
export type CacherChoice = DependencyClass<Cacher> | Cacher | null;

/** One element or a list, `null` for none; `Default` is replaced by the elements of the parent. */
export type OneOrMany<T> = T | Default | readonly (T | Default)[] | null;

/** Names and values to start with; `undefined` is no value. */
export type GivenValues = Readonly<Record<string, ConfigValue | undefined>> | DirectoryListing;

/** Options of a Config; what is left out is taken from the parent. */
export interface ConfigOptions {
  /** Service whose settings are looked up; an empty one is `global`. */
  readonly service?: string | Default;
  /** Environment whose settings are looked up; an empty one is `all`. */
  readonly environment?: string | Default;
  /** Where to look, in order; `null` or an empty list: nowhere. */
  readonly directories?: OneOrMany<Directory | string>;
  /** Providers, in order; `null` or an empty list: none. */
  readonly providers?: OneOrMany<ProviderChoice>;
  /** Cache of the whole fleet. */
  readonly cacher?: CacherChoice | Default;
  /** Services whose exported settings are looked up last. */
  readonly exports?: OneOrMany<string>;
  /**
   * How names are looked up: by listing directories (`listing`), or by exact name (`names`), which needs no permission to
   * list, and is case-sensitive.
   */
  readonly strategy?: LookupStrategy | Default;
  /** Values for names found nowhere else. */
  readonly defaults?: GivenValues;
  /** Values that take precedence over all others. */
  readonly overrides?: GivenValues;
  /** Whether options that are left out come from the outer Configs. Default: true. */
  readonly useParent?: boolean;
}

/** Names of the options of a Config. */
export const configOptionNames: Readonly<Record<keyof ConfigOptions, true>> = {
  service: true,
  environment: true,
  directories: true,
  providers: true,
  cacher: true,
  exports: true,
  strategy: true,
  defaults: true,
  overrides: true,
  useParent: true,
};

/** Checks the directories given to a Config. @throws InvalidDirectoryError */
export function checkDirectories(given: OneOrMany<Directory | string>): readonly (Directory | Default)[] {
  return listOf(given).map((each) => (each === Default ? each : Directory.from(each)));
}

/** Checks the providers given to a Config. @throws InvalidSettingsError for anything but a provider. */
export function checkProviders(given: OneOrMany<ProviderChoice>): readonly (ProviderChoice | Default)[] {
  return listOf(given).map((each) => {
    if (each === Default || isKind<ProviderChoice>(each, Provider)) return each;
    const problem = `${describe(each)} is no provider. Give classes or instances, such as [EnvProvider, SsmProvider].`;
    throw new InvalidSettingsError('providers', problem);
  });
}

/** Checks the cacher given to a Config. @throws InvalidSettingsError for anything but a cacher. */
export function checkCacher(given: CacherChoice | Default): CacherChoice | Default {
  if (given === Default || given === null || isKind<CacherChoice>(given, Cacher)) return given;
  throw new InvalidSettingsError(
    'cacher',
    `${describe(given)} is no cacher. Give DynamoCacher, an instance of one, null or Default.`,
  );
}

/** Checks the services given to a Config. @throws InvalidSettingsError for anything but text, InvalidDirectoryError for text that cannot be part of a path. */
export function checkServices(given: OneOrMany<string>): readonly (string | Default)[] {
  return listOf(given).map((each) => (each === Default ? each : checkService(each)));
}

function checkService(service: string): string {
  if (typeof service !== 'string')
    throw new InvalidSettingsError('exports', `expected text or Default, got ${describe(service)}.`);
  Directory.from(`/${service}/export`);
  return service;
}

/** Checks the strategy given to a Config. @throws InvalidSettingsError for an unknown one. */
export function checkStrategy(given: LookupStrategy | Default): LookupStrategy | Default {
  return given === Default ? given : settingDefinitions.strategy.kind.check(given, 'strategy');
}

/** Checks a service or an environment given to a Config. @throws InvalidSettingsError for anything but text. */
export function checkText<T extends string | Default>(option: string, given: T): T {
  if (typeof given === 'string') checkPathPart(given, option);
  if (given === Default || typeof given === 'string') return given;
  throw new InvalidSettingsError(option, `expected text or Default, got ${describe(given)}.`);
}

function listOf<T>(given: OneOrMany<T>): readonly (T | Default)[] {
  if (given === null) return [];
  return Array.isArray(given) ? (given as readonly (T | Default)[]) : [given as T | Default];
}

/** Whether something is a class derived from a base, or an instance of one. */
function isKind<T>(given: unknown, base: abstract new () => Dependency): given is T {
  return given instanceof base || (typeof given === 'function' && given.prototype instanceof base);
}

function describe(given: unknown): string {
  if (typeof given === 'function') return given.name === '' ? 'a function' : given.name;
  if (typeof given === 'string') return `the text "${given}"`;
  return given === null || given === undefined ? String(given) : `a ${typeof given}`;
}
