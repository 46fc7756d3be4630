import { type Directory } from '../directory/directory';
import { type ConfigValue } from '../item/value';
import { longestLifeSeconds, longestTimerMs } from '../base/time';
import {
  anyText,
  directoryList,
  flag,
  keyList,
  lastKnownGood,
  numberWithin,
  oneOf,
  optional,
  pathPart,
  providerList,
  type SettingKind,
  valueRecord,
} from './setting-kinds';

/** One setting of the library, for resolution, errors and docs/reference/library-settings.md. */
export interface SettingDefinition<T> {
  /** What values it takes. */
  readonly kind: SettingKind<T>;
  /** Its value when neither code nor a variable gives one. */
  readonly default: T;
  /** Variables in order of precedence; absent: `XCON_` and the name in capitals. */
  readonly variables?: readonly string[];
  /** Whether an empty variable is read instead of counting as absent. */
  readonly emptyIsGiven?: boolean;
  /** Whether it is left out where all settings are printed, because it may hold secrets. */
  readonly isHidden?: boolean;
}

/** Default life of memory, **minutes**. */
const defaultExpirationMinutes = 15;

/**
 * The settings of the library, each in one entry.
 *
 * The table of docs/reference/library-settings.md repeats the comments, `@see` as a link; its test compares it with this table.
 */
export const settingDefinitions = {
  /** Service that is running: `{service}` in directories, and half of the partition of the cache table. */
  service: define(pathPart, 'global', { variables: ['APP_NAME', 'SERVICE_NAME'] }),
  /** Environment in which it runs: `{environment}` in directories, and the other half of the partition. */
  environment: define(pathPart, 'all', { variables: ['APP_ENV'] }),
  /**
   * Directories to look in, the variable separated by commas; unset: the default four, an empty list: none.
   *
   * @see ../explanation/lookup-order.md#directories
   */
  directories: define<readonly (Directory | string)[] | undefined>(directoryList, undefined),
  /** Providers to read, classes or instances, in the variable their names (`env,ssm`); unset: env, ssm, secrets; an empty list: env alone. */
  providers: define(providerList, undefined),
  /** Values for names found nowhere else, the variable as a JSON object. */
  defaults: define<Readonly<Record<string, ConfigValue>>>(valueRecord, Object.freeze({}), { isHidden: true }),
  /** Environment variables only and no cacher, whatever code says. */
  onlyEnvProvider: define(flag, false),
  /** Removes the default cacher, not one that code sets. */
  disableDefaultCacher: define(flag, false),
  /** Life of memory, from its first use; 0: the default. */
  internalCacheExpirationMinutes: define(
    numberWithin({ unit: 'minutes', atLeast: 0, atMost: longestLifeSeconds / 60, zeroMeans: defaultExpirationMinutes }),
    defaultExpirationMinutes,
    { emptyIsGiven: true },
  ),
  /** Table that the provider `dynamo` reads. */
  configTable: define(anyText, 'global-all-config'),
  /** The shared cache table. */
  cacheTable: define(anyText, 'global-all-configCache'),
  /** Life of a cached row, give or take a random time of up to 1,500 s. */
  cacheTtlSeconds: define(numberWithin({ unit: 'seconds', atLeast: 1, atMost: longestLifeSeconds }), 12 * 3600),
  /** Life of a row that says that a name is missing. */
  negativeTtlSeconds: define(numberWithin({ unit: 'seconds', atLeast: 0, atMost: longestLifeSeconds }), 900),
  /** Life of a sealed secret in the cache table. */
  secretTtlSeconds: define(numberWithin({ unit: 'seconds', atLeast: 0, atMost: longestLifeSeconds }), 900),
  /**
   * How secrets are kept in the cache table: `reference`, `encrypt`, `never`, `plaintext`.
   *
   * @see ../explanation/caching.md#secrets
   */
  cacheSecrets: define(oneOf('reference', 'encrypt', 'never', 'plaintext'), 'reference'),
  /**
   * Whether values that the Python library has put into the cache table are used: `use` or `ignore`.
   *
   * @see ../guides/cache-table.md#a-mixed-fleet
   */
  cacheForeignRows: define(oneOf('use', 'ignore'), 'use'),
  /** Keys for `encrypt`, base64 of 32 bytes each, the variable separated by commas; the first seals, all open. */
  cacheKeys: define(keyList, Object.freeze([]), { variables: ['XCON_CACHE_KEY'], isHidden: true }),
  /** KMS key for `encrypt`, when `cacheKeys` is empty. [In a bundle](../guides/bundling.md#optional-packages). */
  cacheKmsKeyId: define(optional(anyText), undefined),
  /**
   * Whether one process of a fleet refreshes for all.
   *
   * @see ../explanation/caching.md#one-refresh-per-fleet
   */
  refreshLease: define(flag, true),
  /**
   * How names are looked up: `listing` or `names`; a Config can set it, too.
   *
   * @see ../explanation/lookup-order.md#by-listing-or-by-name
   */
  strategy: define(oneOf('listing', 'names'), 'listing'),
  /**
   * What a place that is not permitted does to a lookup that reaches it: `warn` and continue, or `error`.
   *
   * @see ../explanation/lookup-order.md#when-a-place-is-not-permitted
   */
  refusals: define(oneOf('warn', 'error'), 'warn'),
  /**
   * How long stale values are served while their source fails; 0: not at all.
   *
   * @see ../explanation/reliability.md#stale-values
   */
  staleIfErrorSeconds: define(numberWithin({ unit: 'seconds', atLeast: 0, atMost: longestLifeSeconds }), 3600),
  /**
   * Sealed file of the last good answers, `{ file, key, maxAgeSeconds }`, the variable as JSON; unset: none.
   *
   * @see ../explanation/reliability.md#a-sealed-file-for-a-start-in-an-outage
   */
  lastKnownGood: define(lastKnownGood, undefined, { isHidden: true }),
  /**
   * Pause before a source that failed is read again; 0: none.
   *
   * @see ../explanation/reliability.md#a-source-that-fails-is-not-asked-for-a-moment
   */
  failurePauseMs: define(numberWithin({ unit: 'milliseconds', atLeast: 0, atMost: longestTimerMs }), 1000),
  /** Time for an attempt to connect. */
  connectTimeoutMs: define(numberWithin({ unit: 'milliseconds', atLeast: 1, atMost: longestTimerMs }), 1000),
  /** Time for an attempt to be answered. */
  requestTimeoutMs: define(numberWithin({ unit: 'milliseconds', atLeast: 1, atMost: longestTimerMs }), 3000),
  /** Time for a whole lookup, attempts and waits included. */
  lookupBudgetMs: define(numberWithin({ unit: 'milliseconds', atLeast: 1, atMost: longestTimerMs }), 5000),
  /** Calls that change Parameter Store, as the quota of the account allows them; for writers and the command line. */
  ssmWritesPerSecond: define(numberWithin({ unit: 'calls a second', atLeast: 0.1, atMost: 1000 }), 3),
  /** Least level that is logged: `trace`, `debug`, `info`, `warn`, `error`, `fatal`, `silent`. */
  logLevel: define(oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'), 'warn'),
} as const;

/** Name of a setting of the library. */
export type SettingName = keyof typeof settingDefinitions;

/** Names of all settings, in the order of the table. */
export const settingNames = Object.keys(settingDefinitions) as readonly SettingName[];

/** Gives the definition of a setting, its values of any type. */
export function definitionOf(name: SettingName): SettingDefinition<unknown> {
  return settingDefinitions[name];
}

/** Gives the variables that hold a setting, in order of precedence. */
export function variablesOf(name: SettingName): readonly string[] {
  return definitionOf(name).variables ?? [`XCON_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`];
}

function define<T>(
  kind: SettingKind<T>,
  value: NoInfer<T>,
  more: Omit<SettingDefinition<T>, 'kind' | 'default'> = {},
): SettingDefinition<T> {
  return { ...more, kind, default: value };
}
