import { type SourceChange } from '../cache/rows';
import { nextGeneration, updateGeneration } from '../cache/generation';
import { writeRows, type WriteTarget } from '../aws/table-client';
import { changeOf, type TracedPartition } from './traced-partition';

/** What the handler works with. */
export interface ChangeSession extends WriteTarget {
  /** Gives the current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: () => number;
  /** Waits, **milliseconds**. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** What has been done in one partition. */
export interface FollowedPartition {
  readonly environ: string;
  /** How many rows were dropped. */
  readonly dropped: number;
}

/**
 * Follows changes in one partition: drops the rows that they may touch, then raises the generation.
 *
 * In this order: a process that sees the new generation finds the rows gone. Rows that are written meanwhile, from reads before
 * the change, carry the generation of those reads, and are not used. Doing it again drops nothing more, and raises the generation once more.
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
