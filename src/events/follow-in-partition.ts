import { type SourceChange } from '../cache/rows';
import { nextGeneration, updateGeneration } from '../cache/generation';
import { writeRows, type WriteConnection } from '../aws/table-client';
import { changeOf, type TracedPartition } from './traced-partition';

/** The cache table, and what following changes in it needs. */
export interface ChangeSession extends WriteConnection {
  /** Gives the current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: () => number;
  /** Waits, **milliseconds**. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** Result in one partition. */
export interface FollowedPartition {
  readonly environ: string;
  /** How many rows were dropped. */
  readonly dropped: number;
}

/**
 * Follows changes in one partition: drops the rows that they may affect, then raises the generation.
 *
 * In this order, a process that reads the new generation does not find the rows any more. Rows that are written in the meantime, from reads
 * before the change, have the generation of those reads, and are not used. It may be repeated.
 *
 * @returns `undefined` when no change is in a directory of the partition.
 * @throws What the SDK throws, or an Error when rows remain unprocessed.
 */
export async function followInPartition(
  session: ChangeSession,
  partition: TracedPartition,
  all: readonly SourceChange[],
): Promise<FollowedPartition | undefined> {
  const { environ } = partition;
  const { changes, dropped } = changeOf(partition, all);
  if (changes.length === 0) return undefined;
  await writeRows(
    session,
    dropped.map((sort) => ({ delete: { partition: environ, sort } })),
  );
  await updateGeneration({ ...session, environ }, (before) => nextGeneration(before, changes, session.nowMs()));
  return { environ, dropped: dropped.length };
}
