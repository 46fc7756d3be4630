import type { AttributeDefinition, DynamoDBClient, GlobalSecondaryIndex } from '@aws-sdk/client-dynamodb';
import { withoutPayload } from '../aws/aws-errors';
import { describeTable, expectedKeys, type TableDescription } from '../aws/table-description';
import { describeError, errorSummary, isInstance } from '../base/describe-error';
import { nameIndex, tableKeys, ttlAttribute } from '../aws/table-names';
import { CacherError } from '../errors';

/** How the cache table is created. */
export interface CacheTableOptions {
  /** Name of the table. */
  readonly table: string;
  /** KMS key that encrypts it at rest; absent: the key that DynamoDB owns. */
  readonly kmsKeyId?: string | undefined;
  /** Whether it has the index by name, which handlers of changes use in place of a scan. Default: false. */
  readonly index?: boolean | undefined;
}

const maxWaitSeconds = 120;

/**
 * Creates the cache table and enables its time-to-live, where that has not been done.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
 *
 * @throws CacherError when the table cannot be created, or a table of that name has other keys.
 */
export async function ensureCacheTable(client: DynamoDBClient, options: CacheTableOptions): Promise<void> {
  const { table } = options;
  try {
    const existing = await describeTable({ client, table });
    if (existing === undefined) await createTable(client, options);
    else checkKeys(table, existing);
    const { ttlAttribute: ttl } = existing ?? (await describeTable({ client, table })) ?? {};
    if (ttl === undefined) await switchOnTtl(client, table);
    if (options.index === true && existing !== undefined) await addIndex(client, table, existing);
  } catch (error) {
    if (isInstance(error, CacherError)) throw error;
    const remedy =
      'allow dynamodb:CreateTable, DescribeTable, DescribeTimeToLive and UpdateTimeToLive on it' +
      (options.index === true ? ', and UpdateTable' : '');
    throw new CacherError(`The cache table "${table}" could not be created: ${describeError(error)}; ${remedy}.`, {
      cause: withoutPayload(error),
    });
  }
}

async function createTable(
  client: DynamoDBClient,
  { table, kmsKeyId, index = false }: CacheTableOptions,
): Promise<void> {
  const { CreateTableCommand, waitUntilTableExists } = await import('@aws-sdk/client-dynamodb');
  const command = new CreateTableCommand({
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: tableKeys.partition, KeyType: 'HASH' },
      { AttributeName: tableKeys.sort, KeyType: 'RANGE' },
    ],
    AttributeDefinitions: attributeDefinitions(
      index ? [...Object.values(tableKeys), nameIndex.partition] : Object.values(tableKeys),
    ),
    ...(index && { GlobalSecondaryIndexes: [indexDefinition] }),
    ...(kmsKeyId !== undefined && { SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: kmsKeyId } }),
  });
  try {
    await client.send(command);
  } catch (error) {
    // Another process has done it.
    if (errorSummary(error).name !== 'ResourceInUseException') throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: maxWaitSeconds, minDelay: 1, maxDelay: 5 }, { TableName: table });
}

/** Adds the index; DynamoDB fills it within minutes. */
async function addIndex(client: DynamoDBClient, table: string, { indexes }: TableDescription): Promise<void> {
  if (indexes.includes(nameIndex.name)) return;
  const { UpdateTableCommand } = await import('@aws-sdk/client-dynamodb');
  const command = new UpdateTableCommand({
    TableName: table,
    AttributeDefinitions: attributeDefinitions([nameIndex.partition, nameIndex.sort]),
    GlobalSecondaryIndexUpdates: [{ Create: indexDefinition }],
  });
  try {
    await client.send(command);
  } catch (error) {
    // Another process has done it.
    if (errorSummary(error).name !== 'ResourceInUseException') throw error;
  }
}

const indexDefinition: GlobalSecondaryIndex = {
  IndexName: nameIndex.name,
  KeySchema: [
    { AttributeName: nameIndex.partition, KeyType: 'HASH' },
    { AttributeName: nameIndex.sort, KeyType: 'RANGE' },
  ],
  Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...nameIndex.attributes] },
};

function attributeDefinitions(names: readonly string[]): AttributeDefinition[] {
  return names.map((name) => ({ AttributeName: name, AttributeType: 'S' }));
}

async function switchOnTtl(client: DynamoDBClient, table: string): Promise<void> {
  const { UpdateTimeToLiveCommand } = await import('@aws-sdk/client-dynamodb');
  const specification = { AttributeName: ttlAttribute, Enabled: true };
  try {
    await client.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification: specification }));
  } catch (error) {
    // Another process has done it.
    if (!errorSummary(error).message.includes('already enabled')) throw error;
  }
}

function checkKeys(table: string, { keys }: TableDescription): void {
  if (keys.join() === expectedKeys.join()) return;
  throw new CacherError(
    `The table "${table}" has the keys ${keys.join(', ')} and cannot be the cache table, which has ${expectedKeys.join(', ')}. ` +
      'Name another table: xconSettings.cacheTable or XCON_CACHE_TABLE.',
  );
}
