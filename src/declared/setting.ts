import { inspect } from 'node:util';
import { printable } from '../base/printable';
import { type Directory } from '../directory/directory';
import { InvalidSettingsError } from '../errors';
import { brandClass } from '../base/brand-class';
import { Secret } from '../item/secret';
import { isStandardSchema, type SchemaOutput, type StandardSchema } from './standard-schema';

/** Kinds of declared settings. */
export type DeclarationKind = 'setting' | 'secret';

/** Short names of the providers that come with the library. */
export type BuiltInProviderName = 'env' | 'ssm' | 'secrets' | 'dynamo';

/** Any other name; a type of its own so that editors still suggest the built-in ones. */
export type OtherProviderName = string & Readonly<Record<never, never>>;

/** Options of a setting. */
export interface SettingOptions<T, Optional extends boolean = boolean> {
  /** Used, unconverted, when there is no value; `undefined`: a value is required. */
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
   * Full name that is read instead of the directories, for a value that is in none of them: of a parameter (`/shared/x`); of a secret,
   * its full name or ARN in Secrets Manager, or with `sources: ['ssm']` the full name of a parameter.
   */
  readonly id?: string;
}

/** Options of a secret. */
export interface SecretOptions<T, Optional extends boolean = boolean> extends SettingOptions<T, Optional> {
  /** Field of a JSON secret that is the value. Default: the whole secret is. */
  readonly json?: string;
}

/** Type of the loaded value, when it may be missing. */
export type Loaded<T, Optional extends boolean> = Optional extends true ? T | undefined : T;

declare const loadedAs: unique symbol;

/** The result of `setting()` and `secret()`: a setting that is not yet part of a declaration. `T`: type of its loaded value. */
export class Setting<T> {
  /** For the compiler only. */
  declare readonly [loadedAs]: T;

  /**
   * @param kind - Whether the loaded value is plain, or a `Secret`.
   * @param name - Name to look up; `undefined`: made from its key.
   * @param schema - `undefined`: the value is a text.
   * @param options - The other options; the default of a secret is a `Secret`.
   */
  constructor(
    readonly kind: DeclarationKind,
    readonly name: string | undefined,
    readonly schema: StandardSchema | undefined,
    readonly options: SecretOptions<unknown>,
  ) {
    Object.freeze(this);
  }

  /** Gives what `util.inspect` prints. */
  toString(): string {
    return this[inspect.custom]();
  }

  /** Gives what `util.inspect` prints, without the schema. */
  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return printable(`${this.kind}(${this.name ?? ''})`);
  }
}

brandClass(Setting, 'Setting');

/**
 * Declares a setting.
 *
 * @param name - Name to look up. Left out, it is made from the key: `poolSize` is `POOL_SIZE`.
 * @param schema - Any Standard Schema (zod, valibot, arktype, ...). Left out, the value is a text.
 * @param options - Default, sources, description and the like; all optional.
 *
 * @example
 * setting('DB_HOST')
 * setting(z.coerce.number().int().default(10)) // name from the key, output of the schema
 */
export function setting<S extends StandardSchema, Optional extends boolean = false>(
  name: string,
  schema: S,
  options?: SettingOptions<NoInfer<SchemaOutput<S>>, Optional>,
): Setting<Loaded<SchemaOutput<S>, Optional>>;
export function setting<S extends StandardSchema, Optional extends boolean = false>(
  schema: S,
  options?: SettingOptions<NoInfer<SchemaOutput<S>>, Optional>,
): Setting<Loaded<SchemaOutput<S>, Optional>>;
export function setting<Optional extends boolean = false>(
  name: string,
  options?: SettingOptions<string, Optional>,
): Setting<Loaded<string, Optional>>;
export function setting<Optional extends boolean = false>(
  options?: SettingOptions<string, Optional>,
): Setting<Loaded<string, Optional>>;
export function setting(...given: readonly unknown[]): Setting<unknown> {
  return settingOf('setting', given);
}

/**
 * Declares a setting that is a secret: its loaded value is a {@link Secret}, wherever it comes from.
 *
 * @param name - Name to look up. Left out, it is made from the key: `dbPassword` is `DB_PASSWORD`.
 * @param schema - Any Standard Schema, for the value in the secret. Left out, it is a text.
 * @param options - Default, sources, description and the like; all optional.
 *
 * @example
 * secret('DB_PASSWORD', { sources: ['secrets'] })
 * secret('DB_LOGIN', { id: 'rds!db-1234', json: 'password' })
 */
export function secret<S extends StandardSchema, Optional extends boolean = false>(
  name: string,
  schema: S,
  options?: SecretOptions<NoInfer<SchemaOutput<S>>, Optional>,
): Setting<Loaded<Secret<SchemaOutput<S>>, Optional>>;
export function secret<S extends StandardSchema, Optional extends boolean = false>(
  schema: S,
  options?: SecretOptions<NoInfer<SchemaOutput<S>>, Optional>,
): Setting<Loaded<Secret<SchemaOutput<S>>, Optional>>;
export function secret<Optional extends boolean = false>(
  name: string,
  options?: SecretOptions<string, Optional>,
): Setting<Loaded<Secret<string>, Optional>>;
export function secret<Optional extends boolean = false>(
  options?: SecretOptions<string, Optional>,
): Setting<Loaded<Secret<string>, Optional>>;
export function secret(...given: readonly unknown[]): Setting<unknown> {
  return settingOf('secret', given);
}

/** Makes a setting of a name, a schema and options, each of which may be left out. */
function settingOf(kind: DeclarationKind, given: readonly unknown[]): Setting<unknown> {
  const [name, afterName] = typeof given[0] === 'string' ? [given[0], given.slice(1)] : [undefined, given];
  const [schema, rest] = isStandardSchema(afterName[0]) ? [afterName[0], afterName.slice(1)] : [undefined, afterName];
  const [options] = rest;
  if (rest.length > 1 || (options !== undefined && !isOptions(options))) {
    throw new InvalidSettingsError(
      `${kind}(${name ?? ''})`,
      'expected a name, a schema and options, in this order; each may be left out.',
    );
  }
  return new Setting(kind, name, schema, hideDefault(kind, { ...(options as SecretOptions<unknown> | undefined) }));
}

/** Wraps the default of a secret, so that printing a declaration does not show it. */
function hideDefault(kind: DeclarationKind, options: SecretOptions<unknown>): SecretOptions<unknown> {
  if (kind !== 'secret' || options.default === undefined) return options;
  return { ...options, default: new Secret(options.default) };
}

function isOptions(given: unknown): boolean {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

/** Settings by key: a `setting()` or `secret()`, a bare schema (as `setting(schema)`), or an object that groups settings. */
export interface SettingsShape {
  readonly [key: string]: Setting<unknown> | StandardSchema | SettingsShape;
}

/**
 * The loaded settings of a shape, or of what `defineSettings` gives (`SettingsOf<typeof settings>`): typed, and deeply read-only
 * because they are frozen.
 *
 * A conditional type, so that editors show the types of the values instead of the name of this one.
 */
export type SettingsOf<Shape> =
  Shape extends Loadable<infer Settings>
    ? Settings
    : Shape extends infer S
      ? { readonly [Key in keyof S]: LoadedOf<S[Key]> }
      : never;

/** The part of declared settings that identifies their type; no shape has a symbol in it. */
interface Loadable<Settings> {
  readonly injectionToken: symbol;
  load(): Promise<Settings>;
}

type LoadedOf<Declared> =
  Declared extends Setting<infer T>
    ? DeepReadonly<T>
    : Declared extends StandardSchema
      ? DeepReadonly<SchemaOutput<Declared>>
      : SettingsOf<Declared>;

/** A value as it is once it is deeply frozen. Functions and instances of classes, which have methods, stay as they are. */
export type DeepReadonly<T> = unknown extends T
  ? T
  : T extends Primitive | AnyFunction | Uint8Array
    ? T
    : T extends Secret<infer Value>
      ? Secret<DeepReadonly<Value>>
      : T extends ReadonlyMap<infer Key, infer Value>
        ? ReadonlyMap<DeepReadonly<Key>, DeepReadonly<Value>>
        : T extends ReadonlySet<infer Item>
          ? ReadonlySet<DeepReadonly<Item>>
          : T extends readonly unknown[]
            ? { readonly [Index in keyof T]: DeepReadonly<T[Index]> }
            : Extract<T[keyof T], AnyFunction> extends never
              ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
              : T;

type Primitive = string | number | bigint | boolean | symbol | null | undefined;
type AnyFunction = (...args: never[]) => unknown;

/**
 * Keys of a shape: those of groups, and of the settings in them, joined by dots. Any text for a shape whose keys are not
 * known, because its keys may be nested without end.
 */
export type KeyOf<Shape> = string extends keyof Shape
  ? string
  : {
      [Key in keyof Shape & string]: Shape[Key] extends Leaf ? Key : Key | `${Key}.${KeyOf<Shape[Key]>}`;
    }[keyof Shape & string];

/** Keys of the secrets of a shape. */
export type SecretKeyOf<Shape> = string extends keyof Shape
  ? string
  : {
      [Key in keyof Shape & string]: Shape[Key] extends Leaf
        ? Shape[Key] extends Setting<infer T>
          ? NonNullable<T> extends Secret<unknown>
            ? Key
            : never
          : never
        : `${Key}.${SecretKeyOf<Shape[Key]>}`;
    }[keyof Shape & string];

type Leaf = Setting<unknown> | StandardSchema;

/** Type of the value in the secret of a key; includes `undefined` when the secret may be missing. */
export type SecretValueOf<Shape, Key extends string> = Key extends `${infer Group}.${infer Rest}`
  ? Group extends keyof Shape
    ? SecretValueOf<Shape[Group], Rest>
    : never
  : Key extends keyof Shape
    ? Shape[Key] extends Setting<infer T>
      ? DeepReadonly<Revealed<T>>
      : never
    : never;

type Revealed<T> = T extends Secret<infer Value> ? Value : T;
