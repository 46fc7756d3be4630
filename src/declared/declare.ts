import { Directory } from '../directory/directory';
import { InvalidSettingsError } from '../errors';
import { type ConfigValue, sealValue } from '../item/value';
import { type Declaration, type DeclarationKind, type SecretOptions } from './declaration';
import { Setting, setting } from './setting';
import { isFromParameters, wrongOption } from './setting-options';
import { settingName } from './setting-name';
import { type SettingsShape } from './settings-shape';
import { isStandardSchema } from './standard-schema';

/**
 * Gives the declarations of a shape, those of groups included, in the order in which they were written.
 *
 * @throws InvalidSettingsError, InvalidDirectoryError for what cannot be declared.
 */
export function declarationsOf(shape: SettingsShape, above: readonly string[] = []): readonly Declaration[] {
  if (!isShape(shape)) throw new InvalidSettingsError('defineSettings', 'expected an object of settings.');
  return Object.entries<unknown>(shape).flatMap(([key, given]) => {
    const path = [...above, key];
    if (key === '' || key.includes('.')) throw invalid(path, 'is empty or has a dot: dots join the keys of groups');
    if (given instanceof Setting) return [declare(path, given)];
    if (isStandardSchema(given)) return [declare(path, setting(given))];
    if (isGroup(given)) return declarationsOf(given, path);
    throw invalid(
      path,
      'is neither a setting nor a group of them: give setting(...), secret(...), a schema or an object of these',
    );
  });
}

function declare(path: readonly string[], { kind, name, schema, options }: Setting<unknown>): Declaration {
  if (name === '') throw invalid(path, 'has an empty name');
  if (name?.includes('/') === true)
    throw invalid(path, 'has a name with a slash: give a full name as { id }, and the last part as the name');
  const wrong = wrongOption(kind, options);
  if (wrong !== undefined) throw invalid(path, wrong);
  return Object.freeze({
    path: Object.freeze(path),
    key: path.join('.'),
    name: name ?? settingName(path),
    kind,
    schema,
    default: sealValue(options.default as ConfigValue, path.join('.')).value,
    optional: options.optional ?? false,
    sources: options.sources && Object.freeze([...options.sources]),
    directories: options.directories && Object.freeze(options.directories.map((each) => Directory.from(each))),
    ...idsOf(kind, options),
    jsonField: options.json,
    emptyAsMissing: options.emptyAsMissing ?? false,
    description: options.description,
  });
}

/** A parameter, unless it is a secret that may come from elsewhere than Parameter Store. */
function idsOf(
  kind: DeclarationKind,
  { id, sources }: SecretOptions<unknown>,
): Pick<Declaration, 'secretId' | 'parameterId'> {
  const isParameter = kind === 'setting' || isFromParameters(sources);
  return { secretId: isParameter ? undefined : id, parameterId: isParameter ? id : undefined };
}

function isShape(given: unknown): boolean {
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  return isObject && !(given instanceof Setting) && !isStandardSchema(given);
}

function isGroup(given: unknown): given is SettingsShape {
  return typeof given === 'object' && given !== null && Object.getPrototypeOf(given) === Object.prototype;
}

function invalid(path: readonly string[], problem: string): InvalidSettingsError {
  return new InvalidSettingsError('defineSettings', `the key "${path.join('.')}" ${problem}.`);
}
