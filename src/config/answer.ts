import { type LookupOrigin } from '../base/channels';
import { ConfigNotFoundError, type SearchedPlace } from '../errors';
import { type DirectoryItem } from '../item/directory-item';
import { type ConfigValue } from '../item/value';
import { type FoundValue, foundIn } from './coerce';

/** Converts a found value to a type. @throws InvalidValueError for a value that cannot be converted. */
export type Conversion<T> = (found: FoundValue) => T;

/** The answer of one lookup, and the conversions of its value, each made once. */
export class Answer {
  /** Made with the first conversion: most answers are used without one. */
  #converted: Map<Conversion<unknown>, unknown> | undefined;
  /** Made for the first subscriber, and the same for each hit. */
  #origin: LookupOrigin | undefined;

  /**
   * @param name - In the caller's case.
   * @param item - What was found; one that is `nonExistent` when there is nothing.
   * @param attempts - Every place that was read, in order; empty when something was found.
   * @param answeredAtMs - When the lookup ended, **milliseconds** since the Unix epoch; absent: not known.
   */
  constructor(
    readonly name: string,
    readonly item: DirectoryItem,
    readonly attempts: readonly SearchedPlace[],
    private readonly answeredAtMs?: number,
  ) {}

  /** Gives the same answer for the name in another case. */
  withName(name: string): Answer {
    return new Answer(name, this.item, this.attempts, this.answeredAtMs);
  }

  /** Origin of the answer for events, without its value. */
  get origin(): LookupOrigin {
    return (this.#origin ??= originOf(this.name, this.item, this.answeredAtMs));
  }

  /** Gives the value; the fallback when there is none, or when it is null and there is a fallback. */
  value<F>(fallback: F): ConfigValue | F {
    const { item } = this;
    if (item.nonExistent) return fallback;
    const { value } = item;
    return value === null && fallback !== undefined ? fallback : value;
  }

  /** Gives the value, converted; the fallback when there is none, or when it is null. @throws InvalidValueError */
  as<T, F>(convert: Conversion<T>, fallback: F): T | F {
    const { item } = this;
    return item.nonExistent || item.value === null ? fallback : this.to(convert);
  }

  /** Gives the value, converted. @throws InvalidValueError */
  to<T>(convert: Conversion<T>): T {
    if (this.#converted?.has(convert) === true) return this.#converted.get(convert) as T;
    const value = convert(foundIn(this.name, this.item));
    // Binary values and sets are copied for each reader.
    if (this.item.isShareable) (this.#converted ??= new Map()).set(convert, value);
    return value;
  }

  /** Gives this answer when there is a value. @throws ConfigNotFoundError when there is none. */
  required(): this {
    if (this.item.nonExistent) throw new ConfigNotFoundError(this.name, this.attempts);
    return this;
  }
}

/** Applies a function to an answer from memory; an exception becomes a rejection. */
export function promiseOf<T>(answer: Answer, use: (answer: Answer) => T): Promise<T> {
  try {
    return Promise.resolve(use(answer));
  } catch {
    return Promise.resolve(answer).then(use);
  }
}

function originOf(name: string, item: DirectoryItem, answeredAtMs: number | undefined): LookupOrigin {
  const { createdAt, directory, nonExistent, stale, staleSince, viaCacher } = item;
  const known = staleSince ?? (viaCacher ? createdAt : undefined);
  return {
    name,
    outcome: nonExistent ? 'missing' : 'found',
    source: item.cacheName ?? item.provider ?? 'none',
    directory: directory.path.startsWith('/_') ? undefined : directory.path,
    viaCacher,
    stale,
    knownSinceMs: known === undefined ? answeredAtMs : Date.parse(known),
  };
}
