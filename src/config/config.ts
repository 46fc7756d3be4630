import { lookups, memoryHits } from '../base/channels';
import { startWork } from '../base/start-work';
import { TimeBudget, withSignal } from '../base/time-limit';
import { type Cacher, PendingWork } from '../cache/cacher';
import { type ProviderChain } from '../chain/provider-chain';
import { Context } from '../di/context';
import { hidden, hideFields } from '../base/hidden';
import { type DirectoryChain } from '../directory/directory-chain';
import { InvalidNameError } from '../errors';
import { DirectoryItem } from '../item/directory-item';
import { type ConfigValue } from '../item/value';
import { checkOptions } from '../options';
import { refreshVariables, refreshVariablesOncePerTick } from '../settings/variables';
import { Answer, promiseOf } from './answer';
import { toBoolean, toJson, toNumber, toText } from './coerce';
import { type ConfigOptions } from './config-options';
import { explainPart, healthPart, namesPart, watchPart } from './config-parts';
import { ConfigShape } from './config-shape';
import { type Explanation, type ExplanationSet, type ReachableNames } from '../explain/explained';
import { type ConfigHealth, type HealthOptions } from './health';
import { withLambdaFreezeGuard } from './lambda-freeze-guard';
import { lastKnownGoodPart } from './last-known-good/part';
import { checkLookupOptions, idOf, type LookupOptions, waitOptionNames, type WaitOptions } from './lookup-options';
import { reportHits, reportLookup } from './lookup-events';
import { LookupScope } from './lookup-scope';
import { checkName, isNestedName } from './named-values';
import { refresh, type RefreshOptions } from './refresh';
import { type RememberedAnswers } from './remembered-answers';
import { ConfigSnapshot } from './snapshot';
import { type Watch, type WatchOptions } from './watch';

/**
 * Looks up settings in a chain of providers and directories.
 *
 * A lookup tries overrides, then each provider in each directory, in order, then defaults; the first value found is the answer. What is not
 * set on a Config comes from the Configs around it. Most code uses {@link config}, which acts as the current one.
 *
 * @example
 * const audit = new Config({ service: 'audit', overrides: { PAGE_SIZE: 500 } });
 * await audit.run(() => config.get('PAGE_SIZE')); // 500
 */
export class Config extends ConfigShape {
  static readonly dependencyName: string = 'Config';

  // Both hold settings, clients and answers.
  private readonly scopes = hidden(new WeakMap<Context, LookupScope>());
  private latestScope = hidden<LookupScope | undefined>(undefined);
  private readonly watches = new Set<Watch>();

  /**
   * @param options - What differs from the parent.
   * @throws InvalidDirectoryError, InvalidSettingsError for invalid options.
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
  get(name: string): Promise<ConfigValue | undefined>;
  get<F extends ConfigValue | undefined>(name: string, fallback: F, options?: LookupOptions): Promise<ConfigValue | F>;
  get(name: string, fallback?: ConfigValue, options?: LookupOptions): Promise<ConfigValue | undefined> {
    // Not by `answered`, because services call it most.
    const known = this.remembered(name, options);
    if (known !== undefined) return Promise.resolve(known.value(fallback));
    return this.find(name, options).then((answer) => answer.value(fallback));
  }

  /** Gives the value of a setting. @throws ConfigNotFoundError when there is none; it lists every place searched. */
  require(name: string, options?: LookupOptions): Promise<ConfigValue> {
    return this.required(name, options, ({ item }) => item.value);
  }

  /** Gives a setting as text. @throws InvalidValueError when it is neither text, number nor boolean. */
  getString(name: string): Promise<string | undefined>;
  getString<F extends string | undefined>(name: string, fallback: F, options?: LookupOptions): Promise<string | F>;
  getString(name: string, fallback?: string, options?: LookupOptions): Promise<string | undefined> {
    return this.answered(name, options, (answer) => answer.as(toText, fallback));
  }

  /** Gives a setting as number. @throws InvalidValueError when it is no finite number. */
  getNumber(name: string): Promise<number | undefined>;
  getNumber<F extends number | undefined>(name: string, fallback: F, options?: LookupOptions): Promise<number | F>;
  getNumber(name: string, fallback?: number, options?: LookupOptions): Promise<number | undefined> {
    return this.answered(name, options, (answer) => answer.as(toNumber, fallback));
  }

  /** Gives a setting as boolean; `false` when there is none and no fallback. @throws InvalidValueError for any other text. */
  getBoolean(name: string, fallback = false, options?: LookupOptions): Promise<boolean> {
    return this.answered(name, options, (answer) => answer.as(toBoolean, fallback));
  }

  /** Gives a setting as data: texts are parsed as JSON. @throws InvalidValueError for text that is not JSON. */
  getJson(name: string): Promise<ConfigValue | undefined>;
  getJson<F extends ConfigValue | undefined>(
    name: string,
    fallback: F,
    options?: LookupOptions,
  ): Promise<ConfigValue | F>;
  getJson(name: string, fallback?: ConfigValue, options?: LookupOptions): Promise<ConfigValue | undefined> {
    return this.answered(name, options, (answer) => answer.as(toJson, fallback));
  }

  /** As `getString`, for a required setting. @throws ConfigNotFoundError when there is none. */
  requireString(name: string, options?: LookupOptions): Promise<string> {
    return this.required(name, options, (answer) => answer.to(toText));
  }

  /** As `getNumber`, for a required setting. @throws ConfigNotFoundError when there is none. */
  requireNumber(name: string, options?: LookupOptions): Promise<number> {
    return this.required(name, options, (answer) => answer.to(toNumber));
  }

  /** As `getBoolean`, for a required setting. @throws ConfigNotFoundError when there is none. */
  requireBoolean(name: string, options?: LookupOptions): Promise<boolean> {
    return this.required(name, options, (answer) => answer.to(toBoolean));
  }

  /** As `getJson`, for a required setting. @throws ConfigNotFoundError when there is none. */
  requireJson(name: string, options?: LookupOptions): Promise<ConfigValue> {
    return this.required(name, options, (answer) => answer.to(toJson));
  }

  /** Gives the value of a setting and where it came from; an item that is `nonExistent` when there is none. */
  getItem(name: string, options?: LookupOptions): Promise<DirectoryItem> {
    // As in the Python library.
    if (isNestedName(name)) return Promise.resolve(DirectoryItem.nonExistent(name));
    return this.answered(name, options, ({ item }) => item);
  }

  /** As `getItem`, for a required setting. @throws ConfigNotFoundError when there is none. */
  requireItem(name: string, options?: LookupOptions): Promise<DirectoryItem> {
    return this.required(name, options, ({ item }) => item);
  }

  /** Whether a setting has a value; a found `null` is one. */
  has(name: string, options?: LookupOptions): Promise<boolean> {
    return this.answered(name, options, ({ item }) => !item.nonExistent);
  }

  /** Lists every place that was tried for a name, with its outcome, the winner, and what it shadows. Secrets are masked. */
  explain(name: string, options?: WaitOptions): Promise<Explanation>;
  /** Explains many names, which share what is read. */
  explain(names: readonly string[], options?: WaitOptions): Promise<ExplanationSet>;
  async explain(given: string | readonly string[], options: WaitOptions = {}): Promise<Explanation | ExplanationSet> {
    checkOptions('config.explain()', options, waitOptionNames);
    const { signal } = options;
    signal?.throwIfAborted();
    for (const name of [given].flat()) checkName(name);
    this.touch();
    const scope = this.scope();
    const { explain, explainAll } = await explainPart.load();
    return typeof given === 'string' ? explain(scope, given, { signal }) : explainAll(scope, given, { signal });
  }

  /**
   * Lists every name that this Config can look up, and the places that have it, in the order of the lookup. Values of secrets are not
   * read.
   *
   * @throws ProviderError when a source failed, because names may be missing then; the reason of the signal.
   */
  async names(options: WaitOptions = {}): Promise<ReachableNames> {
    checkOptions('config.names()', options, waitOptionNames);
    options.signal?.throwIfAborted();
    const scope = this.currentScope();
    const { reachableNames } = await namesPart.load();
    return withLambdaFreezeGuard(scope, () => reachableNames(scope, options));
  }

  /** Looks up names in one go. @returns A snapshot that gives them without waiting. */
  load<const Name extends string>(names: readonly Name[], options?: LookupOptions): Promise<ConfigSnapshot<Name>> {
    const answers = Array.isArray(names) ? this.freshAnswers(options) : undefined;
    const known = answers?.snapshotOf(names);
    if (known !== undefined && memoryHits.hasSubscribers) reportHits(names.map((name) => answers?.find(name)));
    return known === undefined ? this.loadAll(names, options) : Promise.resolve(known);
  }

  /** Service whose settings are looked up. */
  get resolvedService(): string {
    return this.currentScope().service;
  }

  /** Environment whose settings are looked up. */
  get resolvedEnvironment(): string {
    return this.currentScope().environment;
  }

  /** Directories of lookups, in order. */
  get directoryChain(): DirectoryChain {
    return this.currentScope().directories;
  }

  /** Providers of lookups, in order. */
  get providerChain(): ProviderChain {
    return this.currentScope().providers;
  }

  /** Cacher of lookups; `null` for none. */
  get resolvedCacher(): Cacher | null {
    return this.currentScope().cacher;
  }

  /**
   * Resets the memory of this process, so that the next lookups read the sources again. If a source fails then, the last values are served
   * as stale.
   *
   * @param options - Which rows of the cache table are ignored, too; absent: none, so that it may give the same answers.
   * @throws InvalidSettingsError for an invalid age.
   */
  async refresh(options: RefreshOptions = {}): Promise<void> {
    await Promise.resolve();
    refresh(this.currentScope(), options);
  }

  /**
   * Prepares lookups: loads modules, resolves credentials and opens connections, and reads nothing. For the start of a process, where
   * time costs less than at its first request.
   *
   * Never rejects because of a source: the lookup that needs the source reports the problem.
   */
  async warm(): Promise<void> {
    const { warm } = await import('./warm');
    await warm(this.currentScope());
  }

  /**
   * Checks regularly whether something has changed at the sources, and resets the memory of this process when it has. Needs a handler of
   * `xcon/events` that follows the changes. `close()` ends it, too.
   *
   * @throws InvalidSettingsError for an invalid interval.
   */
  async watch(options: WatchOptions): Promise<Watch> {
    const context = Context.current();
    const { startWatch } = await watchPart.load();
    const watch = startWatch(() => context.run(() => this.currentScope()), options);
    this.watches.add(watch);
    return watch;
  }

  /** Reports the state of the sources in recent lookups; with `probe`, reads them first. Never fails because of a source. */
  async health(options: HealthOptions = {}): Promise<ConfigHealth> {
    checkOptions('config.health()', options, { ...waitOptionNames, probe: true });
    options.signal?.throwIfAborted();
    return (await healthPart.load()).healthOf(this.currentScope(), options);
  }

  /** Awaits pending writes of this process to the cache table, and to the file of last known good answers. Never rejects. */
  async flush(): Promise<void> {
    const scope = this.lastScope();
    const flushing = startWork(() => scope?.cacher?.flush()).catch(() => undefined);
    await Promise.all([PendingWork.allSettled(), flushing]);
    if (scope?.settings.lastKnownGood !== undefined)
      await (await lastKnownGoodPart.loadIfProvided())?.flushStores(scope.localCache);
  }

  /**
   * Stops watches, awaits writes and, for the Config of the process (or of a root context), closes the clients that were made, never those
   * that were given. Other Configs do not close the shared clients.
   */
  async close(): Promise<void> {
    for (const each of this.watches) each.close();
    this.watches.clear();
    await this.flush();
    const scope = this.lastScope();
    if (scope === undefined || Context.current().root.resolve(Config) !== this) return;
    const closed = scope.providers.providers.map((each) => startWork(() => each.close()));
    await Promise.all([startWork(() => scope.clients.close()), ...closed]);
  }

  /**
   * Gives the answers that a Config remembers: the same object as long as they are valid.
   *
   * @returns `undefined` when memory has expired.
   * @internal
   */
  static answersOf(config: Config): RememberedAnswers | undefined {
    return config.freshAnswers(undefined);
  }

  /** Gives the current scope of a Config. @internal */
  static scopeOf(config: Config): LookupScope {
    return config.currentScope();
  }

  /** Applies a function to the answer for a name, without waiting when it is in memory. Every method that gives an answer uses this. */
  private answered<T>(name: string, options: LookupOptions | undefined, use: (answer: Answer) => T): Promise<T> {
    const known = this.remembered(name, options);
    return known === undefined ? this.find(name, options).then(use) : promiseOf(known, use);
  }

  /** As `answered`, for a required setting. @throws ConfigNotFoundError when there is none. */
  private required<T>(name: string, options: LookupOptions | undefined, use: (answer: Answer) => T): Promise<T> {
    const known = this.remembered(name, options);
    if (known !== undefined && !known.item.nonExistent) return promiseOf(known, use);
    return this.findRequired(name, options, known).then((answer) => use(answer.required()));
  }

  /** Finds a required name: the sources are read once more when only the cache table or memory records it as missing. */
  private async findRequired(name: string, options: LookupOptions = {}, known?: Answer): Promise<Answer> {
    const { clock, settings } = this.scope();
    const startedAtMs = clock.nowMs();
    const time = new TimeBudget(settings.lookupBudgetMs, () => undefined, { keepsAlive: false });
    try {
      const answer = known ?? (await this.find(name, options));
      if (!answer.item.nonExistent || options.skipProviders === true) return answer;
      const { recheckMissingName } = await import('./missing-name-rechecks');
      const scope = this.scope();
      const missing = await withLambdaFreezeGuard(scope, () =>
        recheckMissingName({ scope, answer, options, startedAtMs, time }),
      );
      return missing ?? (await this.find(name, options));
    } finally {
      time.stop();
    }
  }

  /** The answer for a name in memory; `undefined` when there is none, or the options rule it out. */
  private remembered(name: string, options: LookupOptions | undefined): Answer | undefined {
    const known = this.freshAnswers(options)?.find(name, options && idOf(options));
    if (known !== undefined && memoryHits.hasSubscribers) memoryHits.publish(known.origin);
    return known;
  }

  /** The answers that a lookup may use; `undefined` when memory has expired, or the options rule them out. */
  private freshAnswers(options: LookupOptions | undefined): RememberedAnswers | undefined {
    const isPast = options?.fresh === true || options?.skipProviders === true || options?.signal?.aborted === true;
    if (isPast) return undefined;
    try {
      if (options !== undefined) checkLookupOptions(options);
      return this.scope().freshAnswers;
    } catch {
      // Invalid settings or options: the lookup that follows rejects with the reason.
      return undefined;
    }
  }

  private async loadAll(names: readonly string[], options: LookupOptions = {}): Promise<ConfigSnapshot> {
    checkLookupOptions(options);
    options.signal?.throwIfAborted();
    if (!Array.isArray(names)) throw new InvalidNameError('load() takes a list of names, and no list was given');
    const answers = names.map((name: string) => this.answered(name, options, (answer) => answer));
    return new ConfigSnapshot(await Promise.all(answers));
  }

  private async find(name: string, options: LookupOptions = {}): Promise<Answer> {
    checkName(name);
    checkLookupOptions(options);
    options.signal?.throwIfAborted();
    const find = (): Promise<Answer> => withLambdaFreezeGuard(this.scope(), () => this.findNow(name, options));
    return lookups.hasSubscribers ? reportLookup(name, find) : find();
  }

  private async findNow(name: string, options: LookupOptions): Promise<Answer> {
    const { clock, localCache } = this.scope();
    const nowMs = clock.nowMs();
    if (options.fresh === true) localCache.resetOncePerTurn();
    else if (localCache.isChangeCheckDue(nowMs))
      await withSignal(options.signal, () => localCache.checkForChanges(nowMs));
    const { isProvisional, logLookup, lookUp } = await import('./lookup');
    this.touch();
    const scope = this.scope();
    // The current ones: a reset during the lookup replaces them.
    const { answers } = scope;
    const result = await lookUp(scope, name, options);
    logLookup(scope.logger, result);
    const { item } = result;
    const answer = new Answer(name, item, item.nonExistent ? result.attempts : [], clock.nowMs());
    // A provisional answer must not be remembered for the life of memory.
    if (options.skipProviders !== true && !isProvisional(result)) answers.add(answer, idOf(options));
    return answer;
  }

  /** Resets memory if it has expired; its life begins with the first use. */
  private touch(): void {
    this.scope().touch();
  }

  /** The scope by the current variables. */
  private currentScope(): LookupScope {
    refreshVariables();
    return this.scope();
  }

  /** The scope of the last lookups in this context, else in any; `undefined` when there was none. */
  private lastScope(): LookupScope | undefined {
    return this.scopes().get(Context.current()) ?? this.latestScope();
  }

  private scope(): LookupScope {
    refreshVariablesOncePerTick();
    const context = Context.current();
    const latest = this.latestScope();
    if (latest?.context === context && latest.isCurrent) return latest;
    const known = this.scopes().get(context);
    if (known?.isCurrent === true) return known;
    const scope = LookupScope.of<Config>(context, this, context.resolveAll(Config));
    this.scopes().set(context, scope);
    this.latestScope = hidden(scope);
    return scope;
  }
}
