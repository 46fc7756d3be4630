import { parameterName } from '../config/lookup-options';
import { type DeclarationKind, type SecretOptions } from './declaration';

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';

/** What each option may be; of the paths in `directories`, directories themselves tell. */
const options: Readonly<Record<keyof SecretOptions<unknown>, readonly [string, (value: unknown) => boolean]>> = {
  default: ['anything', () => true],
  optional: ['true or false', isBoolean],
  sources: ['a list of names of providers', (value) => Array.isArray(value) && value.every(isText)],
  directories: ['a list', (value) => Array.isArray(value)],
  emptyAsMissing: ['true or false', isBoolean],
  description: ['a text', (value) => typeof value === 'string'],
  id: ['a full name, such as /shared/x', isText],
  json: ['the name of a field', isText],
};
const ofSecrets: readonly string[] = ['json'] satisfies readonly (keyof SecretOptions<unknown>)[];

/** Says what is wrong with the options of a setting; `undefined`: nothing. */
export function wrongOption(kind: DeclarationKind, given: object): string | undefined {
  for (const [name, value] of Object.entries(given)) {
    const known = Object.entries(options).find(
      ([each]) => each === name && (kind === 'secret' || !ofSecrets.includes(each)),
    );
    if (known === undefined) return `has an option "${name}", which a ${kind} does not know`;
    const [expected, isRight] = known[1];
    if (value !== undefined && !isRight(value)) return `has an option "${name}" that is not ${expected}`;
  }
  return wrongId(kind, given);
}

/** Whether all that is not of this process comes from Parameter Store. */
export function isFromParameters(sources: readonly string[] | undefined): boolean {
  return sources?.includes('ssm') === true && !sources.includes('secrets');
}

/** A full name is in one place: what else is said of places must not rule it out. */
function wrongId(kind: DeclarationKind, { id, sources, directories }: SecretOptions<unknown>): string | undefined {
  if (id === undefined) return undefined;
  if (directories !== undefined) return 'has both "id" and "directories": a full name is in one directory';
  const isParameter = kind === 'setting' || isFromParameters(sources);
  const needed = isParameter ? 'ssm' : 'secrets';
  if (sources?.includes(needed) === false) return `has an "id", which is of "${needed}", and "sources" without it`;
  if (isParameter && !parameterName.test(id))
    return 'has an "id" that is no full name of a parameter, such as /shared/x';
  return undefined;
}
