import {
  type LocalAws,
  type LocalAwsSeed,
  type SeedParameter,
  type SeedSecret,
  type SeedTable,
} from '../../src/local-aws/local-aws';
import { decode } from './decode';
import { UnknownFormError } from './form';
import { isJsonObject, type Json, type JsonObject, type Op, type Setup } from './vector';

/** Names of the tables a vector is about. */
export interface TableNames {
  readonly cache: string;
  readonly config: string;
}

/** Steps that change what AWS holds, or how it answers. */
export type AwsOp = Extract<
  Op,
  { readonly op: 'ssmPut' | 'ssmDelete' | 'secretPut' | 'secretDelete' | 'clearCacheTable' | 'faults' }
>;

/** Gives the names of the tables that the settings and variables of a setup say. */
export function tableNames({ settings = {}, env = {} }: Setup): TableNames {
  return {
    cache: firstText(settings['cacheTable'], env['XCON_CACHE_TABLE']) ?? 'global-all-configCache',
    config: firstText(settings['configTable'], env['XCON_CONFIG_TABLE']) ?? 'global-all-config',
  };
}

/**
 * Puts the setup of a vector into a local AWS that is empty.
 *
 * @throws LocalAwsError when the local AWS does not know what the setup asks for.
 */
export async function prepareAws(aws: LocalAws, setup: Setup): Promise<void> {
  await aws.seed({
    ssm: mapValues(setup.ssm ?? {}, parameterSeed),
    secrets: mapValues(setup.secrets ?? {}, secretSeed),
    tables: tableSeeds(setup),
  });
  aws.setFaults(setup.faults ?? []);
}

/**
 * Does a step that changes AWS.
 *
 * @throws UnknownFormError when the local AWS does not know what the step asks for: what it throws is no result.
 */
export async function changeAws(op: AwsOp, aws: LocalAws, cacheTable: string): Promise<void> {
  try {
    await change(op, aws, cacheTable);
  } catch (cause) {
    throw new UnknownFormError(`The local AWS refuses the op "${op.op}": ${String(cause)}`, { cause });
  }
}

async function change(op: AwsOp, aws: LocalAws, cacheTable: string): Promise<void> {
  switch (op.op) {
    case 'ssmPut':
      return aws.putParameter(
        op.name,
        parameterSeed(op.type === undefined ? op.value : { value: op.value, type: op.type }),
      );
    case 'ssmDelete':
      return aws.deleteParameter(op.name);
    case 'secretPut':
      return aws.putSecret(op.name, decodeSecret(op.value));
    case 'secretDelete':
      return aws.deleteSecret(op.name);
    case 'clearCacheTable':
      return aws.clearTable(cacheTable);
    case 'faults':
      return aws.setFaults(op.faults);
    default:
      throw new UnknownFormError(`Unknown op "${(op as Op).op}".`);
  }
}

function parameterSeed(json: Json): string | SeedParameter {
  if (typeof json === 'string') return json;
  if (!isJsonObject(json) || typeof json['value'] !== 'string')
    throw new UnknownFormError('Unknown form of a parameter.');
  return json as unknown as string | SeedParameter;
}

function secretSeed(json: Json): SeedSecret {
  const value = decodeSecret(json);
  return typeof value === 'string' ? { value } : { binary: Buffer.from(value).toString('base64') };
}

function decodeSecret(json: Json): string | Uint8Array {
  const value = decode(json);
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  throw new UnknownFormError('A secret is a text or {$bytes: base64}.');
}

function tableSeeds(setup: Setup): NonNullable<LocalAwsSeed['tables']> {
  const { cacheTable = true, cacheRows = [], configRows, configTable = false } = setup;
  const names = tableNames(setup);
  return {
    ...(cacheTable ? { [names.cache]: keyed(cacheRows) } : {}),
    ...(configTable || configRows !== undefined ? { [names.config]: keyed(configRows ?? []) } : {}),
  };
}

function keyed(rows: readonly JsonObject[]): SeedTable {
  return { hashKey: 'app_key', rangeKey: 'name_key', rows };
}

function firstText(...candidates: readonly (Json | undefined)[]): string | undefined {
  return candidates.find((each): each is string => typeof each === 'string' && each !== '');
}

function mapValues<T>(object: JsonObject, map: (json: Json) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(object).map(([key, each]) => [key, map(each)]));
}
