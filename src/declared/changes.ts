import { isDeepStrictEqual } from 'node:util';
import { callAndForget } from '../base/start-work';
import { type LoadedSetting } from './load';

/** What has changed with a refresh. */
export interface SettingsChange<Settings> {
  /** Keys of the settings that are different now, of those that are listened to. */
  readonly keys: readonly string[];
  /** The settings as they were. */
  readonly previous: Settings;
}

/** Called when a refresh has brought different values. */
export type ChangeListener<Settings> = (settings: Settings, change: SettingsChange<Settings>) => unknown;

/** Settings as they were loaded, and from what. */
interface Loaded<Settings> {
  readonly settings: Settings;
  readonly parts: readonly LoadedSetting[];
}

interface Entry<Settings> {
  readonly keys: readonly string[];
  readonly listener: ChangeListener<Settings>;
}

/** Compares settings with the last good ones, and tells listeners what is different. */
export class SettingsWatch<Settings> {
  readonly #entries = new Set<Entry<Settings>>();
  #last: Loaded<Settings> | undefined;

  /** @param onError - Told of what a listener throws, or rejects with. */
  constructor(private readonly onError: (error: unknown, keys: readonly string[]) => void) {}

  /** Whether anybody listens. */
  get isUsed(): boolean {
    return this.#entries.size > 0;
  }

  /**
   * Adds a listener.
   *
   * @param keys - Of settings, or of groups.
   * @returns Takes it away.
   */
  add(keys: readonly string[], listener: ChangeListener<Settings>): () => void {
    const entry = { keys, listener };
    this.#entries.add(entry);
    return () => void this.#entries.delete(entry);
  }

  /** Takes all listeners away. */
  clear(): void {
    this.#entries.clear();
  }

  /** Takes settings for the last good ones; tells who listens when they differ from the ones before. */
  accept(settings: Settings, parts: readonly LoadedSetting[]): void {
    const last = this.#last;
    this.#last = { settings, parts };
    if (last === undefined) return;
    const changed = parts.filter((part, index) => !isSame(part, last.parts[index])).map((part) => part.declaration.key);
    if (changed.length === 0) return;
    for (const { keys, listener } of [...this.#entries]) {
      const heard = changed.filter((key) => keys.some((each) => key === each || key.startsWith(`${each}.`)));
      if (heard.length > 0) this.tell(listener, settings, { keys: heard, previous: last.settings });
    }
  }

  private tell(listener: ChangeListener<Settings>, settings: Settings, change: SettingsChange<Settings>): void {
    // Not within the load that has brought the values.
    callAndForget(
      () => Promise.resolve().then(() => listener(settings, change)),
      (error) => this.onError(error, change.keys),
    );
  }
}

/** By what was found: what a schema makes of it may be an object that cannot be compared. */
function isSame(one: LoadedSetting, other: LoadedSetting | undefined): boolean {
  if (other === undefined) return false;
  return isDeepStrictEqual(one.found.reveal(), other.found.reveal()) || Object.is(one.value, other.value);
}
