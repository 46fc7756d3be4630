import { serializationError, type ServiceError, validationError } from './service-error';

/** A JSON object: the members of a request or an answer. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether `value` is a JSON object: neither `null` nor an array. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Gives a text member; `undefined` when absent or `null`. */
export function textField(fields: Fields, name: string): string | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw serializationError(`${name} is not a string`);
}

/** Gives a text member that the operation cannot do without. */
export function requireText(fields: Fields, name: string): string {
  const value = textField(fields, name);
  if (value === undefined) throw missingMember(name);
  return value;
}

/** Gives a boolean member; false when absent. */
export function flagField(fields: Fields, name: string): boolean {
  const value = fields[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw serializationError(`${name} is not a boolean`);
}

/** Gives a whole-number member; `undefined` when absent. */
export function integerField(fields: Fields, name: string): number | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined || (typeof value === 'number' && Number.isInteger(value))) return value;
  throw serializationError(`${name} is not a whole number`);
}

/** Gives a member that is a list of texts; `undefined` when absent. */
export function textListField(fields: Fields, name: string): readonly string[] | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw serializationError(`${name} is not a list of strings`);
}

/** Gives a member that is a list of structures; empty when absent. */
export function fieldsListField(fields: Fields, name: string): readonly Fields[] {
  const value = fields[name] ?? [];
  if (Array.isArray(value) && value.every(isFields)) return value;
  throw serializationError(`${name} is not a list of structures`);
}

/** Gives a member that maps texts to texts; empty when absent. */
export function textMapField(fields: Fields, name: string): ReadonlyMap<string, string> {
  const value = fields[name] ?? {};
  if (!isFields(value)) throw serializationError(`${name} is not a map`);
  return new Map(
    Object.entries(value).map(([key, each]) => {
      if (typeof each !== 'string') throw serializationError(`${name} holds something that is not a string`);
      return [key, each];
    }),
  );
}

/** Gives a text member that is one of a few; `undefined` when absent. @throws ServiceError `ValidationException` */
export function choiceField<T extends string>(fields: Fields, name: string, allowed: readonly T[]): T | undefined {
  const value = textField(fields, name);
  const found = allowed.find((each) => each === value);
  if (value === undefined || found !== undefined) return found;
  throw constraint(`Value at '${lowerFirst(name)}'`, `Member must satisfy enum value set: [${allowed.join(', ')}]`);
}

/**
 * Gives a member that is a list of texts and may have so many.
 *
 * @throws ServiceError `ValidationException` also when it is absent.
 */
export function requireTexts(fields: Fields, name: string, most: number): readonly string[] {
  const texts = textListField(fields, name);
  if (texts === undefined) throw missingMember(name);
  if (texts.length >= 1 && texts.length <= most) return texts;
  throw constraint(`Value at '${lowerFirst(name)}'`, `Member must have length between 1 and ${most}, inclusive`);
}

/** Gives the size of a page. @throws ServiceError `ValidationException` */
export function pageSizeField(fields: Fields, most: number): number {
  const size = integerField(fields, 'MaxResults') ?? most;
  if (size >= 1 && size <= most) return size;
  throw constraint(`Value '${size}' at 'maxResults'`, `Member must have value between 1 and ${most}, inclusive`);
}

/**
 * Gives a member that is a list of tags; empty when absent. A key that is there twice has its last value.
 *
 * Source: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html (limits of keys and values)
 *
 * @throws ServiceError `ValidationException`
 */
export function tagsField(fields: Fields, name = 'Tags'): ReadonlyMap<string, string> {
  return new Map(
    fieldsListField(fields, name).map((each) => {
      const [key, value] = [requireText(each, 'Key'), requireText(each, 'Value')];
      if (key.length < 1 || key.length > 128 || value.length > 256 || key.startsWith('aws:')) {
        throw validationError(
          'A tag has a key of 1 to 128 characters that does not begin with aws:, and a value of at most 256 characters.',
        );
      }
      return [key, value];
    }),
  );
}

/** Writes tags as answers have them. */
export function tagList(tags: ReadonlyMap<string, string>): readonly Fields[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

/** Most tags of a parameter or a secret. Source: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
export const mostTags = 50;

/** Says that a required member is missing, in the words of the real services. */
export function missingMember(name: string): ServiceError {
  return constraint(`Value null at '${lowerFirst(name)}'`, 'Member must not be null');
}

/** Says that a member breaks a constraint, in the words of the real services. */
export function constraint(member: string, rule: string): ServiceError {
  return validationError(`1 validation error detected: ${member} failed to satisfy constraint: ${rule}`);
}

function lowerFirst(name: string): string {
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
}
