import type { DescribeTableCommandOutput, KeySchemaElement } from '@aws-sdk/client-dynamodb';
import { errorSummary } from '../base/describe-error';
import { type TableConnection } from './table-client';
import { tableKeys } from './table-names';

/** How a table is made. */
export interface TableDescription {
  /** `ACTIVE` when it can be used; else `CREATING`, `UPDATING`, `DELETING` and the like. */
  readonly status: string;
  /** Names and kinds of its keys, the partition key first: `app_key HASH`. */
  readonly keys: readonly string[];
  /** Names of its global secondary indexes. */
  readonly indexes: readonly string[];
  /** Attribute by which DynamoDB deletes expired rows; `undefined`: it deletes none. */
  readonly ttlAttribute: string | undefined;
}

/** Keys of the config table and the cache table, as a description has them. */
export const expectedKeys: readonly string[] = [`${tableKeys.partition} HASH`, `${tableKeys.sort} RANGE`];

/**
 * Describes a table: by `DescribeTable` and `DescribeTimeToLive`.
 *
 * @param signal - Aborts the calls.
 * @returns `undefined` when there is no such table.
 * @throws What the SDK throws.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html
 */
export async function describeTable(
  { client, table }: TableConnection,
  signal?: AbortSignal,
): Promise<TableDescription | undefined> {
  const { DescribeTableCommand, DescribeTimeToLiveCommand } = await import('@aws-sdk/client-dynamodb');
  const options = signal === undefined ? {} : { abortSignal: signal };
  try {
    const described: DescribeTableCommandOutput = await client.send(
      new DescribeTableCommand({ TableName: table }),
      options,
    );
    const { TimeToLiveDescription: ttl } = await client.send(
      new DescribeTimeToLiveCommand({ TableName: table }),
      options,
    );
    const isOn = ttl?.TimeToLiveStatus === 'ENABLED' || ttl?.TimeToLiveStatus === 'ENABLING';
    const { GlobalSecondaryIndexes: indexes = [], KeySchema: keys = [], TableStatus: status } = described.Table ?? {};
    return {
      status: status ?? 'ACTIVE',
      keys: keys.toSorted(byKind).map(({ AttributeName: name, KeyType: type }) => `${name} ${type}`),
      indexes: indexes.flatMap(({ IndexName: name }) => name ?? []),
      ttlAttribute: isOn ? ttl.AttributeName : undefined,
    };
  } catch (error) {
    if (errorSummary(error).name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** `HASH` before `RANGE`. */
function byKind(one: KeySchemaElement, other: KeySchemaElement): number {
  return `${one.KeyType}`.localeCompare(`${other.KeyType}`);
}
