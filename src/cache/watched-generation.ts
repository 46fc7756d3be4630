import { type GenerationRead, type GenerationTarget, readGeneration, updateGeneration } from './generation-store';
import { watchedGeneration } from './next-generation';

/**
 * Reads the number of the generation of a partition, and makes known there which directories are watched: by one GetItem,
 * and a PutItem the first time.
 *
 * @returns 0 before the first change.
 * @throws What the SDK throws.
 */
export async function readWatchedGeneration(
  target: GenerationTarget,
  directories: readonly string[],
  { nowMs, ...read }: GenerationRead & { readonly nowMs: number },
): Promise<number> {
  const row = await readGeneration(target, read);
  if (watchedGeneration(row, directories, nowMs) === undefined) return row?.current ?? 0;
  return (await updateGeneration(target, (before) => watchedGeneration(before, directories, nowMs)))?.current ?? 0;
}
