import { type Secret } from '../item/secret';
import { type SecretOptions } from './declaration';
import { type Loaded, type Setting, settingOf } from './setting';
import { type SchemaOutput, type StandardSchema } from './standard-schema';

/**
 * Declares a setting that is a secret: its loaded value is a {@link Secret}, wherever it comes from.
 *
 * @param name - Name to look up. Left out, it is made from the key: `dbPassword` is `DB_PASSWORD`.
 * @param schema - Any Standard Schema, for what the secret holds. Left out, it is a text.
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
