import { inspect } from 'node:util';
import { printable } from '../base/printable';
import { type Directory } from '../directory/directory';
import { brandClass } from '../base/brand-class';
import { DirectoryItem } from './directory-item';
import { type ConfigValue } from './value';

/** A secret of a listing whose value has not been read. */
export interface UnreadSecret {
  /** Distinguishes it from items and refused entries. */
  readonly kind: 'unread';
  /** Name of the setting, lower-cased. */
  readonly name: string;
  /** Full name at the source. */
  readonly exactName: string;
  /** Directory that holds it. */
  readonly directory: Directory;
  /** When the secret rotates next, milliseconds since the Unix epoch; `undefined` when it does not. */
  readonly nextRotationMs: number | undefined;
  /** When the source last changed it, milliseconds since the Unix epoch; absent where the listing does not say. */
  readonly changedAtMs?: number | undefined;
}

/** A name that a listing shows and this process may not read. */
export interface RefusedEntry {
  /** Distinguishes it from items and unread secrets. */
  readonly kind: 'refused';
  /** Name of the setting, lower-cased. */
  readonly name: string;
  /** Why, and what to grant; never a value. */
  readonly refusal: Unavailable;
}

/** Makes the entry of a secret that is read by its full name. @param name - Of the setting, in any case. */
export function unreadSecret(directory: Directory, exactName: string, name: string): UnreadSecret {
  return { kind: 'unread', name: name.toLowerCase(), exactName, directory, nextRotationMs: undefined };
}

/** What a listing holds under a name. */
export type ListingEntry = DirectoryItem | UnreadSecret | RefusedEntry;

/** Whether what a place has under a name is a secret whose value has not been read. */
export function isUnread(entry: unknown): entry is UnreadSecret {
  return typeof entry === 'object' && entry !== null && 'kind' in entry && entry.kind === 'unread';
}

/** Whether what a place has under a name is a name that this process may not read. */
export function isRefused(entry: unknown): entry is RefusedEntry {
  return typeof entry === 'object' && entry !== null && 'kind' in entry && entry.kind === 'refused';
}

/**
 * What a refusal applies to: the `place` that was read; the whole `source`, such as a table that does not exist; every call
 * with the same clients, for want of `credentials` or of a `region`.
 */
export type RefusalScope = 'place' | 'source' | 'credentials' | 'region';

/**
 * The answer of a provider that may not read a directory or a secret: not permitted, no credentials, no region, no such table.
 *
 * Neither an absent value nor a failure: the lookup warns once, walks on, and caches nothing found below.
 */
export class Unavailable {
  /**
   * @param reason - What the source answered, without any value.
   * @param remedy - What would make it readable, such as the IAM action and resource to grant.
   * @param scope - What else is refused for the same reason; it decides how often a warning is logged, and for how long the
   * refusal is remembered: for want of `credentials` or a `region`, until `failurePauseMs` is over.
   */
  constructor(
    readonly reason: string,
    readonly remedy: string,
    readonly scope: RefusalScope = 'place',
  ) {}

  /** Gives what `util.inspect` prints. */
  toString(): string {
    return this[inspect.custom]();
  }

  [inspect.custom](): string {
    return printable(`Unavailable(${this.reason}: ${this.remedy})`);
  }

  /** Whether every call with the same clients is refused, until the process has credentials or a region. */
  get isOfClients(): boolean {
    return this.scope === 'credentials' || this.scope === 'region';
  }
}

brandClass(Unavailable, 'Unavailable');

/** All that one provider holds in one directory. Names are compared lower-cased; of two that are equal so, the last wins. */
export class DirectoryListing {
  readonly #entries: ReadonlyMap<string, ListingEntry>;

  /**
   * @param directory - The directory that was read.
   * @param entries - In the order in which the source lists them; an item whose value is `undefined` is left out.
   */
  constructor(
    readonly directory: Directory,
    entries: readonly ListingEntry[],
  ) {
    this.#entries = new Map(entries.filter(hasValue).map((each) => [each.name, each]));
  }

  /**
   * Makes a listing of plain values.
   *
   * @param source - Short name of the provider.
   * @param cacheName - Its name in cache keys; absent: its short name.
   */
  static of(
    directory: Directory,
    source: string,
    values: Readonly<Record<string, ConfigValue>>,
    cacheName = source,
  ): DirectoryListing {
    const present = Object.entries<ConfigValue | undefined>(values).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, value }],
    );
    const entries = present.map((each) => new DirectoryItem({ ...each, directory, source, cacheName }));
    return new DirectoryListing(directory, entries);
  }

  /** Gives what is listed under a lower-cased name; `undefined` when nothing is. */
  find(name: string): ListingEntry | undefined {
    return this.#entries.get(name);
  }

  /** The lower-cased names, in the order of the source. */
  get names(): IterableIterator<string> {
    return this.#entries.keys();
  }

  /** Names as stored and values, of the entries whose value is known. */
  get values(): readonly (readonly [string, ConfigValue])[] {
    const items = [...this.#entries.values()].filter((each) => each instanceof DirectoryItem);
    return items.map(({ originalName, value }) => [originalName, value] as const);
  }

  /** How many names the listing has. */
  get size(): number {
    return this.#entries.size;
  }

  /** Gives what `util.inspect` prints. */
  toString(): string {
    return this[inspect.custom]();
  }

  /** Gives the directory and the number of names, no value. */
  toJSON(): Readonly<Record<string, unknown>> {
    return { directory: this.directory.path, size: this.size };
  }

  [inspect.custom](): string {
    return printable(`DirectoryListing(${this.directory.path}, ${this.size} names)`);
  }
}

/** Whether an entry of a source counts: an item whose value is `undefined` does not. */
export function hasValue(given: unknown): boolean {
  return !(given instanceof DirectoryItem) || (given.value as ConfigValue | undefined) !== undefined;
}

brandClass(DirectoryListing, 'DirectoryListing');
