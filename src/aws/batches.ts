import { startWork } from '../base/start-work';

/** Parts a list into batches of a size, in order; the last may be smaller. */
export function batchesOf<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, index) => all.slice(index * size, (index + 1) * size));
}

/**
 * Works on all of a list, on some at the same time: the next begins as soon as one has ended.
 *
 * @param atOnce - How many are worked on at the same time, at most.
 * @throws What the work rejects with; work that has begun is not ended.
 */
export async function eachOf<T>(all: readonly T[], atOnce: number, work: (each: T) => Promise<void>): Promise<void> {
  const rest = all.values();
  const worker = async (): Promise<void> => {
    for (const each of rest) await work(each);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, worker));
}

/**
 * Gives each key of a batch its own promise from the one read that serves all of them.
 *
 * @param read - Resolves to a function that gives the outcome of one element.
 */
export function promisesOf<T, R>(
  batch: readonly T[],
  keyOf: (each: T) => string,
  read: Promise<(each: T) => R | Promise<R>>,
): readonly (readonly [string, Promise<R>])[] {
  return batch.map((each) => [keyOf(each), startWork(() => read.then((pick) => pick(each)))] as const);
}
