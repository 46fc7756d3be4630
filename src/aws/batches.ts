import { startWork } from '../base/start-work';

/** Parts a list into batches of a size, in order; the last may be smaller. */
export function batchesOf<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, index) => all.slice(index * size, (index + 1) * size));
}

/**
 * Gives each key of a batch its own promise from the one read that serves all of them.
 *
 * @param read - Gives what picks the outcome of one.
 */
export function promisesOf<T, R>(
  batch: readonly T[],
  keyOf: (each: T) => string,
  read: Promise<(each: T) => R | Promise<R>>,
): readonly (readonly [string, Promise<R>])[] {
  return batch.map((each) => [keyOf(each), startWork(() => read.then((pick) => pick(each)))] as const);
}
