// In Node, every method has its code at hand. Bundlers leave this out.
import './all-parts';

// In the order in which a lookup flows.
export { config, type ConfigApi } from './config/current-config';
export { Config } from './config/config';
export type { CacherChoice, ConfigOptions, GivenValues, OneOrMany, ProviderChoice } from './config/config-options';
export type { LookupOptions } from './config/lookup-options';
export type { RefreshOptions } from './config/refresh';
export type { ConfigHealth, HealthOptions, SourceHealth, SourceProblem, SourceState } from './config/health';
export { ConfigSnapshot, type LoadedName } from './config/snapshot';
export type { Watch, WatchOptions } from './config/watch';
export {
  type CachedName,
  type DeclaredNote,
  type ExplainedPlace,
  Explanation,
  ExplanationSet,
  type ReachableName,
  type ReachableNames,
  type ReachablePlace,
} from './explain/explained';
export { type DeclaredSettings, defineSettings, type Subscription } from './declared/declared-settings';
export {
  type DeclarationKind,
  type DeepReadonly,
  type KeyOf,
  secret,
  type SecretKeyOf,
  type SecretOptions,
  setting,
  type Setting,
  type SettingOptions,
  type SettingsOf,
  type SettingsShape,
} from './declared/setting';
export { Secret } from './item/secret';
export type { Declaration } from './declared/declaration';
export type { ChangeListener, DefineSettingsOptions, SettingsChange } from './declared/changes';
export type { SettingsRefreshOptions } from './declared/session';
export type {
  CacheReadEvent,
  LookupEvent,
  LookupOrigin,
  RefreshEvent,
  RequestEvent,
  Timed,
  XconEvents,
} from './base/channels';
export { isCredentialsRefused, type SecretUse, type SecretUseOptions, type SecretVersions } from './declared/rotation';
export type { SchemaIssue, SchemaResult, StandardSchema } from './declared/standard-schema';
export {
  type ProblemReason,
  type SettingsProblem,
  SettingsValidationError,
  type ValueOrigin,
} from './declared/problems';
export type { SettingsPolicyOptions } from './declared/policy';
export { iamPolicy } from './iam/iam-policy';
export type { PolicyOptions, PolicyReader, PolicySource } from './iam/policy-options';
export type { PolicyProvider } from './iam/policy-providers';
export type { PolicyPlace } from './iam/arn';
export type { PolicyConditions, PolicyDocument, PolicyStatement } from './iam/policy-document';
export { setWiring, type Wiring } from './config/wiring';
export { provideExplanations, provideHealth, provideLastKnownGood, provideOperations, provideWatches } from './parts';
export { Default } from './di/default';

export { ProviderChain } from './chain/provider-chain';
export type { Attempt, AttemptOutcome } from './chain/walk';
export { Cacher } from './cache/cacher';
export { DynamoCacher } from './cache/dynamo-cacher';
export { type ListingOutcome, Provider, type ReadSession, type SecretOutcome } from './providers/provider';
export type { AwsProviderOptions } from './providers/aws-provider';
export type { IdOption, SuggestedEntry } from './providers/access';
export { WriteError, type WriteFailure } from './providers/write-error';
export type {
  CallOptions,
  EntryAddress,
  EntryFacts,
  EntryVersion,
  EntryWrite,
  ReadEntryOptions,
  RemoveOptions,
  RemoveOutcome,
  SourceWriter,
  StoredEntry,
  WriteOutcome,
  WriteSession,
} from './providers/writer';
export { EnvProvider } from './providers/env-provider';
export { EnvFileProvider, type EnvFileProviderOptions } from './providers/env-file-provider';
export { SsmProvider, type SsmProviderOptions } from './providers/ssm-provider';
export { SecretsProvider, type SecretsProviderOptions } from './providers/secrets-provider';
export { DynamoProvider } from './providers/dynamo-provider';
export { AppConfigProvider, type AppConfigProviderOptions } from './providers/app-config-provider';
export { LocalCache } from './memory/local-cache';
export { type AwsClientLike, AwsClients, type AwsClientsOptions } from './aws/aws-clients';
export { type AppConfigModule, type KmsModule, provideAppConfig, provideKms } from './aws/optional-packages';

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
export type { ConfigValue } from './item/value';

export { Context, type Scope, withDependencies } from './di/context';
export { Dependency } from './di/context';
export type { DependencyClass } from './di/context';
export { registerDependencies } from './di/container';
export { registerIn } from './di/context';
export { Clock } from './di/clock';
export { Random } from './di/random';
export { xconSettings, XconSettings, type XconSettingsFacade } from './settings/xcon-settings';
export type {
  CacheSecrets,
  LastKnownGood,
  LogLevel,
  LookupStrategy,
  Refusals,
  ResolvedSettings,
  SettingsValues,
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
