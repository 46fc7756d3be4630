/**
 * A schema of any library that follows Standard Schema 1: zod, valibot, arktype and others.
 *
 * Only the public interface of the standard is used, so that no library is needed.
 * Source: https://standardschema.dev
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    /** Name of the library. */
    readonly vendor: string;
    /** Checks a value, at once or after a while; gives the output, or what is wrong. */
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** For the compiler only. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a schema makes of a value: the output, when there are no issues. */
export type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

/** One thing that a schema finds wrong. The message may quote the value. */
export interface SchemaIssue {
  readonly message: string;
  /** Keys that lead to the part at fault; absent or empty for the whole. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Type of what a schema gives. */
export type SchemaOutput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output'];

/** Whether something is a schema. Those of arktype are functions. */
export function isStandardSchema(given: unknown): given is StandardSchema {
  const isObject = (typeof given === 'object' && given !== null) || typeof given === 'function';
  return isObject && '~standard' in given;
}
