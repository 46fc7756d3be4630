import { arnOf, literal, type PolicyPlace, tableArnOf, viaService } from '../iam/arn';
import { allow, type PolicyConditions, type PolicyDocument, type PolicyStatement } from '../iam/policy-document';
import { nameIndex } from '../aws/table-names';
import { checkOptions } from '../options';
import { type EntryFile } from './entry-file';
import { ownerTag } from './entry-kind';
import { statePartition } from './table-state';

/** Who is to have a policy, and where the resources are. */
export interface EntriesPolicyOptions extends PolicyPlace {
  /** `plan` reads; `apply` writes, too. */
  readonly for: 'plan' | 'apply';
  /** Environments; absent: all of the file. */
  readonly environments?: readonly string[] | undefined;
  /** Where the state is. Default: `file`, which needs no permission. */
  readonly state?: 'file' | 'table' | undefined;
  /** The config table, by name or ARN. Default: `global-all-config`. */
  readonly configTable?: string | undefined;
  /** The cache table, by name or ARN; `null`: there is none. Default: `global-all-configCache`. */
  readonly cacheTable?: string | null | undefined;
  /** ARNs of the customer managed keys of the entries. The keys that AWS manages need no permission. */
  readonly kmsKeyArns?: readonly string[] | undefined;
}

const optionNames: Readonly<Record<keyof EntriesPolicyOptions, true>> = {
  for: true,
  partition: true,
  region: true,
  account: true,
  environments: true,
  state: true,
  configTable: true,
  cacheTable: true,
  kmsKeyArns: true,
};

/**
 * Gives the least policy with which a file of entries is planned or applied: the directories and kinds of the file, no others.
 * Parameters and secrets are only deleted where their tag says that the stack owns them.
 *
 * Entries that were taken out of the file, with their whole directory, need the policy of the file before to be deleted.
 * Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html,
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
 *
 * @param file - The file of entries.
 * @param options - Whether to plan or to apply, and where the resources are.
 * @throws InvalidSettingsError for an unknown option.
 */
export function entriesPolicy(file: EntryFile, options: EntriesPolicyOptions): PolicyDocument {
  checkOptions('entriesPolicy()', options, optionNames);
  const { environments } = options;
  const entries = file.entries.filter(
    ({ environment }) => environments === undefined || environment === undefined || environments.includes(environment),
  );
  const directoriesOf = (kind: string): readonly string[] => [
    ...new Set(entries.filter((each) => each.kind.name === kind).map(({ address }) => address.directory)),
  ];
  const isApply = options.for === 'apply';
  const own = { StringEquals: { [`aws:ResourceTag/${ownerTag}`]: file.stack } };
  return {
    Version: '2012-10-17',
    Statement: [
      ...parameterStatements(directoriesOf('ssm'), isApply, own, options),
      ...secretStatements(directoriesOf('secret'), isApply, own, options),
      ...rowStatements(directoriesOf('dynamo'), isApply, options),
      ...stateStatements(file.stack, isApply, options),
      ...(isApply ? cacheStatements(options) : []),
    ],
  };
}

function parameterStatements(
  directories: readonly string[],
  isApply: boolean,
  own: PolicyConditions,
  options: EntriesPolicyOptions,
): readonly PolicyStatement[] {
  if (directories.length === 0) return [];
  const arns = directories.map((each) => arnOf(options, 'ssm', `parameter${literal(each)}/*`));
  const writes = isApply ? ['ssm:PutParameter', 'ssm:AddTagsToResource'] : [];
  return [
    ...allow('ListParameters', ['ssm:DescribeParameters'], ['*']),
    ...allow(
      isApply ? 'WriteParameters' : 'ReadParameters',
      ['ssm:GetParameters', 'ssm:ListTagsForResource', ...writes],
      arns,
    ),
    ...(isApply ? allow('DeleteParameters', ['ssm:DeleteParameter'], arns, own) : []),
    ...keyStatement(
      'ParameterKeys',
      'ssm',
      'PARAMETER_ARN',
      arns,
      isApply ? ['kms:Decrypt', 'kms:Encrypt'] : ['kms:Decrypt'],
      options,
    ),
  ];
}

function secretStatements(
  directories: readonly string[],
  isApply: boolean,
  own: PolicyConditions,
  options: EntriesPolicyOptions,
): readonly PolicyStatement[] {
  if (directories.length === 0) return [];
  const arns = directories.map((each) => arnOf(options, 'secretsmanager', `secret:${literal(each)}/*`));
  const actions = (names: readonly string[]): readonly string[] => names.map((each) => `secretsmanager:${each}`);
  const writes = isApply ? actions(['CreateSecret', 'PutSecretValue', 'TagResource', 'UpdateSecret']) : [];
  return [
    ...allow('ListSecrets', actions(['ListSecrets', 'BatchGetSecretValue']), ['*']),
    ...allow(
      isApply ? 'WriteSecrets' : 'ReadSecrets',
      [...actions(['DescribeSecret', 'GetSecretValue']), ...writes],
      arns,
    ),
    ...(isApply ? allow('DeleteSecrets', actions(['DeleteSecret', 'RestoreSecret']), arns, own) : []),
    ...keyStatement(
      'SecretKeys',
      'secretsmanager',
      'SecretARN',
      arns,
      isApply ? ['kms:Decrypt', 'kms:GenerateDataKey'] : ['kms:Decrypt'],
      options,
    ),
  ];
}

function rowStatements(
  directories: readonly string[],
  isApply: boolean,
  options: EntriesPolicyOptions,
): readonly PolicyStatement[] {
  if (directories.length === 0) return [];
  const writes = isApply
    ? ['BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'].map((each) => `dynamodb:${each}`)
    : [];
  return allow(
    isApply ? 'WriteRows' : 'ReadRows',
    ['dynamodb:Query', ...writes],
    [configTableOf(options)],
    onlyPartitions(directories),
  );
}

function stateStatements(stack: string, isApply: boolean, options: EntriesPolicyOptions): readonly PolicyStatement[] {
  if (options.state !== 'table') return [];
  const writes = isApply
    ? ['dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:BatchWriteItem']
    : [];
  return allow(
    'KeepState',
    ['dynamodb:Query', ...writes],
    [configTableOf(options)],
    onlyPartitions([statePartition(stack)]),
  );
}

/** A change in a directory of all services may touch every partition of the cache table. */
function cacheStatements(options: EntriesPolicyOptions): readonly PolicyStatement[] {
  const { cacheTable = 'global-all-configCache' } = options;
  if (cacheTable === null) return [];
  const table = tableArnOf(options, cacheTable);
  const actions = ['DescribeTable', 'Query', 'Scan', 'GetItem', 'PutItem', 'BatchWriteItem'].map(
    (each) => `dynamodb:${each}`,
  );
  return [
    ...allow('FollowChanges', actions, [table]),
    ...allow('FindPartitions', ['dynamodb:Query'], [`${table}/index/${nameIndex.name}`]),
  ];
}

function configTableOf(options: EntriesPolicyOptions): string {
  return tableArnOf(options, options.configTable ?? 'global-all-config');
}

/** Without the second condition, the first holds for requests that name no partition. */
function onlyPartitions(partitions: readonly string[]): PolicyConditions {
  return {
    'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': partitions },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
}

function keyStatement(
  sid: string,
  service: string,
  contextKey: string,
  arns: readonly string[],
  actions: readonly string[],
  options: EntriesPolicyOptions,
): readonly PolicyStatement[] {
  return allow(sid, actions, options.kmsKeyArns ?? [], {
    StringLike: { 'kms:ViaService': viaService(options, service), [`kms:EncryptionContext:${contextKey}`]: arns },
  });
}
