import { getOrMake } from '../base/get-or-make';
import { startWork } from '../base/start-work';
import { type TimeLeft } from '../base/time-limit';
import { Part } from '../di/part';
import { checkOptions } from '../options';
import type * as Admin from './admin';
import type * as CacheTable from './cache-table';
import {
  type CacheAnswer,
  type CachedChain,
  Cacher,
  CacheRecord,
  type CacheSession,
  type CacheableAnswer,
  type FindOptions,
  PendingWork,
  type SecretReference,
} from './cacher';
import { currentSession } from './current-session';
import { type Backoff } from './partition-state';
import { type Partitions } from './partitions';

/** What `clear()` and `entries()` load. @internal */
export const adminPart = new Part<typeof Admin>('cacher.clear() and entries()', 'provideOperations');
/** What `ensureCacheTable()` loads. @internal */
export const cacheTablePart = new Part<typeof CacheTable>('cacher.ensureCacheTable()', 'provideOperations');

/**
 * The shared cache table: one row per name and chain, one partition per service and environment.
 *
 * One Query answers for every name and chain of the process. The table is shared with the Python library xcon.
 *
 * @example
 * const cacher = DynamoCacher.grab();
 * await cacher.ensureCacheTable();
 * await cacher.clear({ name: 'DB_HOST' });
 */
export class DynamoCacher extends Cacher {
  static readonly dependencyName: string = 'DynamoCacher';

  override readonly name = 'cacher';

  /** `undefined` before the first use, which loads their modules. */
  private partitions: Partitions | undefined;
  private readonly backoffs = new WeakMap<object, Map<string, Backoff>>();
  /** Partition of the last lookup; `undefined` before the first. */
  private latestEnviron: string | undefined;
  /** Partitions in which the watched directories could not be recorded. */
  private readonly unmarked = new Set<string>();
  private readonly writes = new PendingWork();
  private readonly background = new PendingWork();

  override async find(
    chain: CachedChain,
    name: string,
    time: TimeLeft,
    { lookOnly = false }: FindOptions = {},
  ): Promise<CacheAnswer> {
    if (!chain.key.isStorable) return { kind: 'miss' };
    this.latestEnviron = chain.key.environ;
    return this.use((partitions) => partitions.find(chain, { name, lookOnly }, time));
  }

  override save(chain: CachedChain, answers: readonly CacheableAnswer[]): void {
    if (!chain.key.isStorable) return;
    this.writes.add(this.use((partitions) => partitions.save(chain, answers)));
  }

  override drop(chain: CachedChain, reference: SecretReference): void {
    this.writes.add(this.use((partitions) => partitions.drop(chain, reference)));
  }

  override names(chain: CachedChain): Promise<readonly string[]> {
    return this.use((partitions) => partitions.names(chain));
  }

  override async warm(session: CacheSession, signal: AbortSignal): Promise<void> {
    const { clients, settings } = session;
    const connecting = startWork(async () => (await import('./table-checks')).openCacheConnection(session, signal));
    const wrapping = settings.cacheSecrets === 'encrypt' && settings.cacheKmsKeyId !== undefined;
    await Promise.all([connecting, wrapping && clients.kms(settings), this.use(() => undefined)]);
  }

  override seenGeneration(chain: CachedChain): number | undefined {
    return this.partitions?.seenGeneration(chain);
  }

  override async readGeneration({ key, session }: CachedChain, signal: AbortSignal): Promise<number | undefined> {
    if (!key.isStorable) return undefined;
    const { clients, settings, nowMs } = session;
    const { readWatchedGeneration } = await import('./table-checks');
    const partition = { client: await clients.dynamo(settings), table: settings.cacheTable, environ: key.environ };
    return readWatchedGeneration(partition, key.directories.split('|'), {
      signal,
      nowMs: nowMs(),
      unmarked: this.unmarked,
    });
  }

  override recordOf(chain: CachedChain): CacheRecord {
    return this.backoffOf(chain).record;
  }

  override async probe(chain: CachedChain, signal: AbortSignal): Promise<void> {
    const { probePartition } = await import('./table-checks');
    await probePartition(chain, this.recordOf(chain), signal);
  }

  override async flush(): Promise<void> {
    await this.writes.settled();
    await this.background.settled();
  }

  override track(work: Promise<unknown>): void {
    this.background.add(work);
  }

  /**
   * Deletes the rows of a partition, so that every process reads the sources again, and resets the memory of this process. Deleting the
   * rows by any other means works as well.
   *
   * @returns How many rows were deleted; with `dryRun`, how many would be.
   * @throws CacherError when it fails; deleted rows stay deleted, call it again to continue.
   */
  async clear(options: Admin.ClearOptions = {}): Promise<number> {
    checkOptions('cacher.clear()', options, { environ: true, name: true, dryRun: true });
    const session = currentSession();
    const partition = { environ: this.latestEnviron, ...options };
    const name = options.name?.toLowerCase();
    if (options.dryRun === true) {
      const { keysToDelete, connectToPartition } = await adminPart.load();
      return (await keysToDelete(await connectToPartition(session, partition), name)).length;
    }
    // Lookups under way rest on earlier reads: after this, their answers are not written.
    session.localCache.reset();
    await this.writes.settled();
    const { deleteRows, connectToPartition } = await adminPart.load();
    const deleted = await deleteRows(await connectToPartition(session, partition), name);
    session.localCache.reset();
    return deleted;
  }

  /** Lists the rows of a partition, without any value. @throws CacherError when the table cannot be read. */
  async entries(options: Admin.PartitionOptions = {}): Promise<readonly Admin.CacheEntry[]> {
    checkOptions('cacher.entries()', options, { environ: true });
    const session = currentSession();
    const partition = { environ: this.latestEnviron, ...options };
    const { listEntries, connectToPartition } = await adminPart.load();
    const { cacheTtlSeconds } = session.settings;
    return listEntries(await connectToPartition(session, partition), { nowMs: session.nowMs(), cacheTtlSeconds });
  }

  /**
   * Creates the cache table and enables its time-to-live, where that has not been done.
   *
   * @param options - `kmsKeyId`: the KMS key that encrypts it; absent: the one that DynamoDB owns. `index`: whether it has the
   * index by name, with which handlers of changes need no scans; default: no.
   * @throws CacherError when it cannot be created.
   */
  async ensureCacheTable(options: { readonly kmsKeyId?: string; readonly index?: boolean } = {}): Promise<void> {
    checkOptions('cacher.ensureCacheTable()', options, { kmsKeyId: true, index: true });
    const { clients, settings } = currentSession();
    const { ensureCacheTable } = await cacheTablePart.load();
    await ensureCacheTable(await clients.dynamo(settings), { table: settings.cacheTable, ...options });
  }

  /** Runs work on the partitions, synchronously once their modules are loaded. */
  private use<T>(work: (partitions: Partitions) => T | PromiseLike<T>): Promise<T> {
    const { partitions } = this;
    if (partitions !== undefined) return startWork(() => work(partitions));
    return startWork(async () => {
      const { Partitions: Made } = await import('./partitions');
      const flush = (): Promise<void> => this.writes.settled();
      const backoffOf = (chain: CachedChain): Backoff => this.backoffOf(chain);
      return work((this.partitions ??= new Made({ backoffOf, flush })));
    });
  }

  /** Per clients: with other clients, the same table may be readable. */
  private backoffOf({ key, session: { clients, settings } }: CachedChain): Backoff {
    const backoffs = getOrMake(this.backoffs, clients, () => new Map<string, Backoff>());
    return getOrMake(backoffs, `${settings.cacheTable}|${key.environ}`, () => ({
      untilMs: 0,
      unwritableUntilMs: 0,
      record: new CacheRecord(),
    }));
  }
}
