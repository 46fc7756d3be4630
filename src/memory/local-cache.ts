import { inspect } from 'node:util';
import { hidden, hideFields } from '../base/hidden';
import { refreshes, type RefreshEvent } from '../base/channels';
import { callAndForget } from '../base/start-work';
import { isoTime } from '../base/time';
import { afterThisTurn } from '../di/after-this-turn';
import { Dependency } from '../di/context';
import { earliestOf, type Moment } from '../di/moment';
import { type Provider } from '../providers/provider';

/** How the cache table is read after a reset. */
export interface ResetOptions {
  /** Whether what it holds is passed over. Default: false. */
  readonly pastCache?: boolean;
  /** Whether it is read consistently. Default: false. */
  readonly newest?: boolean;
  /** Rows that were read at the sources before this moment are passed over, **milliseconds** since the Unix epoch. Default: 0. */
  readonly cachedSinceMs?: number;
}

/** Looks for changes at the next lookup after a time. */
export interface ChangeCheck {
  /** When it is due, **milliseconds** since the Unix epoch. */
  readonly dueMs: number;
  /** Looks if it is due, and resets memory if something has changed. Never rejects. */
  checkIfDue(nowMs: number): Promise<void>;
}

/** State of another part of the library that lives in a memory: made when it is first asked for, in each memory anew. */
export class MemorySlot<T> {
  /** @param options - `outlivesReset`: whether a reset of the memory leaves it. */
  constructor(readonly options: { readonly outlivesReset: boolean; readonly make: () => T }) {}
}

/** How the cache table is read until the next reset. */
export type CacheReadPolicy = Required<ResetOptions>;

/** What is remembered of one source: a part of a memory, and forgotten with it. */
export interface ReadMemory {
  /** When the first read since the last reset began; `undefined`: there was none. */
  readonly readSince: Moment | undefined;
  /** Whether a read is under way. */
  readonly isReading: boolean;
  /** Forgets what was read. */
  reset(): void;
  /** Aborts and forgets every read that is under way. */
  abortReads(): void;
}

type SlotValues = WeakMap<MemorySlot<unknown>, unknown>;

/** Memories of sources, by provider, its clients, and what distinguishes its reads under different settings. */
type Sources = WeakMap<Provider, WeakMap<object, Map<string, ReadMemory>>>;

/** All that a reset forgets, beside what the memories of sources forget themselves. */
class ForgottenByReset {
  /** Identifies all that is remembered now. */
  readonly generation = {};
  /** When memory expires, **milliseconds** since the Unix epoch; `undefined` before the first use. */
  expiresAtMs: number | undefined;
  readonly slots: SlotValues = new WeakMap();

  constructor(readonly cacheReadPolicy: CacheReadPolicy) {}
}

/**
 * The memory of a process: what it has read of all providers, and what the cacher has read, for 15 minutes by default.
 *
 * There is one, so that all of it expires together. A new one in a child context starts empty and leaves the outer one alone.
 *
 * A reset forgets what was read; `SourceMemory` says what it keeps of that. What the sources failed with, their last good
 * values, warnings that were written, watches and listeners outlive it.
 */
export class LocalCache extends Dependency {
  static readonly dependencyName: string = 'LocalCache';

  private current = hidden(new ForgottenByReset(cacheReadPolicy()));
  /** Until when answers are given as they are: until memory expires, or a watch is due, **milliseconds** since the Unix epoch. */
  private freshUntilMs = 0;
  private readonly sources = hidden<Sources>(new WeakMap());
  /** Those that were used since the last reset, or are still being read. */
  private readonly usedSources = hidden(new Set<ReadMemory>());
  private readonly keptSlots = hidden<SlotValues>(new WeakMap());
  private readonly warned = new Set<string>();
  private readonly listeners = new Set<() => void>();
  private readonly changeChecks = new Set<ChangeCheck>();
  private checkDueMs = Number.POSITIVE_INFINITY;
  private uses = 0;
  private isJustReset = false;

  constructor() {
    super();
    hideFields(this, 'current', 'sources', 'usedSources', 'keptSlots', 'listeners', 'changeChecks');
  }

  /** Another object after each reset. @internal */
  get generation(): object {
    return this.current().generation;
  }

  /** Whether what is remembered may be given as it is. @internal */
  isFresh(nowMs: number): boolean {
    return nowMs < this.freshUntilMs;
  }

  /**
   * Forgets everything when its time is over, and starts the time with the first use.
   *
   * @param lifeMs - How long memory is good, **milliseconds**.
   * @internal
   */
  touch(nowMs: number, lifeMs: number): void {
    const { expiresAtMs } = this.current();
    if (expiresAtMs !== undefined && nowMs >= expiresAtMs) this.forget('expired');
    this.current().expiresAtMs ??= nowMs + lifeMs;
    this.settleFreshness();
  }

  /** Whether it was not used since the last reset. @internal */
  get isEmpty(): boolean {
    return this.current().expiresAtMs === undefined;
  }

  /**
   * When the first read of a source since the last reset began; `undefined`: there was none. What is known by then may be older
   * than what comes.
   *
   * @internal
   */
  get readSince(): Moment | undefined {
    return earliestOf(...[...this.usedSources()].map(({ readSince }) => readSince));
  }

  /** How the cache table is read until the next reset. @internal */
  get cacheReadPolicy(): CacheReadPolicy {
    return this.current().cacheReadPolicy;
  }

  /**
   * Forgets what was read. What is being read answers its callers, and fills memory no more.
   *
   * @param options - How the cache table is read until the next reset.
   * @internal
   */
  reset(options: ResetOptions = {}): void {
    this.forget('requested', options);
  }

  private forget(reason: RefreshEvent['reason'], options: ResetOptions = {}): void {
    this.current = hidden(new ForgottenByReset(cacheReadPolicy(options)));
    const sources = this.usedSources();
    for (const source of sources) {
      source.reset();
      if (!source.isReading) sources.delete(source);
    }
    this.settleFreshness();
    if (refreshes.hasSubscribers) refreshes.publish({ reason });
    for (const each of this.listeners) callAndForget(each);
  }

  /** As `reset`, once for all lookups of a turn of the event loop that ask for it. @internal */
  resetOncePerTurn(): void {
    if (this.isJustReset) return;
    this.isJustReset = true;
    this.reset();
    afterThisTurn(() => {
      this.isJustReset = false;
    });
  }

  /**
   * Calls a listener after each reset: by a refresh, because memory has expired, or because a watch saw a change.
   *
   * @param listener - Called in the middle of a lookup, which neither waits for it nor fails because of it.
   * @returns Ends that.
   * @internal
   */
  onReset(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Lets no answer be given as it is once the check is due, before it was made; also called when `dueMs` changes. @internal */
  addChangeCheck(check: ChangeCheck): void {
    this.changeChecks.add(check);
    this.settleChecks();
  }

  /** Ends that. @internal */
  removeChangeCheck(check: ChangeCheck): void {
    this.changeChecks.delete(check);
    this.settleChecks();
  }

  /** Whether a check for changes is to be made before the next answer. @internal */
  isChangeCheckDue(nowMs: number): boolean {
    return nowMs >= this.checkDueMs;
  }

  /** Makes the checks for changes that are due. Never rejects. @internal */
  async checkForChanges(nowMs: number): Promise<void> {
    await Promise.all([...this.changeChecks].map((each) => each.checkIfDue(nowMs)));
  }

  /**
   * Gives the memory of a provider that reads through certain clients.
   *
   * @param variant - Distinguishes what it reads under different settings.
   * @param make - Makes it when there is none yet.
   * @internal
   */
  memoryOf<T extends ReadMemory>(
    provider: Provider,
    clients: object,
    variant: string,
    make: (provider: Provider) => T,
  ): T {
    const byClients = madeOnce(this.sources(), provider, () => new WeakMap<object, Map<string, ReadMemory>>());
    const byVariant = madeOnce(byClients, clients, () => new Map<string, ReadMemory>());
    const memory = madeOnce(byVariant, variant, () => make(provider));
    this.usedSources().add(memory);
    return memory as T;
  }

  /** Gives what is in a slot. @internal */
  slot<T>(slot: MemorySlot<T>): T {
    const values = slot.options.outlivesReset ? this.keptSlots() : this.current().slots;
    return madeOnce(values, slot, slot.options.make) as T;
  }

  /** Counts work that waits for reads. @returns Ends that, and says whether it was the last one under way. @internal */
  startUse(): () => boolean {
    this.uses += 1;
    return () => (this.uses -= 1) === 0;
  }

  /** Aborts and forgets every read that is under way: no lookup waits for it, and the process may be frozen. @internal */
  abortReads(): void {
    for (const each of this.usedSources()) each.abortReads();
  }

  /** Says whether a warning is new: each key is so once, until it is forgotten. @internal */
  isNewWarning(key: string): boolean {
    if (this.warned.has(key)) return false;
    this.warned.add(key);
    return true;
  }

  /** Makes a warning new again, because its reason is gone. @returns Whether it had been written. @internal */
  forgetWarning(key: string): boolean {
    return this.warned.delete(key);
  }

  private settleChecks(): void {
    this.checkDueMs = Math.min(Number.POSITIVE_INFINITY, ...[...this.changeChecks].map(({ dueMs }) => dueMs));
    this.settleFreshness();
  }

  private settleFreshness(): void {
    this.freshUntilMs = Math.min(this.current().expiresAtMs ?? 0, this.checkDueMs);
  }

  override [inspect.custom](): string {
    const { expiresAtMs } = this.current();
    return `LocalCache(${expiresAtMs === undefined ? 'empty' : `until ${isoTime(expiresAtMs)}`})`;
  }
}

function cacheReadPolicy({ pastCache = false, newest = false, cachedSinceMs = 0 }: ResetOptions = {}): CacheReadPolicy {
  return { pastCache, newest, cachedSinceMs };
}

interface MapLike<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
}

function madeOnce<K, V>(map: MapLike<K, V>, key: K, make: () => V): V {
  let known = map.get(key);
  if (known === undefined) map.set(key, (known = make()));
  return known;
}
