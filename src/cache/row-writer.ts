import type { BatchWriteItemCommandOutput, DynamoDBClient, WriteRequest } from '@aws-sdk/client-dynamodb';
import { errorFacts } from '../base/describe-error';
import { type AttributeMap } from '../aws/attribute-value';
import { batchesOf } from '../aws/batches';
import { tableKeys } from '../aws/table-names';
import { sleep } from './sleep';

/** Most requests that `BatchWriteItem` takes. */
const maxBatchSize = 25;
/** Most times that unprocessed rows are sent again. */
const maxResends = 6;
const firstPauseMs = 50;
const longestPauseMs = 1000;

/** A change of the table: a row to put, or the sort key of one to delete. */
export type RowChange = { readonly put: AttributeMap } | { readonly delete: { readonly nameKey: string } };

/** Where rows are written. */
export interface WriteTarget {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Partition key. */
  readonly environ: string;
  /** Gives a number in `[0, 1)`, for the pauses. */
  readonly random: () => number;
}

/**
 * Writes rows, 25 a call; what DynamoDB leaves unprocessed is sent again after growing, jittered pauses.
 *
 * @param changes - At most one per row.
 * @throws What the SDK throws, or an Error when rows are still unprocessed in the end.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
 */
export async function writeRows(target: WriteTarget, changes: readonly RowChange[]): Promise<void> {
  for (const batch of batchesOf(changes, maxBatchSize)) {
    const requests = batch.map((each) => requestOf(target.environ, each));
    await writeBatchOrEach(target, requests);
  }
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

/** Writes a batch; one row that DynamoDB finds invalid refuses all of it, so then each is written alone, and that one left out. */
async function writeBatchOrEach(target: WriteTarget, requests: WriteRequest[]): Promise<void> {
  try {
    await writeBatch(target, requests);
  } catch (error) {
    if (errorFacts(error).name !== 'ValidationException' || requests.length === 1) throw error;
    for (const each of requests) await writeBatch(target, [each]).catch(unlessInvalid);
  }
}

function unlessInvalid(error: unknown): void {
  if (errorFacts(error).name !== 'ValidationException') throw error;
}

async function writeBatch({ client, table, random }: WriteTarget, requests: WriteRequest[]): Promise<void> {
  const { BatchWriteItemCommand } = await import('@aws-sdk/client-dynamodb');
  let left = requests;
  for (let resend = 0; resend <= maxResends; resend += 1) {
    const output: BatchWriteItemCommandOutput = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [table]: left } }),
    );
    left = output.UnprocessedItems?.[table] ?? [];
    if (left.length === 0) return;
    if (resend < maxResends) await sleep(resendPause(resend, random()));
  }
  throw new Error(`${left.length} rows are still unprocessed after ${maxResends} resends.`);
}
