import { type Directory } from '../directory/directory';
import { type StandardSchema } from './standard-schema';

/**
 * One declared setting: what it is called, where it may come from, and what its value must be.
 *
 * Frozen. Loading, explaining, and what is made from a declaration (a policy, a table) all work from these.
 */
export interface Declaration {
  /** Keys that lead to the value in the loaded settings: `['db', 'host']`. */
  readonly path: readonly string[];
  /** The same, joined by dots: `db.host`. */
  readonly key: string;
  /** Name that is looked up: `DB_HOST`. */
  readonly name: string;
  /** Whether the loaded value is plain, or a `Secret`. */
  readonly kind: DeclarationKind;
  /** Checks and converts the value; absent: it is a text. */
  readonly schema: StandardSchema | undefined;
  /** Taken when there is no value; for a secret, a `Secret`. `undefined`: there is none. */
  readonly default: unknown;
  /** Whether the setting may be missing. */
  readonly optional: boolean;
  /** Providers that the value may come from, by short name (`ssm`); `undefined`: any. */
  readonly sources: readonly string[] | undefined;
  /** Directories that the value may come from; may hold placeholders; `undefined`: any. */
  readonly directories: readonly Directory[] | undefined;
  /** Full name or ARN of the secret in Secrets Manager to read in place of the directories; `undefined`: none. */
  readonly secretId: string | undefined;
  /** Full name of the parameter in Parameter Store to read in place of the directories; `undefined`: none. */
  readonly parameterId: string | undefined;
  /** Field of a JSON secret that is the value; `undefined`: all of it is. */
  readonly jsonField: string | undefined;
  /** Whether an empty text counts as no value. */
  readonly emptyAsMissing: boolean;
  /** What the setting is for; `undefined` when nobody says. */
  readonly description: string | undefined;
}

/** Kinds of declared settings. */
export type DeclarationKind = 'setting' | 'secret';

/** Short names of the providers that come with the library. */
export type BuiltInProviderName = 'env' | 'ssm' | 'secrets' | 'dynamo';

/** Any other name; a type of its own so that editors still suggest the built-in ones. */
export type OtherProviderName = string & Readonly<Record<never, never>>;

/** What can be said about a setting. */
export interface SettingOptions<T, Optional extends boolean = boolean> {
  /** Taken as it is when there is no value; `undefined`: there must be one. */
  readonly default?: T;
  /** Whether the setting may be missing; its value is `undefined` then. Default: false. */
  readonly optional?: Optional;
  /** Providers that the value may come from, by short name (`ssm`). Default: any. */
  readonly sources?: readonly (BuiltInProviderName | OtherProviderName)[];
  /** Directories that the value may come from; may hold placeholders. Default: any. */
  readonly directories?: readonly (Directory | string)[];
  /** Whether an empty text counts as no value. Default: false. */
  readonly emptyAsMissing?: boolean;
  /** What the setting is for. */
  readonly description?: string;
  /**
   * Full name that is read in place of the directories, for what none of them holds: of a parameter (`/shared/x`); of a secret, its
   * full name or ARN in Secrets Manager, or with `sources: ['ssm']` the full name of a parameter.
   */
  readonly id?: string;
}

/** What can be said about a secret. */
export interface SecretOptions<T, Optional extends boolean = boolean> extends SettingOptions<T, Optional> {
  /** Field of a JSON secret that is the value. Default: all of it is. */
  readonly json?: string;
}
