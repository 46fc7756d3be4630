import { type AttributeMap } from '../aws/attribute-value';
import { batchesOf } from '../aws/batches';
import { queryPartition } from '../aws/query-partition';
import { changeKey, type SourceChange } from '../cache/generation-row';
import { Directory } from '../directory/directory';
import { type EventChange } from './changed-place';
import { type ChangeSession, followInPartition } from './follow-in-partition';
import { findIndexed } from './indexed-partitions';
import { findPosition, keepPosition } from './scan-position';
import { scanPartitions } from './table-scan';
import { changeOf, tracedAttributes, tracePartition, type TracedPartition } from './traced-partition';

/** How partitions are found. */
export interface PassOptions {
  /** Directories that others look in, too, than the service and environment that they are called after. */
  readonly sharedDirectories: ReadonlySet<string>;
  /** Whether the table has the index of names. */
  readonly hasIndex: boolean;
  /** Read units a second that a scan may take. */
  readonly scanUnitsPerSecond: number;
  /** Gives the time that is left, **milliseconds**. */
  readonly remainingMs: () => number;
}

/** How many partitions are worked on at the same time. */
const atOnce = 8;
/** Time kept for remembering where a scan has got to, **milliseconds**. */
const reserveMs = 3000;

/**
 * Follows changes in all partitions whose chains hold their directories, together: each partition is read and its generation
 * raised once, and the table is read once at most.
 *
 * What fails is remembered; the rest goes on.
 */
export class ChangePass {
  /** Why changes could not be followed everywhere, by {@link changeKey}. */
  readonly failures = new Map<string, unknown>();
  private readonly touched = new Set<string>();
  private droppedRows = 0;

  constructor(
    private readonly session: ChangeSession,
    private readonly options: PassOptions,
  ) {}

  /** How many partitions were touched. */
  get partitions(): number {
    return this.touched.size;
  }

  /** How many rows were dropped. */
  get dropped(): number {
    return this.droppedRows;
  }

  /** Follows changes. Never rejects because of the table. */
  async follow(changes: readonly EventChange[]): Promise<void> {
    const { hasIndex, sharedDirectories } = this.options;
    const own = changes.filter(({ directory }) => isOwnDirectory(directory, sharedDirectories));
    const atHome = await this.followAtHome(own);
    if (hasIndex) await this.followIndexed(changes, atHome);
    const isScanned = (each: EventChange): boolean => (hasIndex ? each.name === undefined : !atHome.has(each));
    const rest = changes.filter((each) => isScanned(each) && !this.failures.has(changeKey(each)));
    if (rest.length > 0) await this.attempt(rest, () => this.followByScan(rest));
  }

  /**
   * Follows changes in the partitions that their directories are called after: also when nothing is there yet, because the
   * first process may be about to write what it has read before.
   *
   * @returns Those whose partition is in use.
   */
  private async followAtHome(changes: readonly EventChange[]): Promise<ReadonlySet<EventChange>> {
    const { client, table } = this.session;
    const found = new Set<EventChange>();
    const environs = [...new Set(changes.map(({ directory }) => directory))];
    await eachAtOnce(environs, async (environ) => {
      const its = changes.filter(({ directory }) => directory === environ);
      await this.attempt(its, async () => {
        const query = { table, partition: environ, consistent: true, attributes: tracedAttributes };
        const rows = await queryPartition(client, query);
        const partition = tracePartition(environ, rows);
        if (partition.isInUse) for (const each of its) found.add(each);
        await this.followIn(partition, its);
      });
    });
    return found;
  }

  /** Follows changes wherever the index has rows of their names, or somebody who watches. */
  private async followIndexed(changes: readonly EventChange[], atHome: ReadonlySet<EventChange>): Promise<void> {
    const named = changes.filter(({ name }) => name !== undefined);
    if (named.length === 0) return;
    await this.attempt(named, async () => {
      const partitions = await findIndexed(
        this.session,
        named.flatMap(({ name }) => name ?? []),
      );
      await eachAtOnce(partitions, (partition) => {
        const others = named.filter((each) => !(atHome.has(each) && each.directory === partition.environ));
        return this.followIn(partition, others);
      });
    });
  }

  /** Follows changes in every partition of the table, and goes on where a former try of the same events had to stop. */
  private async followByScan(changes: readonly EventChange[]): Promise<void> {
    const eventIds = changes.flatMap((each) => each.eventIds);
    const from = await findPosition(this.session, eventIds);
    const { remainingMs, scanUnitsPerSecond: unitsPerSecond } = this.options;
    let position: AttributeMap | undefined = from;
    for await (const scanned of scanPartitions(this.session, { unitsPerSecond, from })) {
      await eachAtOnce(scanned.partitions, (partition) => this.followIn(partition, changes));
      position = scanned.position ?? position;
      if (scanned.isLast || remainingMs() > reserveMs) continue;
      const isComplete = changes.every((each) => !this.failures.has(changeKey(each)));
      if (isComplete && position !== undefined) await keepPosition(this.session, eventIds, position);
      throw new Error('There is no time left to read the rest of the table; the next try goes on from here.');
    }
  }

  private async followIn(partition: TracedPartition, changes: readonly EventChange[]): Promise<void> {
    await this.attempt(changeOf(partition, changes).changes, async () => {
      const followed = await followInPartition(this.session, partition, changes);
      if (followed === undefined) return;
      this.touched.add(followed.environ);
      this.droppedRows += followed.dropped;
    });
  }

  private async attempt(changes: readonly SourceChange[], work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      for (const each of changes) this.failures.set(changeKey(each), error);
    }
  }
}

/** Whether a directory is that of one service in one environment, as far as its path tells. */
export function isOwnDirectory(path: string, sharedDirectories: ReadonlySet<string>): boolean {
  const { service, env, isExport } = Directory.literal(path);
  return env !== undefined && env !== 'all' && !isExport && service !== 'global' && !sharedDirectories.has(path);
}

async function eachAtOnce<T>(all: readonly T[], work: (each: T) => Promise<void>): Promise<void> {
  for (const batch of batchesOf(all, atOnce)) await Promise.all(batch.map(work));
}
