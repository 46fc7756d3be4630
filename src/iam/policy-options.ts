import { defaultDirectories } from '../directory/default-directories';
import { Directory } from '../directory/directory';
import { DirectoryChain } from '../directory/directory-chain';
import { type CacheSecrets, type LookupStrategy } from '../settings/settings-values';
import { arnOf, literal, type PolicyPlace } from './arn';
import { type PolicyStatement } from './policy-document';
import { type PolicyProvider } from './policy-providers';

/** A provider that reads another region or account than the rest. */
export interface PolicySource extends PolicyPlace {
  /** Which provider it is. */
  readonly provider: PolicyProvider;
  /** Role that it reads with, which then needs the permissions; the process needs permission to assume it. */
  readonly roleArn?: string | undefined;
}

/** Who works with the settings of a service. */
export type PolicyReader = 'service' | 'cli-read' | 'cli-write';

/** Options of `iamPolicy()` and of grants: the service, its directories and providers, and what else permissions depend on. */
export interface PolicyOptions extends PolicyPlace {
  /**
   * Who is to be allowed: a `service`, which reads; the command line, which also reads versions (`cli-read`); the command line with
   * the commands that write (`cli-write`). Default: `service`.
   */
  readonly for?: PolicyReader | undefined;
  /** Service that runs. */
  readonly service: string;
  /** Environment it runs in. */
  readonly environment: string;
  /** Where it looks, placeholders allowed. Absent: the default four. */
  readonly directories?: readonly (Directory | string)[] | undefined;
  /** Which providers it reads. Absent: `ssm` and `secrets`. */
  readonly providers?: readonly (PolicyProvider | PolicySource)[] | undefined;
  /** How it looks names up. Default: `listing`. */
  readonly strategy?: LookupStrategy | undefined;
  /** Names it reads, as they are stored: IAM is case-sensitive. Absent: all names of the directories. */
  readonly names?: readonly string[] | undefined;
  /** Full names or ARNs of secrets that it reads wherever they are, at the first `secrets` of the providers. Absent: none. */
  readonly secretIds?: readonly string[] | undefined;
  /** Full names of parameters that it reads wherever they are (`/shared/x`), at the first `ssm` of the providers. Absent: none. */
  readonly parameterIds?: readonly string[] | undefined;
  /**
   * ARNs of the configurations that `appconfig` reads, `...:application/ID/environment/ID/configuration/ID`: AppConfig makes them of ids,
   * which cannot be derived from names. Absent: all of the account.
   */
  readonly appConfigArns?: readonly string[] | undefined;
  /** Table that `dynamo` reads, by name; by ARN where it is in another region or account. Default: `global-all-config`. */
  readonly configTable?: string | undefined;
  /** Partition of the cache table, where it is another than that of service and environment. */
  readonly environ?: string | undefined;
  /** The shared cache table, by name or ARN; `null`: no cache. Default: `global-all-configCache`. */
  readonly cacheTable?: string | null | undefined;
  /** How the cache table keeps secrets: a `SecureString` that it refers to is read by name. Default: `reference`. */
  readonly cacheSecrets?: CacheSecrets | undefined;
  /** ARNs of the customer managed keys of `SecureString`s and secrets. The keys that AWS manages need no permission. */
  readonly kmsKeyArns?: readonly string[] | undefined;
  /** ARN of the key that `cacheKmsKeyId` names, for `cacheSecrets: 'encrypt'`. Absent: none. */
  readonly cacheKmsKeyArn?: string | undefined;
  /** ARNs of the customer managed keys that the tables are encrypted with. */
  readonly tableKmsKeyArns?: readonly string[] | undefined;
  /** What providers of one's own need, see `Provider.policyStatements`; their ids must differ from the others. Absent: nothing. */
  readonly otherStatements?: readonly PolicyStatement[] | undefined;
}

/** Names of the options. */
export const policyOptionNames: Readonly<Record<keyof PolicyOptions, true>> = {
  partition: true,
  region: true,
  account: true,
  for: true,
  service: true,
  environment: true,
  directories: true,
  providers: true,
  strategy: true,
  names: true,
  secretIds: true,
  parameterIds: true,
  appConfigArns: true,
  configTable: true,
  environ: true,
  cacheTable: true,
  cacheSecrets: true,
  kmsKeyArns: true,
  cacheKmsKeyArn: true,
  tableKmsKeyArns: true,
  otherStatements: true,
};

/** Gives where a provider reads: an element for each occurrence among the providers. */
export function placesOf(
  { partition, region, account, providers = ['ssm', 'secrets'] }: PolicyOptions,
  provider: PolicyProvider,
): readonly PolicyPlace[] {
  const place = { partition, region, account };
  const sources = providers.map((each): PolicySource => (typeof each === 'string' ? { provider: each } : each));
  const own = sources.filter((each) => each.provider === provider && each.roleArn === undefined);
  return own.map((each) => ({ ...place, ...definedOf(each) }));
}

/** Gives the ARNs of the roles that providers read with, each once. */
export function rolesOf({ providers = [] }: PolicyOptions): readonly string[] {
  const roles = providers.flatMap((each) => (typeof each === 'string' ? [] : (each.roleArn ?? [])));
  return [...new Set(roles)];
}

/** Leaves out what a place does not define. */
function definedOf({ partition, region, account }: PolicyPlace): PolicyPlace {
  return {
    ...(partition !== undefined && { partition }),
    ...(region !== undefined && { region }),
    ...(account !== undefined && { account }),
  };
}

/** Gives the paths that are looked in, in order, each once. @throws InvalidDirectoryError for what is no path. */
export function pathsOf({ directories = defaultDirectories, service, environment }: PolicyOptions): readonly string[] {
  // A Directory of another copy of the package is not a string either, and has resolve().
  const resolved = directories.map((each) =>
    (typeof each === 'string' ? new Directory({ path: each }) : each).resolve({ service, environment }),
  );
  return new DirectoryChain(resolved).directories.map(({ path }) => path);
}

/** Gives the ARNs of resources whose names are a path of the chain and one of some ends, at each place. */
export function namedIn(
  options: PolicyOptions,
  places: readonly PolicyPlace[],
  service: string,
  kind: string,
  ends: readonly string[],
): readonly string[] {
  return places.flatMap((place) =>
    pathsOf(options).flatMap((path) => ends.map((end) => arnOf(place, service, `${kind}${literal(path)}/${end}`))),
  );
}

/** Gives the partition of the cache table; `undefined` for the service `global`, which caches nothing. */
export function environOf({ service, environment, environ }: PolicyOptions): string | undefined {
  if (environ !== undefined) return environ;
  return service === 'global' ? undefined : `/${service}/${environment}`;
}
