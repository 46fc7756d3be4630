import { getOrMake } from '../base/get-or-make';
import { inspect } from 'node:util';
import { hidden, hideFields } from '../base/hidden';
import { refreshes, type RefreshEvent } from '../base/channels';
import { afterThisTurn, callAndForget } from '../base/start-work';
import { isoTime } from '../base/time';
import { Dependency } from '../di/context';
import { earliestOf, type Moment } from '../di/moment';
import { type Provider } from '../providers/provider';

/** How the cache table is read after a reset. */
export interface ResetOptions {
  /** Whether its rows are ignored. Default: false. */
  readonly pastCache?: boolean;
  /** Whether it is read consistently. Default: false. */
  readonly newest?: boolean;
  /** Rows that were read at the sources before this time are ignored, **milliseconds** since the Unix epoch. Default: 0. */
  readonly cachedSinceMs?: number;
}

/** Checks for changes at the first lookup after a certain time. */
export interface ChangeCheck {
  /** When it is due, **milliseconds** since the Unix epoch. */
  readonly dueMs: number;
  /** Checks if it is due, and resets memory if something has changed. Never rejects. */
  checkIfDue(nowMs: number): Promise<void>;
}

/** State of another part of the library that is kept in a memory: made on first use, once for each memory. */
export class MemorySlot<T> {
  /** @param options - `outlivesReset`: whether a reset of the memory keeps it. */
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

/** Everything that a reset forgets, except in the memories of sources. */
class ForgottenByReset {
  /** Identifies the content of memory until the next reset. */
  readonly generation = {};
  /** When memory expires, **milliseconds** since the Unix epoch; `undefined` before the first use. */
  expiresAtMs: number | undefined;
  readonly slots: SlotValues = new WeakMap();

  constructor(readonly cacheReadPolicy: CacheReadPolicy) {}
}

/**
 * The memory of a process: what it has read of all providers, and what the cacher has read, for 15 minutes by default.
 *
 * It is one object, so that everything expires together. A new one in a child context starts empty and does not affect the outer one.
 *
 * A reset forgets what was read. Failures of sources, their last good values, warnings that were written, watches and listeners
 * outlive it.
 */
export class LocalCache extends Dependency {
  static readonly dependencyName: string = 'LocalCache';

  private current = hidden(new ForgottenByReset(cacheReadPolicy()));
  /** Until when remembered answers are given: until memory expires, or a watch is due, **milliseconds** since the Unix epoch. */
  private freshUntilMs = 0;
  private readonly sources = hidden<Sources>(new WeakMap());
  /** Memories that were used since the last reset, or have reads under way. */
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

  /** A different object after each reset. @internal */
  get generation(): object {
    return this.current().generation;
  }

  /** Whether remembered answers may be given. @internal */
  isFresh(nowMs: number): boolean {
    return nowMs < this.freshUntilMs;
  }

  /**
   * Forgets everything once memory has expired; its life begins with the first use.
   *
   * @param lifeMs - Life of memory, **milliseconds**.
   * @internal
   */
  touch(nowMs: number, lifeMs: number): void {
    const { expiresAtMs } = this.current();
    if (expiresAtMs !== undefined && nowMs >= expiresAtMs) this.forget('expired');
    this.current().expiresAtMs ??= nowMs + lifeMs;
    this.settleFreshness();
  }

  /** Whether it has not been used since the last reset. @internal */
  get isEmpty(): boolean {
    return this.current().expiresAtMs === undefined;
  }

  /**
   * When the first read of a source since the last reset began; `undefined`: there was none.
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
   * Forgets what was read. Reads that are under way still answer their callers, and no longer fill memory.
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

  /** As `reset`, once for all lookups that request it in one turn of the event loop. @internal */
  resetOncePerTurn(): void {
    if (this.isJustReset) return;
    this.isJustReset = true;
    this.reset();
    afterThisTurn(() => {
      this.isJustReset = false;
    });
  }

  /**
   * Calls a listener after each reset: by a refresh, because memory has expired, or because a watch has found a change.
   *
   * @param listener - Called in the middle of a lookup, which neither waits for it nor fails because of it.
   * @returns A function that ends that.
   * @internal
   */
  onReset(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Adds a check, which is made before the next answer once it is due; also called when `dueMs` has changed. @internal */
  addChangeCheck(check: ChangeCheck): void {
    this.changeChecks.add(check);
    this.settleChecks();
  }

  /** Removes a check. @internal */
  removeChangeCheck(check: ChangeCheck): void {
    this.changeChecks.delete(check);
    this.settleChecks();
  }

  /** Whether a check for changes is due. @internal */
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
    const byClients = getOrMake(this.sources(), provider, () => new WeakMap<object, Map<string, ReadMemory>>());
    const byVariant = getOrMake(byClients, clients, () => new Map<string, ReadMemory>());
    const memory = getOrMake(byVariant, variant, () => make(provider));
    this.usedSources().add(memory);
    return memory as T;
  }

  /** Gives the state in a slot. @internal */
  slot<T>(slot: MemorySlot<T>): T {
    const values = slot.options.outlivesReset ? this.keptSlots() : this.current().slots;
    return getOrMake(values, slot, slot.options.make) as T;
  }

  /** Counts work that waits for reads. @returns A function that ends it, and returns whether no other work is under way. @internal */
  startUse(): () => boolean {
    this.uses += 1;
    return () => (this.uses -= 1) === 0;
  }

  /** Aborts and forgets all reads under way, before the process is frozen: no lookup waits for them. @internal */
  abortReads(): void {
    for (const each of this.usedSources()) each.abortReads();
  }

  /** Whether a warning has not been written yet; marks it as written. @internal */
  isNewWarning(key: string): boolean {
    if (this.warned.has(key)) return false;
    this.warned.add(key);
    return true;
  }

  /** Makes a warning new again, because its reason has ended. @returns Whether it had been written. @internal */
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
