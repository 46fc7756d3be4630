/**
 * What the compiler makes of the public API. `tsc --noEmit` checks this file; nothing runs it.
 */
import {
  AwsClients,
  type Cacher,
  Config,
  config,
  type ConfigApi,
  ConfigError,
  type ConfigOptions,
  type ConfigSnapshot,
  type ConfigValue,
  Context,
  Default,
  Directory,
  type DirectoryChain,
  type DirectoryItem,
  DynamoCacher,
  DynamoProvider,
  EnvProvider,
  type Explanation,
  type ExplanationSet,
  isConfigError,
  LocalCache,
  type LookupOptions,
  Provider,
  type ProviderChain,
  ProviderError,
  type Scope,
  SecretsProvider,
  SsmProvider,
  withDependencies,
  xconSettings,
  XconSettings,
} from 'xcon';
import { Config as CoreConfig, EnvProvider as CoreEnvProvider } from 'xcon/core';

/** Compiles only when both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

function is<Expected>() {
  return <Actual>(_value: Actual, _same: Same<Expected, Actual>): void => undefined;
}

declare const api: ConfigApi;
declare const instance: Config;
declare const snapshot: ConfigSnapshot;
declare const options: LookupOptions;
declare const names: readonly string[];
declare const perhaps: string | undefined;
declare const anything: ConfigValue;
declare const unknownError: unknown;
declare class NeedsArguments extends EnvProvider {
  constructor(variables: Readonly<Record<string, string>>);
}

export async function getters(): Promise<void> {
  is<Promise<ConfigValue | undefined>>()(config.get('X'), true);
  is<Promise<ConfigValue | undefined>>()(config.get('X', undefined, options), true);
  is<Promise<ConfigValue>>()(config.require('X'), true);

  is<Promise<string | undefined>>()(config.getString('X'), true);
  is<Promise<number | undefined>>()(config.getNumber('X'), true);
  is<Promise<boolean>>()(config.getBoolean('X'), true);
  is<Promise<ConfigValue | undefined>>()(config.getJson('X'), true);

  is<Promise<string>>()(config.requireString('X'), true);
  is<Promise<number>>()(config.requireNumber('X', options), true);
  is<Promise<boolean>>()(config.requireBoolean('X'), true);
  is<Promise<ConfigValue>>()(config.requireJson('X'), true);

  is<Promise<DirectoryItem>>()(config.getItem('X'), true);
  is<Promise<boolean>>()(config.has('X'), true);
  is<Promise<Explanation>>()(config.explain('X'), true);
  is<Promise<ExplanationSet>>()(config.explain(['X', 'Y']), true);
  is<Promise<void>>()(config.refresh({ pastCache: true }), true);

  // With a fallback there is always something.
  const text: string = await config.getString('X', 'fallback');
  const number: number = await config.getNumber('X', 5);
  const boolean: boolean = await config.getBoolean('X', true);
  const value: ConfigValue = await config.get('X', 'fallback');
  const json: ConfigValue = await config.getJson('X', { list: [1, null, 2n] });
  void [text, number, boolean, value, json];

  // A fallback that may be undefined promises nothing.
  is<Promise<string | undefined>>()(config.getString('X', perhaps), true);
  is<Promise<number | undefined>>()(config.getNumber('X', undefined, options), true);
  is<string | undefined>()(snapshot.getString('X', perhaps), true);
  // @ts-expect-error a type argument does not make a value present
  await config.getString<string>('X');
  // @ts-expect-error nor does it on a snapshot
  snapshot.getNumber<number>('X');

  // Without one, there may be nothing.
  const maybe = await config.getString('X');
  // @ts-expect-error undefined is no text
  const noText: string = maybe;
  // @ts-expect-error a value of any kind is no text
  const untyped: string = await config.get('X');
  void [noText, untyped];
}

export function wrongLookups(): readonly Promise<unknown>[] {
  return [
    // @ts-expect-error the fallback of a number is a number
    config.getNumber('X', '5'),
    // @ts-expect-error the fallback of a text is a text
    config.getString('X', 5),
    // @ts-expect-error the fallback of a boolean is a boolean
    config.getBoolean('X', 'yes'),
    // @ts-expect-error a function is no value
    config.get('X', () => 1),
    // @ts-expect-error a Date is no value
    config.get('X', new Date()),
    // @ts-expect-error a name is a text
    config.get(5),
    // @ts-expect-error a name is needed
    config.get(),
    // @ts-expect-error there is no such option
    config.get('X', undefined, { ignoreLocalCaches: true }),
    // @ts-expect-error an option that is a boolean
    config.get('X', undefined, { fresh: 'yes' }),
    // @ts-expect-error a signal, not its controller
    config.get('X', undefined, { signal: new AbortController() }),
    // @ts-expect-error require takes no fallback
    config.require('X', 'fallback'),
    // @ts-expect-error names come in a list
    config.load('X'),
  ];
}

export async function snapshots(): Promise<void> {
  is<Promise<ConfigSnapshot<'X'>>>()(config.load(['X']), true);
  is<Promise<ConfigSnapshot<'X'>>>()(config.load(['X'] as const), true);
  is<Promise<ConfigSnapshot>>()(config.load(names), true);
  const now = await config.load(['DB_HOST', 'POOL_SIZE']);
  const any: ConfigSnapshot = now;

  is<ConfigValue | undefined>()(now.get('DB_HOST'), true);
  is<ConfigValue>()(now.require('DB_HOST'), true);
  is<string | undefined>()(now.getString('DB_HOST'), true);
  is<number | undefined>()(now.getNumber('POOL_SIZE'), true);
  is<boolean>()(now.getBoolean('pool_size'), true);
  is<DirectoryItem>()(now.getItem('POOL_SIZE'), true);
  is<readonly string[]>()(now.names, true);
  const size: number = now.getNumber('POOL_SIZE', 5);
  void [size, any];

  // @ts-expect-error a name that was not loaded
  now.get('X');

  // @ts-expect-error the fallback of a number is a number
  snapshot.getNumber('X', '5');
  // @ts-expect-error a snapshot is read without waiting
  await (snapshot.get('X') as Promise<ConfigValue>);
  // @ts-expect-error it cannot be changed
  snapshot.names = [];
}

export function configOptions(): readonly ConfigOptions[] {
  return [
    {},
    { service: 'orders', environment: Default, directories: ['/mine', Default, new Directory({ path: '/a' })] },
    { directories: '/mine', providers: SsmProvider, exports: 'billing', cacher: null },
    { providers: [EnvProvider, new SsmProvider({ region: 'eu-west-1' }), SecretsProvider, DynamoProvider, Default] },
    { providers: [new NeedsArguments({}), Default], cacher: DynamoCacher },
    { cacher: new DynamoCacher(), defaults: { A: 1, B: [true, null] }, overrides: {}, useParent: false },
    { directories: Default, providers: Default, cacher: Default, exports: Default, strategy: 'names' },
    // @ts-expect-error a LocalCache is no provider
    { providers: [LocalCache] },
    // @ts-expect-error a cacher is no provider
    { providers: [new DynamoCacher()] },
    // @ts-expect-error a class that cannot be made without arguments
    { providers: [NeedsArguments] },
    // @ts-expect-error providers are classes, not names
    { providers: ['ssm'] },
    // @ts-expect-error a provider is no cacher
    { cacher: SsmProvider },
    // @ts-expect-error undefined is not null: leave it out
    { cacher: undefined },
    // @ts-expect-error a directory is a text or a Directory
    { directories: [5] },
    // @ts-expect-error a service is a text
    { service: null },
    // @ts-expect-error there is no such option
    { region: 'eu-west-1' },
    // @ts-expect-error there is no such strategy
    { strategy: 'guess' },
    // @ts-expect-error a Map is no value
    { defaults: { A: new Map() } },
    // @ts-expect-error useParent is a boolean
    { useParent: Default },
  ];
}

export function members(): void {
  for (const each of [instance, api]) {
    is<string | Default>()(each.service, true);
    is<readonly (Directory | Default)[]>()(each.directories, true);
    is<string>()(each.resolvedService, true);
    is<DirectoryChain>()(each.directoryChain, true);
    is<ProviderChain>()(each.providerChain, true);
    is<Cacher | null>()(each.resolvedCacher, true);
    is<ConfigValue | Default>()(each.getOverride('X'), true);
  }

  instance.service = 'orders';
  instance.service = Default;
  instance.directories = ['/a', Default, Directory.literal('/{x}')];
  instance.directories = '/a';
  instance.providers = [EnvProvider, new SsmProvider()];
  instance.cacher = null;
  instance.setOverride('X', { nested: [1, 'two', { three: null }] });
  instance.setOverride('X', Default);
  instance.setExports(['billing', Default]);
  instance.addProvider(DynamoProvider);

  // @ts-expect-error a resolved value is not assigned
  instance.resolvedService = 'orders';
  // @ts-expect-error it is set when the Config is made
  instance.useParent = false;
  // @ts-expect-error a function is no value
  instance.setOverride('X', () => 1);
  // @ts-expect-error a LocalCache is no provider
  instance.addProvider(LocalCache);
  // @ts-expect-error a directory is a text or a Directory
  instance.addDirectory(Default);
  // @ts-expect-error undefined takes nothing away: Default does
  instance.service = undefined;
}

export function contexts(): void {
  is<Config>()(Config.grab(), true);
  is<SsmProvider>()(SsmProvider.grab(), true);
  is<Config>()(Config.proxy(), true);
  is<number>()(
    instance.run(() => 1),
    true,
  );
  is<Promise<string>>()(
    instance.run(() => Promise.resolve('')),
    true,
  );
  is<Scope>()(instance.enter(), true);
  is<number>()(
    withDependencies([new EnvProvider({ A: '1' }), instance, new AwsClients()], () => 1),
    true,
  );
  is<LocalCache>()(Context.current().resolve(LocalCache), true);

  // @ts-expect-error instances, not classes
  withDependencies([EnvProvider], () => 1);
  // @ts-expect-error variables are texts
  new EnvProvider({ A: 1 });
}

export function settings(): void {
  is<string>()(xconSettings.service, true);
  xconSettings.lookupBudgetMs = 1000;
  xconSettings.cacheSecrets = 'never';
  new XconSettings({ strategy: 'names' });

  // @ts-expect-error milliseconds are a number
  xconSettings.lookupBudgetMs = '1000';
  // @ts-expect-error there is no such way
  xconSettings.cacheSecrets = 'rot13';
  // @ts-expect-error there is no such setting
  xconSettings.timeout = 5;
}

export function errors(): void {
  if (isConfigError(unknownError)) is<string>()(unknownError.code, true);
  if (unknownError instanceof ProviderError) {
    const code: 'PROVIDER_FAILED' = unknownError.code;
    void code;
  }
  // @ts-expect-error the base is made by nobody
  new ConfigError('problem');
}

/** A provider in a few lines. */
export class Vault extends Provider {
  override readonly name = 'vault';

  override readDirectory(directory: Directory) {
    return Promise.resolve(this.listing(directory, { X: anything }));
  }
}

// @ts-expect-error a provider has a name and reads directories
export class Nothing extends Provider {}

export const core: CoreConfig = new CoreConfig({ providers: [CoreEnvProvider, Vault], cacher: null });
