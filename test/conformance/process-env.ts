import { devNull } from 'node:os';
import { type Variables } from './vector';

/** A set of environment variables. */
export type Environment = Readonly<Record<string, string>>;

const notInherited = /^(APP_|XCON_|AWS_|SERVICE_NAME$)/;

/** What this process was started with, but for what concerns the library or AWS. */
const inherited: Environment = Object.fromEntries(
  Object.entries(currentEnvironment()).filter(([name]) => !notInherited.test(name)),
);

const runnersOwn: Environment = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
  AWS_MAX_ATTEMPTS: '1',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/**
 * Gives the environment in which a run starts.
 *
 * @param endpoint - URL of the local AWS.
 * @param layers - Laid over the runner's own variables, in order; `null` removes one.
 */
export function runEnvironment(endpoint: string, layers: readonly (Variables | undefined)[]): Environment {
  const start: Environment = { ...inherited, ...runnersOwn, AWS_ENDPOINT_URL: endpoint };
  return layers.reduce<Environment>((environment, layer) => withVariables(environment, layer ?? {}), start);
}

/**
 * Gives the environment for lookups that check what a run has left: its variables, but nothing that steers the library or
 * breaks the access to AWS.
 *
 * @param endpoint - URL of the local AWS.
 * @param left - Variables at the end of the run.
 */
export function checkEnvironment(endpoint: string, left: Environment): Environment {
  const kept = Object.entries(left).filter(([name]) => !/^(XCON|AWS)_/.test(name));
  return { ...Object.fromEntries(kept), ...runnersOwn, AWS_ENDPOINT_URL: endpoint };
}

/** Gives the environment of this process. */
export function currentEnvironment(): Environment {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Makes this the environment of this process, and nothing else; the variables are in the order given. */
export function replaceEnvironment(environment: Environment): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
}

/** Sets variables of this process; `null` removes one. */
export function setVariables(variables: Variables): void {
  replaceEnvironment(withVariables(currentEnvironment(), variables));
}

function withVariables(environment: Environment, layer: Variables): Environment {
  const merged: Variables = { ...environment, ...layer };
  return Object.fromEntries(Object.entries(merged).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}
