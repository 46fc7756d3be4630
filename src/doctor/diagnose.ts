import { type AwsClients } from '../aws/aws-clients';
import { type CallerIdentity } from '../aws/caller-identity';
import { type Cacher } from '../cache/cacher';
import { DynamoCacher } from '../cache/dynamo-cacher';
import { type Directory } from '../directory/directory';
import { iamPolicy } from '../iam/iam-policy';
import { type PolicyDocument } from '../iam/policy-document';
import { isPolicyProvider, type PolicyProvider, policyProviders } from '../iam/policy-providers';
import { type Provider } from '../providers/provider';
import { type ResolvedSettings } from '../settings/settings-values';
import { type Check, type CheckSession, type Diagnosis } from './diagnosis';
import { clockCheck, endpointChecks, type PingedClients } from './endpoints';
import { callerCheck, footingOf } from './identity';
import { type PlaceProbe, probePlaces } from './permissions';
import { cacheAccessChecks, tableCheck } from './tables';
import { type InstalledVersions, versionChecks } from './versions';

/** What is looked at: a Config as it looks names up here. */
export interface DiagnosedConfig {
  readonly service: string;
  readonly environment: string;
  readonly directories: readonly Directory[];
  readonly providers: readonly Provider[];
  readonly cacher: Cacher | null;
  /** Partition of the cache table; `undefined`: nothing is cached. */
  readonly partition: string | undefined;
  readonly settings: ResolvedSettings;
  readonly clients: AwsClients;
  /** Gives the current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: () => number;
  /** Gives a number in `[0, 1)`. */
  readonly random: () => number;
  readonly versions: InstalledVersions;
}

/**
 * Looks for what keeps a Config from finding its settings: versions, region, credentials, clock, endpoints, permissions in each
 * directory, tables.
 *
 * Each check ends within `lookupBudgetMs`. Reads are made as lookups make them, with the credentials of this process; no value is
 * kept or shown, and nothing is written. Never rejects because of a source.
 */
export async function diagnose(config: DiagnosedConfig): Promise<Diagnosis> {
  const { clients, nowMs, settings } = config;
  const session = { nowMs, limitMs: settings.lookupBudgetMs };
  const versions = await versionChecks(config.versions);
  const ofService = serviceCheck(config);
  if (!usesAws(config)) return diagnosisOf(config, [...versions, ofService, ...(await probes(config, session)).checks]);
  const client = await clients.ssm(settings);
  const { checks: footing, region, credentials } = await footingOf(client, session);
  const soFar = [...versions, ofService, ...footing];
  if (region === undefined || credentials === undefined) {
    const result = `needs ${region === undefined ? 'a region' : 'credentials'}`;
    const left = ['caller', 'clock', 'endpoints', 'permissions', 'tables'];
    const skipped = left.map((subject): Check => ({ area: 'permission', subject, state: 'skipped', result }));
    return diagnosisOf(config, [...soFar, ...skipped]);
  }
  const endpoints = await endpointChecks(await pingedClients(config), session);
  const ssm = endpoints.find(({ subject }) => subject === 'ssm')?.endpoint;
  const [{ caller, check: callerFound }, found] = await Promise.all([
    callerCheck(client, { region, ssm }, session),
    probes(config, session),
  ]);
  const checks = [
    ...[...soFar, callerFound, clockCheck(endpoints)],
    ...endpoints.map(({ check }) => check),
    ...found.checks,
  ];
  return diagnosisOf(config, checks, await missingPolicy(config, { caller, region, found }));
}

/** What was found by asking sources and tables, and what was refused. */
interface Probes {
  readonly checks: readonly Check[];
  readonly refused: readonly PlaceProbe[];
  readonly isCacheRefused: boolean;
}

async function probes(config: DiagnosedConfig, session: CheckSession): Promise<Probes> {
  const { clients, directories, nowMs, providers, settings } = config;
  const byName = settings.strategy === 'names';
  const [places, cache, tables] = await Promise.all([
    probePlaces({
      ...{ providers, directories, byName, limitMs: session.limitMs },
      session: { clients, settings, nowMs },
    }),
    probeCache(config, session),
    tableChecks(config, session),
  ]);
  return {
    checks: [...places, ...cache].map(({ check }) => check).concat(tables),
    refused: places.filter(({ refused }) => refused),
    isCacheRefused: cache.some(({ refused }) => refused),
  };
}

async function probeCache(config: DiagnosedConfig, session: CheckSession): ReturnType<typeof cacheAccessChecks> {
  const { clients, partition, random, settings } = config;
  if (partition === undefined || !usesCache(config)) {
    const result = partition === undefined ? 'nothing is cached: no service is named' : 'no cache table is used';
    return [{ refused: false, check: { area: 'permission', subject: 'cache', state: 'skipped', result } }];
  }
  const target = { client: await clients.dynamo(settings), table: settings.cacheTable, random };
  return cacheAccessChecks(target, partition, session);
}

async function tableChecks(config: DiagnosedConfig, session: CheckSession): Promise<readonly Check[]> {
  const { clients, settings } = config;
  const uses = [
    ...(usesCache(config) ? [['cache table', settings.cacheTable] as const] : []),
    ...(hasProvider(config, 'dynamo') ? [['config table', settings.configTable] as const] : []),
  ];
  if (uses.length === 0) return [];
  const client = await clients.dynamo(settings);
  return Promise.all(uses.map(([use, table]) => tableCheck(use, { client, table }, session)));
}

async function pingedClients(config: DiagnosedConfig): Promise<PingedClients> {
  const { clients, settings } = config;
  const usesDynamo = hasProvider(config, 'dynamo') || usesCache(config);
  return {
    ...(hasProvider(config, 'ssm') && { ssm: await clients.ssm(settings) }),
    ...(hasProvider(config, 'secrets') && { secretsManager: await clients.secretsManager(settings) }),
    ...(usesDynamo && { dynamo: await clients.dynamo(settings) }),
  };
}

/** Gives what to add to the policy of the caller: for each provider, in the directories that refuse it. */
async function missingPolicy(
  config: DiagnosedConfig,
  {
    caller,
    found,
    region,
  }: { readonly caller: CallerIdentity | undefined; readonly region: string; readonly found: Probes },
): Promise<PolicyDocument | undefined> {
  const { environment, partition: environ, service, settings } = config;
  const { cacheSecrets, cacheTable, configTable, strategy } = settings;
  const [, partition = 'aws'] = caller?.arn.split(':') ?? [];
  const place = { partition, region, account: caller?.account };
  const names = policyProviders.filter((name) => found.refused.some(({ provider }) => provider.name === name));
  const shared = { ...place, service, environment, environ, strategy, cacheSecrets, cacheTable, configTable };
  const policies = await Promise.all(
    names.map((name) => {
      const refused = found.refused.filter(({ provider }) => provider.name === name);
      const directories = [...new Map(refused.map(({ directory }) => [directory.path, directory])).values()];
      return iamPolicy({ ...shared, directories, providers: [name] });
    }),
  );
  const ofCache = found.isCacheRefused ? await iamPolicy({ ...shared, directories: [], providers: [] }) : undefined;
  const isOfCache = (sid: string): boolean => sid === 'UseCacheTable';
  const statements = [
    ...policies.flatMap(({ Statement }) => Statement.filter(({ Sid }) => !isOfCache(Sid))),
    ...(ofCache?.Statement ?? []),
  ];
  return statements.length === 0 ? undefined : { Version: '2012-10-17', Statement: statements };
}

function serviceCheck({ environment, service, settings }: DiagnosedConfig): Check {
  const check = { area: 'runtime', subject: 'service', result: `${service} in ${environment}` } as const;
  if (service !== 'global' || settings.serviceGiven) return { ...check, state: 'ok' };
  return { ...check, state: 'note', remedy: 'name a service: APP_NAME, or --service' };
}

function diagnosisOf(
  { environment, nowMs, service }: DiagnosedConfig,
  checks: readonly Check[],
  policy?: PolicyDocument,
): Diagnosis {
  return {
    ok: checks.every(({ state }) => state !== 'problem'),
    at: new Date(nowMs()).toISOString(),
    ...{ service, environment, checks },
    ...(policy !== undefined && { policy }),
  };
}

function usesAws(config: DiagnosedConfig): boolean {
  return usesCache(config) || config.providers.some(({ name }) => isPolicyProvider(name));
}

function usesCache({ cacher, partition, providers }: DiagnosedConfig): boolean {
  return cacher instanceof DynamoCacher && partition !== undefined && providers.some(({ cacheable }) => cacheable);
}

function hasProvider({ providers }: DiagnosedConfig, name: PolicyProvider): boolean {
  return providers.some((each) => each.name === name);
}
