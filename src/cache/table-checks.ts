import { sourceRefusalOf } from '../aws/aws-errors';
import { callAws } from '../aws/call-aws';
import { connectToTable, probeTable } from '../aws/table-client';
import { tableArnText } from '../aws/table-names';
import { describeError } from '../base/describe-error';
import { type CachedChain, type CacheRecord, type CacheSession } from './cacher';

export { readWatchedGeneration } from './generation';

/** Opens a connection for reads of the cache table. @throws What the SDK throws without region or credentials. */
export async function openCacheConnection({ clients, settings }: CacheSession, signal: AbortSignal): Promise<void> {
  await connectToTable({ client: await clients.dynamo(settings), table: settings.cacheTable }, signal);
}

/** Checks that a partition can be read, and records the outcome. Never rejects. */
export async function probePartition(
  { key, session: { clients, settings, nowMs } }: CachedChain,
  record: CacheRecord,
  signal: AbortSignal,
): Promise<void> {
  record.requests += 1;
  try {
    const client = await clients.dynamo(settings);
    await callAws(client, () => probeTable({ client, table: settings.cacheTable }, key.environ, signal));
    record.succeed('reading', nowMs());
  } catch (error) {
    const remedy = `allow dynamodb:Query on ${tableArnText(settings.cacheTable)}, and create that table`;
    const refusal = sourceRefusalOf(error, remedy);
    record.recordProblem('reading', {
      state: refusal === undefined ? 'failing' : 'refused',
      sinceMs: nowMs(),
      reason: refusal?.reason ?? describeError(error),
      remedy: refusal?.remedy,
    });
  }
}
