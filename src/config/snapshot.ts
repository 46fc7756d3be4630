import { inspect } from 'node:util';
import { printable } from '../base/printable';
import { NotLoadedError } from '../errors';
import { type DirectoryItem } from '../item/directory-item';
import { type ConfigValue } from '../item/value';
import { type Answer } from './answer';
import { toBoolean, toJson, toNumber, toText } from './coerce';
import { checkName } from './named-values';

/**
 * Settings as they were at one moment, read without waiting.
 *
 * Frozen: it never changes, whatever happens to the sources. A name that was not loaded is an error, not a missing value.
 */
export class ConfigSnapshot {
  /** By lower-cased name, and by name as asked. */
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
  get<F extends ConfigValue | undefined = undefined>(name: string, fallback?: F): ConfigValue | NoInfer<F> {
    return this.#answer(name).value(fallback as F);
  }

  /** Gives a value. @throws ConfigNotFoundError when there is none, NotLoadedError for a name that was not loaded. */
  require(name: string): ConfigValue {
    return this.requireItem(name).value;
  }

  /** Gives a text. @throws InvalidValueError when it is neither text, number nor boolean. */
  getString<F extends string | undefined = undefined>(name: string, fallback?: F): string | NoInfer<F> {
    return this.#answer(name).as(toText, fallback as F);
  }

  /** Gives a number. @throws InvalidValueError when it is no finite number. */
  getNumber<F extends number | undefined = undefined>(name: string, fallback?: F): number | NoInfer<F> {
    return this.#answer(name).as(toNumber, fallback as F);
  }

  /** Gives a boolean; `false` when there is none and no fallback. @throws InvalidValueError for a text that is none. */
  getBoolean(name: string, fallback = false): boolean {
    return this.#answer(name).as(toBoolean, fallback);
  }

  /** Gives data: texts are parsed as JSON. @throws InvalidValueError for a text that is no JSON. */
  getJson<F extends ConfigValue | undefined = undefined>(name: string, fallback?: F): ConfigValue | NoInfer<F> {
    return this.#answer(name).as(toJson, fallback as F);
  }

  /** As `getString`, for a setting that must be. @throws ConfigNotFoundError when there is none. */
  requireString(name: string): string {
    return this.#answer(name).required().to(toText);
  }

  /** As `getNumber`, for a setting that must be. @throws ConfigNotFoundError when there is none. */
  requireNumber(name: string): number {
    return this.#answer(name).required().to(toNumber);
  }

  /** As `getBoolean`, for a setting that must be. @throws ConfigNotFoundError when there is none. */
  requireBoolean(name: string): boolean {
    return this.#answer(name).required().to(toBoolean);
  }

  /** As `getJson`, for a setting that must be. @throws ConfigNotFoundError when there is none. */
  requireJson(name: string): ConfigValue {
    return this.#answer(name).required().to(toJson);
  }

  /** Gives a value and where it came from; an item that is `nonExistent` when there is none. @throws NotLoadedError */
  getItem(name: string): DirectoryItem {
    return this.#answer(name).item;
  }

  /** As `getItem`, for a setting that must be. @throws ConfigNotFoundError when there is none. */
  requireItem(name: string): DirectoryItem {
    return this.#answer(name).required().item;
  }

  /** Whether a name has a value; a found `null` is one. @throws NotLoadedError for a name that was not loaded. */
  has(name: string): boolean {
    return !this.#answer(name).item.nonExistent;
  }

  /** The names that were loaded, lower-cased. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** Gives names and origins, no values. */
  toJSON(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.#names.map((name) => [name, this.getItem(name)]));
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
