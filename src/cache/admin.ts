import { type AttributeMap } from '../aws/attribute-value';
import { sourceRefusalOf, withoutPayload } from '../aws/aws-errors';
import { describeError } from '../base/describe-error';
import { probeTable, queryRows, type WriteTarget, writeRows } from '../aws/table-client';
import { tableArnText, tableKeys } from '../aws/table-names';
import { CacherError } from '../errors';
import { type CacheRow, decodeRow, generationKey, nowhere } from './rows';
import { isExpired } from './expiry';
import { callAws } from '../aws/credentials';
import { type CachedChain, type CacheRecord, type CacheSession } from './cacher';

/** Which partition of the cache table is meant. */
export interface PartitionOptions {
  /** Partition key, `/{service}/{environment}`; absent: that of the last lookup, else that of the settings. */
  readonly environ?: string | undefined;
}

/** What is to be cleared. */
export interface ClearOptions extends PartitionOptions {
  /** Only the rows of this name, in any case; absent: all. */
  readonly name?: string;
}

/** A partition of the cache table, as an operator works on it. */
export interface PartitionTarget extends WriteTarget {
  /** Partition key: `/{service}/{environment}`. */
  readonly environ: string;
  /** Gives the current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: () => number;
}

/** What a row of the cache table says, without any value. */
export interface CacheEntry {
  /** Sort key. */
  readonly nameKey: string;
  /** Name of the setting, lower-cased. */
  readonly name: string;
  readonly kind: 'value' | 'missing' | 'sealed' | 'reference' | 'lease' | 'key' | 'generation';
  /** Where the answer comes from; `/_nonExistent` when the name is missing. */
  readonly directory: string;
  /** Provider and directory; `undefined` when the row does not say. */
  readonly source: string | undefined;
  /** ISO 8601; `undefined` when unknown. */
  readonly createdAt: string | undefined;
  /** When the row ends, **seconds** since the Unix epoch; `undefined`: never. */
  readonly ttl: number | undefined;
  /** Whether it has ended and only waits for DynamoDB to delete it. */
  readonly expired: boolean;
}

/**
 * Gives the partition that an operation is about.
 *
 * @throws CacherError when neither the call nor the settings say which.
 */
export async function targetOf(
  { clients, settings, random, nowMs }: CacheSession,
  { environ }: PartitionOptions,
): Promise<PartitionTarget> {
  const ofProcess = settings.serviceGiven ? `/${settings.service}/${settings.environment}` : undefined;
  const partition = environ ?? ofProcess;
  if (partition === undefined) {
    throw new CacherError("No partition is named: set APP_NAME, or give one, as { environ: '/orders/prod' }.");
  }
  return { client: await clients.dynamo(settings), table: settings.cacheTable, environ: partition, random, nowMs };
}

/**
 * Lists the rows of a partition; unusable ones are left out.
 *
 * @throws CacherError when the table cannot be read.
 */
export async function listEntries(target: PartitionTarget, nowMs: number): Promise<readonly CacheEntry[]> {
  const rows = await attempt('read', 'dynamodb:Query', target, () =>
    queryRows(target, target.environ, { consistent: true }),
  );
  const decoded = rows.map(decodeRow).filter((row) => row !== undefined);
  return decoded.map((row) => entryOf(row, nowMs));
}

/**
 * Deletes the rows of a partition, 25 a call. What was deleted stays so when it breaks off: call it again to go on.
 *
 * The generation is raised instead, and made where there was none: processes that watch it see that rows have gone, and rows
 * that rest on reads of before are not used.
 *
 * @param name - Lower-cased: only the rows of this name; absent: all.
 * @returns How many rows were deleted.
 * @throws CacherError when the table cannot be read or written.
 */
export async function deleteRows(target: PartitionTarget, name?: string): Promise<number> {
  const attributes = [tableKeys.sort, 'real_name'];
  const rows = await attempt('read', 'dynamodb:Query', target, () =>
    queryRows(target, target.environ, { consistent: true, attributes }),
  );
  const wanted = name === undefined ? rows : rows.filter((row) => row['real_name']?.S?.toLowerCase() === name);
  const keys = wanted.map(sortKeyOf).filter((key) => key !== generationKey);
  const changes = keys.map((nameKey) => ({ delete: { partition: target.environ, sort: nameKey } }));
  await attempt('cleared', 'dynamodb:BatchWriteItem', target, () => writeRows(target, changes));
  await attempt('cleared', 'dynamodb:GetItem and dynamodb:PutItem', target, () => raiseGeneration(target, name));
  return changes.length;
}

async function raiseGeneration(target: PartitionTarget, name: string | undefined): Promise<void> {
  const { nextGeneration, updateGeneration } = await import('./generation');
  const change = { directory: undefined, name };
  await updateGeneration(target, (before) => nextGeneration(before, [change], target.nowMs()));
}

function sortKeyOf(row: AttributeMap): string {
  return row[tableKeys.sort]?.S ?? '';
}

function entryOf(row: CacheRow, nowMs: number): CacheEntry {
  const { nameKey, name, directory, source, createdAt, ttl } = row;
  const expired = isExpired(ttl, nowMs);
  return { nameKey, name, kind: kindOf(row), directory, source, createdAt, ttl, expired };
}

function kindOf({ kind, directory }: CacheRow): CacheEntry['kind'] {
  if (kind !== 'plain') return kind;
  return directory === nowhere ? 'missing' : 'value';
}

async function attempt<T>(
  what: string,
  action: string,
  { table, environ }: PartitionTarget,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new CacherError(
      `The partition ${environ} of the cache table "${table}" could not be ${what}: ${describeError(error)}; ` +
        `allow ${action} on ${tableArnText(table)}, then call it again.`,
      { cause: withoutPayload(error) },
    );
  }
}

/** Reads at most one row of a partition, and notes what comes of it. Never rejects. */
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
    record.note('reading', {
      state: refusal === undefined ? 'failing' : 'refused',
      sinceMs: nowMs(),
      reason: refusal?.reason ?? describeError(error),
      remedy: refusal?.remedy,
    });
  }
}
