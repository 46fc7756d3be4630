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
  id: ['a full name or an ARN', isText],
  json: ['the name of a field', isText],
};
const ofSecrets: readonly string[] = ['id', 'json'] satisfies readonly (keyof SecretOptions<unknown>)[];

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
  return undefined;
}
