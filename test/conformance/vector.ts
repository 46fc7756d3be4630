import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Anything JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** One recorded behaviour: a setup, what is done, and what must come of it. */
export interface Vector {
  readonly id: string;
  readonly category: string;
  readonly setup: Setup;
  readonly runs: readonly Run[];
  readonly expect: Expectation;
}

/** The world in which the runs of a vector take place. */
export interface Setup {
  /** Environment variables of every run; `null` removes one. */
  readonly env?: Variables;
  /** Settings assigned before the first lookup. */
  readonly settings?: JsonObject;
  /** Pins the random source; absent: not pinned. */
  readonly random?: 'min' | 'mid' | 'max';
  /** Parameters by full name: the value, or `{value, type}`. */
  readonly ssm?: JsonObject;
  /** Secrets by full name: a text, or `{$bytes}`. */
  readonly secrets?: JsonObject;
  /** `false`: the cache table does not exist. */
  readonly cacheTable?: boolean;
  readonly cacheRows?: readonly JsonObject[];
  readonly configRows?: readonly JsonObject[];
  /** `true`: the configuration table exists even without rows. */
  readonly configTable?: boolean;
  readonly faults?: readonly Fault[];
}

/** Environment variables; `null` removes one. */
export type Variables = Readonly<Record<string, string | null>>;

/** A trouble of the services: requests that match get an error, or a dropped connection. */
export interface Fault {
  /** Regular expression that the operation name matches. */
  readonly target: string;
  /** Regular expression that the body matches. */
  readonly body?: string;
  /** Error code of the answer. */
  readonly type?: string;
  /** How often; absent: always. */
  readonly times?: number;
  readonly dropConn?: boolean;
}

/** A fresh process. */
export interface Run {
  /** Merged over the variables of the setup. */
  readonly env?: Variables;
  readonly ops: readonly Op[];
}

/** One step of a run. Its result is compared with the one the expectation gives at the same place. */
export type Op =
  | { readonly op: 'config'; readonly name: string; readonly args?: JsonObject }
  | { readonly op: 'enter'; readonly on: string }
  | { readonly op: 'exit' }
  | {
      readonly op: 'get';
      readonly name: string;
      readonly default?: Json;
      readonly options?: JsonObject;
      readonly on?: string;
    }
  | { readonly op: 'getItem'; readonly name: string; readonly options?: JsonObject; readonly on?: string }
  | {
      readonly op: 'getBoolean';
      readonly name: string;
      readonly default?: Json;
      readonly options?: JsonObject;
      readonly on?: string;
    }
  | { readonly op: 'getKey'; readonly name: string; readonly on?: string }
  | { readonly op: 'setKey'; readonly name: string; readonly value: Json; readonly on?: string }
  | {
      readonly op: 'call';
      readonly method: string;
      readonly args?: readonly Json[];
      readonly options?: JsonObject;
      readonly on?: string;
    }
  | { readonly op: 'set'; readonly attr: string; readonly value: Json; readonly on?: string }
  | { readonly op: 'prop'; readonly attr: string; readonly on?: string }
  | { readonly op: 'chain'; readonly on?: string }
  | { readonly op: 'settings'; readonly set: JsonObject }
  | { readonly op: 'settingsDefault'; readonly name: string; readonly value: Json }
  | { readonly op: 'setenv'; readonly set: Variables }
  | { readonly op: 'advance'; readonly seconds: number }
  | { readonly op: 'resetLocalCache' }
  | { readonly op: 'enterLocalCache' }
  | { readonly op: 'enterProvider'; readonly provider: Json; readonly args?: Json }
  | {
      readonly op: 'directory';
      readonly via?: 'fromPath' | 'fromComponents';
      readonly path?: Json;
      readonly args?: JsonObject;
      readonly resolve?: { readonly service: string; readonly environment: string };
    }
  | { readonly op: 'directoryChain'; readonly dirs: readonly Json[] }
  | { readonly op: 'ssmPut'; readonly name: string; readonly value: Json; readonly type?: string }
  | { readonly op: 'ssmDelete'; readonly name: string }
  | { readonly op: 'secretPut'; readonly name: string; readonly value: Json }
  | { readonly op: 'secretDelete'; readonly name: string }
  | { readonly op: 'clearCacheTable' }
  | { readonly op: 'faults'; readonly faults: readonly Fault[] };

/** What must come of the runs. What is absent is not checked. */
export interface Expectation {
  readonly runs?: readonly RunExpectation[];
  readonly cacheRows?: readonly JsonObject[];
  readonly noExtraRows?: boolean;
  readonly forbiddenRows?: readonly JsonObject[];
}

/** What must come of one run. */
export interface RunExpectation {
  readonly results?: readonly Json[];
  readonly warned?: boolean;
  readonly awsCalls?: 'none' | 'cacheOnly';
}

/** Reads the vectors: those of the file that `XCON_VECTORS` names, else the project's own. */
export function readVectors(): readonly Vector[] {
  const given = process.env['XCON_VECTORS'];
  const path = given === undefined || given === '' ? join(__dirname, 'xcon-vectors.json') : given;
  const { format, vectors } = JSON.parse(readFileSync(path, 'utf8')) as { format: number; vectors: readonly Vector[] };
  if (format !== 1) throw new Error(`The vectors are of format ${format}; this suite reads format 1.`);
  return vectors;
}

/**
 * Whether a JSON value is an object.
 *
 * @param json - `undefined` for a member that is absent.
 */
export function isJsonObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** Gives a JSON text as it is, and anything else as it is written. */
export function textOf(json: Json): string {
  return typeof json === 'string' ? json : JSON.stringify(json);
}
