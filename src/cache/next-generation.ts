import { isoTime, nowhere } from './cache-row';
import { changeKey, generationKey, type GenerationRow, type KnownChange, type SourceChange } from './generation-row';

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
