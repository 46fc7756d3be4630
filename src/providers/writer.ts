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

/** Directory and name of an entry. */
export interface EntryAddress {
  /** Directory that holds it. */
  readonly directory: Directory;
  /** Name as it is stored: sources are case-sensitive. */
  readonly name: string;
}

/** Properties of an entry beside its value. In a write, properties that are left out stay unchanged. */
export interface EntryFacts {
  /** Of a parameter: `String`, `StringList` or `SecureString`. Sources without types have none. */
  readonly type?: string | undefined;
  /** Of a parameter: `Standard`, `Advanced` or `Intelligent-Tiering`. Sources without tiers have none. */
  readonly tier?: string | undefined;
  /** KMS key of a `SecureString` or a secret, by id, ARN or alias; absent: the key that AWS manages. */
  readonly keyId?: string | undefined;
  /** What it is for. */
  readonly description?: string | undefined;
  /** Its tags; read only on request. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** An entry as it is stored. */
export interface StoredEntry extends EntryFacts {
  /** Full name at the source: `/orders/prod/DB_HOST`. */
  readonly exactName: string;
  /** Its value; `undefined` when it was not requested, may not be read, or the entry has none. */
  readonly value: ConfigValue | undefined;
  /** Whether the value is a secret. */
  readonly secret: boolean;
  /** Version at the source; `undefined` where the source has none. */
  readonly version: string | undefined;
  /** When the value was last changed, **milliseconds** since the Unix epoch; `undefined` where the source does not say. */
  readonly changedAtMs: number | undefined;
  /** ARN of the identity that changed it; `undefined` where the source does not say. */
  readonly changedBy: string | undefined;
  /** When a secret that is scheduled for deletion will be deleted, **milliseconds** since the Unix epoch; `undefined`: it is not. */
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
  /** ARN of the identity that wrote it; `undefined` where the source does not say. */
  readonly writtenBy: string | undefined;
  /** Labels of the version: a parameter's, or the staging labels of a secret (`AWSPREVIOUS`). */
  readonly labels: readonly string[];
  /** Value of a version that is no secret; `undefined` for secrets, which are read one by one. */
  readonly value: ConfigValue | undefined;
}

/** What ends a call to a source before its time. */
export interface CallOptions {
  /** Aborts it. A request that was sent may still have an effect. */
  readonly signal?: AbortSignal | undefined;
}

/** What is read of an entry. */
export interface ReadEntryOptions extends CallOptions {
  /** Whether the value is read. Default: true. */
  readonly withValue?: boolean;
  /** Whether the tags are read, for a parameter by one more call. Default: false. */
  readonly withTags?: boolean;
}

/** What is written. */
export interface EntryWrite extends EntryFacts, CallOptions {
  /** Parameters take texts, secrets texts and bytes, rows anything that DynamoDB holds. */
  readonly value: ConfigValue;
  /** Whether the value is a secret: a parameter becomes a `SecureString`. Default: unchanged; false for a new entry. */
  readonly secret?: boolean | undefined;
  /** Restores a secret that is scheduled for deletion. Default: false, that is an error. */
  readonly restore?: boolean | undefined;
  /**
   * Required state of the entry: as it was read, or `absent`. Default: any.
   *
   * For rows and new entries, the service checks it with the write. Existing parameters and secrets have no conditional writes: their version
   * is read right before the write.
   */
  readonly expected?: StoredEntry | 'absent' | undefined;
}

/** How a write ended. */
export interface WriteOutcome {
  /** Version that was written; `undefined` where the source has none. */
  readonly version: string | undefined;
  /** Whether the entry did not exist before. */
  readonly created: boolean;
}

/** How an entry is removed. */
export interface RemoveOptions extends CallOptions {
  /** Deletes a secret at once, beyond recovery. Default: false. */
  readonly force?: boolean | undefined;
  /** For how long a secret can be restored, 7 to 30 **days**. Default: 30, or none with `force`. */
  readonly recoveryDays?: number | undefined;
  /** Required state of the entry: as it was read. Default: any. */
  readonly expected?: StoredEntry | undefined;
}

/** How a removal ended. */
export interface RemoveOutcome {
  /** Until when the entry can be restored, **milliseconds** since the Unix epoch; `undefined`: it cannot. */
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

  /** Creates an entry, or gives it a new value and, where they are given, other properties. Tags are set when it is created. */
  write(address: EntryAddress, write: EntryWrite): Promise<WriteOutcome>;

  /** Removes an entry; one that does not exist counts as removed. */
  remove(address: EntryAddress, options?: RemoveOptions): Promise<RemoveOutcome>;

  /** Adds tags to an entry, or changes them; other tags stay. */
  tag(address: EntryAddress, tags: Readonly<Record<string, string>>, options?: CallOptions): Promise<void>;

  /** Lists the versions of an entry, the newest first; `undefined` for a source that keeps none. */
  history(address: EntryAddress, options?: CallOptions): Promise<readonly EntryVersion[] | undefined>;

  /** Gives the value of one version. @throws WriteError `not-found` for a version that the source does not keep. */
  readVersion(address: EntryAddress, version: string, options?: CallOptions): Promise<ConfigValue>;

  /** Restores a secret that is scheduled for deletion. Other sources have nothing to restore. */
  restore?(address: EntryAddress, options?: CallOptions): Promise<void>;
}
