import { type AwsClients } from '../aws/aws-clients';
import { type Directory } from '../directory/directory';
import { type ConfigValue } from '../item/value';
import { type ResolvedSettings } from '../settings/settings-values';

/** What writes may use. */
export interface WriteSession {
  /** The clients of the context; a provider with clients of its own uses those. */
  readonly clients: AwsClients;
  /** Library settings of the caller. */
  readonly settings: ResolvedSettings;
  /** Gives the current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: () => number;
  /** Gives a number in `[0, 1)`, for the pauses between retries. */
  readonly random: () => number;
  /** Waits, **milliseconds**. @throws The reason of the signal. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** Where an entry is. */
export interface EntryAddress {
  /** Directory that holds it. */
  readonly directory: Directory;
  /** Name as it is stored: sources are case-sensitive. */
  readonly name: string;
}

/** Facts about an entry beside its value. All are optional where an entry is written: what is left out stays as it is. */
export interface EntryFacts {
  /** Of a parameter: `String`, `StringList` or `SecureString`. Sources without types have none. */
  readonly type?: string | undefined;
  /** Of a parameter: `Standard`, `Advanced` or `Intelligent-Tiering`. Sources without tiers have none. */
  readonly tier?: string | undefined;
  /** KMS key of a `SecureString` or a secret, by id, ARN or alias; absent: the key that AWS manages. */
  readonly keyId?: string | undefined;
  /** What it is for. */
  readonly description?: string | undefined;
  /** Its tags; read only where they are asked for. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** An entry as it is stored. */
export interface StoredEntry extends EntryFacts {
  /** Full name at the source: `/orders/prod/DB_HOST`. */
  readonly exactName: string;
  /** Its value; `undefined` when it was not asked for, may not be read, or the entry has none. */
  readonly value: ConfigValue | undefined;
  /** Whether the value is a secret. */
  readonly secret: boolean;
  /** Version at the source; `undefined` where the source has none. */
  readonly version: string | undefined;
  /** When the value was last changed, **milliseconds** since the Unix epoch; `undefined` where the source does not say. */
  readonly changedAtMs: number | undefined;
  /** ARN of who changed it; `undefined` where the source does not say. */
  readonly changedBy: string | undefined;
  /** When a secret that is scheduled for deletion will be gone, **milliseconds** since the Unix epoch; `undefined`: it is not. */
  readonly deletionAtMs: number | undefined;
}

/** One version of an entry. */
export interface EntryVersion {
  /** Number of a parameter's version; id of a secret's. */
  readonly version: string;
  /** Whether lookups get this one. */
  readonly current: boolean;
  /** When it was written, **milliseconds** since the Unix epoch; `undefined` where the source does not say. */
  readonly writtenAtMs: number | undefined;
  /** ARN of who wrote it; `undefined` where the source does not say. */
  readonly writtenBy: string | undefined;
  /** Labels of the version: a parameter's, or the staging labels of a secret (`AWSPREVIOUS`). */
  readonly labels: readonly string[];
  /** Value of a version that is no secret; `undefined` for secrets, which are read one by one. */
  readonly value: ConfigValue | undefined;
}

/** What ends a call to a source before its time. */
export interface CallOptions {
  /** Ends it. What has been sent may have been done. */
  readonly signal?: AbortSignal | undefined;
}

/** What is read of an entry. */
export interface ReadEntryOptions extends CallOptions {
  /** Whether its value is wanted. Default: true. */
  readonly withValue?: boolean;
  /** Whether its tags are wanted; of a parameter, one more call. Default: false. */
  readonly withTags?: boolean;
}

/** What is written. */
export interface EntryWrite extends EntryFacts, CallOptions {
  /** Parameters take texts, secrets texts and bytes, rows anything that DynamoDB holds. */
  readonly value: ConfigValue;
  /** Whether the value is a secret: a parameter becomes a `SecureString`. Default: as it is; a new one is none. */
  readonly secret?: boolean | undefined;
  /** Restores a secret that is scheduled for deletion. Default: false, that is an error. */
  readonly restore?: boolean | undefined;
  /**
   * What must be there for the write to happen: the entry as it was read, or nothing (`absent`). Default: whatever is there.
   *
   * Rows, and what is created, are compared by the service as it writes. Parameters and secrets that exist know no such condition:
   * their version is read right before the write.
   */
  readonly expected?: StoredEntry | 'absent' | undefined;
}

/** How a write ended. */
export interface WriteOutcome {
  /** Version that was written; `undefined` where the source has none. */
  readonly version: string | undefined;
  /** Whether the entry was not there before. */
  readonly created: boolean;
}

/** How an entry is removed. */
export interface RemoveOptions extends CallOptions {
  /** Deletes a secret at once, beyond recovery. Default: false. */
  readonly force?: boolean | undefined;
  /** For how long a secret can be restored, 7 to 30 **days**. Default: 30, or none with `force`. */
  readonly recoveryDays?: number | undefined;
  /** The entry as it was read; it is removed only if it is still that one. Default: whatever is there. */
  readonly expected?: StoredEntry | undefined;
}

/** How a removal ended. */
export interface RemoveOutcome {
  /** Until when the entry can be restored, **milliseconds** since the Unix epoch; `undefined`: it is gone. */
  readonly recoverableUntilMs: number | undefined;
}

/**
 * Writes the entries of one source. Lookups never load it: `provider.writer()` does.
 *
 * Calls that change Parameter Store keep to its rate; a throttled call is repeated after growing, jittered pauses. All throw a
 * `WriteError`, whose message says what to do and never has a value, or the reason of the signal.
 */
export interface SourceWriter {
  /** Short name of the provider. */
  readonly provider: string;

  /** Gives the full name of an entry. */
  exactName(address: EntryAddress): string;

  /** Reads an entry as it is stored; `undefined` when there is none. */
  read(address: EntryAddress, options?: ReadEntryOptions): Promise<StoredEntry | undefined>;

  /** Creates an entry, or gives it a new value and, where they are given, other facts. Tags are set when it is created. */
  write(address: EntryAddress, write: EntryWrite): Promise<WriteOutcome>;

  /** Removes an entry; one that is not there counts as removed. */
  remove(address: EntryAddress, options?: RemoveOptions): Promise<RemoveOutcome>;

  /** Adds tags to an entry, or changes them; other tags stay. */
  tag(address: EntryAddress, tags: Readonly<Record<string, string>>, options?: CallOptions): Promise<void>;

  /** Lists the versions of an entry, the newest first; `undefined` for a source that keeps none. */
  history(address: EntryAddress, options?: CallOptions): Promise<readonly EntryVersion[] | undefined>;

  /** Gives the value of one version. @throws WriteError `not-found` for a version that is not, or no longer, kept. */
  readVersion(address: EntryAddress, version: string, options?: CallOptions): Promise<ConfigValue>;

  /** Restores a secret that is scheduled for deletion. Other sources have nothing to restore. */
  restore?(address: EntryAddress, options?: CallOptions): Promise<void>;
}
