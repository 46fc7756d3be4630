import { inspect } from 'node:util';
import { printable } from '../base/printable';
import { InvalidSettingsError } from '../errors';
import { knowAcrossCopies } from '../item/copies';
import { Secret } from '../item/secret';
import { type DeclarationKind, type SecretOptions, type SettingOptions } from './declaration';
import { isStandardSchema, type SchemaOutput, type StandardSchema } from './standard-schema';

/** Type of the loaded value, when it may be missing. */
export type Loaded<T, Optional extends boolean> = Optional extends true ? T | undefined : T;

declare const loadedAs: unique symbol;

/** What `setting()` and `secret()` give: a setting that has no place among others yet. `T`: type of its loaded value. */
export class Setting<T> {
  /** For the compiler only. */
  declare readonly [loadedAs]: T;

  /**
   * @param kind - Whether the loaded value is plain, or a `Secret`.
   * @param name - Name to look up; `undefined`: made from its key.
   * @param schema - `undefined`: the value is a text.
   * @param options - What else was said; the default of a secret is a `Secret`.
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

  /** Gives what `util.inspect` prints: a schema is as long as its library. */
  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return printable(`${this.kind}(${this.name ?? ''})`);
  }
}

knowAcrossCopies(Setting, 'Setting');

/**
 * Declares a setting.
 *
 * @param name - Name to look up. Left out, it is made from the key: `poolSize` is `POOL_SIZE`.
 * @param schema - Any Standard Schema (zod, valibot, arktype, ...). Left out, the value is a text.
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

/** Tells apart what was given: a name, a schema and options, each of which may be left out. */
export function settingOf(kind: DeclarationKind, given: readonly unknown[]): Setting<unknown> {
  const [name, afterName] = typeof given[0] === 'string' ? [given[0], given.slice(1)] : [undefined, given];
  const [schema, rest] = isStandardSchema(afterName[0]) ? [afterName[0], afterName.slice(1)] : [undefined, afterName];
  const [options] = rest;
  if (rest.length > 1 || (options !== undefined && !isOptions(options))) {
    throw new InvalidSettingsError(
      `${kind}(${name ?? ''})`,
      'expected a name, a schema and options, in this order; each may be left out.',
    );
  }
  return new Setting(kind, name, schema, withoutSecrets(kind, { ...(options as SecretOptions<unknown> | undefined) }));
}

/** Hides the default of a secret: what is declared is printed before it is loaded. */
function withoutSecrets(kind: DeclarationKind, options: SecretOptions<unknown>): SecretOptions<unknown> {
  if (kind !== 'secret' || options.default === undefined) return options;
  return { ...options, default: new Secret(options.default) };
}

function isOptions(given: unknown): boolean {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}
