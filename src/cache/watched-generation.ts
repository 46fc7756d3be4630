import { type GenerationRead, type GenerationTarget, readGeneration, updateGeneration } from './generation-store';
import { watchedGeneration } from './next-generation';

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
