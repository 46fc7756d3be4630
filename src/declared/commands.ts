import { type Config } from '../config/config';
import { isShared, sharedService } from '../errors';
import { xconSettings } from '../settings/xcon-settings';
import { type Declaration } from './declaration';

/** Where a value is best put, in this order: a secret, and any other setting. */
const bestSources = { secret: ['secrets', 'ssm', 'env'], setting: ['ssm', 'dynamo', 'secrets', 'env'] } as const;

type Source = (typeof bestSources)[keyof typeof bestSources][number];

/**
 * Gives the command that sets a value where the declaration allows one, in the first directory of the chain that is the
 * service's own. Without a service, it is the command that names one: a directory that all services share is never suggested.
 *
 * @returns `undefined` when there is no such place.
 */
export function commandToSet(declaration: Declaration, config: Config): string | undefined {
  const { name, secretId, parameterId } = declaration;
  const source = sourceFor(declaration, config);
  if (source === undefined) return undefined;
  if (source === 'env') return `export ${name}=VALUE`;
  if (secretId !== undefined) return createSecret(secretId, declaration);
  if (parameterId !== undefined) return putParameter(parameterId, declaration);
  const directory = directoryFor(declaration, config);
  if (directory === undefined) return config.resolvedService === sharedService ? nameTheService : undefined;
  const exactName = `${directory}/${name}`;
  if (source === 'secrets') return createSecret(exactName, declaration);
  if (source === 'dynamo') return putRow(directory, name);
  return putParameter(exactName, declaration);
}

function sourceFor({ kind, secretId, parameterId, sources }: Declaration, config: Config): Source | undefined {
  const names = new Set(config.providerChain.providers.map((each) => each.name));
  const ofId: readonly Source[] | undefined =
    secretId !== undefined ? ['secrets', 'env'] : parameterId !== undefined ? ['ssm', 'env'] : undefined;
  const possible = ofId ?? bestSources[kind];
  const { onlyEnvProvider } = xconSettings;
  return possible.find((each) => names.has(each) && (onlyEnvProvider || sources?.includes(each) !== false));
}

function directoryFor({ directories }: Declaration, config: Config): string | undefined {
  const chain = config.directoryChain.directories.map(({ path }) => path);
  const variables = { service: config.resolvedService, environment: config.resolvedEnvironment };
  const allowed = directories?.map((each) => each.resolve(variables).path);
  return chain.find((path) => allowed?.includes(path) !== false && !isShared(path));
}

const nameTheService = 'export APP_NAME=SERVICE # without it, only directories that all services share are searched';

/** Beginning of the names of secrets that other services create and manage. */
const managed = /^(arn:|[a-z-]+!)/;

function putParameter(exactName: string, declaration: Declaration): string {
  const type = declaration.kind === 'secret' ? 'SecureString' : 'String';
  return `aws ssm put-parameter --name ${quoted(exactName)} --type ${type} --value ${valueOf(declaration)}`;
}

function createSecret(id: string, declaration: Declaration): string {
  if (managed.test(id)) return `aws secretsmanager describe-secret --secret-id ${quoted(id)}`;
  return `aws secretsmanager create-secret --name ${quoted(id)} --secret-string ${valueOf(declaration)}`;
}

/** A row that the Python library reads, too: one without the two attributes makes it raise for the whole directory. */
function putRow(directory: string, name: string): string {
  const row = {
    app_key: { S: directory },
    name_key: { S: name },
    real_name: { S: name },
    real_directory: { S: directory },
    value: { S: 'VALUE' },
  };
  return `aws dynamodb put-item --table-name ${quoted(xconSettings.configTable)} --item ${quoted(JSON.stringify(row))}`;
}

function valueOf({ jsonField }: Declaration): string {
  return jsonField === undefined ? 'VALUE' : quoted(JSON.stringify({ [jsonField]: 'VALUE' }));
}

/** Quotes a text that has characters with a meaning for a shell. */
function quoted(text: string): string {
  return /^[\w/.@+=:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
