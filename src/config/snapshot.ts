import { inspect } from 'node:util';
import { ConfigNotFoundError, NotLoadedError } from '../errors';
import { type DirectoryItem } from '../item/directory-item';
import { type ConfigValue } from '../item/value';
import { type FoundValue, foundIn, toBoolean, toJson, toNumber, toText, valueOr } from './coerce';
import { checkName } from './named-values';

/**
 * Settings as they were at one moment, read without waiting.
 *
 * Frozen: it never changes, whatever happens to the sources. A name that was not loaded is an error, not a missing value.
 */
export class ConfigSnapshot {
  readonly #items = new Map<string, DirectoryItem>();
  /** What can be handed out as it is, under the names as given. */
  readonly #ready = new Map<string, ConfigValue>();

  /** @param loaded - Names as given and their items. */
  constructor(loaded: Iterable<readonly [string, DirectoryItem]>) {
    for (const [name, item] of loaded) {
      this.#items.set(name.toLowerCase(), item);
      if (item.nonExistent || item.value === null || !item.isShareable) continue;
      this.#ready.set(name, item.value).set(name.toLowerCase(), item.value);
    }
    Object.freeze(this);
  }

  /** Gives a value; the fallback when there is none, or null. @throws NotLoadedError for a name that was not loaded. */
  get<F extends ConfigValue | undefined = undefined>(name: string, fallback?: F): ConfigValue | NoInfer<F> {
    return this.#ready.get(name) ?? valueOr(this.getItem(name), fallback as F);
  }

  /** Gives a value. @throws ConfigNotFoundError when there is none, NotLoadedError for a name that was not loaded. */
  require(name: string): ConfigValue {
    return this.requireItem(name).value;
  }

  /** Gives a text. @throws InvalidValueError when it is neither text, number nor boolean. */
  getString<F extends string | undefined = undefined>(name: string, fallback?: F): string | NoInfer<F> {
    return this.getAs(name, toText, fallback as F);
  }

  /** Gives a number. @throws InvalidValueError when it is no finite number. */
  getNumber<F extends number | undefined = undefined>(name: string, fallback?: F): number | NoInfer<F> {
    return this.getAs(name, toNumber, fallback as F);
  }

  /** Gives a boolean; `false` when there is none and no fallback. @throws InvalidValueError for a text that is none. */
  getBoolean(name: string, fallback = false): boolean {
    return this.getAs(name, toBoolean, fallback);
  }

  /** Gives data: texts are parsed as JSON. @throws InvalidValueError for a text that is no JSON. */
  getJson<F extends ConfigValue | undefined = undefined>(name: string, fallback?: F): ConfigValue | NoInfer<F> {
    return this.getAs(name, toJson, fallback as F);
  }

  /** Gives a value and where it came from; an item that is `nonExistent` when there is none. @throws NotLoadedError */
  getItem(name: string): DirectoryItem {
    const item = this.#items.get(checkName(name));
    if (item === undefined) throw new NotLoadedError(name);
    return item;
  }

  /** Whether a name has a value. @throws NotLoadedError for a name that was not loaded. */
  has(name: string): boolean {
    return !this.getItem(name).nonExistent;
  }

  /** The names that were loaded, lower-cased. */
  get names(): readonly string[] {
    return [...this.#items.keys()];
  }

  /** Gives names and origins, no values. */
  toJSON(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.#items);
  }

  [inspect.custom](): string {
    return `ConfigSnapshot(${this.names.join(', ')})`;
  }

  private requireItem(name: string): DirectoryItem {
    const item = this.getItem(name);
    if (item.nonExistent) throw new ConfigNotFoundError(name, [{ provider: 'snapshot', outcome: 'absent' }]);
    return item;
  }

  private getAs<T, F>(name: string, convert: (found: FoundValue) => T, fallback: F): T | F {
    const item = this.getItem(name);
    return item.nonExistent || item.value === null ? fallback : convert(foundIn(name, item));
  }
}
