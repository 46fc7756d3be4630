import { type Directory } from '../directory/directory';
import { type Dependency } from '../di/dependency';
import { type DependencyClass } from '../di/dependency-class';
import { type ConfigValue } from '../item/value';

/** How secrets are kept in the shared cache table. */
export type CacheSecrets = 'reference' | 'encrypt' | 'never' | 'plaintext';

/** How names are looked up at their sources. */
export type LookupStrategy = 'listing' | 'names';

/** What a place that is not permitted does to a lookup that reaches it: a warning and the next place, or a `ProviderError`. */
export type Refusals = 'warn' | 'error';

/** Levels of the library's log, most detailed first. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** A provider or cacher as settings name it: a class (the current one of its kind is used) or an instance. */
export type DependencyChoice = DependencyClass | Dependency;

/** A sealed file of the last good answers, for a start while sources fail. */
export interface LastKnownGood {
  /** Absolute path. */
  readonly file: string;
  /** What seals it: 32 bytes, or their base64. */
  readonly key: string | Uint8Array;
  /** How old an answer may be, **seconds**. Default: 604,800, a week. */
  readonly maxAgeSeconds?: number;
}

/** Every setting of the library itself, as it stands. */
export interface SettingsValues {
  /** Service that is running. Variables: `APP_NAME`, else `SERVICE_NAME`; else `global`. */
  service: string;
  /** Environment it runs in. Variable: `APP_ENV`; else `all`. */
  environment: string;
  /** Directories to look in; `undefined`: the default four. */
  directories: readonly (Directory | string)[] | undefined;
  /** Providers to ask; `undefined`: env, ssm, secrets; an empty list means env only. */
  providers: readonly DependencyChoice[] | undefined;
  /** Values for names found nowhere else. */
  defaults: Readonly<Record<string, ConfigValue>>;
  /** Environment variables only, no cacher, whatever code says. Variable: `XCON_ONLY_ENV_PROVIDER`. */
  onlyEnvProvider: boolean;
  /** Takes away the default cacher; one given in code stays. Variable: `XCON_DISABLE_DEFAULT_CACHER`. */
  disableDefaultCacher: boolean;
  /** How long memory is good, **minutes**; 0: the default, 15. Variable: `XCON_INTERNAL_CACHE_EXPIRATION_MINUTES`. */
  internalCacheExpirationMinutes: number;
  /** Table that `DynamoProvider` reads. Variable: `XCON_CONFIG_TABLE`. */
  configTable: string;
  /** The shared cache table. Variable: `XCON_CACHE_TABLE`. */
  cacheTable: string;
  /** Life of a cached row, **seconds** (12 h). */
  cacheTtlSeconds: number;
  /** Life of a row that says "missing", **seconds** (900). */
  negativeTtlSeconds: number;
  /** Life of a sealed secret in the cache table, **seconds** (900). */
  secretTtlSeconds: number;
  /** How secrets are cached. Variable: `XCON_CACHE_SECRETS`. */
  cacheSecrets: CacheSecrets;
  /** Keys for sealing secrets, base64 of 32 bytes each; the first writes, all read. Variable: `XCON_CACHE_KEY`, comma-separated. */
  cacheKeys: readonly string[];
  /** KMS key that wraps a data key for sealing; `undefined`: none. Variable: `XCON_CACHE_KMS_KEY_ID`. */
  cacheKmsKeyId: string | undefined;
  /** Whether one process of a fleet refreshes for all. */
  refreshLease: boolean;
  /** What a place that is not permitted does to a lookup that reaches it. Variable: `XCON_REFUSALS`. */
  refusals: Refusals;
  /** How long what was read last stands in for what fails, after it should have been read anew, **seconds** (3600); 0: not at all. */
  staleIfErrorSeconds: number;
  /** Sealed file of the last good answers; `undefined`: none. */
  lastKnownGood: LastKnownGood | undefined;
  /** Pause before a source that has failed twice is asked again, **milliseconds** (1,000); 0: none. */
  failurePauseMs: number;
  /** Time for an attempt to connect, **milliseconds** (1,000). */
  connectTimeoutMs: number;
  /** Time for an attempt to be answered, **milliseconds** (3,000). */
  requestTimeoutMs: number;
  /** Time for a whole lookup, **milliseconds** (5,000). */
  lookupBudgetMs: number;
  /** How names are looked up. */
  strategy: LookupStrategy;
  /** Least level that is logged. Variable: `XCON_LOG_LEVEL`. */
  logLevel: LogLevel;
}

/** The settings as one moment sees them, with what later steps need to know about their origin. */
export interface ResolvedSettings extends Readonly<SettingsValues> {
  /** Whether a variable or an assignment names the service. */
  readonly serviceGiven: boolean;
  /** Whether a variable or an assignment names the environment. */
  readonly environmentGiven: boolean;
}

/** Minutes that memory is good when nothing else is said. */
export const defaultExpirationMinutes = 15;

/** What a setting is when neither code nor a variable says otherwise. */
export const settingsDefaults: Readonly<SettingsValues> = Object.freeze({
  service: 'global',
  environment: 'all',
  directories: undefined,
  providers: undefined,
  defaults: Object.freeze({}),
  onlyEnvProvider: false,
  disableDefaultCacher: false,
  internalCacheExpirationMinutes: defaultExpirationMinutes,
  configTable: 'global-all-config',
  cacheTable: 'global-all-configCache',
  cacheTtlSeconds: 12 * 3600,
  negativeTtlSeconds: 900,
  secretTtlSeconds: 900,
  cacheSecrets: 'reference',
  cacheKeys: Object.freeze([]),
  cacheKmsKeyId: undefined,
  refreshLease: true,
  refusals: 'warn',
  staleIfErrorSeconds: 3600,
  lastKnownGood: undefined,
  failurePauseMs: 1000,
  connectTimeoutMs: 1000,
  requestTimeoutMs: 3000,
  lookupBudgetMs: 5000,
  strategy: 'listing',
  logLevel: 'warn',
});
