import { type AttributeMap } from '../aws/attribute-value';
import { eachOf } from '../aws/batches';
import { queryRows } from '../aws/table-client';
import { changeKey, type SourceChange } from '../cache/rows';
import { Directory } from '../directory/directory';
import { type EventChange } from './changed-place';
import { type ChangeSession, followInPartition } from './follow-in-partition';
import { findIndexed } from './indexed-partitions';
import { findPosition, keepPosition } from './scan-position';
import { scanPartitions } from './table-scan';
import { changeOf, tracedAttributes, tracePartition, type TracedPartition } from './traced-partition';

/** How partitions are found. */
export interface PassOptions {
  /** Directories that other services use, too, than the one in their path. */
  readonly sharedDirectories: ReadonlySet<string>;
  /** Whether the table has the index of names. */
  readonly hasIndex: boolean;
  /** Read units a second that a scan may take. */
  readonly scanUnitsPerSecond: number;
  /** Gives the remaining time, **milliseconds**. */
  readonly remainingMs: () => number;
}

/** Read units a second that a scan may take, unless the caller says otherwise. */
export const defaultScanUnitsPerSecond = 500;
/** How many partitions are processed at the same time. */
const atOnce = 8;
/** Most time reserved for ending running work, and for saving the position of a scan, **milliseconds**. */
const longestReserveMs = 3000;
/** Part of a short remaining time that is reserved for that. */
const reservedPart = 0.2;

/**
 * Follows changes in all partitions whose chains contain their directories: each partition is read and its generation raised once, and the
 * table is scanned at most once.
 *
 * Failures are recorded; the other changes are still followed.
 */
export class ChangePass {
  /** Why changes could not be followed everywhere, by {@link changeKey}. */
  readonly failures = new Map<string, unknown>();
  private readonly changed = new Set<string>();
  private readonly open = new Set<EventChange>();
  private readonly own = new Set<EventChange>();
  private readonly reserveMs: number;
  private droppedRows = 0;

  constructor(
    private readonly session: ChangeSession,
    private readonly options: PassOptions,
  ) {
    this.reserveMs = Math.min(longestReserveMs, options.remainingMs() * reservedPart);
  }

  /** How many partitions were changed. */
  get partitions(): number {
    return this.changed.size;
  }

  /** How many rows were dropped. */
  get dropped(): number {
    return this.droppedRows;
  }

  /** Follows changes. Never rejects because of the table. */
  async follow(changes: readonly EventChange[]): Promise<void> {
    const { hasIndex, sharedDirectories } = this.options;
    for (const each of changes) this.open.add(each);
    const own = changes.filter(({ directory }) => isOwnDirectory(directory, sharedDirectories));
    for (const each of own) this.own.add(each);
    const found = await this.followInOwnPartitions(own);
    if (hasIndex) await this.followIndexed(changes);
    const isScanned = (each: EventChange): boolean => (hasIndex ? each.name === undefined : !found.has(each));
    const rest = changes.filter((each) => isScanned(each) && !this.failures.has(changeKey(each)));
    if (rest.length > 0) await this.attempt(rest, () => this.followByScan(rest));
    this.open.clear();
  }

  /** Ends the pass: changes that have not been followed yet count as failed. */
  stop(reason: unknown): void {
    for (const each of this.open) if (!this.failures.has(changeKey(each))) this.failures.set(changeKey(each), reason);
    this.open.clear();
  }

  /**
   * Follows changes in the partitions with the paths of their directories.
   *
   * Nothing is written to a partition without rows: the directory may not belong to a service. The first process of a service puts its
   * lease there before it reads the sources.
   *
   * @returns Those whose partition is in use.
   */
  private async followInOwnPartitions(changes: readonly EventChange[]): Promise<ReadonlySet<EventChange>> {
    const found = new Set<EventChange>();
    const environs = [...new Set(changes.map(({ directory }) => directory))];
    await eachOf(environs, atOnce, async (environ) => {
      const its = changes.filter(({ directory }) => directory === environ);
      await this.attempt(its, async () => {
        this.checkTime();
        const rows = await queryRows(this.session, environ, { consistent: true, attributes: tracedAttributes });
        const partition = tracePartition(environ, rows);
        if (partition.isInUse) for (const each of its) found.add(each);
        if (!partition.isEmpty) await this.followIn(partition, its);
      });
      if (!this.options.hasIndex) for (const each of its) if (found.has(each)) this.open.delete(each);
    });
    return found;
  }

  /** Follows changes in the partitions that the index lists for their names, or that are watched. */
  private async followIndexed(changes: readonly EventChange[]): Promise<void> {
    const named = changes.filter(({ name }) => name !== undefined);
    if (named.length === 0) return;
    const names = named.flatMap(({ name }) => name ?? []);
    const { partitions, unread } = await findIndexed(this.session, names, () => this.checkTime());
    for (const each of named) {
      if (unread.has(each.name ?? '')) this.failures.set(changeKey(each), unread.get(each.name ?? ''));
    }
    await eachOf(partitions, atOnce, (partition) =>
      this.followIn(partition, this.notOwnOf(partition, named), () => this.checkTime()),
    );
  }

  /** Follows changes in every partition of the table, from the position where a former attempt for the same events stopped. */
  private async followByScan(changes: readonly EventChange[]): Promise<void> {
    const eventIds = changes.flatMap((each) => each.eventIds);
    const from = await findPosition(this.session, eventIds);
    const { remainingMs, scanUnitsPerSecond: unitsPerSecond } = this.options;
    let position: AttributeMap | undefined = from;
    for await (const scanned of scanPartitions(this.session, { unitsPerSecond, from })) {
      await eachOf(scanned.partitions, atOnce, (partition) =>
        this.followIn(partition, this.notOwnOf(partition, changes)),
      );
      position = scanned.position ?? position;
      if (scanned.isLast || remainingMs() > this.reserveMs) continue;
      const isComplete = changes.every((each) => !this.failures.has(changeKey(each)));
      if (isComplete && position !== undefined) await keepPosition(this.session, eventIds, position);
      throw new Error('There is no time left to read the rest of the table; the next attempt continues from there.');
    }
  }

  /** Leaves out changes that have already been followed in a partition with the path of their directory. */
  private notOwnOf({ environ }: TracedPartition, changes: readonly EventChange[]): readonly EventChange[] {
    return changes.filter((each) => each.directory !== environ || !this.own.has(each));
  }

  private async followIn(
    partition: TracedPartition,
    changes: readonly EventChange[],
    check: () => void = () => undefined,
  ): Promise<void> {
    await this.attempt(changeOf(partition, changes).changes, async () => {
      check();
      const followed = await followInPartition(this.session, partition, changes);
      if (followed === undefined) return;
      this.changed.add(followed.environ);
      this.droppedRows += followed.dropped;
    });
  }

  /** @throws Error when there is no time left to begin more work. */
  private checkTime(): void {
    if (this.options.remainingMs() > this.reserveMs) return;
    throw new Error('There is no time left in this invocation; the next attempt follows the rest.');
  }

  private async attempt(changes: readonly SourceChange[], work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      for (const each of changes) this.failures.set(changeKey(each), error);
    }
  }
}

/** Whether a directory belongs to one service in one environment, by its path. */
function isOwnDirectory(path: string, sharedDirectories: ReadonlySet<string>): boolean {
  const { service, env, isExport } = Directory.literal(path);
  return env !== undefined && env !== 'all' && !isExport && service !== 'global' && !sharedDirectories.has(path);
}
