import { isDeepStrictEqual } from 'node:util';
import { connectToDynamo } from '../aws/query-partition';
import {
  type CachedChain,
  type CacheAnswer,
  Cacher,
  type CacheSession,
  type CertainAnswer,
  type FindOptions,
  type SecretReference,
} from './cacher';
import { fitsSortKey } from './sort-key';
import { CacheRecord } from './cache-record';
import { type AnswerRow, createdAtMs, encodeRow, referenceKey, sealedKey, type SealedRow } from './cache-row';
import { ensureCacheTable } from './cache-table';
import { type ClearOptions, currentSession, type PartitionOptions, targetOf } from './current-session';
import { earlyWindow, isEarly } from './expiry';
import { type Partition } from './partition';
import { PendingWork } from './pending-work';
import { type CacheEntry, deleteRows, listEntries } from './partition-operations';
import { PartitionState, type Trouble } from './partition-state';
import { makeRow } from './row-maker';
import { describeRow, isTrusted, itemOfPlainRow, itemOfSealedRow } from './row-reader';
import { fitsItem } from './row-size';
import { type RowChange } from './row-writer';
import { sealingKeyFor } from './sealing-key';
import { openSecret } from './secret-box';

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

  private readonly troubles = new Map<string, Trouble>();
  /** Partition that lookups have asked for last; `undefined` before the first. */
  private latestEnviron: string | undefined;
  /** Partitions whose generation cannot be told which directories are watched. */
  private readonly untold = new Set<string>();
  private readonly writes = new PendingWork();
  private readonly background = new PendingWork();

  override async find(
    chain: CachedChain,
    name: string,
    deadlineMs: number,
    { lookOnly = false }: FindOptions = {},
  ): Promise<CacheAnswer> {
    if (!chain.key.isStorable) return { kind: 'miss' };
    this.latestEnviron = chain.key.environ;
    return this.look(chain, { name, lookOnly }, deadlineMs);
  }

  override save(chain: CachedChain, answers: readonly CertainAnswer[]): void {
    if (!chain.key.isStorable) return;
    this.writes.add(this.write(chain, answers));
  }

  override drop(chain: CachedChain, { name, exactName }: SecretReference): void {
    const exact = exactName.slice(exactName.lastIndexOf('/') + 1);
    this.writes.add(this.forget(chain, chain.key.tellsCase ? exact : name));
  }

  override async names(chain: CachedChain): Promise<readonly string[]> {
    const rows = await this.stateOf(chain).rows();
    const isPlain = (name: string): boolean =>
      rows?.answers(chain.key, name, chain.session.nowMs())[0]?.kind === 'plain';
    return (rows?.names(chain.key) ?? []).filter(isPlain);
  }

  override async warm({ clients, settings }: CacheSession, signal: AbortSignal): Promise<void> {
    const connecting = clients.dynamo(settings).then((client) => connectToDynamo(client, settings.cacheTable, signal));
    const wrapping = settings.cacheSecrets === 'encrypt' && settings.cacheKmsKeyId !== undefined;
    await Promise.all([connecting, wrapping && clients.kms(settings)]);
  }

  override seenGeneration(chain: CachedChain): number | undefined {
    return this.stateOf(chain).seen?.first;
  }

  override async readGeneration({ key, session }: CachedChain, signal: AbortSignal): Promise<number | undefined> {
    if (!key.isStorable) return undefined;
    const { clients, settings, nowMs } = session;
    const { readWatchedGeneration } = await import('./watched-generation');
    const target = { client: await clients.dynamo(settings), table: settings.cacheTable, environ: key.environ };
    return readWatchedGeneration(target, key.directories.split('|'), { signal, nowMs: nowMs(), untold: this.untold });
  }

  override recordOf({ key, session }: CachedChain): CacheRecord {
    return this.troubleOf(`${session.settings.cacheTable}|${key.environ}`).record;
  }

  override async probe(chain: CachedChain, signal: AbortSignal): Promise<void> {
    const { probePartition } = await import('./probe-partition');
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
   * @returns How many rows were deleted.
   * @throws CacherError when that did not work; what was deleted stays so, call it again to go on.
   */
  async clear(options: ClearOptions = {}): Promise<number> {
    await this.writes.settled();
    const deleted = await deleteRows(
      await targetOf({ environ: this.latestEnviron, ...options }),
      options.name?.toLowerCase(),
    );
    currentSession().localCache.reset();
    return deleted;
  }

  /** Lists the rows of a partition, without any value. @throws CacherError when the table cannot be read. */
  async entries(options: PartitionOptions = {}): Promise<readonly CacheEntry[]> {
    return listEntries(await targetOf({ environ: this.latestEnviron, ...options }), currentSession().nowMs());
  }

  /**
   * Makes sure that the cache table exists, with time-to-live switched on. Does nothing where that is so.
   *
   * @param options - `kmsKeyId`: the KMS key that encrypts it; absent: the one that DynamoDB owns. `index`: whether it has the
   * index by name, with which handlers of changes do without scans; default: no.
   * @throws CacherError when it cannot be made.
   */
  async ensureCacheTable(options: { readonly kmsKeyId?: string; readonly index?: boolean } = {}): Promise<void> {
    const { clients, settings } = currentSession();
    await ensureCacheTable(await clients.dynamo(), { table: settings.cacheTable, ...options });
  }

  private async look(
    chain: CachedChain,
    { name, lookOnly }: { readonly name: string; readonly lookOnly: boolean },
    deadlineMs: number,
  ): Promise<CacheAnswer> {
    const state = this.stateOf(chain);
    const { settings } = chain.session;
    const rows = await state.rows();
    const known = rows && (await this.answer(chain, state, rows, { name, lookOnly }));
    if (lookOnly) return known === undefined ? { kind: 'miss' } : known;
    if (known !== undefined) return known;
    const mayLease = settings.refreshLease && !chain.session.localCache.skipsCache;
    if (rows === undefined || !mayLease || !isAwaited(chain, rows, name)) return { kind: 'miss' };
    const stood = await state.stand(chain, deadlineMs - settings.lookupBudgetMs * waitingShare);
    if (stood === 'holder') return { kind: 'miss', lease: await state.hold(chain) };
    const newer = await state.rows();
    return (newer && (await this.answer(chain, state, newer, { name, lookOnly }))) ?? { kind: 'miss' };
  }

  private stateOf({ key, session }: CachedChain): PartitionState {
    const { localCache, clients, settings } = session;
    const states = localCache.recall(this, clients, () => new Map<string, PartitionState>());
    const id = `${settings.cacheTable}|${key.environ}`;
    const known = states.get(id);
    if (known !== undefined) return known.use(session);
    const state = new PartitionState(key.environ, session, this.troubleOf(id), () => this.writes.settled());
    states.set(id, state);
    return state;
  }

  private troubleOf(id: string): Trouble {
    let trouble = this.troubles.get(id);
    if (trouble === undefined)
      this.troubles.set(id, (trouble = { untilMs: 0, unwritableUntilMs: 0, record: new CacheRecord() }));
    return trouble;
  }

  /** Gives what the rows say of a name; `undefined` when they say nothing. */
  private async answer(
    chain: CachedChain,
    state: PartitionState,
    rows: Partition,
    { name, lookOnly }: { readonly name: string; readonly lookOnly: boolean },
  ): Promise<Exclude<CacheAnswer, { kind: 'miss' }> | undefined> {
    const { refreshLease } = chain.session.settings;
    for (const row of rows.answers(chain.key, name, chain.session.nowMs())) {
      const early = isRowEarly(chain.session, rows, row);
      if (!isTrusted(chain, row) || (early && !refreshLease)) continue;
      const answer = await this.answerOf(chain, state, rows, { row, name });
      if (answer === undefined) continue;
      if (lookOnly) return { ...answer, row: describeRow(row) };
      if (rows.isFirstUse(row)) this.recordOf(chain).hits += 1;
      return early ? { ...answer, refresh: state.tryEarly(chain) } : answer;
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

  private async write(chain: CachedChain, answers: readonly CertainAnswer[]): Promise<void> {
    const { key, session } = chain;
    const state = this.stateOf(chain);
    const isOfNow = chain.memory === session.localCache.generation;
    const rows = await state.rows();
    if (rows === undefined) return;
    const generation = isOfNow ? state.seen?.last : undefined;
    const fresh = answers.filter((each) => this.isToWrite(chain, state, rows, each));
    const { key: sealingKey, row: keyRow } = await sealingKeyFor(state, rows, fresh, session);
    const clock = { nowMs: session.nowMs(), random: session.random(), latestTtl: rows.latestTtl, generation };
    const changes = new Map<string, RowChange>();
    if (keyRow !== undefined) changes.set(keyRow.nameKey, { put: encodeRow(key.environ, keyRow) });
    for (const answer of fresh) {
      const row = makeRow(chain, answer, clock, sealingKey);
      const put = row && encodeRow(key.environ, row);
      if (row === undefined || put === undefined || !fitsSortKey(row.nameKey) || !fitsItem(put)) continue;
      rows.put(row, answer.item);
      changes.set(row.nameKey, { put });
    }
    if (keyRow !== undefined) rows.put(keyRow);
    await state.write([...changes.values()]);
  }

  private async forget(chain: CachedChain, name: string): Promise<void> {
    const state = this.stateOf(chain);
    const rows = await state.rows();
    const nameKey = referenceKey(chain.key, name);
    const row = rows?.answers(chain.key, name, 0).find((each) => each.nameKey === nameKey);
    if (row === undefined) return;
    rows?.remove(row);
    await state.write([{ delete: { nameKey } }]);
  }

  /** Whether an answer is not in the table yet, or its newest row ends soon. */
  private isToWrite(chain: CachedChain, state: PartitionState, rows: Partition, answer: CertainAnswer): boolean {
    const [newest] = rows.answers(chain.key, answer.name, chain.session.nowMs());
    if (newest !== undefined && isRowEarly(chain.session, rows, newest)) return true;
    if (answer.item !== undefined && !state.isNewFor(chain, answer.item)) return false;
    if (newest === undefined) return true;
    const made = makeRow(chain, answer, { nowMs: 0, random: 0, latestTtl: undefined }, undefined);
    return made === undefined || !isDeepStrictEqual(comparable(made), comparable(newest));
  }
}

/** Whether other processes are likely to look for the same at the same time: nothing of the chain is there, or it has just changed. */
function isAwaited({ key, session }: CachedChain, rows: Partition, name: string): boolean {
  const nowMs = session.nowMs();
  return !rows.hasLiveRow(key, nowMs) || rows.hasJustChanged(key, name, nowMs);
}

function isRowEarly({ nowMs, settings }: CacheSession, rows: Partition, row: AnswerRow): boolean {
  if (row.ttl === undefined) return false;
  return isEarly(row.ttl, earlyWindow(row.ttl, createdAtMs(row), settings.cacheTtlSeconds), rows.draw, nowMs());
}

/** What of a row is its answer. */
function comparable(row: AnswerRow): unknown {
  const facts = { source: undefined, ttl: undefined, createdAt: undefined, generation: undefined };
  const provider = row.kind === 'reference' ? row.provider : undefined;
  return { ...row, ...facts, provider, originalName: undefined };
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
