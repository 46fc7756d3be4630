import { type AttributeMap } from '../aws/attribute-value';
import { sourceRefusalOf, withoutPayload } from '../aws/aws-errors';
import { describeError } from '../base/describe-error';
import { queryRows, type WriteConnection, writeRows } from '../aws/table-client';
import { tableArnText, tableKeys } from '../aws/table-names';
import { CacherError } from '../errors';
import { isOutdated } from './changes';
import { nextGeneration, updateGeneration } from './generation';
import { earlyWindow, isEarly, isExpired } from './expiry';
import { type AnswerRow, type CacheRow, createdAtMs, decodeRow, generationKey, isAnswer, nowhere } from './rows';
import { type CacheSession } from './cacher';

/** Selects a partition of the cache table. */
export interface PartitionOptions {
  /** Partition key, `/{service}/{environment}`; absent: that of the last lookup, else that of the settings. */
  readonly environ?: string | undefined;
}

/** What to clear. */
export interface ClearOptions extends PartitionOptions {
  /** Only the rows of this name, in any case; absent: all. */
  readonly name?: string;
  /** Whether the rows are only counted, and nothing is deleted or forgotten. Default: false. */
  readonly dryRun?: boolean;
}

/** A partition of the cache table, and what operations on it need. */
export interface AdminPartition extends WriteConnection {
  /** Partition key: `/{service}/{environment}`. */
  readonly environ: string;
  /** Gives the current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: () => number;
}

/** A row of the cache table, without any value. */
export interface CacheEntry {
  /** Sort key. */
  readonly nameKey: string;
  /** Name of the setting, lower-cased. */
  readonly name: string;
  readonly kind: 'value' | 'missing' | 'sealed' | 'reference' | 'lease' | 'key' | 'generation';
  /** Directory of the answer; `/_nonExistent` when the name is missing. */
  readonly directory: string;
  /** Provider and directory; `undefined` when the row does not say. */
  readonly source: string | undefined;
  /** ISO 8601; `undefined` when unknown. */
  readonly createdAt: string | undefined;
  /** When the row ends, **seconds** since the Unix epoch; `undefined`: never. */
  readonly ttl: number | undefined;
  /** Whether it has expired, and DynamoDB has not deleted it yet. */
  readonly expired: boolean;
  /** Whether it expires so soon that a process may already refresh it; `false` for rows that answer for no name. */
  readonly early: boolean;
  /** Whether it rests on reads from before a recorded change, so that it is not used. */
  readonly outdated: boolean;
  /** State of a lease; absent for other rows. */
  readonly lease?: { readonly state: 'held' | 'done'; readonly untilMs: number };
  /**
   * Number of the latest change that the partition has followed, about its time in **milliseconds** since the Unix epoch; absent for rows
   * other than the generation.
   */
  readonly generation?: number;
}

/**
 * Selects the partition of an operation, and makes its client.
 *
 * @throws CacherError when neither the call nor the settings name one.
 */
export async function connectToPartition(
  { clients, settings, random, nowMs }: CacheSession,
  { environ }: PartitionOptions,
): Promise<AdminPartition> {
  const ofProcess = settings.serviceGiven ? `/${settings.service}/${settings.environment}` : undefined;
  const key = environ ?? ofProcess;
  if (key === undefined) {
    throw new CacherError("No partition is named: set APP_NAME, or give one, as { environ: '/orders/prod' }.");
  }
  return { client: await clients.dynamo(settings), table: settings.cacheTable, environ: key, random, nowMs };
}

/**
 * Lists the rows of a partition; unusable ones are left out.
 *
 * @param cacheTtlSeconds - Life of a row by the settings, on which its early window depends.
 * @throws CacherError when the table cannot be read.
 */
export async function listEntries(
  partition: AdminPartition,
  { nowMs, cacheTtlSeconds }: { readonly nowMs: number; readonly cacheTtlSeconds: number },
): Promise<readonly CacheEntry[]> {
  const rows = await attempt('read', 'dynamodb:Query', partition, () =>
    queryRows(partition, partition.environ, { consistent: true }),
  );
  const decoded = rows.map(decodeRow).filter((row) => row !== undefined);
  const generation = decoded.find((row) => row.kind === 'generation');
  return decoded.map((row) => ({
    ...entryOf(row, nowMs),
    early: isAnswer(row) && isInEarlyWindow(row, cacheTtlSeconds, nowMs),
    outdated: generation !== undefined && isAnswer(row) && isOutdated(row, generation),
  }));
}

/** Gives the sort keys of the rows that are to be deleted. @throws CacherError when the table cannot be read. */
export async function keysToDelete(partition: AdminPartition, name: string | undefined): Promise<readonly string[]> {
  const attributes = [tableKeys.sort, 'real_name'];
  const rows = await attempt('read', 'dynamodb:Query', partition, () =>
    queryRows(partition, partition.environ, { consistent: true, attributes }),
  );
  const wanted = name === undefined ? rows : rows.filter((row) => row['real_name']?.S?.toLowerCase() === name);
  return wanted.map(sortKeyOf).filter((key) => key !== generationKey);
}

/**
 * Deletes the rows of a partition, 25 a call. After an error, the deleted rows stay deleted: call it again to continue.
 *
 * The row of the generation is not deleted but raised, or created: processes that watch it notice the change, and rows that rest on
 * earlier reads are not used.
 *
 * @param name - Lower-cased: only the rows of this name; absent: all.
 * @returns How many rows were deleted.
 * @throws CacherError when the table cannot be read or written.
 */
export async function deleteRows(partition: AdminPartition, name?: string): Promise<number> {
  const keys = await keysToDelete(partition, name);
  const changes = keys.map((nameKey) => ({ delete: { partition: partition.environ, sort: nameKey } }));
  await attempt('cleared', 'dynamodb:BatchWriteItem', partition, () => writeRows(partition, changes));
  await attempt('cleared', 'dynamodb:GetItem and dynamodb:PutItem', partition, () => raiseGeneration(partition, name));
  return changes.length;
}

async function raiseGeneration(partition: AdminPartition, name: string | undefined): Promise<void> {
  const change = { directory: undefined, name };
  await updateGeneration(partition, (before) => nextGeneration(before, [change], partition.nowMs()));
}

function sortKeyOf(row: AttributeMap): string {
  return row[tableKeys.sort]?.S ?? '';
}

function entryOf(row: CacheRow, nowMs: number): Omit<CacheEntry, 'early' | 'outdated'> {
  const { nameKey, name, directory, source, createdAt, ttl } = row;
  return {
    ...{ nameKey, name, kind: kindOf(row), directory, source, createdAt, ttl, expired: isExpired(ttl, nowMs) },
    ...(row.kind === 'lease' && { lease: { state: row.state, untilMs: row.untilMs } }),
    ...(row.kind === 'generation' && { generation: row.current }),
  };
}

/** Whether a row has not expired and lies within the early window, whatever a process draws. */
function isInEarlyWindow(row: AnswerRow, cacheTtlSeconds: number, nowMs: number): boolean {
  const { ttl } = row;
  if (ttl === undefined || isExpired(ttl, nowMs)) return false;
  return isEarly(ttl, earlyWindow(ttl, createdAtMs(row), cacheTtlSeconds), 1, nowMs);
}

function kindOf({ kind, directory }: CacheRow): CacheEntry['kind'] {
  if (kind !== 'plain') return kind;
  return directory === nowhere ? 'missing' : 'value';
}

async function attempt<T>(
  what: string,
  action: string,
  { table, environ }: AdminPartition,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const remedy = sourceRefusalOf(error, `allow ${action} on ${tableArnText(table)}`)?.remedy;
    throw new CacherError(
      `The partition ${environ} of the cache table "${table}" could not be ${what}: ${describeError(error)}; ` +
        `${remedy === undefined ? '' : `${remedy}, then `}call it again.`,
      { cause: withoutPayload(error) },
    );
  }
}
