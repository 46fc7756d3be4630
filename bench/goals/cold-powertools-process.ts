// Reads parameters and secrets by Powertools in a process that has just started: node cold-powertools-process.cjs path|name|crowded
import { createRequire } from 'node:module';
import { print, timed } from './cold-answer';
import { type PowertoolsSecrets, type PowertoolsSsm } from './peers';
import { crowded, declaredNames, directories, parameterPaths, secretPaths } from './world';

const load = createRequire(__filename);
const { getParameters, getParametersByName } = load('@aws-lambda-powertools/parameters/ssm') as PowertoolsSsm;

const ways: Readonly<Record<string, () => Promise<readonly unknown[]>>> = {
  /** Directories by path, all at once; secrets by their full names, all at once. */
  path: async () => {
    const listings = directories.map((path) => getParameters(path, { decrypt: true }));
    const [parameters, secrets] = await Promise.all([Promise.all(listings), readSecrets()]);
    return [...parameters.flatMap((each) => Object.values(each)), ...secrets];
  },
  /** Parameters by their full names, ten a request; secrets as above. */
  name: async () => {
    const [parameters, secrets] = await Promise.all([readParameters(parameterPaths), readSecrets()]);
    return [...Object.values(parameters), ...secrets];
  },
  crowded: async () => Object.values(await readParameters(declaredNames.map((name) => `${crowded}/${name}`))),
};

function readParameters(paths: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  return getParametersByName(Object.fromEntries(paths.map((path) => [path, {}])), { decrypt: true });
}

function readSecrets(): Promise<readonly unknown[]> {
  const { getSecret } = load('@aws-lambda-powertools/parameters/secrets') as PowertoolsSecrets;
  return Promise.all(secretPaths.map((path) => getSecret(path)));
}

void timed(async () => (await ways[process.argv[2] ?? '']?.()) ?? []).then(print);
