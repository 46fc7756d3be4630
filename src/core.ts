// In the order in which a lookup flows.
export { config, type ConfigApi } from './config/current-config';
export { Config } from './config/config';
export {
  type CacherChoice,
  type ConfigOptions,
  type GivenValues,
  type OneOrMany,
  type ProviderChoice,
} from './config/config-options';
export { type LookupOptions } from './config/lookup-options';
export { ConfigSnapshot } from './config/snapshot';
export { type Watch, type WatchOptions } from './config/watch';
export { type ExplainedPlace, Explanation } from './config/explanation';
export { ExplanationSet } from './config/explanation-set';
export { setWiring, type Wiring } from './config/wiring';
export { Default } from './di/default';

export { ProviderChain } from './chain/provider-chain';
export { type Attempt, type AttemptOutcome } from './chain/walk';
export { Cacher } from './cache/cacher';
export { DynamoCacher } from './cache/dynamo-cacher';
export { type ListingOutcome, Provider, type ReadSession, type SecretOutcome } from './providers/provider';
export { type AwsProviderOptions } from './providers/aws-provider';
export { EnvProvider } from './providers/env-provider';
export { SsmProvider } from './providers/ssm-provider';
export { SecretsProvider } from './providers/secrets-provider';
export { DynamoProvider } from './providers/dynamo-provider';
export { LocalCache } from './providers/local-cache';
export { type AwsClientLike, AwsClients, type AwsClientsOptions } from './aws/aws-clients';

export { Directory, type DirectoryOptions, type DirectoryVariables } from './directory/directory';
export { DirectoryChain } from './directory/directory-chain';
export { DirectoryItem, type DirectoryItemOptions } from './item/directory-item';
export {
  DirectoryListing,
  type ListingEntry,
  type RefusedEntry,
  Unavailable,
  type UnreadSecret,
} from './item/directory-listing';
export { type ConfigValue } from './item/value';

export { Context, type Scope, withDependencies } from './di/context';
export { Dependency } from './di/dependency';
export { type DependencyClass } from './di/dependency-class';
export { registerDependencies } from './di/container';
export { registerIn } from './di/register-in';
export { Clock } from './di/clock';
export { Random } from './di/random';
export { xconSettings, XconSettings, type XconSettingsFacade } from './settings/xcon-settings';
export {
  type CacheSecrets,
  type LogLevel,
  type LookupStrategy,
  type ResolvedSettings,
  type SettingsValues,
} from './settings/settings-values';
export { type LogFields, Logger, type LogTarget } from './logging/logger';

export {
  CacherError,
  ConfigError,
  ConfigNotFoundError,
  ContextError,
  InvalidDirectoryError,
  InvalidNameError,
  InvalidSettingsError,
  InvalidValueError,
  isConfigError,
  NotLoadedError,
  ProviderError,
  type SearchedPlace,
} from './errors';
