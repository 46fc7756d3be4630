import { isDeepStrictEqual } from 'node:util';
import { errorClassName } from '../base/describe-error';
import { callAndForget } from '../base/start-work';
import { type RefreshOptions } from '../config/refresh';
import { Context } from '../di/context';
import { isConfigError } from '../errors';
import { Logger } from '../logging/logger';
import { LocalCache } from '../memory/local-cache';
import { type LoadedSetting } from './load';

/** How declared settings are kept up to date. */
export interface DefineSettingsOptions {
  /**
   * How often they are reloaded while there are listeners, **seconds**. Default: only after a reset of memory.
   *
   * A row of the cache table is used when it was read at its source within this time: one process of a fleet reads for all.
   */
  readonly refreshEverySeconds?: number;
  /** Whether reloads ignore the cache table, so that each process reads for itself. Default: false. */
  readonly pastCache?: boolean;
  /** Called with the reason when settings could not be refreshed in the background, and with what a listener throws. */
  readonly onError?: (error: unknown) => void;
}

/** What has changed with a refresh. */
export interface SettingsChange<Settings> {
  /** Keys of the changed settings, of those that the listener is for. */
  readonly keys: readonly string[];
  /** The settings before. */
  readonly previous: Settings;
}

/** Called when a reload has found other values. */
export type ChangeListener<Settings> = (settings: Settings, change: SettingsChange<Settings>) => unknown;

/** Loads settings in the background. */
interface Reloader {
  /** Loads the settings, unless the loaded ones are still current. */
  readonly load: () => Promise<unknown>;
  readonly refresh: (options: RefreshOptions) => Promise<unknown>;
}

/** Loaded settings, as a whole and one by one. */
interface LoadedParts<Settings> {
  readonly settings: Settings;
  readonly parts: readonly LoadedSetting[];
}

interface Subscriber<Settings> {
  readonly keys: readonly string[];
  readonly listener: ChangeListener<Settings>;
}

/**
 * Notifies listeners of changed settings, and reloads settings while there are listeners: after a reset of memory, and by a timer where
 * `refreshEverySeconds` is set.
 */
export class SettingsChanges<Settings> {
  readonly #subscribers = new Set<Subscriber<Settings>>();
  #last: LoadedParts<Settings> | undefined;
  /** Whether a load is beginning: its own lookups may reset memory, and read new values. */
  #isLoadBeginning = false;
  /** Whether memory was reset after the last load had begun. */
  #wasMemoryReset = false;
  #isReloading = false;
  #lastFailure: string | undefined;
  #stop: () => void = () => undefined;

  constructor(
    private readonly reloader: Reloader,
    private readonly options: DefineSettingsOptions,
  ) {}

  /** Whether there are listeners. */
  get hasListeners(): boolean {
    return this.#subscribers.size > 0;
  }

  /**
   * Adds a listener.
   *
   * @param keys - Of settings, or of groups.
   * @returns Removes it.
   */
  listen(keys: readonly string[], listener: ChangeListener<Settings>): () => void {
    if (!this.hasListeners) this.start();
    const subscriber = { keys, listener };
    this.#subscribers.add(subscriber);
    return () => {
      this.#subscribers.delete(subscriber);
      if (!this.hasListeners) this.#stop();
    };
  }

  /** Removes all listeners, and ends the timer. */
  close(): void {
    this.#subscribers.clear();
    this.#stop();
  }

  /** Calls a function that begins a load; a reset of memory by that does not cause another load. */
  beginLoad<T>(begin: () => T): T {
    this.#wasMemoryReset = false;
    this.#isLoadBeginning = true;
    try {
      return begin();
    } finally {
      this.#isLoadBeginning = false;
    }
  }

  /** Keeps loaded settings as the last good ones; notifies listeners when they differ from the ones before. */
  accept(settings: Settings, parts: readonly LoadedSetting[]): void {
    const last = this.#last;
    this.#last = { settings, parts };
    if (last === undefined) return;
    const changed = parts.filter((part, index) => !isSame(part, last.parts[index])).map((part) => part.declaration.key);
    if (changed.length === 0) return;
    for (const { keys, listener } of [...this.#subscribers]) {
      const ofListener = changed.filter((key) => keys.some((each) => key === each || key.startsWith(`${each}.`)));
      if (ofListener.length > 0) this.notify(listener, settings, { keys: ofListener, previous: last.settings });
    }
  }

  private notify(listener: ChangeListener<Settings>, settings: Settings, change: SettingsChange<Settings>): void {
    // Not within the load.
    callAndForget(
      () => Promise.resolve().then(() => listener(settings, change)),
      (error) => this.reportListener(error, change.keys),
    );
  }

  private start(): void {
    const context = Context.current();
    const reload = (load: () => Promise<unknown>): void =>
      callAndForget(() => context.run(() => this.reloadInBackground(load)));
    const endReset = context.resolve(LocalCache).onReset(() => {
      if (this.#isLoadBeginning) return;
      this.#wasMemoryReset = true;
      // Deferred: a lookup is under way, and a load may follow.
      setImmediate(() => {
        if (this.#wasMemoryReset) reload(() => this.reloader.load());
      }).unref();
    });
    const { refreshEverySeconds, pastCache = false } = this.options;
    const refreshOptions = pastCache ? { pastCache } : { maxAgeSeconds: refreshEverySeconds };
    const timer =
      refreshEverySeconds === undefined
        ? undefined
        : setInterval(() => reload(() => this.reloader.refresh(refreshOptions)), refreshEverySeconds * 1000).unref();
    this.#stop = () => {
      endReset();
      clearInterval(timer);
    };
  }

  private async reloadInBackground(load: () => Promise<unknown>): Promise<void> {
    if (this.#isReloading || !this.hasListeners) return;
    this.#isReloading = true;
    try {
      await load();
      // Only once: it would not end where the life of memory is shorter than a load.
      if (this.#wasMemoryReset) await this.reloader.load();
      this.#lastFailure = undefined;
    } catch (error) {
      this.reportReload(error);
    } finally {
      this.#isReloading = false;
    }
  }

  /** Logs and reports a failed reload, each reason once; the last good settings stay. */
  private reportReload(error: unknown): void {
    const reason = isConfigError(error) ? error.message : 'it failed';
    if (reason !== this.#lastFailure) Logger.grab().warn('settings.refresh-failed', { reason });
    this.#lastFailure = reason;
    this.callOnError(error);
  }

  private reportListener(error: unknown, keys: readonly string[]): void {
    // The message of a listener's error may quote a value.
    Logger.grab().warn('settings.listener-failed', { keys, reason: errorClassName(error) });
    this.callOnError(error);
  }

  private callOnError(error: unknown): void {
    callAndForget(() => this.options.onError?.(error));
  }
}

/** Compares the found values: the output of a schema may be an object that cannot be compared. */
function isSame(one: LoadedSetting, other: LoadedSetting | undefined): boolean {
  if (other === undefined) return false;
  return isDeepStrictEqual(one.found.reveal(), other.found.reveal()) || Object.is(one.value, other.value);
}
