import { definitionOf, settingNames, type SettingDefinition, type settingDefinitions } from './definitions';

export { type LastKnownGood } from './check-last-known-good';
export { type DependencyChoice } from './setting-kinds';

/** Every setting of the library itself, with the value that it has now. */
export type SettingsValues = {
  -readonly [K in keyof typeof settingDefinitions]: (typeof settingDefinitions)[K] extends SettingDefinition<infer T>
    ? T
    : never;
};

/** How secrets are kept in the shared cache table. */
export type CacheSecrets = SettingsValues['cacheSecrets'];

/** How names are looked up at their sources. */
export type LookupStrategy = SettingsValues['strategy'];

/** What a place that is not permitted does to a lookup that reaches it: a warning and the next place, or a `ProviderError`. */
export type Refusals = SettingsValues['refusals'];

/** Levels of the library's log, most detailed first. */
export type LogLevel = SettingsValues['logLevel'];

/** All settings at one moment, and whether the service and the environment were set. */
export interface ResolvedSettings extends Readonly<SettingsValues> {
  /** Whether a variable or an assignment names the service. */
  readonly serviceGiven: boolean;
  /** Whether a variable or an assignment names the environment. */
  readonly environmentGiven: boolean;
}

/** The values of settings that neither code nor a variable gives. */
export const settingsDefaults: Readonly<SettingsValues> = Object.freeze(
  Object.fromEntries(settingNames.map((name) => [name, definitionOf(name).default])) as SettingsValues,
);
