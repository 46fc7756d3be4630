import { setImmediate } from 'node:timers/promises';
import {
  type ConfigValue,
  Directory,
  DirectoryItem,
  DirectoryListing,
  type ListingEntry,
  type ListingOutcome,
  Provider,
  type SecretOutcome,
  Unavailable,
  type UnreadSecret,
} from '../../../src/index';
import { startMs } from '../doubles';

/**
 * What a source has under a name.
 *
 * `secret`: listed with its value, as a SecureString is; `unread`: its value is read by name; `gone`: listed, but not
 * there any more; `denied`: listed, but not to be read.
 */
export type EntryKind = 'plain' | 'uncacheable' | 'secret' | 'unread' | 'gone' | 'denied';

export interface EntryModel {
  /** In any case. */
  readonly name: string;
  readonly kind: EntryKind;
  readonly value: ConfigValue;
  /** Life of the item itself, **seconds** from the start; absent: the source sets none. */
  readonly ttlSeconds?: number | undefined;
}

/** A source of settings, as random worlds have them. */
export interface SourceModel {
  readonly name: string;
  /** `local`: not cacheable, asked per directory; `own`: not cacheable, with a directory of its own, as `env`. */
  readonly kind: 'cacheable' | 'local' | 'own';
  /** Whether it can be asked for names one by one. */
  readonly readsByName: boolean;
  /** Whether all it has are secrets: it never gives null then. */
  readonly holdsOnlySecrets: boolean;
  /** Turns of the event loop that a read takes. */
  readonly turns: number;
  /** Entries by directory path; a source of its own directory has them under `''`. */
  readonly entries: Listings;
  /** What a source that is not cacheable has instead on the other host. */
  readonly otherEntries: Listings;
}

/** Entries by directory path. */
export type Listings = Readonly<Record<string, readonly EntryModel[]>>;

/** Where a process runs: what is not cacheable differs from one to the other. */
export type Host = 'one' | 'other';

/** Something that goes wrong with a source. */
export interface SourceTrouble {
  readonly source: string;
  /** Path of the directory, or of the exact name of a secret. */
  readonly path: string;
  readonly kind: 'refused' | 'failing';
}

/** What every secret was before it was rotated: no source has it any more. */
export const secretBefore = 'the secret before its rotation';

const denial = new Unavailable('denied', 'grant it');

/** A provider that answers as a model says. */
export class ModelProvider extends Provider {
  override readonly name: string;
  override readonly cacheable: boolean;
  override readonly readsByName: boolean;
  override readonly holdsOnlySecrets: boolean;
  override readonly givesNull: boolean;
  private readonly entries: Listings;

  constructor(
    private readonly model: SourceModel,
    private readonly host: Host,
    private readonly troubles: readonly SourceTrouble[],
    /** Whether it is asked before the secrets were rotated. */
    private readonly isBefore = false,
  ) {
    super();
    this.name = model.name;
    this.cacheable = model.kind === 'cacheable';
    this.readsByName = this.cacheable && model.readsByName;
    this.holdsOnlySecrets = model.holdsOnlySecrets;
    this.givesNull = !model.holdsOnlySecrets;
    this.entries = this.cacheable || host === 'one' ? model.entries : model.otherEntries;
  }

  override get ownDirectory(): Directory | undefined {
    return this.model.kind === 'own' ? Directory.literal(`/_${this.model.name}`) : undefined;
  }

  override async readDirectory(directory: Directory): Promise<ListingOutcome> {
    await this.takeTurns();
    const refusal = this.refusalOf(directory.path);
    if (refusal !== undefined) return refusal;
    const entries = this.entries[this.model.kind === 'own' ? '' : directory.path] ?? [];
    return new DirectoryListing(
      directory,
      entries.map((each) => this.listed(directory, each)),
    );
  }

  override readSecrets(secrets: readonly UnreadSecret[]): ReadonlyMap<string, Promise<SecretOutcome>> {
    return new Map(secrets.map((each) => [each.exactName, this.readSecret(each)]));
  }

  private async readSecret({ exactName, directory }: UnreadSecret): Promise<SecretOutcome> {
    await this.takeTurns();
    const refusal = this.refusalOf(exactName);
    if (refusal !== undefined) return refusal;
    // Of two entries whose names differ in case only, each can be read by its own.
    const entry = this.entries[directory.path]?.find(({ name }) => `${directory.path}/${name}` === exactName);
    if (entry === undefined || entry.kind === 'gone') return undefined;
    return entry.kind === 'denied' ? denial : this.item(directory, entry, isSecret(entry));
  }

  private listed(directory: Directory, entry: EntryModel): ListingEntry {
    const name = entry.name.toLowerCase();
    const exactName = `${directory.path}/${entry.name}`;
    if (entry.kind === 'denied') return { kind: 'refused', name, refusal: denial };
    if (entry.kind === 'unread' || entry.kind === 'gone') {
      return { kind: 'unread', name, exactName, directory, nextRotationMs: undefined };
    }
    return this.item(directory, entry, isSecret(entry));
  }

  private item(directory: Directory, entry: EntryModel, secret: boolean): DirectoryItem {
    return new DirectoryItem({
      name: entry.name,
      value: this.valueIn(entry),
      directory,
      source: this.name,
      secret,
      ttl: entry.ttlSeconds === undefined ? undefined : startMs / 1000 + entry.ttlSeconds,
      cacheable: this.cacheable && entry.kind !== 'uncacheable',
      exactName: secret ? `${directory.path}/${entry.name}` : undefined,
    });
  }

  private valueIn(entry: EntryModel): ConfigValue {
    if (this.isBefore && isSecret(entry)) return secretBefore;
    return entry.kind === 'uncacheable' ? [this.host, entry.value] : entry.value;
  }

  private async takeTurns(): Promise<void> {
    for (let turn = 0; turn < this.model.turns; turn += 1) await setImmediate();
  }

  private refusalOf(path: string): Unavailable | undefined {
    const trouble = this.troubles.find((each) => each.source === this.model.name && each.path === path);
    if (trouble?.kind === 'failing') throw new Error('The source fails.');
    return trouble && new Unavailable('AccessDenied', 'grant it');
  }
}

function isSecret({ kind }: EntryModel): boolean {
  return kind === 'secret' || kind === 'unread';
}
