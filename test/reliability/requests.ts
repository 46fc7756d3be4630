import {
  Config,
  type ConfigOptions,
  DynamoProvider,
  SecretsProvider,
  type SettingsValues,
  SsmProvider,
} from '../../src/index';
import { type LocalAwsSeed, type LocalAwsService } from '../../src/local-aws/local-aws';

/** A kind of request that something can go wrong with. */
export interface RequestKind {
  /** What the page calls it. */
  readonly title: string;
  readonly service: Exclude<LocalAwsService, 'sts' | 'appconfigdata'>;
  readonly operation: string;
  /** Only requests to this table. */
  readonly table?: string;
  /** Sources whose answers come in pages, values or items one by one, or rows of a table. */
  readonly traits: readonly ('paged' | 'batch' | 'table')[];
  /** An answer as the service gives it: with `x` in it, where it can. */
  readonly answer: Readonly<Record<string, unknown>>;
  readonly options: (service: string) => ConfigOptions;
  readonly settings?: Partial<SettingsValues>;
  /** Names that are asked for at once; the first counts. */
  readonly names: readonly string[];
}

const directory = '/shared/prod';
const cacheTable = 'global-all-configCache';
const configTable = 'global-all-config';
const text = (S: string): object => ({ S });
const secretNames = ['x', 's1', 's2', 's3', 's4', 's5'];

const fromOne =
  (...providers: NonNullable<ConfigOptions['providers']> & readonly unknown[]) =>
  (service: string): ConfigOptions => ({
    service,
    environment: 'prod',
    directories: [directory],
    providers: providers,
  });

/** What the sources hold: `x` in the one that a request is about. */
export const seed: LocalAwsSeed = {
  ssm: { [`${directory}/x`]: 'value' },
  secrets: Object.fromEntries(secretNames.map((name) => [`${directory}/${name}`, 'value'])),
  tables: {
    [configTable]: { rows: [{ app_key: directory, name_key: 'x', value: 'value' }] },
    [cacheTable]: {},
  },
  kmsKeys: ['alias/orders'],
};

const sealing: Partial<SettingsValues> = { cacheSecrets: 'encrypt', cacheKmsKeyId: 'alias/orders' };

/** The requests that the library makes, in the order of a lookup. */
export const requestKinds: readonly RequestKind[] = [
  {
    title: 'Query of the cache table',
    service: 'dynamodb',
    operation: 'Query',
    table: cacheTable,
    traits: ['paged', 'table'],
    answer: { Items: [], Count: 0 },
    options: fromOne(SsmProvider),
    names: ['x'],
  },
  {
    title: 'Lease',
    service: 'dynamodb',
    operation: 'PutItem',
    table: cacheTable,
    traits: ['table'],
    answer: {},
    options: fromOne(SsmProvider),
    names: ['x'],
  },
  {
    title: 'Parameters of a directory',
    service: 'ssm',
    operation: 'GetParametersByPath',
    traits: ['paged'],
    answer: { Parameters: [{ Name: `${directory}/x`, Value: 'value', Type: 'String' }] },
    options: fromOne(SsmProvider),
    names: ['x'],
  },
  {
    title: 'Parameters by name',
    service: 'ssm',
    operation: 'GetParameters',
    traits: [],
    answer: { Parameters: [{ Name: `${directory}/x`, Value: 'value', Type: 'String' }], InvalidParameters: [] },
    options: fromOne(SsmProvider),
    settings: { strategy: 'names' },
    names: ['x'],
  },
  {
    title: 'List of secrets',
    service: 'secretsmanager',
    operation: 'ListSecrets',
    traits: ['paged'],
    answer: { SecretList: [{ Name: `${directory}/x` }] },
    options: fromOne(SecretsProvider),
    names: ['x'],
  },
  {
    title: 'Value of a secret',
    service: 'secretsmanager',
    operation: 'GetSecretValue',
    traits: [],
    answer: { Name: `${directory}/x`, SecretString: 'value' },
    options: fromOne(SecretsProvider),
    names: ['x'],
  },
  {
    title: 'Values of secrets',
    service: 'secretsmanager',
    operation: 'BatchGetSecretValue',
    traits: ['batch'],
    answer: {
      SecretValues: secretNames.map((name) => ({ Name: `${directory}/${name}`, SecretString: 'value' })),
      Errors: [],
    },
    options: fromOne(SecretsProvider),
    names: secretNames,
  },
  {
    title: 'Query of the config table',
    service: 'dynamodb',
    operation: 'Query',
    table: configTable,
    traits: ['paged', 'table'],
    answer: { Items: [{ app_key: text(directory), name_key: text('x'), value: text('value') }], Count: 1 },
    options: fromOne(DynamoProvider),
    names: ['x'],
  },
  {
    title: 'Key of KMS',
    service: 'kms',
    operation: 'GenerateDataKey',
    traits: [],
    answer: {
      KeyId: 'alias/orders',
      Plaintext: Buffer.alloc(32, 1).toString('base64'),
      CiphertextBlob: Buffer.from('wrapped').toString('base64'),
    },
    options: fromOne(SecretsProvider),
    settings: sealing,
    names: ['x'],
  },
  {
    title: 'Write to the cache table',
    service: 'dynamodb',
    operation: 'BatchWriteItem',
    table: cacheTable,
    traits: ['batch', 'table'],
    answer: { UnprocessedItems: {} },
    options: fromOne(SsmProvider),
    names: ['x'],
  },
];

/** Makes the Config of a cell. */
export function configOf(kind: RequestKind, service: string): Config {
  return new Config(kind.options(service));
}
