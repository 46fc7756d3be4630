import { inspect } from 'node:util';
import { type Cacher } from '../cache/cacher';
import { type ProviderChain } from '../chain/provider-chain';
import { Context, type Scope } from '../di/context';
import { type Default } from '../di/default';
import { type Directory } from '../directory/directory';
import { type DirectoryChain } from '../directory/directory-chain';
import { type DirectoryItem } from '../item/directory-item';
import { type ConfigValue } from '../item/value';
import { type LookupStrategy } from '../settings/settings-values';
import { Config } from './config';
import { type CacherChoice, type OneOrMany, type ProviderChoice } from './config-options';
import { type Explanation, type ExplanationSet } from '../explain/explanation';
import { type ConfigHealth, type HealthOptions } from './health';
import { type LookupOptions, type WaitOptions } from './lookup-options';
import { type RefreshOptions } from './refresh-together';
import { type NamedValues } from './named-values';
import { type ConfigSnapshot } from './snapshot';
import { type Watch, type WatchOptions } from './watch';

/** Everything a Config can do. */
export interface ConfigApi extends Pick<Config, Exclude<keyof Config, 'directories' | 'providers'>> {
  /** Directories as set here. */
  get directories(): readonly (Directory | Default)[];
  set directories(directories: OneOrMany<Directory | string>);
  /** Providers as set here. */
  get providers(): readonly (ProviderChoice | Default)[];
  set providers(providers: OneOrMany<ProviderChoice>);
}

/** Acts as whichever Config is current at each use; what each member does is told at {@link Config}. */
class CurrentConfig implements ConfigApi {
  get(name: string): Promise<ConfigValue | undefined>;
  get<F extends ConfigValue | undefined>(name: string, fallback: F, options?: LookupOptions): Promise<ConfigValue | F>;
  get(name: string, fallback?: ConfigValue, options?: LookupOptions): Promise<ConfigValue | undefined> {
    return current().get(name, fallback, options);
  }

  require(name: string, options?: LookupOptions): Promise<ConfigValue> {
    return current().require(name, options);
  }

  getString(name: string): Promise<string | undefined>;
  getString<F extends string | undefined>(name: string, fallback: F, options?: LookupOptions): Promise<string | F>;
  getString(name: string, fallback?: string, options?: LookupOptions): Promise<string | undefined> {
    return current().getString(name, fallback, options);
  }

  getNumber(name: string): Promise<number | undefined>;
  getNumber<F extends number | undefined>(name: string, fallback: F, options?: LookupOptions): Promise<number | F>;
  getNumber(name: string, fallback?: number, options?: LookupOptions): Promise<number | undefined> {
    return current().getNumber(name, fallback, options);
  }

  getBoolean(name: string, fallback?: boolean, options?: LookupOptions): Promise<boolean> {
    return current().getBoolean(name, fallback, options);
  }

  getJson(name: string): Promise<ConfigValue | undefined>;
  getJson<F extends ConfigValue | undefined>(
    name: string,
    fallback: F,
    options?: LookupOptions,
  ): Promise<ConfigValue | F>;
  getJson(name: string, fallback?: ConfigValue, options?: LookupOptions): Promise<ConfigValue | undefined> {
    return current().getJson(name, fallback, options);
  }

  requireString(name: string, options?: LookupOptions): Promise<string> {
    return current().requireString(name, options);
  }

  requireNumber(name: string, options?: LookupOptions): Promise<number> {
    return current().requireNumber(name, options);
  }

  requireBoolean(name: string, options?: LookupOptions): Promise<boolean> {
    return current().requireBoolean(name, options);
  }

  requireJson(name: string, options?: LookupOptions): Promise<ConfigValue> {
    return current().requireJson(name, options);
  }

  getItem(name: string, options?: LookupOptions): Promise<DirectoryItem> {
    return current().getItem(name, options);
  }

  requireItem(name: string, options?: LookupOptions): Promise<DirectoryItem> {
    return current().requireItem(name, options);
  }

  has(name: string, options?: LookupOptions): Promise<boolean> {
    return current().has(name, options);
  }

  explain(name: string, options?: WaitOptions): Promise<Explanation>;
  explain(names: readonly string[], options?: WaitOptions): Promise<ExplanationSet>;
  explain(asked: string | readonly string[], options?: WaitOptions): Promise<Explanation | ExplanationSet> {
    return typeof asked === 'string' ? current().explain(asked, options) : current().explain(asked, options);
  }

  load<const Name extends string>(names: readonly Name[], options?: LookupOptions): Promise<ConfigSnapshot<Name>> {
    return current().load(names, options);
  }

  setOverride(name: string, value: ConfigValue | Default): void {
    current().setOverride(name, value);
  }

  getOverride(name: string): ConfigValue | Default {
    return current().getOverride(name);
  }

  removeOverride(name: string): void {
    current().removeOverride(name);
  }

  setDefault(name: string, value: ConfigValue | Default): void {
    current().setDefault(name, value);
  }

  getDefault(name: string): ConfigValue | Default {
    return current().getDefault(name);
  }

  removeDefault(name: string): void {
    current().removeDefault(name);
  }

  addDirectory(directory: Directory | string): void {
    current().addDirectory(directory);
  }

  addProvider(provider: ProviderChoice): void {
    current().addProvider(provider);
  }

  addExport(service: string): void {
    current().addExport(service);
  }

  setExports(services: OneOrMany<string>): void {
    current().setExports(services);
  }

  get exportsByService(): readonly (string | Default)[] {
    return current().exportsByService;
  }

  get service(): string | Default {
    return current().service;
  }

  set service(service: string | Default) {
    current().service = service;
  }

  get environment(): string | Default {
    return current().environment;
  }

  set environment(environment: string | Default) {
    current().environment = environment;
  }

  get directories(): readonly (Directory | Default)[] {
    return current().directories;
  }

  set directories(directories: OneOrMany<Directory | string>) {
    current().directories = directories;
  }

  get providers(): readonly (ProviderChoice | Default)[] {
    return current().providers;
  }

  set providers(providers: OneOrMany<ProviderChoice>) {
    current().providers = providers;
  }

  get cacher(): CacherChoice | Default {
    return current().cacher;
  }

  set cacher(cacher: CacherChoice | Default) {
    current().cacher = cacher;
  }

  get strategy(): LookupStrategy | Default {
    return current().strategy;
  }

  set strategy(strategy: LookupStrategy | Default) {
    current().strategy = strategy;
  }

  get useParent(): boolean {
    return current().useParent;
  }

  get overrides(): NamedValues {
    return current().overrides;
  }

  get defaults(): NamedValues {
    return current().defaults;
  }

  get resolvedService(): string {
    return current().resolvedService;
  }

  get resolvedEnvironment(): string {
    return current().resolvedEnvironment;
  }

  get directoryChain(): DirectoryChain {
    return current().directoryChain;
  }

  get providerChain(): ProviderChain {
    return current().providerChain;
  }

  get resolvedCacher(): Cacher | null {
    return current().resolvedCacher;
  }

  refresh(options?: RefreshOptions): Promise<void> {
    return current().refresh(options);
  }

  warm(): Promise<void> {
    return current().warm();
  }

  watch(options: WatchOptions): Promise<Watch> {
    return current().watch(options);
  }

  health(options?: HealthOptions): Promise<ConfigHealth> {
    return current().health(options);
  }

  flush(): Promise<void> {
    return current().flush();
  }

  close(): Promise<void> {
    return current().close();
  }

  run<T>(fn: () => T): T {
    return current().run(fn);
  }

  enter(): Scope {
    return current().enter();
  }

  toString(): string {
    return current().toString();
  }

  toJSON(): unknown {
    return current().toJSON();
  }

  [inspect.custom](): string {
    return current()[inspect.custom]();
  }
}

function current(): Config {
  return Context.current().resolve(Config);
}

/** The current Config: that of the innermost `run()`, else what was entered last, else the one of the process. */
export const config: ConfigApi = new CurrentConfig();
