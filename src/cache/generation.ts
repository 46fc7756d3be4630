import { type AttributeMap } from '../aws/attribute-value';
import { getRow, putRow, type ReadOptions, type TableConnection } from '../aws/table-client';
import {
  changeKey,
  decodeRow,
  encodeRow,
  generationKey,
  type GenerationRow,
  rowTime,
  type KnownChange,
  nowhere,
  type SourceChange,
} from './rows';

/** A partition whose generation is read or changed. */
export interface TablePartition extends TableConnection {
  /** Partition key. */
  readonly environ: string;
}

/** Most attempts to change a generation, each of which another process may prevent. */
const maxTries = 8;

/** Reads the generation of a partition, by one GetItem. @returns `undefined` when there is none. @throws What the SDK throws. */
export async function readGeneration(
  partition: TablePartition,
  read: ReadOptions = {},
): Promise<GenerationRow | undefined> {
  return decodeIfAny(await readRow(partition, read));
}

/**
 * Replaces the generation of a partition.
 *
 * @param next - Makes the new one; called again after a conflict with another process. `undefined`: keeps the current one.
 * @returns The generation after that.
 * @throws What the SDK throws, or an Error when every attempt conflicts with another process.
 */
export async function updateGeneration(
  partition: TablePartition,
  next: (before: GenerationRow | undefined) => GenerationRow | undefined,
): Promise<GenerationRow | undefined> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const row = await readRow(partition, { consistent: true });
    const before = decodeIfAny(row);
    const after = next(before);
    if (after === undefined) return before;
    if (await putUnlessChanged(partition, after, row?.['xcon_gen']?.N)) return after;
  }
  throw new Error(`The generation of ${partition.environ} was changed by other processes ${maxTries} times in a row.`);
}

function readRow(partition: TablePartition, options: ReadOptions): Promise<AttributeMap | undefined> {
  return getRow(partition, { partition: partition.environ, sort: generationKey }, options);
}

/** @returns Whether it was put: `false` when another process has changed the number in the meantime. */
function putUnlessChanged(partition: TablePartition, row: GenerationRow, seen: string | undefined): Promise<boolean> {
  const condition =
    seen === undefined
      ? { ConditionExpression: 'attribute_not_exists(xcon_gen)' }
      : { ConditionExpression: 'xcon_gen = :seen', ExpressionAttributeValues: { ':seen': { N: seen } } };
  return putRow(partition, encodeRow(partition.environ, row), { condition });
}

function decodeIfAny(row: AttributeMap | undefined): GenerationRow | undefined {
  const decoded = row && decodeRow(row);
  return decoded?.kind === 'generation' ? decoded : undefined;
}

/** How long a generation is kept after the last change, **seconds**: far longer than any row that it concerns. */
const generationTtlSeconds = 30 * 24 * 3600;
/** How long changes are listed one by one, **milliseconds**: longer than the life of earlier rows. */
const changesMs = 24 * 3600 * 1000;
/** Most bytes of changes listed one by one, so that reading the row costs half a read unit. */
const maxChangeBytes = 3000;
/** Overhead of a change beside its text, in bytes. */
const changeOverhead = 16;

/**
 * Gives the generation after some changes.
 *
 * Its number grows, whatever the clocks of the writers show, also after the row was lost. Changes that are too old, or too many, to be
 * listed one by one become the floor: older rows of all names are then looked up again.
 *
 * @param before - The current generation; `undefined` when there is none.
 */
export function nextGeneration(
  before: GenerationRow | undefined,
  changes: readonly SourceChange[],
  nowMs: number,
): GenerationRow {
  const generation = Math.max(nowMs, (before?.current ?? 0) + 1);
  const begun = changes.map((each): KnownChange => ({ ...each, generation }));
  const latest = new Map([...(before?.changes ?? []), ...begun].map((each) => [changeKey(each), each]));
  const listed = [...latest.values()].sort((a, b) => b.generation - a.generation);
  const floor = Math.max(
    before?.floor ?? 0,
    ...listed.slice(listable(listed, generation)).map((each) => each.generation),
  );
  return {
    ...generationBase(nowMs),
    current: generation,
    floor,
    changes: listed.filter((each) => each.generation > floor),
    directories: before?.directories ?? [],
  };
}

/**
 * Adds directories that processes watch to a generation.
 *
 * @returns `undefined` when it has all of them.
 */
export function watchedGeneration(
  before: GenerationRow | undefined,
  directories: readonly string[],
  nowMs: number,
): GenerationRow | undefined {
  const all = new Set([...(before?.directories ?? []), ...directories]);
  if (before !== undefined && all.size === before.directories.length) return undefined;
  const { current = 0, floor = 0, changes = [] } = before ?? {};
  return { ...generationBase(nowMs), current, floor, changes, directories: [...all] };
}

/** How many of the changes, newest first, are listed one by one. */
function listable(changes: readonly KnownChange[], generation: number): number {
  let bytes = 0;
  const end = changes.findIndex((each) => {
    bytes += Buffer.byteLength(changeKey(each)) + changeOverhead;
    const isAny = each.directory === undefined && each.name === undefined;
    return isAny || bytes > maxChangeBytes || each.generation < generation - changesMs;
  });
  return end === -1 ? changes.length : end;
}

function generationBase(nowMs: number) {
  return {
    kind: 'generation' as const,
    nameKey: generationKey,
    name: '~xcon-gen',
    directory: nowhere,
    source: 'xcon-gen',
    ttl: Math.ceil(nowMs / 1000) + generationTtlSeconds,
    createdAt: rowTime(nowMs),
  };
}

/** How the generation is read, and watched directories are recorded in it. */
export interface WatchedRead extends ReadOptions {
  readonly nowMs: number;
  /** Partitions in which they could not be recorded; each is tried once. */
  readonly unmarked: Set<string>;
}

/**
 * Reads the number of the generation of a partition, and records there which directories are watched: by one GetItem, and a PutItem the
 * first time.
 *
 * Watching works without the permission to write, too: handlers of changes also find partitions by their usual directories.
 *
 * @returns 0 before the first change.
 * @throws What the SDK throws when it cannot be read.
 */
export async function readWatchedGeneration(
  partition: TablePartition,
  directories: readonly string[],
  { nowMs, unmarked, ...read }: WatchedRead,
): Promise<number> {
  const row = await readGeneration(partition, read);
  const current = row?.current ?? 0;
  if (unmarked.has(partition.environ) || watchedGeneration(row, directories, nowMs) === undefined) return current;
  try {
    const marked = await updateGeneration(partition, (before) => watchedGeneration(before, directories, nowMs));
    return marked?.current ?? current;
  } catch {
    unmarked.add(partition.environ);
    return current;
  }
}
