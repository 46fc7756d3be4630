import type {
  AttributeValue,
  BatchGetItemCommandOutput,
  BatchWriteItemCommandOutput,
  DynamoDBClient,
  PutItemCommandInput,
  QueryCommandOutput,
  WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { errorSummary } from '../base/describe-error';
import { sleep, timeoutSignal } from '../base/time';
import { type AttributeMap, wellFormedRow } from './attribute-value';
import { batchesOf } from './batches';
import { openConnection } from './open-connection';
import { readPages } from './pages';
import { tableKeys } from './table-names';

/** A table, and the client to use for it. */
export interface TableConnection {
  readonly client: DynamoDBClient;
  /** Name or ARN. */
  readonly table: string;
}

/** A table that rows are written to. */
export interface WriteConnection extends TableConnection {
  /** Gives a number in `[0, 1)`, for the pauses. */
  readonly random: () => number;
}

/** The keys of a row. */
export interface RowKey {
  readonly partition: string;
  readonly sort: string;
}

/** How rows are read. */
export interface ReadOptions {
  /** Whether the read is strongly consistent, at twice the price. Default: false. */
  readonly consistent?: boolean;
  /** Aborts the reading. */
  readonly signal?: AbortSignal | undefined;
}

/** Which rows are read, and how. */
export interface QueryOptions extends ReadOptions {
  /** Attributes to give; absent: all. */
  readonly attributes?: readonly string[];
  /** The index to query, and the attribute that is its partition key; absent: the table itself. */
  readonly index?: { readonly name: string; readonly partition: string };
}

/** One page of a scan. */
export interface ScannedPage {
  readonly rows: readonly AttributeMap[];
  /** Key after which the next page starts; `undefined` on the last page. */
  readonly next: AttributeMap | undefined;
  /** Read units that the page has used; 0 where the service does not say. */
  readonly units: number;
}

/** When a row is put. Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html */
export type PutCondition = Readonly<
  Pick<PutItemCommandInput, 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'>
>;

/** A row to put. */
export interface RowPut {
  readonly put: AttributeMap;
  /** Gives how long it may still be put, **milliseconds**; absent: without a limit. */
  readonly leftMs?: () => number;
  /** Put only under this condition, by a call of its own; absent: put, together with others. */
  readonly condition?: PutCondition;
}

/** A change of the table: a row to put, or the keys of one to delete. */
export type RowChange = RowPut | { readonly delete: RowKey };

type ConditionalPut = RowPut & Required<Pick<RowPut, 'condition'>>;

/** Most requests that `BatchWriteItem` takes, and keys that `BatchGetItem` takes. */
const maxBatchSize = 25;
const maxBatchGetSize = 100;
/** How many rows are put by calls of their own at the same time. */
const parallelPuts = 5;
/** Most times that unprocessed rows are sent again. */
const maxResends = 6;
const firstPauseMs = 50;
const longestPauseMs = 1000;

/** The condition that there is no row under the keys. */
export const ifAbsent: PutCondition = {
  ConditionExpression: 'attribute_not_exists(#partition)',
  ExpressionAttributeNames: { '#partition': tableKeys.partition },
};

/** Makes the condition that there is no row under the keys, or something holds of the one that is there. */
export function ifAbsentOr(expression: string, values: Record<string, AttributeValue>): PutCondition {
  return {
    ...ifAbsent,
    ConditionExpression: `${ifAbsent.ConditionExpression} OR ${expression}`,
    ExpressionAttributeValues: values,
  };
}

/**
 * Reads all rows of a partition, page after page.
 *
 * @throws What the SDK throws, or an Error for an answer that contradicts itself.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
 */
export async function queryRows(
  connection: TableConnection,
  partition: string,
  options: QueryOptions = {},
): Promise<readonly AttributeMap[]> {
  const rows = await readPages(
    (start: AttributeMap | undefined) => queryPage(connection, partition, { ...options, start }),
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

/** Checks that a table can be read, by a query for at most one row of a partition. @throws What the SDK throws. */
export async function probeTable(connection: TableConnection, partition: string, signal: AbortSignal): Promise<void> {
  await queryPage(connection, partition, { signal, limit: 1 });
}

/** Prepares a client to query a table. @throws What the SDK throws without region or credentials. */
export async function connectToTable({ client, table }: TableConnection, signal: AbortSignal): Promise<void> {
  const { QueryCommand } = await import('@aws-sdk/client-dynamodb');
  await openConnection(client, new QueryCommand({ TableName: table }), signal);
}

/**
 * Reads one row.
 *
 * @returns `undefined` when there is none.
 * @throws What the SDK throws.
 */
export async function getRow(
  { client, table }: TableConnection,
  key: RowKey,
  { consistent = false, signal }: ReadOptions = {},
): Promise<AttributeMap | undefined> {
  const { GetItemCommand } = await import('@aws-sdk/client-dynamodb');
  const command = new GetItemCommand({ TableName: table, Key: attributesOf(key), ConsistentRead: consistent });
  const { Item: row } = await client.send(command, sendOptions(signal));
  return row && wellFormedRow(row);
}

/**
 * Reads rows by their keys, 100 a call; what DynamoDB leaves unprocessed is asked for again after growing, jittered pauses.
 *
 * @param keys - Different ones.
 * @returns The rows that are there, in any order.
 * @throws What the SDK throws, or an Error when keys are still unprocessed in the end.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
export async function getRows(
  { client, random, table }: WriteConnection,
  keys: readonly RowKey[],
  { consistent = false, signal }: ReadOptions = {},
): Promise<readonly AttributeMap[]> {
  const { BatchGetItemCommand } = await import('@aws-sdk/client-dynamodb');
  const rows: AttributeMap[] = [];
  for (const batch of batchesOf(keys, maxBatchGetSize)) {
    let left: Record<string, AttributeValue>[] = batch.map(attributesOf);
    for (let resend = 0; left.length > 0; resend += 1) {
      if (resend > maxResends) throw new Error(`${left.length} rows are still unread after ${maxResends} resends.`);
      if (resend > 0) await sleep(resendPause(resend - 1, random()));
      const output: BatchGetItemCommandOutput = await client.send(
        new BatchGetItemCommand({ RequestItems: { [table]: { Keys: left, ConsistentRead: consistent } } }),
        sendOptions(signal),
      );
      // All are of one table, which has been named by its name or its ARN.
      rows.push(...Object.values(output.Responses ?? {}).flat());
      left = Object.values(output.UnprocessedKeys ?? {}).flatMap(({ Keys: unprocessed = [] }) => unprocessed);
    }
  }
  return rows.map(wellFormedRow);
}

/**
 * Puts one row.
 *
 * @param options - `condition`: put only if it holds; absent: put.
 * @returns Whether it was put: `false` when the condition does not hold.
 * @throws What the SDK throws.
 */
export async function putRow(
  { client, table }: TableConnection,
  row: AttributeMap,
  { condition, signal }: { readonly condition?: PutCondition; readonly signal?: AbortSignal | undefined } = {},
): Promise<boolean> {
  const { PutItemCommand } = await import('@aws-sdk/client-dynamodb');
  const command = new PutItemCommand({ TableName: table, Item: { ...row }, ...condition });
  try {
    await client.send(command, sendOptions(signal));
    return true;
  } catch (error) {
    if (errorSummary(error).name !== 'ConditionalCheckFailedException') throw error;
    return false;
  }
}

/**
 * Reads one page of the whole table.
 *
 * @param attributes - Attributes to give.
 * @param start - Key after which the page starts; `undefined`: the first page.
 * @throws What the SDK throws.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html
 */
export async function scanPage(
  { client, table }: TableConnection,
  attributes: readonly string[],
  start: AttributeMap | undefined,
): Promise<ScannedPage> {
  const { ScanCommand } = await import('@aws-sdk/client-dynamodb');
  const { names, projection } = columnsOf(attributes);
  const page = await client.send(
    new ScanCommand({
      TableName: table,
      ...projection,
      ExpressionAttributeNames: names,
      ReturnConsumedCapacity: 'TOTAL',
      ExclusiveStartKey: start,
    }),
  );
  const rows = (page.Items ?? []).map(wellFormedRow);
  return { rows, next: page.LastEvaluatedKey, units: page.ConsumedCapacity?.CapacityUnits ?? 0 };
}

/**
 * Writes rows, 25 a call; what DynamoDB leaves unprocessed is sent again after growing, jittered pauses. Rows whose time has expired
 * by then are left out, and so are rows that DynamoDB rejects as invalid, unless a row is the only one.
 *
 * @param changes - At most one per row.
 * @throws What the SDK throws, or an Error when rows are still unprocessed in the end.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
 */
export async function writeRows(connection: WriteConnection, changes: readonly RowChange[]): Promise<void> {
  const conditional = changes.filter((each): each is ConditionalPut => 'put' in each && each.condition !== undefined);
  const others = changes.filter((each) => !('put' in each) || each.condition === undefined);
  for (const batch of batchesOf(others, maxBatchSize)) {
    const inTime = batch.filter((each) => leftOf([each]) > 0);
    if (inTime.length > 0) await writeBatchOrEach(connection, inTime);
  }
  for (const batch of batchesOf(conditional, parallelPuts))
    await Promise.all(batch.map((each) => putInTime(connection, each)));
}

/** Gives the pause before a resend, **milliseconds**: doubling, between half and all of it. */
export function resendPause(resend: number, random: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** resend) * (0.5 + random / 2);
}

interface PageOptions extends QueryOptions {
  readonly limit?: number;
  readonly start?: AttributeMap | undefined;
}

async function queryPage(
  { client, table }: TableConnection,
  partition: string,
  { attributes = [], consistent = false, index, limit, signal, start }: PageOptions,
): Promise<QueryCommandOutput> {
  const { QueryCommand } = await import('@aws-sdk/client-dynamodb');
  const { names, projection } = columnsOf(attributes);
  const command = new QueryCommand({
    TableName: table,
    ...(index !== undefined && { IndexName: index.name }),
    KeyConditionExpression: '#partition = :partition',
    ExpressionAttributeNames: { '#partition': index?.partition ?? tableKeys.partition, ...names },
    ExpressionAttributeValues: { ':partition': { S: partition } },
    ...projection,
    ...(limit !== undefined && { Limit: limit }),
    // An index cannot be read consistently.
    ...(index === undefined && { ConsistentRead: consistent }),
    ExclusiveStartKey: start,
  });
  return client.send(command, sendOptions(signal));
}

/** Makes placeholders for attributes: any name may be a reserved word of DynamoDB. */
function columnsOf(attributes: readonly string[]) {
  const names = Object.fromEntries(attributes.map((name, index): [string, string] => [`#a${index}`, name]));
  return { names, projection: attributes.length > 0 && { ProjectionExpression: Object.keys(names).join(', ') } };
}

function attributesOf({ partition, sort }: RowKey): Record<string, AttributeValue> {
  return { [tableKeys.partition]: { S: partition }, [tableKeys.sort]: { S: sort } };
}

function requestOf(change: RowChange): WriteRequest {
  if ('put' in change) return { PutRequest: { Item: { ...change.put } } };
  return { DeleteRequest: { Key: attributesOf(change.delete) } };
}

/** Gives how long all of some changes may still be made, **milliseconds**. */
function leftOf(changes: readonly RowChange[]): number {
  const times = changes.map((each) => ('put' in each ? each.leftMs?.() : undefined));
  return Math.min(...times.map((each) => each ?? Number.POSITIVE_INFINITY));
}

/** Aborts calls that would be too late, also when they are repeated after the process was frozen. */
function signalWithin(leftMs: number): AbortSignal | undefined {
  return Number.isFinite(leftMs) ? timeoutSignal(leftMs) : undefined;
}

function sendOptions(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

/** Puts a row under its condition, if there is time; a row that DynamoDB rejects as invalid is left out. */
async function putInTime(connection: WriteConnection, change: ConditionalPut): Promise<void> {
  const left = leftOf([change]);
  if (left <= 0) return;
  const { put, condition } = change;
  await putRow(connection, put, { condition, signal: signalWithin(left) }).catch(unlessInvalid);
}

/** Writes a batch. One invalid row makes DynamoDB reject the batch: then each row is written alone, and invalid ones are left out. */
async function writeBatchOrEach(connection: WriteConnection, batch: readonly RowChange[]): Promise<void> {
  try {
    await writeBatch(connection, batch);
  } catch (error) {
    if (errorSummary(error).name !== 'ValidationException' || batch.length === 1) throw error;
    for (const each of batch) await writeBatch(connection, [each]).catch(unlessInvalid);
  }
}

function unlessInvalid(error: unknown): void {
  if (errorSummary(error).name !== 'ValidationException') throw error;
}

async function writeBatch({ client, table, random }: WriteConnection, batch: readonly RowChange[]): Promise<void> {
  const { BatchWriteItemCommand } = await import('@aws-sdk/client-dynamodb');
  let left = batch.map(requestOf);
  for (let resend = 0; resend <= maxResends; resend += 1) {
    const leftMs = leftOf(batch);
    if (leftMs <= 0) return;
    const output: BatchWriteItemCommandOutput = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [table]: left } }),
      sendOptions(signalWithin(leftMs)),
    );
    // All belong to one table; the key is its name or its ARN.
    left = Object.values(output.UnprocessedItems ?? {}).flat();
    if (left.length === 0) return;
    if (resend < maxResends) await sleep(resendPause(resend, random()));
  }
  throw new Error(`${left.length} rows are still unprocessed after ${maxResends} resends.`);
}
