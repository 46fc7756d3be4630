import { type Config } from '../config/config';
import { parameterName } from '../config/lookup-options';
import { Directory } from '../directory/directory';
import { InvalidSettingsError } from '../errors';
import { type ConfigValue, sealValue } from '../item/value';
import { type DeclarationKind, type SecretOptions, Setting, setting, type SettingsShape } from './setting';
import { isStandardSchema, type StandardSchema } from './standard-schema';

/**
 * One declared setting: its name, where its value may come from, and what the value must be.
 *
 * Frozen. Loading, explanations, policies and documents all work from declarations.
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
  /** Checks and converts the value; `undefined`: it is a text. */
  readonly schema: StandardSchema | undefined;
  /** Used when there is no value; for a secret, a `Secret`. `undefined`: there is none. */
  readonly default: unknown;
  /** Whether the setting may be missing. */
  readonly optional: boolean;
  /** Providers that the value may come from, by short name (`ssm`); `undefined`: any. */
  readonly sources: readonly string[] | undefined;
  /** Directories that the value may come from; may hold placeholders; `undefined`: any. */
  readonly directories: readonly Directory[] | undefined;
  /** Full name or ARN of the secret in Secrets Manager to read instead of the directories; `undefined`: none. */
  readonly secretId: string | undefined;
  /** Full name of the parameter in Parameter Store to read instead of the directories; `undefined`: none. */
  readonly parameterId: string | undefined;
  /** Field of a JSON secret that is the value; `undefined`: the whole secret is. */
  readonly jsonField: string | undefined;
  /** Whether an empty text counts as no value. */
  readonly emptyAsMissing: boolean;
  /** What the setting is for; `undefined`: not given. */
  readonly description: string | undefined;
}

/**
 * Gives the declarations of a shape, those of groups included, in the order in which they were written.
 *
 * @throws InvalidSettingsError, InvalidDirectoryError for a shape, a name or an option that is invalid.
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

/** Gives the paths of the directories that a value may come from in a Config; `undefined`: any. */
export function allowedPaths({ directories }: Declaration, config: Config): readonly string[] | undefined {
  const variables = { service: config.resolvedService, environment: config.resolvedEnvironment };
  return directories?.map((each) => each.resolve(variables).path);
}

/**
 * Makes the name of a setting from the keys that lead to it: `['db', 'poolSize']` is `DB_POOL_SIZE`.
 *
 * A word begins at a capital after a small letter or a digit, and at the last capital of several: `apiURLBase` is
 * `API_URL_BASE`. Any character that is neither letter nor digit separates words.
 */
function settingName(path: readonly string[]): string {
  return path
    .join('_')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}

function declare(path: readonly string[], { kind, name, schema, options }: Setting<unknown>): Declaration {
  if (name === '') throw invalid(path, 'has an empty name');
  if (name?.includes('/') === true)
    throw invalid(path, 'has a name with a slash: give a full name as { id }, and the last part as the name');
  const problem = problemOfOptions(kind, options) ?? problemOfId(kind, options);
  if (problem !== undefined) throw invalid(path, problem);
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
    secretId: isParameter(kind, options) ? undefined : options.id,
    parameterId: isParameter(kind, options) ? options.id : undefined,
    jsonField: options.json,
    emptyAsMissing: options.emptyAsMissing ?? false,
    description: options.description,
  });
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';

/** Description and check of each option. The paths in `directories` are checked when directories are made of them. */
const optionChecks: Readonly<Record<keyof SecretOptions<unknown>, readonly [string, (value: unknown) => boolean]>> = {
  default: ['anything', () => true],
  optional: ['true or false', isBoolean],
  sources: ['a list of names of providers', (value) => Array.isArray(value) && value.every(isText)],
  directories: ['a list', (value) => Array.isArray(value)],
  emptyAsMissing: ['true or false', isBoolean],
  description: ['a text', (value) => typeof value === 'string'],
  id: ['a full name, such as /shared/x', isText],
  json: ['the name of a field', isText],
};
const secretOnly: readonly string[] = ['json'] satisfies readonly (keyof SecretOptions<unknown>)[];

/** Gives what is wrong with an option; `undefined` when all are valid. */
function problemOfOptions(kind: DeclarationKind, given: object): string | undefined {
  for (const [name, value] of Object.entries(given)) {
    const known = Object.entries(optionChecks).find(
      ([each]) => each === name && (kind === 'secret' || !secretOnly.includes(each)),
    );
    if (known === undefined) return `has an option "${name}", which a ${kind} does not have`;
    const [expected, isValid] = known[1];
    if (value !== undefined && !isValid(value)) return `has an option "${name}" that is not ${expected}`;
  }
  return undefined;
}

/** Gives what is wrong with an id: the other options must not exclude its place. */
function problemOfId(kind: DeclarationKind, options: SecretOptions<unknown>): string | undefined {
  const { id, sources, directories } = options;
  if (id === undefined) return undefined;
  if (directories !== undefined) return 'has both "id" and "directories": a full name is in one directory';
  const source = isParameter(kind, options) ? 'ssm' : 'secrets';
  if (sources?.includes(source) === false) return `has an "id", which is of "${source}", and "sources" without it`;
  if (source === 'ssm' && !parameterName.test(id))
    return 'has an "id" that is no full name of a parameter, such as /shared/x';
  return undefined;
}

/** Whether the id of a setting is one of Parameter Store; that of a secret is, when its sources have no Secrets Manager. */
function isParameter(kind: DeclarationKind, { sources }: SecretOptions<unknown>): boolean {
  return kind === 'setting' || (sources?.includes('ssm') === true && !sources.includes('secrets'));
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
