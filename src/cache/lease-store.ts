import { clearTimeout, setTimeout } from '../base/unfaked-timers';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { errorFacts } from '../base/describe-error';
import { withTimeoutSignal } from '../base/time-limit';
import { tableKeys } from '../aws/table-names';
import { type CacheKey } from './cache-key';
import { decodeRow, encodeRow, isoTime, type LeaseRow, nowhere } from './cache-row';
import { doneMs, leaseMs, lookTimeoutMs, takeTimeoutMs } from './lease';

/** What a lease is kept in. */
export interface LeaseTarget {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Its partition and its sort key. */
  readonly key: Pick<CacheKey, 'environ' | 'leaseKey'>;
  /** Gives the current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: () => number;
  /** Calls back after a time, **milliseconds**; gives what ends that. Absent: by a timer. */
  readonly after?: (ms: number, callback: () => void) => () => void;
}

/**
 * What came of an attempt to take a lease: this process has it, another one has, it could not be asked for, or it took too long:
 * then it may still have worked, or that of another process may.
 */
export type TakeOutcome = 'taken' | 'held' | 'unavailable' | 'late';

/** An attempt to take a lease. Neither promise rejects: a lease that cannot be had is gone without. */
export interface TakeAttempt {
  /** Its outcome after `takeTimeoutMs` at the latest. */
  readonly inTime: Promise<TakeOutcome>;
  /** Its outcome once the table has answered; `late` when the request timed out. */
  readonly answered: Promise<TakeOutcome>;
}

/**
 * Tries once to take the lease of a chain.
 *
 * An attempt that takes too long is not aborted: then it would not work later, either, and no process would have the lease.
 *
 * @param owner - Tells this holder from all others.
 */
export function takeLease(target: LeaseTarget, owner: string): TakeAttempt {
  const { after = afterTimer } = target;
  let cancel = (): void => undefined;
  const late = new Promise<'late'>((resolve) => {
    cancel = after(takeTimeoutMs, () => resolve('late'));
  });
  const answered = putLease(target, owner);
  return { inTime: Promise.race([answered, late]).finally(cancel), answered };
}

function afterTimer(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

async function putLease({ client, table, key, nowMs }: LeaseTarget, owner: string): Promise<TakeOutcome> {
  try {
    const { PutItemCommand } = await import('@aws-sdk/client-dynamodb');
    const now = nowMs();
    const command = new PutItemCommand({
      TableName: table,
      Item: { ...encodeRow(key.environ, leaseRow(key, owner, { nowMs: now, untilMs: now + leaseMs, state: 'held' })) },
      ConditionExpression: 'attribute_not_exists(#partition) OR xcon_until_ms < :now',
      ExpressionAttributeNames: { '#partition': tableKeys.partition },
      ExpressionAttributeValues: { ':now': { N: `${now}` } },
    });
    await withTimeoutSignal(leaseMs, (abortSignal) => client.send(command, { abortSignal }));
    return 'taken';
  } catch (error) {
    const { name } = errorFacts(error);
    if (name === 'ConditionalCheckFailedException') return 'held';
    return name === 'AbortError' || name === 'TimeoutError' ? 'late' : 'unavailable';
  }
}

/** Says who has the lease after an attempt that took too long. Never rejects. */
export async function leaseAfterDelay(target: LeaseTarget, owner: string): Promise<Exclude<TakeOutcome, 'late'>> {
  try {
    const row = await lookAtLease(target);
    if (row === undefined || row.untilMs < target.nowMs()) return 'unavailable';
    return row.owner === owner ? 'taken' : 'held';
  } catch {
    return 'unavailable';
  }
}

/**
 * Looks at the lease of a chain.
 *
 * @returns `undefined` when there is no such row, or none that can be read.
 * @throws What the SDK throws.
 */
export async function lookAtLease({ client, table, key }: LeaseTarget): Promise<LeaseRow | undefined> {
  const { GetItemCommand } = await import('@aws-sdk/client-dynamodb');
  const command = new GetItemCommand({
    TableName: table,
    Key: { [tableKeys.partition]: { S: key.environ }, [tableKeys.sort]: { S: key.leaseKey } },
    ConsistentRead: true,
  });
  const output = await withTimeoutSignal(lookTimeoutMs, (abortSignal) => client.send(command, { abortSignal }));
  const row = output.Item === undefined ? undefined : decodeRow(output.Item);
  return row?.kind === 'lease' ? row : undefined;
}

/** Says that the holder of a lease is done, whatever it has written. Never rejects: without this, the lease just ends. */
export async function finishLease({ client, table, key, nowMs }: LeaseTarget, owner: string): Promise<void> {
  try {
    const { PutItemCommand } = await import('@aws-sdk/client-dynamodb');
    const now = nowMs();
    const row = leaseRow(key, owner, { nowMs: now, untilMs: now + doneMs, state: 'done' });
    await client.send(
      new PutItemCommand({
        TableName: table,
        Item: { ...encodeRow(key.environ, row) },
        ConditionExpression: 'attribute_not_exists(#partition) OR xcon_owner = :owner',
        ExpressionAttributeNames: { '#partition': tableKeys.partition },
        ExpressionAttributeValues: { ':owner': { S: owner } },
      }),
    );
  } catch {
    // Somebody else holds it by now, or the table is in trouble: in both cases the lease ends by itself.
  }
}

interface LeaseTimes {
  readonly nowMs: number;
  readonly untilMs: number;
  readonly state: LeaseRow['state'];
}

function leaseRow(key: LeaseTarget['key'], owner: string, { nowMs, untilMs, state }: LeaseTimes): LeaseRow {
  return {
    kind: 'lease',
    nameKey: key.leaseKey,
    name: '~xcon-lease',
    directory: nowhere,
    source: 'xcon-lease',
    ttl: Math.ceil(untilMs / 1000),
    createdAt: isoTime(nowMs),
    owner,
    untilMs,
    state,
  };
}
