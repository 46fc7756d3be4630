import type { DynamoDBClient, QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { type AttributeMap, wellFormedRow } from './attribute-value';
import { openConnection } from './open-connection';
import { readPages } from './pages';
import { tableKeys } from './table-names';

/** Which rows to read, and how. */
export interface PartitionQuery {
  readonly table: string;
  /** Partition key. */
  readonly partition: string;
  /** Whether the newest state is wanted, at twice the price. Default: false. */
  readonly consistent?: boolean;
  /** Attributes to give; absent: all. */
  readonly attributes?: readonly string[];
  /** Aborts the reading. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads all rows of a partition, page after page.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
 */
export async function queryPartition(
  client: DynamoDBClient,
  { table, partition, consistent = false, attributes, signal }: PartitionQuery,
): Promise<readonly AttributeMap[]> {
  const { QueryCommand } = await import('@aws-sdk/client-dynamodb');
  const columns = (attributes ?? []).map((name, index): [string, string] => [`#a${index}`, name]);
  const rows = await readPages(
    (start: AttributeMap | undefined): Promise<QueryCommandOutput> => {
      const input = {
        TableName: table,
        KeyConditionExpression: '#partition = :partition',
        ExpressionAttributeNames: { '#partition': tableKeys.partition, ...Object.fromEntries(columns) },
        ExpressionAttributeValues: { ':partition': { S: partition } },
        ...(columns.length > 0 && { ProjectionExpression: columns.map(([placeholder]) => placeholder).join(', ') }),
        ConsistentRead: consistent,
        ExclusiveStartKey: start,
      };
      return client.send(new QueryCommand(input), { ...(signal !== undefined && { abortSignal: signal }) });
    },
    (page) => page.LastEvaluatedKey,
    ({ Items: items, Count: count }) => {
      if (items !== undefined && count !== undefined && count !== items.length) {
        throw new Error(`The answer of the service is not understood: ${count} rows, of which it has ${items.length}.`);
      }
      return items;
    },
  );
  return rows.map(wellFormedRow);
}

/** Gets a client ready to query a table. @throws What the SDK throws without region or credentials. */
export async function connectToDynamo(client: DynamoDBClient, table: string, signal: AbortSignal): Promise<void> {
  const { QueryCommand } = await import('@aws-sdk/client-dynamodb');
  await openConnection(client, new QueryCommand({ TableName: table }), signal);
}
