// The peers as they are used here: their packages are installed for a comparison only, so their types may be missing.

/** node-config. */
export interface NodeConfig {
  get(path: string): unknown;
}

/** convict. */
export interface Convict {
  (schema: object): { get(path: string): unknown };
}

/** nconf. */
export interface Nconf {
  argv(): Nconf;
  env(): Nconf;
  defaults(values: object): Nconf;
  get(path: string): unknown;
}

/** `@aws-lambda-powertools/parameters/ssm`. */
export interface PowertoolsSsm {
  readonly SSMProvider: new (options?: object) => {
    get(name: string, options?: { readonly maxAge?: number; readonly decrypt?: boolean }): Promise<unknown>;
  };
  getParametersByName(
    names: Readonly<Record<string, object>>,
    options?: { readonly decrypt?: boolean },
  ): Promise<Readonly<Record<string, unknown>>>;
  getParameters(path: string, options?: { readonly decrypt?: boolean }): Promise<Readonly<Record<string, unknown>>>;
}

/** `@aws-lambda-powertools/parameters/secrets`. */
export interface PowertoolsSecrets {
  getSecret(name: string): Promise<unknown>;
}

/** The database that every library is asked for. */
export const dbHost = 'db.internal';
