import { type LocalAwsCall } from '../../src/local-aws/call-log';
import { keyArn, parameterArn, region, secretArn } from '../../src/local-aws/arn';
import { type IamRequest } from './policy-simulator';

/** What of an account IAM needs to know to see what a request leads to. */
export interface Account {
  /** Names of the `SecureString`s under customer managed keys. */
  readonly secureStrings?: readonly string[];
  /** Names of the secrets that exist. */
  readonly secrets?: readonly string[];
  /** The customer managed key of both; absent: the keys that AWS manages, which ask for no permission. */
  readonly key?: string;
}

interface Body {
  readonly Path?: string;
  readonly Recursive?: boolean;
  readonly WithDecryption?: boolean;
  readonly Names?: readonly string[];
  readonly Name?: string;
  readonly ResourceId?: string;
  readonly Type?: string;
  readonly Tags?: readonly unknown[];
  readonly SecretId?: string;
  readonly SecretIdList?: readonly string[];
  readonly KeyId?: string;
  readonly EncryptionContext?: Readonly<Record<string, string>>;
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly Key?: Row;
  readonly Item?: Row;
  readonly ExpressionAttributeValues?: { readonly ':partition'?: { readonly S: string } };
  readonly RequestItems?: Readonly<Record<string, readonly Write[]>>;
}

type Row = Readonly<Record<string, { readonly S?: string }>>;
type Write = { readonly PutRequest: { readonly Item: Row } } | { readonly DeleteRequest: { readonly Key: Row } };

/**
 * Gives all that a recorded request has to be allowed, what services do with keys on its behalf included.
 *
 * Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html and the pages
 * of the other services there.
 */
export function iamRequestsOf(
  call: Pick<LocalAwsCall, 'service' | 'operation' | 'body'>,
  account: Account = {},
): readonly IamRequest[] {
  const body = call.body as Body;
  switch (call.service) {
    case 'ssm':
      return body.Name === undefined && body.ResourceId === undefined
        ? parameterRequests(call.operation, body, account)
        : entryRequests(call.operation, body, account);
    case 'secretsmanager':
      return secretActions.includes(call.operation)
        ? secretRequests(call.operation, body, account)
        : secretEntryRequests(call.operation, body, account);
    case 'dynamodb':
      return tableRequests(call.operation, body);
    case 'kms':
      return [request(`kms:${call.operation}`, body.KeyId ?? '', encryptionContext(body.EncryptionContext ?? {}))];
    case 'appconfigdata':
      return [request(`appconfig:${call.operation}`, configurationArn)];
    case 'sts':
    case 'unknown':
      throw new Error(`A request that the library does not make: ${call.operation}.`);
  }
}

/** Ids and no names: AppConfig makes ARNs of them. */
const configurationArn = `arn:aws:appconfig:${region}:000000000000:application/a1/environment/e1/configuration/p1`;

function parameterRequests(
  operation: string,
  { Path = '', Recursive = false, Names, WithDecryption }: Body,
  account: Account,
) {
  const action = `ssm:${operation}`;
  const isRead = (name: string): boolean => Names?.includes(name) ?? name.slice(0, name.lastIndexOf('/')) === Path;
  const decrypted = WithDecryption === true ? (account.secureStrings ?? []).filter(isRead) : [];
  return [
    ...(Names ?? []).map((name) => request(action, parameterArn(name))),
    ...(Names === undefined ? [request(action, parameterArn(Path), { 'ssm:Recursive': String(Recursive) })] : []),
    ...decrypted.flatMap((name) => decryption(account, 'ssm', { PARAMETER_ARN: parameterArn(name) })),
  ];
}

/** Operations on one parameter: encryption and tiers are not distinguished. */
function entryRequests(operation: string, body: Body, account: Account): readonly IamRequest[] {
  const { Name: name = body.ResourceId ?? '', Tags, Type, WithDecryption } = body;
  const isSecret = Type === 'SecureString' || (account.secureStrings ?? []).includes(name);
  const context = { PARAMETER_ARN: parameterArn(name) };
  return [
    request(`ssm:${operation}`, parameterArn(name)),
    ...(operation === 'PutParameter' && Tags !== undefined
      ? [request('ssm:AddTagsToResource', parameterArn(name))]
      : []),
    ...(operation === 'PutParameter' && isSecret ? encryption(account, 'ssm', context) : []),
    ...(WithDecryption === true && isSecret ? decryption(account, 'ssm', context) : []),
  ];
}

/** Operations that read values, or list. */
const secretActions: readonly string[] = ['GetSecretValue', 'BatchGetSecretValue', 'ListSecrets'];

function secretEntryRequests(operation: string, body: Body, account: Account): readonly IamRequest[] {
  const name = body.SecretId ?? body.Name ?? '';
  const exists = operation !== 'CreateSecret' && (account.secrets?.includes(name) ?? true);
  const arn = secretArn(name);
  const writes = ['CreateSecret', 'PutSecretValue', 'UpdateSecret'].includes(operation);
  const resource = exists ? arn : arn.slice(0, -'-123456'.length);
  return [
    request(`secretsmanager:${operation}`, resource),
    ...(operation === 'CreateSecret' && body.Tags !== undefined
      ? [request('secretsmanager:TagResource', resource)]
      : []),
    ...(writes ? encryption(account, 'secretsmanager', { SecretARN: arn }) : []),
  ];
}

function secretRequests(
  operation: string,
  { SecretId, SecretIdList = [] }: Body,
  account: Account,
): readonly IamRequest[] {
  const ids = SecretId === undefined ? SecretIdList : [SecretId];
  const values = ids.flatMap((name) => {
    const exists = account.secrets?.includes(name) ?? true;
    const arn = name.startsWith('arn:') ? name : secretArn(name);
    const read = request('secretsmanager:GetSecretValue', exists ? arn : arn.slice(0, -'-123456'.length));
    return [read, ...(exists ? decryption(account, 'secretsmanager', { SecretARN: arn }) : [])];
  });
  return operation === 'GetSecretValue' ? values : [request(`secretsmanager:${operation}`, '*'), ...values];
}

function tableRequests(operation: string, body: Body): readonly IamRequest[] {
  const action = `dynamodb:${operation}`;
  const asked = (table: string, partitions: readonly (string | undefined)[]): IamRequest => {
    const keys = partitions.filter((each) => each !== undefined);
    const context = keys.length === 0 ? {} : { 'dynamodb:LeadingKeys': [...new Set(keys)] };
    return request(action, `arn:aws:dynamodb:${region}:000000000000:table/${table}`, context);
  };
  if (body.RequestItems !== undefined) {
    return Object.entries(body.RequestItems).map(([table, writes]) => asked(table, writes.map(partitionOf)));
  }
  const partition = body.ExpressionAttributeValues?.[':partition']?.S ?? (body.Key ?? body.Item)?.['app_key']?.S;
  const { TableName: table = '', IndexName: index } = body;
  return [asked(index === undefined ? table : `${table}/index/${index}`, [partition])];
}

function partitionOf(write: Write): string | undefined {
  return ('PutRequest' in write ? write.PutRequest.Item : write.DeleteRequest.Key)['app_key']?.S;
}

function decryption(account: Account, service: string, context: Readonly<Record<string, string>>) {
  return keyRequests(account, service, context, ['kms:Decrypt']);
}

function encryption(account: Account, service: string, context: Readonly<Record<string, string>>) {
  return keyRequests(account, service, context, ['kms:Encrypt', 'kms:GenerateDataKey']);
}

function keyRequests(
  { key }: Account,
  service: string,
  context: Readonly<Record<string, string>>,
  actions: readonly string[],
): readonly IamRequest[] {
  if (key === undefined) return [];
  const via = { 'kms:ViaService': `${service}.${region}.amazonaws.com` };
  return actions.map((action) => request(action, keyArn(key), { ...encryptionContext(context), ...via }));
}

function encryptionContext(context: Readonly<Record<string, string>>): IamRequest['context'] {
  return Object.fromEntries(Object.entries(context).map(([key, value]) => [`kms:EncryptionContext:${key}`, value]));
}

function request(action: string, resource: string, context: IamRequest['context'] = {}): IamRequest {
  return { action, resource, context };
}
