import { isDeepStrictEqual } from 'node:util';
import { startWork } from '../base/start-work';

/**
 * A schema of any library that follows Standard Schema 1: zod, valibot, arktype and others.
 *
 * Only the public interface of the standard is used, so that no library is needed.
 * Source: https://standardschema.dev
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** What the standard requires: version, vendor and the function that checks a value. */
  readonly '~standard': {
    /** Version of the standard. */
    readonly version: 1;
    /** Name of the library. */
    readonly vendor: string;
    /** Checks a value, synchronously or not; gives the output or the issues. */
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** For the compiler only. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** The result of a schema for a value: the output, when there are no issues. */
export type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

/** One thing that is wrong with a value. The message may quote the value. */
export interface SchemaIssue {
  /** What is wrong with the value. */
  readonly message: string;
  /** Keys that lead to the invalid part; absent or empty for the whole. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Type of the output of a schema. */
export type SchemaOutput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output'];

/** The part of JSON Schema that is read. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly default?: unknown;
}

/** Whether something is a schema. Those of arktype are functions. */
export function isStandardSchema(given: unknown): given is StandardSchema {
  const isObject = (typeof given === 'object' && given !== null) || typeof given === 'function';
  return isObject && '~standard' in given;
}

/** Standard JSON Schema, which some libraries offer beside Standard Schema. Source: https://standardschema.dev/json-schema */
interface Converter {
  readonly input: (options: { readonly target: string }) => JsonSchema;
  readonly output: (options: { readonly target: string }) => JsonSchema;
}

/** Gives a schema as JSON Schema; `undefined` when its library cannot. */
export function jsonSchemaOf(schema: StandardSchema): JsonSchema | undefined {
  const { jsonSchema } = schema['~standard'] as { readonly jsonSchema?: Converter };
  // Libraries throw for types that JSON Schema does not have: dates, conversions.
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

/** The output of a schema for some input; `undefined` where the schema refuses the input. */
type Accepted = { readonly value: unknown } | undefined;

/** `undefined`; an object that is no value of a setting; and inputs that convert to the same as `undefined`. */
const anything = Object.freeze({});
const probes = [undefined, anything, 'undefined', null] as const;

/**
 * Whether a schema accepts `undefined` only because it converts any input, as `String(undefined)` does.
 *
 * A schema with a default, or with a fallback for what it refuses, does not. Determined by its outputs for a few inputs, none
 * of them a value of a setting.
 */
export async function coercesUndefined(schema: StandardSchema): Promise<boolean> {
  return isCoerced(schema, await Promise.all(probes.map(async (each) => acceptedBy(schema, each))));
}

/** Gives the output of a schema for `undefined`; `undefined` when it refuses that, converts any input, or is asynchronous. */
export function outputWithoutInput(schema: StandardSchema): Accepted {
  const outputs: Accepted[] = [];
  for (const each of probes) {
    const accepted = acceptedBy(schema, each);
    if (accepted instanceof Promise) return undefined;
    outputs.push(accepted);
  }
  return isCoerced(schema, outputs) ? undefined : outputs[0];
}

function isCoerced(schema: StandardSchema, [forUndefined, forAnything, ...alike]: readonly Accepted[]): boolean {
  if (forUndefined?.value === undefined || forAnything === undefined || forAnything.value === anything) return false;
  const { value } = forUndefined;
  const isAlike = alike.some((each) => each !== undefined && isDeepStrictEqual(each.value, value));
  const isConverted = Number.isNaN(value) || (isAlike && !isDeepStrictEqual(forAnything.value, value));
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
