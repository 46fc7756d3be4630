import { appConfigOperations, type ConfigurationStore } from './app-config';
import { dynamoOperations } from './dynamo';
import { type DynamoTables } from './dynamo-tables';
import { DynamoTransactions } from './dynamo-transactions';
import { type KeyStore, kmsOperations } from './kms';
import { type ParameterStore } from './parameter-store';
import { randomPasswords } from './random-password';
import { secretReads } from './secret-reads';
import { type SecretStore } from './secret-store';
import { secretWrites } from './secret-writes';
import { type LocalAwsService, type Operations } from './service';
import { ssmReads } from './ssm-reads';
import { ssmWrites } from './ssm-writes';
import { type Identities, stsOperations } from './sts';
import { type TableSettings } from './table-settings';

/** What the operations read and change. */
export interface Stores {
  readonly parameters: ParameterStore;
  readonly secrets: SecretStore;
  readonly tables: DynamoTables;
  readonly settings: TableSettings;
  readonly keys: KeyStore;
  readonly configurations: ConfigurationStore;
  readonly identities: Identities;
  /** Current time, milliseconds since the Unix epoch. */
  readonly clock: () => number;
}

/** Every operation of every service. */
export function allOperations(stores: Stores): ReadonlyMap<LocalAwsService, Operations> {
  const { parameters, secrets, tables, settings, keys, configurations, identities, clock } = stores;
  return new Map<LocalAwsService, Operations>([
    ['ssm', new Map([...ssmReads(parameters), ...ssmWrites(parameters, keys)])],
    ['secretsmanager', new Map([...secretReads(secrets), ...secretWrites(secrets), ...randomPasswords()])],
    ['dynamodb', dynamoOperations(tables, settings, new DynamoTransactions(tables, clock))],
    ['kms', kmsOperations(keys)],
    ['sts', stsOperations(identities)],
    ['appconfigdata', appConfigOperations(configurations)],
  ]);
}
