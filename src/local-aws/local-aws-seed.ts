import { type ParameterType } from './parameter-store';

/** A parameter to begin with. */
export interface SeedParameter {
  /** Value, stored unchanged. */
  readonly value: string;
  /** Default `String`. */
  readonly type?: ParameterType;
  /** A `SecureString` whose KMS key the caller may not use: a request that decrypts it is refused as a whole. */
  readonly keyDenied?: boolean;
  /** Labels of this version. */
  readonly labels?: readonly string[];
  /** Absent: it keeps the one it has. */
  readonly description?: string;
  /** By key. Absent: it has none. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** A secret to begin with; without `value` and `binary` it has no version yet. */
export interface SeedSecret {
  /** Text of the current version; absent for a secret that is `binary`. */
  readonly value?: string;
  /** Base64. */
  readonly binary?: string;
  /** The caller may list and describe it, but not read its value. */
  readonly denied?: boolean;
  /** Value of the version `AWSPREVIOUS`. */
  readonly previous?: string;
  /** Rotation that `DescribeSecret` and `ListSecrets` report; none when absent. */
  readonly rotation?: SeedRotation;
  /** False: `ListSecrets` does not show it, as when the listing lags behind. */
  readonly listed?: boolean;
  /** Absent: it keeps the one it has. */
  readonly description?: string;
  /** By key. Absent: it has none. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Rotation as `ListSecrets` and `DescribeSecret` describe it; nothing is rotated. */
export interface SeedRotation {
  /** Whether rotation is on. */
  readonly enabled: boolean;
  /** ISO 8601 text, epoch seconds, or a `Date`. */
  readonly nextRotationDate?: string | number | Date;
}

/** A table to begin with. Its key attributes have the types they have in the first row, else `S`. */
export interface SeedTable {
  /** Default `app_key`. */
  readonly hashKey?: string;
  /** Default `name_key`; `null`: the table has no sort key. */
  readonly rangeKey?: string | null;
  /** Attribute by which DynamoDB deletes expired rows. Absent: it keeps the one it has. */
  readonly ttl?: string;
  /**
   * Plain values: string, number, bigint, boolean, null, array, object, `Uint8Array`, `Set`.
   *
   * For YAML and JSON also `{$num: "1.5"}`, `{$bytes: base64}`, `{$set: […]}`, `{$nowPlus: seconds}` (epoch seconds
   * that far from now) and `{$repeat: [text, times]}`.
   */
  readonly rows?: readonly Readonly<Record<string, unknown>>[];
}

/** A configuration that AppConfig has deployed to an environment. */
export interface SeedConfiguration {
  /** Text of the configuration. */
  readonly content: string;
  /** Default `application/json`. */
  readonly contentType?: string;
  /** Label of the version; none when absent. */
  readonly versionLabel?: string;
}

/** What a local AWS holds at its start, or is given later. Listings show it in this order. */
export interface LocalAwsSeed {
  /** By full name. A text is a `String`. Names and values are not checked as AWS would: an empty value is kept. */
  readonly ssm?: Readonly<Record<string, string | SeedParameter>>;
  /** By full name. */
  readonly secrets?: Readonly<Record<string, string | SeedSecret>>;
  /** DynamoDB tables, by name. */
  readonly tables?: Readonly<Record<string, SeedTable>>;
  /** Key ids, aliases or ARNs. With none, every key id counts as existing. */
  readonly kmsKeys?: readonly string[];
  /** By application, environment and profile: `orders/prod/settings`. A text is JSON. */
  readonly appConfig?: Readonly<Record<string, string | SeedConfiguration>>;
}

/** How many entries of one kind were added, changed and removed. */
export interface SeedChange {
  /** How many are new. */
  readonly added: number;
  /** How many have another value. */
  readonly changed: number;
  /** How many are gone. */
  readonly removed: number;
}

/** What a seed has changed where it replaced a former one. */
export interface SeedChanges {
  /** Parameters of Parameter Store. */
  readonly parameters: SeedChange;
  /** Secrets of Secrets Manager. */
  readonly secrets: SeedChange;
  /** A table counts as changed when its keys have changed: it is created again then. */
  readonly tables: SeedChange;
  /** Rows of tables that were not removed. */
  readonly rows: SeedChange;
  /** Keys of KMS. */
  readonly kmsKeys: SeedChange;
  /** Configurations of AppConfig. */
  readonly configurations: SeedChange;
}
