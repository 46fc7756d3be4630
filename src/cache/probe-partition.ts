import { sourceRefusalOf } from '../aws/aws-errors';
import { callAws } from '../aws/credentials';
import { tableArnText, tableKeys } from '../aws/table-names';
import { describeError } from '../base/describe-error';
import { type CachedChain } from './cacher';
import { type CacheRecord } from './cache-record';

/** Reads at most one row of a partition, and notes what comes of it. Never rejects. */
export async function probePartition(
  { key, session: { clients, settings, nowMs } }: CachedChain,
  record: CacheRecord,
  signal: AbortSignal,
): Promise<void> {
  record.requests += 1;
  try {
    const client = await clients.dynamo(settings);
    const { QueryCommand } = await import('@aws-sdk/client-dynamodb');
    const command = new QueryCommand({
      TableName: settings.cacheTable,
      KeyConditionExpression: '#partition = :partition',
      ExpressionAttributeNames: { '#partition': tableKeys.partition },
      ExpressionAttributeValues: { ':partition': { S: key.environ } },
      Limit: 1,
    });
    await callAws(client, () => client.send(command, { abortSignal: signal }));
    record.succeed('reading', nowMs());
  } catch (error) {
    const remedy = `allow dynamodb:Query on ${tableArnText(settings.cacheTable)}, and create that table`;
    const refusal = sourceRefusalOf(error, remedy);
    record.note('reading', {
      state: refusal === undefined ? 'failing' : 'refused',
      sinceMs: nowMs(),
      reason: refusal?.reason ?? describeError(error),
      remedy: refusal?.remedy,
    });
  }
}
