import { serializationError, validationError } from './service-error';

/** A JSON object: the members of a request or an answer. */
export type Fields = Readonly<Record<string, unknown>>;

/** Tells whether `value` is a JSON object: neither `null` nor an array. */
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

/** Says that a required member is missing, in the words of the real services. */
export function missingMember(name: string) {
  return validationError(
    `1 validation error detected: Value null at '${name.charAt(0).toLowerCase()}${name.slice(1)}' ` +
      'failed to satisfy constraint: Member must not be null',
  );
}
