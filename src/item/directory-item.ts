import { inspect } from 'node:util';
import { printable } from '../base/printable';
import { Directory } from '../directory/directory';
import { brandClass } from '../base/brand-class';
import { copyValue, type ConfigValue, sealValue, type SealedValue } from './value';

/** What a DirectoryItem is made of. */
export interface DirectoryItemOptions {
  /** Name as it was stored or looked up; kept lower-cased. */
  readonly name: string;
  /** Value, as the source has it. */
  readonly value: ConfigValue;
  /** Directory in which it was found. */
  readonly directory: Directory;
  /**
   * Where the value comes from, as it is printed and stored; never parsed. Of an item that is read from its source: the
   * short name of the provider.
   */
  readonly source?: string | undefined;
  /** Short name of the provider, `override` or `default`. Default: `source`. */
  readonly provider?: string | undefined;
  /** Cache name of the provider. Default: `provider`. */
  readonly cacheName?: string | undefined;
  /** Whether the value was read from the cache table. Default: false. */
  readonly viaCacher?: boolean | undefined;
  /** Whether the value is a secret: never shown, never cached in plain. */
  readonly secret?: boolean | undefined;
  /** When the item expires, seconds since the Unix epoch; absent when the source sets none. */
  readonly ttl?: number | undefined;
  /** ISO 8601 moment when a cached row was written; absent for items read from their source. */
  readonly createdAt?: string | undefined;
  /** Whether the item may be written to the shared cache table. Default: true. */
  readonly cacheable?: boolean | undefined;
  /** Version at the source: a parameter's number, a secret's version id. */
  readonly version?: string | undefined;
  /** When the source last changed the value, milliseconds since the Unix epoch; absent where it does not say. */
  readonly changedAtMs?: number | undefined;
  /** Full name at the source, such as `/orders/prod/DB_HOST`; absent where the source has none. */
  readonly exactName?: string | undefined;
  /** When a secret rotates next, milliseconds since the Unix epoch; absent when unknown. */
  readonly nextRotationMs?: number | undefined;
  /** For a stale value, served for one that could not be read: when it was last read, ISO 8601. */
  readonly staleSince?: string | undefined;
}

/**
 * A value with its origin: provider, directory, version, age. What `config.getItem(name)` gives.
 *
 * Immutable. `util.inspect`, `JSON.stringify` and `structuredClone` of an item show its origin, never its value.
 */
export class DirectoryItem {
  /** Name of the setting, lower-cased. */
  readonly name: string;
  /** Name as it is stored at the source. */
  readonly originalName: string;
  /** Where the value was found; `/_nonExistent` when nowhere. */
  readonly directory: Directory;
  /**
   * Where the value came from, for people: the provider's short name (or `override`, `default`); for a value from the cache
   * table, what its row says, then ` - via cacher`. `undefined` when nothing was found. Code uses `provider`, `cacheName`
   * and `viaCacher`.
   */
  readonly source: string | undefined;
  /**
   * Short name of the provider, `override` or `default`; `unknown` for a row of the cache table that does not say;
   * `undefined` when nothing was found.
   */
  readonly provider: string | undefined;
  /** Cache name of the provider: `ssm@eu-west-1` for one of another region; otherwise as `provider`. */
  readonly cacheName: string | undefined;
  /** Whether the value was read from the cache table. */
  readonly viaCacher: boolean;
  /** Whether the value is a secret. */
  readonly secret: boolean;
  /** When the item expires, **seconds** since the Unix epoch; `undefined` when the source sets none. */
  readonly ttl: number | undefined;
  /** ISO 8601 moment when a cached row was written; `undefined` for items read from their source. */
  readonly createdAt: string | undefined;
  /** Whether the item may be written to the shared cache table. */
  readonly cacheable: boolean;
  /** Version at the source; `undefined` where it has none. */
  readonly version: string | undefined;
  /** When the source last changed the value, **milliseconds** since the Unix epoch; `undefined` where it does not say. */
  readonly changedAtMs: number | undefined;
  /** Full name at the source; `undefined` where it has none. */
  readonly exactName: string | undefined;
  /** When a secret rotates next, **milliseconds** since the Unix epoch; `undefined` when unknown. */
  readonly nextRotationMs: number | undefined;
  /** For a stale value: when it was last read, ISO 8601; `undefined` for a value that is not stale. */
  readonly staleSince: string | undefined;
  readonly #sealed: SealedValue;

  constructor(options: DirectoryItemOptions) {
    this.name = options.name.toLowerCase();
    this.originalName = options.name;
    this.directory = options.directory;
    this.source = options.source;
    this.provider = options.provider ?? options.source;
    this.cacheName = options.cacheName ?? this.provider;
    this.viaCacher = options.viaCacher ?? false;
    this.secret = options.secret ?? false;
    this.ttl = finite(options.ttl);
    this.createdAt = text(options.createdAt);
    this.cacheable = options.cacheable ?? true;
    this.version = text(options.version);
    this.changedAtMs = finite(options.changedAtMs);
    this.exactName = text(options.exactName);
    this.nextRotationMs = finite(options.nextRotationMs);
    this.staleSince = text(options.staleSince);
    this.#sealed = sealValue(options.value, options.name);
    Object.freeze(this);
  }

  /** Makes the item of a name that exists nowhere. Its value is `null`. */
  static nonExistent(name: string): DirectoryItem {
    return new DirectoryItem({ name, value: null, directory: Directory.nonExistent });
  }

  /** The value, deeply frozen; binary values and sets are copies. `null` when nothing was found. */
  get value(): ConfigValue {
    return this.#sealed.needsCopy ? copyValue(this.#sealed.value) : this.#sealed.value;
  }

  /** Whether every reader can be handed the same value, because all of it is frozen. */
  get isShareable(): boolean {
    return !this.#sealed.needsCopy;
  }

  /** Whether nothing was found. */
  get nonExistent(): boolean {
    return this.directory.isNonExistent;
  }

  /** Whether the value is stale: served for one that could not be read. */
  get stale(): boolean {
    return this.staleSince !== undefined;
  }

  /** Gives the item as a stale one: it is written to no cache table. */
  asStale(staleSince: string): DirectoryItem {
    return new DirectoryItem({ ...this, name: this.originalName, value: this.value, cacheable: false, staleSince });
  }

  /** Says where the item comes from, without its value. */
  toString(): string {
    if (this.nonExistent) return printable(`${this.name}: not found${this.stale ? ', stale' : ''}`);
    const { directory, name, provider = '?', viaCacher, stale } = this;
    return printable(
      `${name} from ${provider} ${directory.path}${viaCacher ? viaCacherSuffix : ''}${stale ? ', stale' : ''}`,
    );
  }

  /** Gives the origin of the item, without its value. */
  toJSON(): Readonly<Record<string, unknown>> {
    const { name, source, provider, cacheName, viaCacher, secret, ttl, createdAt, cacheable } = this;
    const { version, exactName, changedAtMs, nonExistent, staleSince } = this;
    return {
      name,
      directory: this.directory.path,
      source,
      provider,
      cacheName,
      viaCacher,
      secret,
      ttl,
      createdAt,
      cacheable,
      version,
      exactName,
      changedAtMs,
      nonExistent,
      staleSince,
    };
  }

  [inspect.custom](): string {
    return `DirectoryItem(${this.toString()}${this.secret ? ', secret' : ''})`;
  }
}

brandClass(DirectoryItem, 'DirectoryItem');

/** Providers are written by users: a field of another type counts as absent. */
function text(given: unknown): string | undefined {
  return typeof given === 'string' ? given : undefined;
}

function finite(given: unknown): number | undefined {
  return typeof given === 'number' && Number.isFinite(given) ? given : undefined;
}

const viaCacherSuffix = ' - via cacher';

/** Gives the `source` of an item that was read from the cache table. @param source - As its row says; absent: unknown. */
export function sourceViaCacher(source = 'unknown'): string {
  return `${source}${viaCacherSuffix}`;
}
