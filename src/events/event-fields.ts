/** A JSON object of unknown fields. */
export type EventFields = Readonly<Record<string, unknown>>;

/** Gives a field that is an object; an empty object otherwise. */
export function objectField(fields: EventFields, name: string): EventFields {
  const value = fields[name];
  return isFields(value) ? value : {};
}

/** Gives a field that is a non-empty text; `undefined` otherwise. */
export function textField(fields: EventFields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Whether something is an object, and not a list. */
export function isFields(value: unknown): value is EventFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
