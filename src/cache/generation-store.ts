import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { errorFacts } from '../base/describe-error';
import { type AttributeMap } from '../aws/attribute-value';
import { tableKeys } from '../aws/table-names';
import { decodeRow, encodeRow } from './cache-row';
import { generationKey, type GenerationRow } from './generation-row';

/** Where the generation of a partition is kept. */
export interface GenerationTarget {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Partition key. */
  readonly environ: string;
}

/** How the generation is read. */
export interface GenerationRead {
  /** Whether the newest state is wanted, at twice the price. Default: false. */
  readonly consistent?: boolean;
  /** Aborts the reading. */
  readonly signal?: AbortSignal;
}

/** Most times that somebody else may be faster. */
const maxTries = 8;

/** Reads the generation of a partition, by one GetItem. @returns `undefined` when there is none. @throws What the SDK throws. */
export async function readGeneration(
  target: GenerationTarget,
  read: GenerationRead = {},
): Promise<GenerationRow | undefined> {
  return decodeIfAny(await readRow(target, read));
}

/**
 * Puts another generation in the place of the one that is there.
 *
 * @param next - Makes it; called again when somebody else was faster. `undefined`: leaves it as it is.
 * @returns The generation that is there now.
 * @throws What the SDK throws, or an Error when others are faster every time.
 */
export async function updateGeneration(
  target: GenerationTarget,
  next: (before: GenerationRow | undefined) => GenerationRow | undefined,
): Promise<GenerationRow | undefined> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const row = await readRow(target, { consistent: true });
    const before = decodeIfAny(row);
    const after = next(before);
    if (after === undefined) return before;
    if (await putUnlessChanged(target, after, row?.['xcon_gen']?.N)) return after;
  }
  throw new Error(`The generation of ${target.environ} was changed by others ${maxTries} times in a row.`);
}

async function readRow(
  { client, table, environ }: GenerationTarget,
  { consistent = false, signal }: GenerationRead,
): Promise<AttributeMap | undefined> {
  const { GetItemCommand } = await import('@aws-sdk/client-dynamodb');
  const command = new GetItemCommand({
    TableName: table,
    Key: { [tableKeys.partition]: { S: environ }, [tableKeys.sort]: { S: generationKey } },
    ConsistentRead: consistent,
  });
  return (await client.send(command, signal === undefined ? {} : { abortSignal: signal })).Item;
}

/** @returns Whether it was put: nobody else has changed the number meanwhile. */
async function putUnlessChanged(
  { client, table, environ }: GenerationTarget,
  row: GenerationRow,
  seen: string | undefined,
): Promise<boolean> {
  const { PutItemCommand } = await import('@aws-sdk/client-dynamodb');
  const known = seen !== undefined && { ExpressionAttributeValues: { ':seen': { N: seen } } };
  const command = new PutItemCommand({
    TableName: table,
    Item: { ...encodeRow(environ, row) },
    ConditionExpression: seen === undefined ? 'attribute_not_exists(xcon_gen)' : 'xcon_gen = :seen',
    ...known,
  });
  try {
    await client.send(command);
    return true;
  } catch (error) {
    if (errorFacts(error).name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}

function decodeIfAny(row: AttributeMap | undefined): GenerationRow | undefined {
  const decoded = row && decodeRow(row);
  return decoded?.kind === 'generation' ? decoded : undefined;
}
