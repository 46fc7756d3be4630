import { classifyAwsError } from '../aws/aws-errors';
import { describeError } from '../base/describe-error';
import { tableKeys } from '../aws/table-names';
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
    await client.config.region();
    const command = new QueryCommand({
      TableName: settings.cacheTable,
      KeyConditionExpression: '#partition = :partition',
      ExpressionAttributeNames: { '#partition': tableKeys.partition },
      ExpressionAttributeValues: { ':partition': { S: key.environ } },
      Limit: 1,
    });
    await client.send(command, { abortSignal: signal });
    record.succeed('reading', nowMs());
  } catch (error) {
    const failure = classifyAwsError(error);
    const isRefused = failure === 'not-permitted' || failure === 'not-found';
    const remedy = `allow dynamodb:Query on arn:aws:dynamodb:*:*:table/${settings.cacheTable}, and create that table`;
    record.note('reading', {
      state: isRefused ? 'refused' : 'failing',
      sinceMs: nowMs(),
      reason: describeError(error),
      remedy: isRefused ? remedy : undefined,
    });
  }
}
