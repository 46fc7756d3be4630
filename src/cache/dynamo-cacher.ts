import { startWork } from '../base/start-work';
import { sleep } from '../base/time';
import { type TimeLeft } from '../base/time-limit';
import { connectToTable } from '../aws/table-client';
import { MemorySlot } from '../memory/local-cache';
import { checkOptions } from '../options';
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
import { type AnswerRow, createdAtMs, sealedKey, type SealedRow } from './rows';
import { type CacheEntry, type ClearOptions, type PartitionOptions } from './admin';
import { currentSession } from './current-session';
import { type Partition } from './partition';
import { isRowEarly, writableMs } from './expiry';
import { PartitionState, type Backoff } from './partition-state';
import { describeRow, itemOfPlainRow, itemOfSealedRow, usableRows } from './answer-rows';
import { openSecret } from './keyring';

/** How much of the time of a lookup may go into waiting for another process to refresh. */
const waitingShare = 0.5;

/**
 * The shared cache table: one row per name and chain, one partition per service and environment.
 *
 * One Query answers for every name and chain of the process. The table is shared with the Python library xcon.
 */
export class DynamoCacher extends Cacher {
  static readonly dependencyName: string = 'DynamoCacher';

  override readonly name = 'cacher';

  /** What is known of partitions, by clients: a reset of memory forgets it. */
  private readonly stateSlot = new MemorySlot<WeakMap<object, Map<string, PartitionState>>>({
    outlivesReset: false,
    make: () => new WeakMap(),
  });
  private readonly backoffs = new WeakMap<object, Map<string, Backoff>>();
  /** Partition that lookups have asked for last; `undefined` before the first. */
  private latestEnviron: string | undefined;
  /** Partitions to which the watched directories cannot be written. */
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
    return this.look(chain, { name, lookOnly }, time);
  }

  override save(chain: CachedChain, answers: readonly CacheableAnswer[]): void {
    if (!chain.key.isStorable) return;
    this.writes.add(this.stateOf(chain).writer.save(chain, answers));
  }

  override drop(chain: CachedChain, { name, exactName }: SecretReference): void {
    const exact = exactName.slice(exactName.lastIndexOf('/') + 1);
    this.writes.add(this.stateOf(chain).writer.drop(chain, chain.key.isCaseSensitive ? exact : name));
  }

  override async names(chain: CachedChain): Promise<readonly string[]> {
    const rows = await this.stateOf(chain).rows();
    const isPlain = (name: string): boolean =>
      usableRows(chain, rows?.answers(chain.key, name, chain.session.nowMs()) ?? [])[0]?.kind === 'plain';
    return (rows?.names(chain.key) ?? []).filter(isPlain);
  }

  override async warm({ clients, settings }: CacheSession, signal: AbortSignal): Promise<void> {
    const connecting = startWork(async () =>
      connectToTable({ client: await clients.dynamo(settings), table: settings.cacheTable }, signal),
    );
    const wrapping = settings.cacheSecrets === 'encrypt' && settings.cacheKmsKeyId !== undefined;
    await Promise.all([connecting, wrapping && clients.kms(settings)]);
  }

  override seenGeneration(chain: CachedChain): number | undefined {
    return this.stateOf(chain).seenGeneration;
  }

  override async readGeneration({ key, session }: CachedChain, signal: AbortSignal): Promise<number | undefined> {
    if (!key.isStorable) return undefined;
    const { clients, settings, nowMs } = session;
    const { readWatchedGeneration } = await import('./generation');
    const target = { client: await clients.dynamo(settings), table: settings.cacheTable, environ: key.environ };
    return readWatchedGeneration(target, key.directories.split('|'), {
      signal,
      nowMs: nowMs(),
      unmarked: this.unmarked,
    });
  }

  override recordOf({ key, session }: CachedChain): CacheRecord {
    return this.backoffOf(session, `${session.settings.cacheTable}|${key.environ}`).record;
  }

  override async probe(chain: CachedChain, signal: AbortSignal): Promise<void> {
    const { probePartition } = await import('./admin');
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
   * Deletes the rows of a partition, so that every process asks the sources again. Deleting them by any other means works
   * as well. What this process remembers of them is forgotten too.
   *
   * @returns How many rows were deleted; with `dryRun`, how many would be.
   * @throws CacherError when that did not work; what was deleted stays so, call it again to go on.
   */
  async clear(options: ClearOptions = {}): Promise<number> {
    checkOptions('cacher.clear()', options, { environ: true, name: true, dryRun: true });
    const session = currentSession();
    const target = { environ: this.latestEnviron, ...options };
    const name = options.name?.toLowerCase();
    if (options.dryRun === true) {
      const { keysToDelete, targetOf } = await import('./admin');
      return (await keysToDelete(await targetOf(session, target), name)).length;
    }
    // Lookups under way rest on reads from before: what they save from here on is not written.
    session.localCache.reset();
    await this.writes.settled();
    const { deleteRows, targetOf } = await import('./admin');
    const deleted = await deleteRows(await targetOf(session, target), name);
    session.localCache.reset();
    return deleted;
  }

  /** Lists the rows of a partition, without any value. @throws CacherError when the table cannot be read. */
  async entries(options: PartitionOptions = {}): Promise<readonly CacheEntry[]> {
    checkOptions('cacher.entries()', options, { environ: true });
    const session = currentSession();
    const target = { environ: this.latestEnviron, ...options };
    const { listEntries, targetOf } = await import('./admin');
    const { cacheTtlSeconds } = session.settings;
    return listEntries(await targetOf(session, target), { nowMs: session.nowMs(), cacheTtlSeconds });
  }

  /**
   * Makes sure that the cache table exists, with time-to-live switched on. Does nothing where that is so.
   *
   * @param options - `kmsKeyId`: the KMS key that encrypts it; absent: the one that DynamoDB owns. `index`: whether it has the
   * index by name, with which handlers of changes do without scans; default: no.
   * @throws CacherError when it cannot be made.
   */
  async ensureCacheTable(options: { readonly kmsKeyId?: string; readonly index?: boolean } = {}): Promise<void> {
    checkOptions('cacher.ensureCacheTable()', options, { kmsKeyId: true, index: true });
    const { clients, settings } = currentSession();
    const { ensureCacheTable } = await import('./cache-table');
    await ensureCacheTable(await clients.dynamo(settings), { table: settings.cacheTable, ...options });
  }

  private async look(
    chain: CachedChain,
    { name, lookOnly }: { readonly name: string; readonly lookOnly: boolean },
    time: TimeLeft,
  ): Promise<CacheAnswer> {
    const state = this.stateOf(chain);
    const { settings } = chain.session;
    const rows = await state.rows();
    const known = rows && (await this.answer(chain, state, rows, { name, lookOnly }));
    if (lookOnly) return known === undefined ? { kind: 'miss' } : known;
    if (known !== undefined) return known;
    const mayLease = settings.refreshLease && !chain.session.localCache.cacheReadPolicy.pastCache && mayFill(chain);
    if (rows === undefined || !mayLease || !isAwaited(chain, rows, name)) return { kind: 'miss' };
    const refresh = state.refreshOf(chain);
    const leftMs = (): number => time.leftMs - settings.lookupBudgetMs * waitingShare;
    const outcome = await refresh.acquireOrWait({ random: chain.session.random, sleep, leftMs });
    if (outcome === 'holder') return { kind: 'miss', lease: refresh.hold() };
    const newer = await state.rows();
    return (newer && (await this.answer(chain, state, newer, { name, lookOnly }))) ?? { kind: 'miss' };
  }

  private stateOf({ key, session }: CachedChain): PartitionState {
    const { localCache, clients, settings } = session;
    const byClients = localCache.slot(this.stateSlot);
    const states = byClients.get(clients) ?? new Map<string, PartitionState>();
    byClients.set(clients, states);
    const id = `${settings.cacheTable}|${key.environ}`;
    const stateId = `${settings.cacheForeignRows}|${id}`;
    const known = states.get(stateId);
    if (known !== undefined) return known.use(session);
    const state = new PartitionState(key.environ, session, this.backoffOf(session, id), () => this.writes.settled());
    states.set(stateId, state);
    return state;
  }

  /** With other clients, the same table may work. */
  private backoffOf({ clients }: CacheSession, id: string): Backoff {
    const backoffs = this.backoffs.get(clients) ?? new Map<string, Backoff>();
    this.backoffs.set(clients, backoffs);
    let backoff = backoffs.get(id);
    if (backoff === undefined)
      backoffs.set(id, (backoff = { untilMs: 0, unwritableUntilMs: 0, record: new CacheRecord() }));
    return backoff;
  }

  /** Gives what the rows say of a name; `undefined` when they say nothing. */
  private async answer(
    chain: CachedChain,
    state: PartitionState,
    rows: Partition,
    { name, lookOnly }: { readonly name: string; readonly lookOnly: boolean },
  ): Promise<Exclude<CacheAnswer, { kind: 'miss' }> | undefined> {
    const { refreshLease } = chain.session.settings;
    for (const row of usableRows(chain, rows.answers(chain.key, name, chain.session.nowMs()))) {
      const early = isRowEarly(chain.session, rows, row);
      if (early && !refreshLease) continue;
      const found = await this.answerOf(chain, state, rows, { row, name });
      if (found === undefined) continue;
      const answer = { ...found, readAtMs: row.readAtMs ?? createdAtMs(row) };
      if (lookOnly) return { ...answer, row: describeRow(row) };
      if (rows.isFirstUse(row)) this.recordOf(chain).hits += 1;
      return early ? { ...answer, refresh: state.refreshOf(chain).tryEarly() } : answer;
    }
    return undefined;
  }

  private async answerOf(
    chain: CachedChain,
    state: PartitionState,
    rows: Partition,
    { row, name }: { readonly row: AnswerRow; readonly name: string },
  ): Promise<Exclude<CacheAnswer, { kind: 'miss' }> | undefined> {
    const { key } = chain;
    const own = rows.ownAnswer(row);
    // By name: the memory of its provider may have a newer value than the one that was found at first.
    if (row.kind === 'reference') return { kind: 'reference', reference: row, isOwn: own !== undefined };
    if (own !== undefined) {
      return own.item === undefined ? { kind: 'absent', isOwn: true } : { kind: 'found', item: own.item, isOwn: true };
    }
    if (row.kind === 'plain') {
      const item = itemOfPlainRow(chain, row);
      return item === undefined ? { kind: 'absent' } : { kind: 'found', item };
    }
    // Name and chain are not sealed with the value: the sort key, which is, must be theirs.
    const isItsOwn = row.nameKey === sealedKey(key, name, row.keyId);
    const opened = isItsOwn ? await open(key.environ, state, rows, row) : undefined;
    if (opened !== undefined) return { kind: 'found', item: itemOfSealedRow(chain, row, opened) };
    const reason = 'no key of ours opens it: it was moved, edited, extended, or sealed with another key';
    state.warn('cache.sealed-row-refused', { name: row.name, keyId: row.keyId, reason });
    return undefined;
  }
}

/** Whether what memory holds of a chain is not too old to be written: else there is nothing to be had from a lease. */
function mayFill({ knownSince, session }: CachedChain): boolean {
  const since = knownSince?.();
  return since === undefined || writableMs(since.atMs, session) > 0;
}

/** Whether other processes are likely to look for the same at the same time: nothing of the chain is there, or it has just changed. */
function isAwaited({ key, session }: CachedChain, rows: Partition, name: string): boolean {
  const nowMs = session.nowMs();
  return !rows.hasLiveRow(key, nowMs) || rows.hasJustChanged(key, name, nowMs);
}

async function open(
  environ: string,
  state: PartitionState,
  rows: Partition,
  row: SealedRow,
): Promise<string | Uint8Array | undefined> {
  const key = await state.keyring.find(row.keyId, rows.wrappedKeys).catch(() => undefined);
  return key && openSecret(row.sealed, key, { ...row, environ });
}
