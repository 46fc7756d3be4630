import { isDeepStrictEqual } from 'node:util';
import { startWork } from '../base/start-work';
import { type SchemaResult, type StandardSchema } from './standard-schema';

/** What a schema tells of itself, without a value. */
export interface SchemaFacts {
  /** What it takes, in words: `integer`, `list of text`, `"a" or "b"`. */
  readonly type: string;
  /** What it gives when there is no value; `undefined`: nothing, or it does not say at once. */
  readonly default: unknown;
  /** Whether it takes it that there is no value. */
  readonly optional: boolean;
}

/** The part of JSON Schema that types are told from. */
interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly default?: unknown;
}

/** Standard JSON Schema, which some libraries offer beside Standard Schema. Source: https://standardschema.dev/json-schema */
interface Converter {
  readonly input: (options: { readonly target: string }) => JsonSchema;
  readonly output: (options: { readonly target: string }) => JsonSchema;
}

const words: Readonly<Record<string, string>> = { string: 'text', object: 'map', array: 'list', null: 'null' };

/**
 * Asks a schema what it takes: by its JSON Schema, where it has one, and by giving it nothing.
 *
 * @param schema - Absent: any text.
 */
export function schemaFacts(schema: StandardSchema | undefined): SchemaFacts {
  if (schema === undefined) return { type: 'text', default: undefined, optional: false };
  const given = givenNothing(schema);
  const type = typeOf(jsonSchemaOf(schema)) ?? `as ${schema['~standard'].vendor} checks`;
  return { type, default: given?.value, optional: given !== undefined };
}

/**
 * Whether a schema makes a value of nothing because it converts whatever it is given: `String(undefined)` is a text.
 *
 * One that has a default, or gives a fallback for what it refuses, does not. Told by what it makes of a few things, none of
 * them a value of a setting; asked only when there is none.
 */
export async function coercesNothing(schema: StandardSchema): Promise<boolean> {
  return isCoerced(schema, await Promise.all(probes.map(async (each) => acceptedBy(schema, each))));
}

/** Gives what a schema makes of nothing; `undefined` when it refuses it, converts anything, or takes its time. */
function givenNothing(schema: StandardSchema): Accepted | undefined {
  const now: Accepted[] = [];
  for (const each of probes) {
    const accepted = acceptedBy(schema, each);
    if (accepted instanceof Promise) return undefined;
    now.push(accepted);
  }
  return isCoerced(schema, now) ? undefined : now[0];
}

/** What a schema has made of something; `undefined` where it was refused. */
type Accepted = { readonly value: unknown } | undefined;

/** Nothing, something that no setting can be, and what nothing is converted like. */
const anything = Object.freeze({});
const probes = [undefined, anything, 'undefined', null] as const;

function isCoerced(schema: StandardSchema, [nothing, any, ...alike]: readonly Accepted[]): boolean {
  if (nothing?.value === undefined || any === undefined || any.value === anything) return false;
  const isAlike = alike.some((each) => each !== undefined && isDeepStrictEqual(each.value, nothing.value));
  const isConverted = Number.isNaN(nothing.value) || (isAlike && !isDeepStrictEqual(any.value, nothing.value));
  return isConverted && jsonSchemaOf(schema)?.default === undefined;
}

function acceptedBy(schema: StandardSchema, given: unknown): Accepted | Promise<Accepted> {
  const outcome = (result: SchemaResult<unknown>): Accepted => (result.issues === undefined ? result : undefined);
  const refused = (): undefined => undefined;
  try {
    const result = schema['~standard'].validate(given);
    return isThenable(result)
      ? startWork(() => result)
          .then(outcome)
          .catch(refused)
      : outcome(result);
  } catch {
    return undefined;
  }
}

function isThenable<T>(given: T | PromiseLike<T>): given is PromiseLike<T> {
  return typeof (given as { readonly then?: unknown }).then === 'function';
}

function jsonSchemaOf(schema: StandardSchema): JsonSchema | undefined {
  const { jsonSchema } = schema['~standard'] as { readonly jsonSchema?: Converter };
  // What a library cannot put into JSON Schema (a date, a conversion) it throws at.
  for (const side of ['output', 'input'] as const) {
    try {
      const found = jsonSchema?.[side]({ target: 'draft-2020-12' });
      if (found !== undefined) return found;
    } catch {
      continue;
    }
  }
  return undefined;
}

function typeOf(schema: JsonSchema | boolean | undefined): string | undefined {
  if (typeof schema !== 'object') return undefined;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(' or ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return joined(choices.map(typeOf));
  if (schema.type === undefined) return undefined;
  if (typeof schema.type !== 'string') return joined(schema.type.map((type) => typeOf({ ...schema, type })));
  const word = words[schema.type] ?? schema.type;
  const items = schema.type === 'array' ? typeOf(schema.items) : undefined;
  if (items !== undefined) return `${word} of ${items}`;
  return schema.format === undefined ? word : `${word} (${schema.format})`;
}

function joined(types: readonly (string | undefined)[]): string | undefined {
  const known = types.filter((each) => each !== undefined);
  return known.length === types.length && known.length > 0 ? [...new Set(known)].join(' or ') : undefined;
}
