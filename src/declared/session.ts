import { errorClassName } from '../base/describe-error';
import { callAndForget } from '../base/start-work';
import { Config } from '../config/config';
import { idOf, type WaitOptions } from '../config/lookup-options';
import { type RefreshOptions } from '../config/refresh-together';
import { Context } from '../di/context';
import { state } from '../di/state';
import { isConfigError } from '../errors';
import { type DirectoryItem } from '../item/directory-item';
import { type ConfigValue, copyValue, sealValue } from '../item/value';
import { Logger } from '../logging/logger';
import { LocalCache } from '../memory/local-cache';
import { type Declaration } from './declaration';
import { IssueDescriptions } from './issues';
import { type LoadedSetting, loadFrom, loadSettings } from './load';
import { SecretRotation } from './rotation';
import { type SettingsProblem } from './problems';
import { type ChangeListener, SettingsWatch } from './changes';
import { isLocal } from './value-origin';

/** How declared settings are kept up to date. */
export interface DefineSettingsOptions {
  /**
   * How often they are read anew while anybody listens for changes, **seconds**. Default: never by themselves.
   *
   * What the cache table holds counts when it was read at its source no longer ago than this: of a fleet, one process reads for all.
   */
  readonly refreshEverySeconds?: number;
  /** Whether that passes over all that the cache table holds, so that each process reads for itself. Default: false. */
  readonly pastCache?: boolean;
  /** Told why settings could not be refreshed in the background, and of what a listener throws. */
  readonly onError?: (error: unknown) => void;
}

/** How settings are read anew. Without options, the cache table may answer what it did. */
export interface SettingsRefreshOptions extends RefreshOptions, WaitOptions {}

/** What was loaded from the memory of a Config; given again as long as that memory is. */
interface LoadedMemory<Settings> {
  /** Stands for the memory. */
  readonly memory: object;
  readonly parts: Map<Declaration, LoadedSetting>;
  /** Gives the settings; absent before all have been loaded. */
  settings?: () => Settings;
}

/** What declared settings know of one Config: the last good settings, who listens, which secrets were read again. */
export class SettingsSession<Settings> {
  readonly rotation: SecretRotation;
  readonly #watch: SettingsWatch<Settings>;
  readonly #descriptions = new IssueDescriptions();
  #begun = 0;
  #accepted = 0;
  /** Lookups that begin let memory expire: what they give is new already. */
  #isBeginning = false;
  #isReloading = false;
  /** Whether memory was forgotten after the last load had begun. */
  #isStale = false;
  #lastFailure: string | undefined;
  #loaded: LoadedMemory<Settings> | undefined;
  #stop: () => void = () => undefined;

  constructor(
    private readonly config: Config,
    private readonly declarations: readonly Declaration[],
    private readonly assemble: (parts: readonly LoadedSetting[]) => Settings,
    private readonly options: DefineSettingsOptions,
  ) {
    this.rotation = new SecretRotation(config);
    this.#watch = new SettingsWatch((error, keys) => this.tellOfListener(error, keys));
  }

  /**
   * Gives the settings; loads them, unless the memory that they come from is still good. Listeners are told what is different.
   *
   * @throws SettingsValidationError
   */
  load(signal?: AbortSignal): Promise<Settings> {
    const settings = this.remembered(signal)?.settings;
    return settings === undefined ? this.loadAll(signal) : Promise.resolve(settings());
  }

  private async loadAll(signal: AbortSignal | undefined): Promise<Settings> {
    const turn = (this.#begun += 1);
    const { mutations } = state;
    this.#isStale = false;
    this.#isBeginning = true;
    const loading = this.loadParts(this.declarations, signal);
    this.#isBeginning = false;
    const parts = await loading;
    const settings = this.assemble(parts);
    const loaded = this.remember(parts, mutations);
    if (loaded !== undefined) loaded.settings = this.again(settings, parts);
    // One that began later has newer values.
    if (turn > this.#accepted) {
      this.#accepted = turn;
      this.#watch.accept(settings, parts);
    }
    return settings;
  }

  /** Loads the settings anew. @throws SettingsValidationError */
  async refresh({ signal, ...options }: SettingsRefreshOptions = {}): Promise<Settings> {
    signal?.throwIfAborted();
    await this.config.refresh(options);
    return this.load(signal);
  }

  /** Loads one setting alone. @throws SettingsValidationError */
  async loadOne(declaration: Declaration, signal?: AbortSignal): Promise<LoadedSetting> {
    const known = this.remembered(signal)?.parts.get(declaration);
    if (known !== undefined) return known;
    const { mutations } = state;
    const parts = await this.loadParts([declaration], signal);
    this.remember(parts, mutations);
    return parts[0] as LoadedSetting;
  }

  /** Makes a loaded setting of an item that was read in another way. */
  loadFrom(declaration: Declaration, item: DirectoryItem): Promise<LoadedSetting | SettingsProblem> {
    return loadFrom(declaration, item, { config: this.config, descriptions: this.#descriptions });
  }

  /** Whether a value comes from this process, so that there is nothing to read again. */
  isLocal(item: DirectoryItem): boolean {
    return isLocal(item, this.config);
  }

  /** Whether anybody listens for changes. */
  get isWatched(): boolean {
    return this.#watch.isUsed;
  }

  /** Listens for changes of some keys. @returns Ends that. */
  listen(keys: readonly string[], listener: ChangeListener<Settings>): () => void {
    if (!this.#watch.isUsed) this.start();
    const remove = this.#watch.add(keys, listener);
    return () => {
      remove();
      if (!this.#watch.isUsed) this.#stop();
    };
  }

  /** Takes all listeners away, and ends the timer. */
  close(): void {
    this.#watch.clear();
    this.#stop();
  }

  /** What was loaded from the memory that is good now; `undefined` when there is nothing. */
  private remembered(signal: AbortSignal | undefined): LoadedMemory<Settings> | undefined {
    const loaded = this.#loaded;
    if (loaded === undefined || signal?.aborted === true) return undefined;
    return Config.memoryOf(this.config) === loaded.memory ? loaded : undefined;
  }

  /**
   * Remembers loaded settings, when the answers for all of them are in memory; they are looked up again otherwise.
   *
   * @param mutations - Of the process, before they were loaded.
   */
  private remember(parts: readonly LoadedSetting[], mutations: number): LoadedMemory<Settings> | undefined {
    const memory = Config.memoryOf(this.config);
    if (memory === undefined || mutations !== state.mutations) return undefined;
    const isKnown = ({ declaration, item }: LoadedSetting): boolean => {
      const known = memory.known(declaration.name, idOf(declaration))?.item;
      return known !== undefined && (known === item || (known.nonExistent && item.nonExistent));
    };
    if (!parts.every(isKnown)) return undefined;
    const loaded = (this.#loaded =
      this.#loaded?.memory === memory ? this.#loaded : { memory, parts: new Map<Declaration, LoadedSetting>() });
    for (const part of parts) loaded.parts.set(part.declaration, part);
    return loaded;
  }

  /** Gives loaded settings again: the same ones, unless they hold what cannot be frozen, which is copied for each reader. */
  private again(settings: Settings, parts: readonly LoadedSetting[]): () => Settings {
    const isShareable = parts.every(({ value }) => !sealValue(value as ConfigValue, 'settings').needsCopy);
    if (isShareable) return () => settings;
    return () => this.assemble(parts.map((part) => ({ ...part, value: copyValue(part.value as ConfigValue) })));
  }

  private loadParts(declarations: readonly Declaration[], signal?: AbortSignal): Promise<readonly LoadedSetting[]> {
    const newest = (declaration: Declaration, item: DirectoryItem): DirectoryItem =>
      this.rotation.newest(declaration, item);
    return loadSettings(declarations, {
      config: this.config,
      signal,
      newest,
      descriptions: this.#descriptions,
    });
  }

  /** Reloads whenever memory has been forgotten, and by a timer when one was asked for. */
  private start(): void {
    const context = Context.current();
    const reload = (load: () => Promise<unknown>): void =>
      callAndForget(() => context.run(() => this.inBackground(load)));
    const endReset = context.resolve(LocalCache).onReset(() => {
      if (this.#isBeginning) return;
      this.#isStale = true;
      // Not at once: a lookup is under way, and a load may follow.
      setImmediate(() => {
        if (this.#isStale) reload(() => this.load());
      }).unref();
    });
    const { refreshEverySeconds, pastCache = false } = this.options;
    const past = pastCache ? { pastCache } : { maxAgeSeconds: refreshEverySeconds };
    const timer =
      refreshEverySeconds === undefined
        ? undefined
        : setInterval(() => reload(() => this.refresh(past)), refreshEverySeconds * 1000).unref();
    this.#stop = () => {
      endReset();
      clearInterval(timer);
    };
  }

  private async inBackground(load: () => Promise<unknown>): Promise<void> {
    if (this.#isReloading || !this.#watch.isUsed) return;
    this.#isReloading = true;
    try {
      await load();
      // Once: memory that lives shorter than a load takes is no reason to go on and on.
      if (this.#isStale) await this.load();
      this.#lastFailure = undefined;
    } catch (error) {
      this.tellOfFailure(error);
    } finally {
      this.#isReloading = false;
    }
  }

  /** The last good settings stay; the same failure is logged once. */
  private tellOfFailure(error: unknown): void {
    const reason = isConfigError(error) ? error.message : 'it failed';
    if (reason !== this.#lastFailure) Logger.grab().warn('settings.refresh-failed', { reason });
    this.#lastFailure = reason;
    this.handOver(error);
  }

  private tellOfListener(error: unknown, keys: readonly string[]): void {
    // What it says may quote a value, which is what the listener works with.
    Logger.grab().warn('settings.listener-failed', { keys, reason: errorClassName(error) });
    this.handOver(error);
  }

  private handOver(error: unknown): void {
    callAndForget(() => this.options.onError?.(error));
  }
}
