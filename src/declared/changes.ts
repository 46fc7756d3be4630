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
   * How often they are read anew while there are listeners, **seconds**. Default: only when memory is forgotten.
   *
   * A row of the cache table counts when it was read at its source no longer ago than this: of a fleet, one process reads for all.
   */
  readonly refreshEverySeconds?: number;
  /** Whether that bypasses the cache table, so that each process reads for itself. Default: false. */
  readonly pastCache?: boolean;
  /** Called with the reason when settings could not be refreshed in the background, and with what a listener throws. */
  readonly onError?: (error: unknown) => void;
}

/** What has changed with a refresh. */
export interface SettingsChange<Settings> {
  /** Keys of the settings with another value, of those that the listener is for. */
  readonly keys: readonly string[];
  /** The settings before. */
  readonly previous: Settings;
}

/** Called when a refresh has brought other values. */
export type ChangeListener<Settings> = (settings: Settings, change: SettingsChange<Settings>) => unknown;

/** Loads settings in the background. */
interface Reloader {
  /** Loads the settings, unless the memory that they come from is still current. */
  readonly load: () => Promise<unknown>;
  readonly refresh: (options: RefreshOptions) => Promise<unknown>;
}

/** Settings as they were loaded, and from what. */
interface LoadedParts<Settings> {
  readonly settings: Settings;
  readonly parts: readonly LoadedSetting[];
}

interface Subscriber<Settings> {
  readonly keys: readonly string[];
  readonly listener: ChangeListener<Settings>;
}

/**
 * Notifies listeners of changed settings, and reloads settings as long as there are listeners: when memory has been forgotten, and
 * by a timer where one was asked for.
 */
export class SettingsChanges<Settings> {
  readonly #subscribers = new Set<Subscriber<Settings>>();
  #last: LoadedParts<Settings> | undefined;
  /** Whether a load begins: its lookups may let memory expire, and bring new values themselves. */
  #isLoadBeginning = false;
  /** Whether memory was forgotten after the last load had begun. */
  #isMemoryForgotten = false;
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

  /** Calls what begins a load; memory that is forgotten by that is no reason for another load. */
  beginLoad<T>(begin: () => T): T {
    this.#isMemoryForgotten = false;
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
    // Not within the load that has brought the values.
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
      this.#isMemoryForgotten = true;
      // Not at once: a lookup is under way, and a load may follow.
      setImmediate(() => {
        if (this.#isMemoryForgotten) reload(() => this.reloader.load());
      }).unref();
    });
    const { refreshEverySeconds, pastCache = false } = this.options;
    const how = pastCache ? { pastCache } : { maxAgeSeconds: refreshEverySeconds };
    const timer =
      refreshEverySeconds === undefined
        ? undefined
        : setInterval(() => reload(() => this.reloader.refresh(how)), refreshEverySeconds * 1000).unref();
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
      // Once: memory with a shorter life than a load would make this endless.
      if (this.#isMemoryForgotten) await this.reloader.load();
      this.#lastFailure = undefined;
    } catch (error) {
      this.reportReload(error);
    } finally {
      this.#isReloading = false;
    }
  }

  /** The last good settings stay; the same failure is logged once. */
  private reportReload(error: unknown): void {
    const reason = isConfigError(error) ? error.message : 'it failed';
    if (reason !== this.#lastFailure) Logger.grab().warn('settings.refresh-failed', { reason });
    this.#lastFailure = reason;
    this.handOver(error);
  }

  private reportListener(error: unknown, keys: readonly string[]): void {
    // Its message may quote a value, which the listener works with.
    Logger.grab().warn('settings.listener-failed', { keys, reason: errorClassName(error) });
    this.handOver(error);
  }

  private handOver(error: unknown): void {
    callAndForget(() => this.options.onError?.(error));
  }
}

/** Compares the values found: the output of a schema may be an object that cannot be compared. */
function isSame(one: LoadedSetting, other: LoadedSetting | undefined): boolean {
  if (other === undefined) return false;
  return isDeepStrictEqual(one.found.reveal(), other.found.reveal()) || Object.is(one.value, other.value);
}
