import { type Config } from '../config/config';
import { Context } from '../di/context';
import { isConfigError } from '../errors';
import { type DirectoryItem } from '../item/directory-item';
import { Logger } from '../logging/logger';
import { LocalCache } from '../providers/local-cache';
import { type Declaration } from './declaration';
import { type LoadedSetting, loadFrom, loadSettings } from './load-settings';
import { SecretRotation } from './secret-rotation';
import { type SettingsProblem } from './settings-problem';
import { type ChangeListener, SettingsWatch } from './settings-watch';
import { isLocal } from './value-origin';

/** How declared settings are kept up to date. */
export interface DefineSettingsOptions {
  /** How often they are read anew while anybody listens for changes, **seconds**. Default: never by themselves. */
  readonly refreshEverySeconds?: number;
  /** Whether that passes over what the cache table holds. Default: false. */
  readonly pastCache?: boolean;
  /** Told why settings could not be refreshed in the background, and of what a listener throws. */
  readonly onError?: (error: unknown) => void;
}

/** How settings are read anew. */
export interface SettingsRefreshOptions {
  /** Also passes over what the cache table holds. Default: false. */
  readonly pastCache?: boolean | undefined;
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
}

/** What declared settings know of one Config: the last good settings, who listens, which secrets were read again. */
export class SettingsSession<Settings> {
  readonly rotation: SecretRotation;
  readonly #watch: SettingsWatch<Settings>;
  #begun = 0;
  #accepted = 0;
  /** Lookups that begin let memory expire: what they give is new already. */
  #isBeginning = false;
  #isReloading = false;
  /** Whether memory was forgotten after the last load had begun. */
  #isStale = false;
  #lastFailure: string | undefined;
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

  /** Loads the settings; who listens is told what is different. @throws SettingsValidationError */
  async load(signal?: AbortSignal): Promise<Settings> {
    const turn = (this.#begun += 1);
    this.#isStale = false;
    this.#isBeginning = true;
    const loading = this.loadParts(this.declarations, signal);
    this.#isBeginning = false;
    const parts = await loading;
    const settings = this.assemble(parts);
    // One that began later has newer values.
    if (turn > this.#accepted) {
      this.#accepted = turn;
      this.#watch.accept(settings, parts);
    }
    return settings;
  }

  /** Loads the settings anew. @throws SettingsValidationError */
  async refresh({ pastCache = false, signal }: SettingsRefreshOptions = {}): Promise<Settings> {
    signal?.throwIfAborted();
    await this.config.refresh({ pastCache });
    return this.load(signal);
  }

  /** Loads one setting alone. @throws SettingsValidationError */
  async loadOne(declaration: Declaration, signal?: AbortSignal): Promise<LoadedSetting> {
    const [part] = await this.loadParts([declaration], signal);
    return part as LoadedSetting;
  }

  /** Makes a loaded setting of an item that was read in another way. */
  loadFrom(declaration: Declaration, item: DirectoryItem): Promise<LoadedSetting | SettingsProblem> {
    return loadFrom(declaration, item, { config: this.config });
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

  private loadParts(declarations: readonly Declaration[], signal?: AbortSignal): Promise<readonly LoadedSetting[]> {
    const newest = (declaration: Declaration, item: DirectoryItem): DirectoryItem =>
      this.rotation.newest(declaration, item);
    return loadSettings(declarations, { config: this.config, signal, newest });
  }

  /** Reloads whenever memory has been forgotten, and by a timer when one was asked for. */
  private start(): void {
    const context = Context.current();
    const reload = (load: () => Promise<unknown>): void => void context.run(() => this.inBackground(load));
    const endReset = context.resolve(LocalCache).onReset(() => {
      if (this.#isBeginning) return;
      this.#isStale = true;
      // Not at once: a lookup is under way, and a load may follow.
      setImmediate(() => {
        if (this.#isStale) reload(() => this.load());
      }).unref();
    });
    const { refreshEverySeconds, pastCache = false } = this.options;
    const timer =
      refreshEverySeconds === undefined
        ? undefined
        : setInterval(() => reload(() => this.refresh({ pastCache })), refreshEverySeconds * 1000).unref();
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
    const reason = error instanceof Error ? error.constructor.name : typeof error;
    Logger.grab().warn('settings.listener-failed', { keys, reason });
    this.handOver(error);
  }

  private handOver(error: unknown): void {
    try {
      this.options.onError?.(error);
    } catch {
      // There is nobody left to tell.
    }
  }
}
