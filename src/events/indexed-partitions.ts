import type { QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import { type AttributeMap, wellFormedRow } from '../aws/attribute-value';
import { readPages } from '../aws/pages';
import { nameIndex } from '../cache/name-index';
import { type ChangeSession } from './follow-in-partition';
import { partitionsOf } from './partitions-of';
import { tracedAttributes, type TracedPartition } from './traced-partition';

/**
 * Reads what the index of names has of all partitions: the rows of some names, and which directories are watched.
 *
 * @param names - Lower-cased.
 * @throws What the SDK throws.
 */
export async function findIndexed(
  session: ChangeSession,
  names: readonly string[],
): Promise<readonly TracedPartition[]> {
  const found: AttributeMap[] = [];
  for (const name of new Set([...names, nameIndex.generationName])) found.push(...(await queryName(session, name)));
  return partitionsOf(found);
}

/** Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html */
async function queryName({ client, table }: ChangeSession, name: string): Promise<readonly AttributeMap[]> {
  const { QueryCommand } = await import('@aws-sdk/client-dynamodb');
  const columns = tracedAttributes.map((each, index): [string, string] => [`#a${index}`, each]);
  const rows = await readPages(
    (start: AttributeMap | undefined): Promise<QueryCommandOutput> =>
      client.send(
        new QueryCommand({
          TableName: table,
          IndexName: nameIndex.name,
          KeyConditionExpression: '#name = :name',
          ExpressionAttributeNames: { '#name': nameIndex.partition, ...Object.fromEntries(columns) },
          ExpressionAttributeValues: { ':name': { S: name } },
          ProjectionExpression: columns.map(([placeholder]) => placeholder).join(', '),
          ExclusiveStartKey: start,
        }),
      ),
    (page) => page.LastEvaluatedKey,
    (page) => page.Items,
  );
  return rows.map(wellFormedRow);
}
