import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { errorFacts } from '../base/describe-error';
import { type AttributeMap } from '../aws/attribute-value';
import { tableKeys } from '../aws/table-names';
import {
  changeKey,
  decodeRow,
  encodeRow,
  generationKey,
  type GenerationRow,
  isoTime,
  type KnownChange,
  nowhere,
  type SourceChange,
} from './rows';

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

/** How long a generation is kept after the last change, **seconds**: far longer than any row that it speaks of. */
const generationTtlSeconds = 30 * 24 * 3600;
/** How long changes are told one by one, **milliseconds**: longer than the rows of before live. */
const changesMs = 24 * 3600 * 1000;
/** Most bytes of changes told one by one: with them, the row is still read for half a read unit. */
const maxChangeBytes = 3000;
/** What a change needs beside its text, in bytes. */
const changeOverhead = 16;

/**
 * Gives the generation that changes begin.
 *
 * Numbers grow whatever the clocks of the writers say, also when the row was lost in between. What is too old or too much to
 * be told one by one becomes the floor: then rows of all names from before it are looked up again.
 *
 * @param before - The generation as it is; `undefined` when there is none.
 */
export function nextGeneration(
  before: GenerationRow | undefined,
  changes: readonly SourceChange[],
  nowMs: number,
): GenerationRow {
  const generation = Math.max(nowMs, (before?.current ?? 0) + 1);
  const begun = changes.map((each): KnownChange => ({ ...each, generation }));
  const latest = new Map([...(before?.changes ?? []), ...begun].map((each) => [changeKey(each), each]));
  const told = [...latest.values()].sort((a, b) => b.generation - a.generation);
  const floor = Math.max(before?.floor ?? 0, ...told.slice(tellable(told, generation)).map((each) => each.generation));
  return {
    ...generationFacts(nowMs),
    current: generation,
    floor,
    changes: told.filter((each) => each.generation > floor),
    directories: before?.directories ?? [],
  };
}

/**
 * Gives the same generation with directories that somebody watches.
 *
 * @returns `undefined` when it has them all.
 */
export function watchedGeneration(
  before: GenerationRow | undefined,
  directories: readonly string[],
  nowMs: number,
): GenerationRow | undefined {
  const all = new Set([...(before?.directories ?? []), ...directories]);
  if (before !== undefined && all.size === before.directories.length) return undefined;
  const { current = 0, floor = 0, changes = [] } = before ?? {};
  return { ...generationFacts(nowMs), current, floor, changes, directories: [...all] };
}

/** How many of the changes, newest first, are told one by one. */
function tellable(changes: readonly KnownChange[], generation: number): number {
  let bytes = 0;
  const end = changes.findIndex((each) => {
    bytes += Buffer.byteLength(changeKey(each)) + changeOverhead;
    const isAny = each.directory === undefined && each.name === undefined;
    return isAny || bytes > maxChangeBytes || each.generation < generation - changesMs;
  });
  return end === -1 ? changes.length : end;
}

function generationFacts(nowMs: number) {
  return {
    kind: 'generation' as const,
    nameKey: generationKey,
    name: '~xcon-gen',
    directory: nowhere,
    source: 'xcon-gen',
    ttl: Math.ceil(nowMs / 1000) + generationTtlSeconds,
    createdAt: isoTime(nowMs),
  };
}

/** How the generation is read, and made to tell who watches it. */
export interface WatchedRead extends GenerationRead {
  readonly nowMs: number;
  /** Partitions in which that cannot be told; each is tried once. */
  readonly untold: Set<string>;
}

/**
 * Reads the number of the generation of a partition, and makes known there which directories are watched: by one GetItem,
 * and a PutItem the first time.
 *
 * Who may not write watches all the same: handlers of changes find partitions by their usual directories, too.
 *
 * @returns 0 before the first change.
 * @throws What the SDK throws when it cannot be read.
 */
export async function readWatchedGeneration(
  target: GenerationTarget,
  directories: readonly string[],
  { nowMs, untold, ...read }: WatchedRead,
): Promise<number> {
  const row = await readGeneration(target, read);
  const current = row?.current ?? 0;
  if (untold.has(target.environ) || watchedGeneration(row, directories, nowMs) === undefined) return current;
  try {
    const told = await updateGeneration(target, (before) => watchedGeneration(before, directories, nowMs));
    return told?.current ?? current;
  } catch {
    untold.add(target.environ);
    return current;
  }
}
