/** An object of unknown fields, as JSON has it. */
export type EventFields = Readonly<Record<string, unknown>>;

/** Gives an object's field when that is an object itself; an empty one otherwise. */
export function objectField(fields: EventFields, name: string): EventFields {
  const value = fields[name];
  return isFields(value) ? value : {};
}

/** Gives an object's field when that is a text that is not empty. */
export function textField(fields: EventFields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Whether something is an object, and no list. */
export function isFields(value: unknown): value is EventFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
