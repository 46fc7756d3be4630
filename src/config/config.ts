import { type Cacher } from '../cache/cacher';
import { PendingWork } from '../cache/pending-work';
import { isStale } from '../chain/walk';
import { type ProviderChain } from '../chain/provider-chain';
import { Context } from '../di/context';
import { hideFields } from '../di/hide-fields';
import { type DirectoryChain } from '../directory/directory-chain';
import { ConfigNotFoundError, InvalidNameError } from '../errors';
import { type DirectoryItem } from '../item/directory-item';
import { type ConfigValue } from '../item/value';
import { lookAtVariables, lookAtVariablesOncePerTurn } from '../settings/variables';
import { type FoundValue, foundIn, toBoolean, toJson, toNumber, toText, valueOr } from './coerce';
import { type ConfigOptions } from './config-options';
import { ConfigShape } from './config-shape';
import { beforeFreezing } from './before-freezing';
import { type Explanation } from './explanation';
import { type ExplanationSet } from './explanation-set';
import { type ConfigHealth, type HealthOptions } from './health';
import { logLookup, lookUp, type LookupResult } from './lookup';
import { type LookupOptions } from './lookup-options';
import { LookupScope } from './lookup-scope';
import { checkName } from './named-values';
import { refreshTogether } from './refresh-together';
import { ConfigSnapshot } from './snapshot';
import { type Watch, type WatchOptions } from './watch';
import { warm } from './warm';

/**
 * Answers what the value of a setting is, here.
 *
 * Looks at overrides, then at the providers of the chain in each directory, then at defaults; what it was not told it
 * takes from the Configs around it.
 */
export class Config extends ConfigShape {
  static readonly dependencyName: string = 'Config';

  private readonly scopes = new WeakMap<Context, LookupScope>();
  private latestScope: LookupScope | undefined;
  private readonly watches = new Set<Watch>();

  /**
   * @param options - What differs from the parent.
   * @throws InvalidDirectoryError, InvalidSettingsError for what cannot be.
   */
  constructor(options?: ConfigOptions) {
    super(options);
    hideFields(this, 'scopes', 'latestScope', 'watches');
  }

  /**
   * Gives the value of a setting.
   *
   * @param name - In any case.
   * @param fallback - Given when nothing, or `null`, is found; `undefined` means none.
   * @throws ProviderError when a source that comes before the answer failed. A missing permission is not a failure.
   */
  get<F extends ConfigValue | undefined = undefined>(
    name: string,
    fallback?: F,
    options?: LookupOptions,
  ): Promise<ConfigValue | NoInfer<F>> {
    const known = options === undefined ? this.known(name) : undefined;
    if (known !== undefined) return Promise.resolve<ConfigValue | F>(valueOr(known, fallback as F));
    return this.getItem(name, options).then((item): ConfigValue | F => valueOr(item, fallback as F));
  }

  /** Gives the value of a setting. @throws ConfigNotFoundError when there is none; it lists every place searched. */
  async require(name: string, options?: LookupOptions): Promise<ConfigValue> {
    return (await this.requireItem(name, options)).value;
  }

  /** Gives a setting as text. @throws InvalidValueError when it is neither text, number nor boolean. */
  getString<F extends string | undefined = undefined>(
    name: string,
    fallback?: F,
    options?: LookupOptions,
  ): Promise<string | NoInfer<F>> {
    return this.getAs(name, toText, fallback as F, options);
  }

  /** Gives a setting as number. @throws InvalidValueError when it is no finite number. */
  getNumber<F extends number | undefined = undefined>(
    name: string,
    fallback?: F,
    options?: LookupOptions,
  ): Promise<number | NoInfer<F>> {
    return this.getAs(name, toNumber, fallback as F, options);
  }

  /** Gives a setting as boolean; `false` when there is none and no fallback. @throws InvalidValueError for a text that is none. */
  getBoolean(name: string, fallback = false, options?: LookupOptions): Promise<boolean> {
    return this.getAs(name, toBoolean, fallback, options);
  }

  /** Gives a setting as data: texts are parsed as JSON. @throws InvalidValueError for a text that is no JSON. */
  getJson<F extends ConfigValue | undefined = undefined>(
    name: string,
    fallback?: F,
    options?: LookupOptions,
  ): Promise<ConfigValue | NoInfer<F>> {
    return this.getAs(name, toJson, fallback as F, options);
  }

  /** As `getString`, for a setting that must be. @throws ConfigNotFoundError when there is none. */
  async requireString(name: string, options?: LookupOptions): Promise<string> {
    return toText(foundIn(name, await this.requireItem(name, options)));
  }

  /** As `getNumber`, for a setting that must be. @throws ConfigNotFoundError when there is none. */
  async requireNumber(name: string, options?: LookupOptions): Promise<number> {
    return toNumber(foundIn(name, await this.requireItem(name, options)));
  }

  /** As `getBoolean`, for a setting that must be. @throws ConfigNotFoundError when there is none. */
  async requireBoolean(name: string, options?: LookupOptions): Promise<boolean> {
    return toBoolean(foundIn(name, await this.requireItem(name, options)));
  }

  /** As `getJson`, for a setting that must be. @throws ConfigNotFoundError when there is none. */
  async requireJson(name: string, options?: LookupOptions): Promise<ConfigValue> {
    return toJson(foundIn(name, await this.requireItem(name, options)));
  }

  /** Gives the value of a setting and where it came from; an item that is `nonExistent` when there is none. */
  async getItem(name: string, options: LookupOptions = {}): Promise<DirectoryItem> {
    return (await this.find(name, options)).item;
  }

  /** As `getItem`, for a setting that must be. @throws ConfigNotFoundError when there is none. */
  async requireItem(name: string, options: LookupOptions = {}): Promise<DirectoryItem> {
    const { item, attempts } = await this.find(name, options);
    if (item.nonExistent) throw new ConfigNotFoundError(name, attempts);
    return item;
  }

  /** Whether a setting has a value; a found `null` is one. */
  async has(name: string, options?: LookupOptions): Promise<boolean> {
    return !(await this.getItem(name, options)).nonExistent;
  }

  /** Tells every place that was tried for a name, what came of it, the winner, and what it shadows. Secrets are masked. */
  explain(name: string): Promise<Explanation>;
  /** Tells the same of many names, which share what is read. */
  explain(names: readonly string[]): Promise<ExplanationSet>;
  async explain(asked: string | readonly string[]): Promise<Explanation | ExplanationSet> {
    for (const name of [asked].flat()) checkName(name);
    this.touched();
    const scope = this.scope();
    const { explain, explainAll } = await import('./explain');
    return typeof asked === 'string' ? explain(scope, asked) : explainAll(scope, asked);
  }

  /** Looks up names in one go. @returns A snapshot that gives them without waiting. */
  async load(names: readonly string[], options: LookupOptions = {}): Promise<ConfigSnapshot> {
    options.signal?.throwIfAborted();
    if (!Array.isArray(names)) throw new InvalidNameError('load() takes a list of names, and no list was given');
    const items = await Promise.all(names.map((name: string) => this.getItem(name, options)));
    return new ConfigSnapshot(names.map((name, index) => [name, items[index] as DirectoryItem] as const));
  }

  /** Service whose settings are looked up. */
  get resolvedService(): string {
    return this.currentScope().service;
  }

  /** Environment whose settings are looked up. */
  get resolvedEnvironment(): string {
    return this.currentScope().environment;
  }

  /** Directories that are looked in, in order. */
  get directoryChain(): DirectoryChain {
    return this.currentScope().directories;
  }

  /** Providers that are asked, in order. */
  get providerChain(): ProviderChain {
    return this.currentScope().providers;
  }

  /** Cacher that is asked; `null` for none. */
  get resolvedCacher(): Cacher | null {
    return this.currentScope().cacher;
  }

  /**
   * Forgets what this process remembers, so that the next lookups read anew. What was read last still stands in for a
   * source that fails then.
   *
   * @param options - `pastCache`: also pass over what the cache table holds, until memory next expires.
   */
  async refresh(options: { readonly pastCache?: boolean } = {}): Promise<void> {
    await Promise.resolve();
    this.currentScope().localCache.reset(options);
  }

  /**
   * Gets ready to ask: loads the modules, resolves the credentials and opens the connections that lookups will need, and
   * reads nothing. For the start of a process, where time costs less than at its first request.
   *
   * Never rejects because of a source: the lookup that meets the trouble tells of it.
   */
  async warm(): Promise<void> {
    await warm(this.currentScope());
  }

  /**
   * Looks now and then whether something has changed at the sources, and forgets what this process remembers when it has.
   * Needs a handler of `xcon/events` that follows the changes. `close()` ends it, too.
   *
   * @throws InvalidSettingsError for a time that cannot be.
   */
  async watch(options: WatchOptions): Promise<Watch> {
    const context = Context.current();
    const { startWatch } = await import('./watch');
    const watch = startWatch(() => context.run(() => this.currentScope()), options);
    this.watches.add(watch);
    return watch;
  }

  /** Tells how the sources do, from what lookups have seen of them; with `probe`, asks them. Never fails because of a source. */
  async health(options: HealthOptions = {}): Promise<ConfigHealth> {
    return (await import('./health')).healthOf(this.currentScope(), options);
  }

  /** Awaits what lookups of this process are writing to the cache table, and to a file. Never rejects. */
  async flush(): Promise<void> {
    const scope = this.lastScope();
    await Promise.all([PendingWork.allSettled(), scope?.cacher?.flush()]);
    if (scope?.settings.lastKnownGood !== undefined)
      await (await import('./last-known-good/recall')).flushBooks(scope.localCache);
  }

  /**
   * Ends what lookups have begun: stops watches, awaits writes and, for the Config of the process (or of a root context), closes the
   * clients that were made, never those that were given. Other Configs leave shared clients to it.
   */
  async close(): Promise<void> {
    for (const each of this.watches) each.stop();
    this.watches.clear();
    await this.flush();
    const scope = this.lastScope();
    if (scope === undefined || Context.current().root.resolve(Config) !== this) return;
    await Promise.all([scope.clients.close(), ...scope.providers.providers.map((each) => each.close())]);
  }

  private known(name: string): DirectoryItem | undefined {
    try {
      return this.scope().known(name);
    } catch {
      // Settings that cannot be: the lookup that follows rejects with the reason.
      return undefined;
    }
  }

  private async find(name: string, options: LookupOptions): Promise<LookupResult> {
    checkName(name);
    options.signal?.throwIfAborted();
    const { clock, localCache } = this.scope();
    const nowMs = clock.nowMs();
    if (options.fresh === true) refreshTogether(localCache);
    else if (localCache.isWatchDue(nowMs)) await (await import('./watch')).lookForChanges(localCache, nowMs);
    this.touched();
    const scope = this.scope();
    const result = await beforeFreezing(scope, () => lookUp(scope, name, options));
    logLookup(scope.logger, result);
    const isRemembered = options.skipProviders !== true && options.secretId === undefined;
    // A stale answer would be given longer, and less visibly, than memory means it to be.
    if (isRemembered && !isStale(result)) scope.remember(name, result.item);
    return result;
  }

  private async getAs<T, F>(
    name: string,
    convert: (found: FoundValue) => T,
    fallback: F,
    options?: LookupOptions,
  ): Promise<T | F> {
    const item = await this.getItem(name, options);
    return item.nonExistent || item.value === null ? fallback : convert(foundIn(name, item));
  }

  /** Lets memory expire when it is time, and begin its time with the first use. */
  private touched(): void {
    this.scope().touch();
  }

  /** The scope for now, whatever has changed since the last look. */
  private currentScope(): LookupScope {
    lookAtVariables();
    return this.scope();
  }

  /** The scope that lookups have used last, here or elsewhere; without one, nothing has begun. */
  private lastScope(): LookupScope | undefined {
    return this.scopes.get(Context.current()) ?? this.latestScope;
  }

  private scope(): LookupScope {
    lookAtVariablesOncePerTurn();
    const context = Context.current();
    const known = this.scopes.get(context);
    if (known?.isCurrent === true) return known;
    const scope = LookupScope.of<Config>(context, this, context.resolveAll(Config));
    this.scopes.set(context, scope);
    this.latestScope = scope;
    return scope;
  }
}
