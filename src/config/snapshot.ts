import { inspect } from 'node:util';
import { printable } from '../base/printable';
import { NotLoadedError } from '../errors';
import { type DirectoryItem } from '../item/directory-item';
import { type ConfigValue } from '../item/value';
import { type Answer } from './answer';
import { toBoolean, toJson, toNumber, toText } from './coerce';
import { checkName } from './named-values';

/** A name in a snapshot: as given, in lower or in upper case. Any text when the compiler does not have the names. */
export type LoadedName<Name extends string> = Name | Lowercase<Name> | Uppercase<Name>;

/**
 * Settings that were loaded together by `config.load(names)`, for reads without `await`.
 *
 * It never changes, whatever happens to the sources. A name that was not loaded is a `NotLoadedError`, not a missing value.
 *
 * @typeParam Name - The names that were loaded, where the compiler has them.
 */
export class ConfigSnapshot<Name extends string = string> {
  /** By lower-cased name, and by name in the caller's case. */
  readonly #answers = new Map<string, Answer>();
  readonly #names: readonly string[];

  /** @param answers - For the names that were loaded. */
  constructor(answers: readonly Answer[]) {
    for (const answer of answers) this.#answers.set(answer.name.toLowerCase(), answer);
    this.#names = Object.freeze([...this.#answers.keys()]);
    for (const answer of answers) this.#answers.set(answer.name, answer);
    Object.freeze(this);
  }

  /** Gives a value; the fallback when there is none, or null. @throws NotLoadedError for a name that was not loaded. */
  get(name: LoadedName<Name>): ConfigValue | undefined;
  get<F extends ConfigValue | undefined>(name: LoadedName<Name>, fallback: F): ConfigValue | F;
  get(name: string, fallback?: ConfigValue): ConfigValue | undefined {
    return this.#answer(name).value(fallback);
  }

  /** Gives a value. @throws ConfigNotFoundError when there is none, NotLoadedError for a name that was not loaded. */
  require(name: LoadedName<Name>): ConfigValue {
    return this.requireItem(name).value;
  }

  /** Gives a text. @throws InvalidValueError when it is neither text, number nor boolean. */
  getString(name: LoadedName<Name>): string | undefined;
  getString<F extends string | undefined>(name: LoadedName<Name>, fallback: F): string | F;
  getString(name: string, fallback?: string): string | undefined {
    return this.#answer(name).as(toText, fallback);
  }

  /** Gives a number. @throws InvalidValueError when it is no finite number. */
  getNumber(name: LoadedName<Name>): number | undefined;
  getNumber<F extends number | undefined>(name: LoadedName<Name>, fallback: F): number | F;
  getNumber(name: string, fallback?: number): number | undefined {
    return this.#answer(name).as(toNumber, fallback);
  }

  /** Gives a boolean; `false` when there is none and no fallback. @throws InvalidValueError for any other text. */
  getBoolean(name: LoadedName<Name>, fallback = false): boolean {
    return this.#answer(name).as(toBoolean, fallback);
  }

  /** Gives data: texts are parsed as JSON. @throws InvalidValueError for text that is not JSON. */
  getJson(name: LoadedName<Name>): ConfigValue | undefined;
  getJson<F extends ConfigValue | undefined>(name: LoadedName<Name>, fallback: F): ConfigValue | F;
  getJson(name: string, fallback?: ConfigValue): ConfigValue | undefined {
    return this.#answer(name).as(toJson, fallback);
  }

  /** As `getString`, for a required setting. @throws ConfigNotFoundError when there is none. */
  requireString(name: LoadedName<Name>): string {
    return this.#answer(name).required().to(toText);
  }

  /** As `getNumber`, for a required setting. @throws ConfigNotFoundError when there is none. */
  requireNumber(name: LoadedName<Name>): number {
    return this.#answer(name).required().to(toNumber);
  }

  /** As `getBoolean`, for a required setting. @throws ConfigNotFoundError when there is none. */
  requireBoolean(name: LoadedName<Name>): boolean {
    return this.#answer(name).required().to(toBoolean);
  }

  /** As `getJson`, for a required setting. @throws ConfigNotFoundError when there is none. */
  requireJson(name: LoadedName<Name>): ConfigValue {
    return this.#answer(name).required().to(toJson);
  }

  /** Gives a value and where it came from; an item that is `nonExistent` when there is none. @throws NotLoadedError */
  getItem(name: LoadedName<Name>): DirectoryItem {
    return this.#answer(name).item;
  }

  /** As `getItem`, for a required setting. @throws ConfigNotFoundError when there is none. */
  requireItem(name: LoadedName<Name>): DirectoryItem {
    return this.#answer(name).required().item;
  }

  /** Whether a name has a value; a found `null` is one. @throws NotLoadedError for a name that was not loaded. */
  has(name: LoadedName<Name>): boolean {
    return !this.#answer(name).item.nonExistent;
  }

  /** The names that were loaded, lower-cased. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** Gives what `util.inspect` prints. */
  toString(): string {
    return this[inspect.custom]();
  }

  /** Gives names and origins, no values. */
  toJSON(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.#names.map((name) => [name, this.#answer(name).item]));
  }

  [inspect.custom](): string {
    return printable(`ConfigSnapshot(${this.names.join(', ')})`);
  }

  #answer(name: string): Answer {
    const answer = this.#answers.get(name) ?? this.#answers.get(checkName(name));
    if (answer === undefined) throw new NotLoadedError(name);
    return answer;
  }
}
