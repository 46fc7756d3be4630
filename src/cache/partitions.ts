import { getOrMake } from '../base/get-or-make';
import { sleep } from '../base/time';
import { type TimeLeft } from '../base/time-limit';
import { MemorySlot } from '../memory/local-cache';
import { describeRow, itemOfPlainRow, itemOfSealedRow, usableRows } from './answer-rows';
import { type CacheAnswer, type CachedChain, type CacheableAnswer, type SecretReference } from './cacher';
import { isRowEarly, writableMs } from './expiry';
import { openSecret } from './keyring';
import { type Partition } from './partition';
import { type Backoff, PartitionState } from './partition-state';
import { type AnswerRow, createdAtMs, sealedKey, type SealedRow } from './rows';

/** Share of the time of a lookup for waiting until another process has refreshed the chain. */
const waitingShare = 0.5;

/** A read of the cache table. */
export interface CacheRequest {
  /** Lower-cased, unless the keys of the chain are case-sensitive. */
  readonly name: string;
  /** Whether nothing will be refreshed. */
  readonly lookOnly: boolean;
}

/** What the partitions get from their cacher. */
export interface PartitionsOptions {
  /** Gives the backoff and the record of the partition of a chain. */
  readonly backoffOf: (chain: CachedChain) => Backoff;
  /** Awaits the writes that have begun. */
  readonly flush: () => Promise<void>;
}

/** The partitions of the cache table that this process uses, and the answers of their rows. Loaded with the first lookup. */
export class Partitions {
  /** States of partitions, by clients; a reset of memory forgets them. */
  private readonly stateSlot = new MemorySlot<WeakMap<object, Map<string, PartitionState>>>({
    outlivesReset: false,
    make: () => new WeakMap(),
  });

  constructor(private readonly options: PartitionsOptions) {}

  /** Gives the answer of the rows for a name. Acquires or awaits the lease where other processes look for the same. */
  async find(chain: CachedChain, { name, lookOnly }: CacheRequest, time: TimeLeft): Promise<CacheAnswer> {
    const state = this.stateOf(chain);
    const { settings } = chain.session;
    const rows = await state.rows();
    const known = rows && (await this.answer(chain, state, rows, { name, lookOnly }));
    if (lookOnly) return known === undefined ? { kind: 'miss' } : known;
    if (known !== undefined) return known;
    const mayLease = settings.refreshLease && !chain.session.localCache.cacheReadPolicy.pastCache && mayFill(chain);
    if (rows === undefined || !mayLease || !isContended(chain, rows, name)) return { kind: 'miss' };
    const refresh = state.refreshOf(chain);
    const leftMs = (): number => time.leftMs - settings.lookupBudgetMs * waitingShare;
    const outcome = await refresh.acquireOrWait({ random: chain.session.random, sleep, leftMs });
    if (outcome === 'holder') return { kind: 'miss', lease: refresh.hold() };
    const newer = await state.rows();
    return (newer && (await this.answer(chain, state, newer, { name, lookOnly }))) ?? { kind: 'miss' };
  }

  /** Writes answers. Never rejects. */
  save(chain: CachedChain, answers: readonly CacheableAnswer[]): Promise<void> {
    return this.stateOf(chain).writer.save(chain, answers);
  }

  /** Drops the reference of a secret that does not exist any more. Never rejects. */
  drop(chain: CachedChain, { name, exactName }: SecretReference): Promise<void> {
    const exact = exactName.slice(exactName.lastIndexOf('/') + 1);
    return this.stateOf(chain).writer.drop(chain, chain.key.isCaseSensitive ? exact : name);
  }

  /** Names of the plain rows that a chain has; none when the table cannot be read. */
  async names(chain: CachedChain): Promise<readonly string[]> {
    const rows = await this.stateOf(chain).rows();
    const isPlain = (name: string): boolean =>
      usableRows(chain, rows?.answers(chain.key, name, chain.session.nowMs()) ?? [])[0]?.kind === 'plain';
    return (rows?.names(chain.key) ?? []).filter(isPlain);
  }

  /** Generation of the partition that all reads in local memory have seen; `undefined` when unknown. */
  seenGeneration(chain: CachedChain): number | undefined {
    return this.stateOf(chain).seenGeneration;
  }

  private stateOf(chain: CachedChain): PartitionState {
    const { key, session } = chain;
    const { localCache, clients, settings } = session;
    const states = getOrMake(localCache.slot(this.stateSlot), clients, () => new Map<string, PartitionState>());
    const id = `${settings.cacheForeignRows}|${settings.cacheTable}|${key.environ}`;
    const { backoffOf, flush } = this.options;
    const state = getOrMake(states, id, () => new PartitionState(key.environ, session, backoffOf(chain), flush));
    return state.use(session);
  }

  /** Gives the answer of the rows for a name; `undefined` when there is none. */
  private async answer(
    chain: CachedChain,
    state: PartitionState,
    rows: Partition,
    { name, lookOnly }: CacheRequest,
  ): Promise<Exclude<CacheAnswer, { kind: 'miss' }> | undefined> {
    const { refreshLease } = chain.session.settings;
    for (const row of usableRows(chain, rows.answers(chain.key, name, chain.session.nowMs()))) {
      const isEarly = isRowEarly(chain.session, rows, row);
      if (isEarly && !refreshLease) continue;
      const found = await this.answerOf(chain, state, rows, { row, name });
      if (found === undefined) continue;
      const answer = { ...found, readAtMs: row.readAtMs ?? createdAtMs(row) };
      if (lookOnly) return { ...answer, row: describeRow(row) };
      if (rows.isFirstUse(row)) this.options.backoffOf(chain).record.hits += 1;
      return isEarly ? { ...answer, refresh: state.refreshOf(chain).tryEarly() } : answer;
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
    // Read by name even when this process has written the row: the memory of the provider may have a newer value.
    if (row.kind === 'reference') return { kind: 'reference', reference: row, isOwn: own !== undefined };
    if (own !== undefined) {
      return own.item === undefined ? { kind: 'absent', isOwn: true } : { kind: 'found', item: own.item, isOwn: true };
    }
    if (row.kind === 'plain') {
      const item = itemOfPlainRow(chain, row);
      return item === undefined ? { kind: 'absent' } : { kind: 'found', item };
    }
    // The value is bound to the sort key, not to name and chain: so the sort key must be the one for this name and chain.
    const isItsOwn = row.nameKey === sealedKey(key, name, row.keyId);
    const opened = isItsOwn ? await open(key.environ, state, rows, row) : undefined;
    if (opened !== undefined) return { kind: 'found', item: itemOfSealedRow(chain, row, opened) };
    const reason = 'no available key opens it: it was moved, edited, extended, or sealed with another key';
    state.warn('cache.sealed-row-refused', { name: row.name, keyId: row.keyId, reason });
    return undefined;
  }
}

/** Whether the listings of a chain in memory are new enough to be written: otherwise a lease is of no use. */
function mayFill({ knownSince, session }: CachedChain): boolean {
  const since = knownSince?.();
  return since === undefined || writableMs(since.atMs, session) > 0;
}

/** Whether other processes are likely to look up the same now: the chain has no rows, or the name has just changed. */
function isContended({ key, session }: CachedChain, rows: Partition, name: string): boolean {
  const nowMs = session.nowMs();
  return !rows.hasUnexpiredRow(key, nowMs) || rows.hasJustChanged(key, name, nowMs);
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
