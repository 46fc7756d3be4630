import { inspect } from 'node:util';
import { callAndForget } from '../base/start-work';
import { Dependency } from '../di/context';
import { hidden, hideFields } from '../base/hidden';
import { earliestOf, type Moment } from '../di/moment';
import { noteMutation } from '../di/state';
import { ProviderHistory } from './provider-history';
import { ProviderMemory } from './provider-memory';

/** Latest moment that a Date can be. Source: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const latestDateMs = 8.64e15;

/** How the cache table is read after memory has been forgotten. */
export interface ResetOptions {
  /** Whether what it holds is passed over. Default: false. */
  readonly pastCache?: boolean;
  /** Whether it is read consistently. Default: false. */
  readonly newest?: boolean;
  /** Rows that were read at the sources before this moment are passed over, **milliseconds** since the Unix epoch. Default: 0. */
  readonly cachedSinceMs?: number;
}

/**
 * What this process remembers: the listings of all providers, and what the cacher has read.
 *
 * There is one, so that all of it expires together. A new one in a child context starts empty and leaves the outer one
 * alone.
 */
export class LocalCache extends Dependency {
  static readonly dependencyName: string = 'LocalCache';

  /** Values are in all of them. */
  private memories = hidden<Memories>(new WeakMap());
  private readonly histories = hidden<Memories>(new WeakMap());
  private providerMemories = hidden<ProviderMemory[]>([]);
  private expiresAtMs: number | undefined;
  private current: object = {};
  private pastCache = false;
  private fromNewest = false;
  private sinceMs = 0;
  /** Until when answers need no second thought: memory is over, or a watch is due, **milliseconds** since the Unix epoch. */
  private goodUntilMs = 0;
  private watchDueMs = Number.POSITIVE_INFINITY;
  private readonly warned = new Set<string>();
  private readonly listeners = new Set<() => void>();
  private uses = 0;

  constructor() {
    super();
    hideFields(this, 'memories', 'histories', 'providerMemories', 'listeners');
  }

  /** Stands for all that is remembered now; another object after each reset or expiry. */
  get generation(): object {
    return this.current;
  }

  /** Whether what is remembered is still good, **milliseconds** since the Unix epoch given. */
  isFresh(nowMs: number): boolean {
    return nowMs < this.goodUntilMs;
  }

  /**
   * Forgets everything when its time is over, and starts the time with the first use.
   *
   * @param lifeMs - How long memory is good, **milliseconds**.
   */
  touch(nowMs: number, lifeMs: number): void {
    if (this.expiresAtMs !== undefined && nowMs >= this.expiresAtMs) this.reset();
    this.expiresAtMs ??= nowMs + lifeMs;
    this.settle();
  }

  /** Whether a watch wants to look for changes before the next answer. */
  isWatchDue(nowMs: number): boolean {
    return nowMs >= this.watchDueMs;
  }

  /** Lets no answer be given from a moment on before a watch has looked for changes, **milliseconds** since the Unix epoch. */
  expectWatch(dueMs: number): void {
    this.watchDueMs = dueMs;
    this.settle();
  }

  /** Whether there is nothing in memory. */
  get isEmpty(): boolean {
    return this.expiresAtMs === undefined;
  }

  /**
   * When sources were first begun to be read since memory was last forgotten; `undefined`: none has been. What is known by
   * then may be older than what comes.
   */
  get readSince(): Moment | undefined {
    return earliestOf(...this.providerMemories().map(({ readSince }) => readSince));
  }

  /** Whether what the cache table holds is passed over, until memory is forgotten again. */
  get skipsCache(): boolean {
    return this.pastCache;
  }

  /** Rows of the cache table that were read at the sources before this moment are passed over, **milliseconds** since the Unix epoch; 0: none. */
  get cachedSinceMs(): number {
    return this.sinceMs;
  }

  /** Whether the cache table is to be read consistently: there has been a change. */
  get wantsNewest(): boolean {
    return this.fromNewest;
  }

  /**
   * Forgets everything, but for what stands in for sources that fail. What is being read fills nothing any more.
   *
   * @param options - What holds until the next reset or expiry.
   */
  reset({ pastCache = false, newest = false, cachedSinceMs = 0 }: ResetOptions = {}): void {
    this.pastCache = pastCache;
    this.fromNewest = newest;
    this.sinceMs = cachedSinceMs;
    this.memories = hidden(new WeakMap());
    this.providerMemories = hidden([]);
    this.expiresAtMs = undefined;
    this.current = {};
    this.settle();
    noteMutation();
    for (const each of this.listeners) callAndForget(each);
  }

  /**
   * Tells each time that memory has been forgotten: by a refresh, because its time was over, or because a watch saw a change.
   *
   * @param listener - Called in the middle of a lookup, which waits for nothing and minds no error.
   * @returns Ends that.
   */
  onReset(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Gives the memory of a provider that reads through certain clients; a new one after each reset.
   *
   * @param variant - Tells apart what it reads under different settings.
   */
  memoryOf(provider: object, clients: object, variant = ''): ProviderMemory {
    const variants = this.recall(provider, clients, () => new Map<string, ProviderMemory>());
    return variantOf(variants, variant, () => {
      const memory = new ProviderMemory(this.historyOf(provider, clients, variant));
      this.providerMemories().push(memory);
      return memory;
    });
  }

  /** Gives what outlives resets, of a provider that reads through certain clients: last good outcomes, and failures. */
  historyOf(provider: object, clients: object, variant = ''): ProviderHistory {
    const variants = recalled(this.histories(), [provider, clients], () => new Map<string, ProviderHistory>());
    return variantOf(variants, variant, () => new ProviderHistory());
  }

  /** Counts work that waits for reads. @returns Ends that, and says whether it was the last one under way. */
  startUse(): () => boolean {
    this.uses += 1;
    return () => (this.uses -= 1) === 0;
  }

  /** Aborts and forgets every read that has not ended. For when nobody waits for them and the process may be frozen. */
  abortUnfinished(): void {
    for (const memory of this.providerMemories()) memory.abortUnfinished();
  }

  /**
   * Gives what is remembered under two objects.
   *
   * @param make - Makes it when there is nothing yet.
   */
  recall<T>(first: object, second: object, make: () => T): T {
    return recalled(this.memories(), [first, second], make);
  }

  /** Says whether a warning is new; each key is so once in the life of this cache, or until it is forgotten. */
  isNewWarning(key: string): boolean {
    if (this.warned.has(key)) return false;
    this.warned.add(key);
    return true;
  }

  /** Makes a warning new again, because what it told of is over. @returns Whether it had been given. */
  forgetWarning(key: string): boolean {
    return this.warned.delete(key);
  }

  private settle(): void {
    this.goodUntilMs = Math.min(this.expiresAtMs ?? 0, this.watchDueMs);
  }

  override [inspect.custom](): string {
    return `LocalCache(${this.expiresAtMs === undefined ? 'empty' : `until ${new Date(Math.min(this.expiresAtMs, latestDateMs)).toISOString()}`})`;
  }
}

function variantOf<T>(variants: Map<string, T>, variant: string, make: () => T): T {
  let known = variants.get(variant);
  if (known === undefined) variants.set(variant, (known = make()));
  return known;
}

type Memories = WeakMap<object, WeakMap<object, unknown>>;

function recalled<T>(memories: Memories, [first, second]: readonly [object, object], make: () => T): T {
  let inner = memories.get(first);
  if (inner === undefined) memories.set(first, (inner = new WeakMap()));
  let remembered = inner.get(second) as T | undefined;
  if (remembered === undefined) inner.set(second, (remembered = make()));
  return remembered;
}
