import { type AttributeMap } from '../aws/attribute-value';
import { getRow, putRow, type ReadOptions, type TableTarget } from '../aws/table-client';
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

/** Where the generation of a partition is kept. */
export interface GenerationTarget extends TableTarget {
  /** Partition key. */
  readonly environ: string;
}

/** Most attempts, each of which another process may forestall. */
const maxTries = 8;

/** Reads the generation of a partition, by one GetItem. @returns `undefined` when there is none. @throws What the SDK throws. */
export async function readGeneration(
  target: GenerationTarget,
  read: ReadOptions = {},
): Promise<GenerationRow | undefined> {
  return decodeIfAny(await readRow(target, read));
}

/**
 * Puts another generation in the place of the one that is there.
 *
 * @param next - Makes it; called again when another process was faster. `undefined`: leaves it as it is.
 * @returns The generation that is there now.
 * @throws What the SDK throws, or an Error when other processes are faster every time.
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

function readRow(target: GenerationTarget, options: ReadOptions): Promise<AttributeMap | undefined> {
  return getRow(target, { partition: target.environ, sort: generationKey }, options);
}

/** @returns Whether it was put: no other process has changed the number meanwhile. */
function putUnlessChanged(target: GenerationTarget, row: GenerationRow, seen: string | undefined): Promise<boolean> {
  const condition =
    seen === undefined
      ? { ConditionExpression: 'attribute_not_exists(xcon_gen)' }
      : { ConditionExpression: 'xcon_gen = :seen', ExpressionAttributeValues: { ':seen': { N: seen } } };
  return putRow(target, encodeRow(target.environ, row), { condition });
}

function decodeIfAny(row: AttributeMap | undefined): GenerationRow | undefined {
  const decoded = row && decodeRow(row);
  return decoded?.kind === 'generation' ? decoded : undefined;
}

/** How long a generation is kept after the last change, **seconds**: far longer than any row that it speaks of. */
const generationTtlSeconds = 30 * 24 * 3600;
/** How long changes are listed one by one, **milliseconds**: longer than the rows of before live. */
const changesMs = 24 * 3600 * 1000;
/** Most bytes of changes listed one by one: with them, the row is still read for half a read unit. */
const maxChangeBytes = 3000;
/** What a change needs beside its text, in bytes. */
const changeOverhead = 16;

/**
 * Gives the generation that changes begin.
 *
 * Numbers grow whatever the clocks of the writers say, also when the row was lost in between. What is too old or too much to
 * be listed one by one becomes the floor: then rows of all names from before it are looked up again.
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
  const listed = [...latest.values()].sort((a, b) => b.generation - a.generation);
  const floor = Math.max(
    before?.floor ?? 0,
    ...listed.slice(listable(listed, generation)).map((each) => each.generation),
  );
  return {
    ...generationFacts(nowMs),
    current: generation,
    floor,
    changes: listed.filter((each) => each.generation > floor),
    directories: before?.directories ?? [],
  };
}

/**
 * Gives the same generation with directories that processes watch.
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

function generationFacts(nowMs: number) {
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

/** How the generation is read, and marked with what is watched. */
export interface WatchedRead extends ReadOptions {
  readonly nowMs: number;
  /** Partitions to which that could not be written; each is tried once. */
  readonly unmarked: Set<string>;
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
  { nowMs, unmarked, ...read }: WatchedRead,
): Promise<number> {
  const row = await readGeneration(target, read);
  const current = row?.current ?? 0;
  if (unmarked.has(target.environ) || watchedGeneration(row, directories, nowMs) === undefined) return current;
  try {
    const marked = await updateGeneration(target, (before) => watchedGeneration(before, directories, nowMs));
    return marked?.current ?? current;
  } catch {
    unmarked.add(target.environ);
    return current;
  }
}
