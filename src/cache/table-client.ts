import type {
  AttributeValue,
  BatchWriteItemCommandOutput,
  DynamoDBClient,
  WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { errorFacts } from '../base/describe-error';
import { sleep, timeoutSignal } from '../base/time';
import { type AttributeMap } from '../aws/attribute-value';
import { batchesOf } from '../aws/batches';
import { tableKeys } from '../aws/table-names';
import { readAtAttribute } from './rows';
import { type RowVersion } from './partition';

/** Most requests that `BatchWriteItem` takes. */
const maxBatchSize = 25;
/** How many rows are put by calls of their own at the same time. */
const parallelPuts = 5;
/** Most times that unprocessed rows are sent again. */
const maxResends = 6;
const firstPauseMs = 50;
const longestPauseMs = 1000;

/** A row to put. */
export interface RowPut {
  readonly put: AttributeMap;
  /** When the oldest read behind it began, **milliseconds** since the Unix epoch; absent: it rests on none. */
  readonly readAtMs?: number;
  /**
   * Put only if the row under its key is still this one, or there still is none, by a call of its own; absent: put, together with
   * others.
   */
  readonly unless?: RowVersion | 'there is one';
}

/** A change of the table: a row to put, or the sort key of one to delete. */
export type RowChange = RowPut | { readonly delete: { readonly nameKey: string } };

type ConditionalPut = RowPut & Required<Pick<RowPut, 'unless'>>;

/** Where rows are written. */
export interface WriteTarget {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Partition key. */
  readonly environ: string;
  /** Gives a number in `[0, 1)`, for the pauses. */
  readonly random: () => number;
  /** Gives for how long a row may still be written, **milliseconds**; absent: for ever. */
  readonly leftMs?: (readAtMs: number) => number;
}

/**
 * Writes rows, 25 a call; what DynamoDB leaves unprocessed is sent again after growing, jittered pauses. Rows whose time is over
 * by then are left out.
 *
 * @param changes - At most one per row.
 * @throws What the SDK throws, or an Error when rows are still unprocessed in the end.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
 */
export async function writeRows(target: WriteTarget, changes: readonly RowChange[]): Promise<void> {
  const conditional = changes.filter((each): each is ConditionalPut => 'put' in each && each.unless !== undefined);
  const others = changes.filter((each) => !('put' in each) || each.unless === undefined);
  for (const batch of batchesOf(others, maxBatchSize)) {
    const inTime = batch.filter((each) => leftOf(target, [each]) > 0);
    if (inTime.length > 0) await writeBatchOrEach(target, inTime);
  }
  for (const batch of batchesOf(conditional, parallelPuts))
    await Promise.all(batch.map((each) => putUnless(target, each)));
}

/** Gives the pause before a resend, **milliseconds**: doubling, between half and all of it. */
export function resendPause(resend: number, random: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** resend) * (0.5 + random / 2);
}

function requestOf(environ: string, change: RowChange): WriteRequest {
  if ('put' in change) return { PutRequest: { Item: { ...change.put } } };
  const key = { [tableKeys.partition]: { S: environ }, [tableKeys.sort]: { S: change.delete.nameKey } };
  return { DeleteRequest: { Key: key } };
}

/** Gives for how long all of some changes may still be made, **milliseconds**. */
function leftOf({ leftMs }: WriteTarget, changes: readonly RowChange[]): number {
  const times = changes.map((each) => ('put' in each ? each.readAtMs : undefined)).filter((each) => each !== undefined);
  return Math.min(Number.POSITIVE_INFINITY, ...times.map((each) => leftMs?.(each) ?? Number.POSITIVE_INFINITY));
}

/** Ends calls that would come too late: those that are repeated after the process was frozen, too. */
function sendOptions(left: number): { readonly abortSignal?: AbortSignal } {
  return Number.isFinite(left) ? { abortSignal: timeoutSignal(left) } : {};
}

/**
 * Puts a row, unless another process has been faster.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
 */
async function putUnless(target: WriteTarget, { put, readAtMs, unless }: ConditionalPut): Promise<void> {
  const left = leftOf(target, [{ put, ...(readAtMs !== undefined && { readAtMs }) }]);
  if (left <= 0) return;
  const { PutItemCommand } = await import('@aws-sdk/client-dynamodb');
  const command = new PutItemCommand({ TableName: target.table, Item: { ...put }, ...conditionOf(unless) });
  try {
    await target.client.send(command, sendOptions(left));
  } catch (error) {
    if (errorFacts(error).name !== 'ConditionalCheckFailedException') unlessInvalid(error);
  }
}

function conditionOf(unless: ConditionalPut['unless']) {
  if (unless === 'there is one') {
    const ExpressionAttributeNames = { '#partition': tableKeys.partition };
    return { ConditionExpression: 'attribute_not_exists(#partition)', ExpressionAttributeNames };
  }
  const known: readonly (readonly [string, string, AttributeValue | undefined])[] = [
    ['created_at', ':created', unless.createdAt],
    [readAtAttribute, ':read', unless.readAt],
  ];
  const conditions = known.map(([attribute, placeholder, value]) =>
    value === undefined ? `attribute_not_exists(${attribute})` : `${attribute} = ${placeholder}`,
  );
  const values = known.flatMap(([, placeholder, value]) =>
    value === undefined ? [] : [[placeholder, value] as const],
  );
  return {
    ConditionExpression: conditions.join(' AND '),
    ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
  };
}

/** Writes a batch; one row that DynamoDB finds invalid refuses all of it, so then each is written alone, and that one left out. */
async function writeBatchOrEach(target: WriteTarget, batch: readonly RowChange[]): Promise<void> {
  try {
    await writeBatch(target, batch);
  } catch (error) {
    if (errorFacts(error).name !== 'ValidationException' || batch.length === 1) throw error;
    for (const each of batch) await writeBatch(target, [each]).catch(unlessInvalid);
  }
}

function unlessInvalid(error: unknown): void {
  if (errorFacts(error).name !== 'ValidationException') throw error;
}

async function writeBatch(target: WriteTarget, batch: readonly RowChange[]): Promise<void> {
  const { client, environ, table, random } = target;
  const { BatchWriteItemCommand } = await import('@aws-sdk/client-dynamodb');
  let left = batch.map((each) => requestOf(environ, each));
  for (let resend = 0; resend <= maxResends; resend += 1) {
    const timeLeft = leftOf(target, batch);
    if (timeLeft <= 0) return;
    const output: BatchWriteItemCommandOutput = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [table]: left } }),
      sendOptions(timeLeft),
    );
    // All are of one table, which has been named by its name or its ARN.
    left = Object.values(output.UnprocessedItems ?? {}).flat();
    if (left.length === 0) return;
    if (resend < maxResends) await sleep(resendPause(resend, random()));
  }
  throw new Error(`${left.length} rows are still unprocessed after ${maxResends} resends.`);
}
