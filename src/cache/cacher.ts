import { type AwsClients } from '../aws/aws-clients';
import { type TimeLeft } from '../base/time-limit';
import { Dependency } from '../di/context';
import { type Moment } from '../di/moment';
import { brandClass } from '../base/brand-class';
import { type DirectoryItem } from '../item/directory-item';
import { type Logger } from '../logging/logger';
import { type LocalCache } from '../memory/local-cache';
import { type Provider } from '../providers/provider';
import { type ResolvedSettings } from '../settings/settings-values';
import { type CacheKey } from './cache-key';
import { type ReadProblem } from '../memory/read';
import { type SourceStatus } from '../memory/source-memory';
import { startWork } from '../base/start-work';

/** What a cacher may use; resolved in advance, because its work may serve several callers. */
export interface CacheSession {
  readonly clients: AwsClients;
  readonly settings: ResolvedSettings;
  readonly localCache: LocalCache;
  readonly logger: Logger;
  /** Gives the current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: () => number;
  /** Gives a number in `[0, 1)`. */
  readonly random: () => number;
}

/** The properties of a provider that its rows depend on. */
export type CachedProvider = Pick<Provider, 'name' | 'holdsOnlySecrets' | 'givesNull'>;

/** One chain, as a cacher needs it. */
export interface CachedChain {
  readonly key: CacheKey;
  readonly session: CacheSession;
  /**
   * Cache names of the providers whose rows count.
   *
   * All of the chain (`undefined`), unless a provider among them is not cacheable: then those before it, and
   * in the first directory only.
   */
  readonly trusted: { readonly directory: string; readonly providers: readonly string[] } | undefined;
  /** The chain's providers, by cache name. */
  readonly providers: ReadonlyMap<string, CachedProvider>;
  /** Gives when the oldest read behind a listing of the chain in memory began; `undefined`: there is no listing. */
  readonly knownSince?: () => Moment | undefined;
}

/** The lease of this process for refreshing a chain for the whole fleet. */
export interface Lease {
  /** Ends it, after what was found has been written. Never rejects. */
  release(): Promise<void>;
}

/** The row behind an answer. */
export interface CachedRow {
  /** How it keeps its answer: in plain, sealed, or as a reference to a secret. */
  readonly kind: 'plain' | 'sealed' | 'reference';
  /** Cache name of the provider that gave the answer; `undefined` when unknown, or the name is missing. */
  readonly provider: string | undefined;
  /** When it was written, ISO 8601; `undefined` when unknown. */
  readonly createdAt: string | undefined;
  /** When it expires, **seconds** since the Unix epoch; `undefined`: never. */
  readonly ttl: number | undefined;
}

/** Details of an answer from a row. */
export interface RowFindings {
  /** Whether this process wrote the row itself, so that nothing was read from the table. Default: false. */
  readonly isOwn?: boolean | undefined;
  /** Given when the row expires soon: the lease for refreshing the chain, if this process acquires it. */
  readonly refresh?: Promise<Lease | undefined> | undefined;
  /** When the reads behind the row began, **milliseconds** since the Unix epoch; absent: not known. */
  readonly readAtMs?: number | undefined;
  /** The row; given with `lookOnly`. */
  readonly row?: CachedRow | undefined;
}

/** What the cache holds for a name. */
export type CacheAnswer =
  /** The item. */
  | ({ readonly kind: 'found'; readonly item: DirectoryItem } & RowFindings)
  /** The name is recorded as missing. */
  | ({ readonly kind: 'absent' } & RowFindings)
  /** The place of a secret. */
  | ({ readonly kind: 'reference'; readonly reference: SecretReference } & RowFindings)
  /** Nothing; `lease`: this process has acquired the lease for refreshing the chain. */
  | { readonly kind: 'miss'; readonly lease?: Lease | undefined };

/** How a read of the cache differs from that of a lookup. */
export interface FindOptions {
  /** Whether nothing will be refreshed: no lease is acquired or awaited, and the answer includes its row. Default: false. */
  readonly lookOnly?: boolean;
}

/** The place of a secret. */
export interface SecretReference {
  readonly name: string;
  /** Cache name of the provider that has it. */
  readonly provider: string;
  readonly directory: string;
  /** Full name at the source. */
  readonly exactName: string;
  readonly createdAt: string | undefined;
}

/** An answer that a fresh lookup would give too. */
export interface CacheableAnswer {
  /** Name of the setting, lower-cased. */
  readonly name: string;
  /** Its item; `undefined` when the name is missing. */
  readonly item: DirectoryItem | undefined;
  /** Cache name of the provider that gave it; `undefined` when the name is missing. */
  readonly provider: string | undefined;
  /** When the oldest read behind it began, before the call of the source; absent: just now. */
  readonly readAt?: Moment | undefined;
}

/** A cache in front of the cacheable providers, which keeps their answers for the whole fleet. */
export abstract class Cacher extends Dependency {
  static override readonly isAbstractKind: boolean = true;

  /** Short name: `cacher`. */
  abstract readonly name: string;

  /**
   * Gives what the cache holds for a name.
   *
   * Never rejects: a cache that cannot be read gives a miss, and is logged once.
   *
   * @param name - Lower-cased.
   * @param time - Time that is left for the lookup; it counts only while the process runs.
   * @param options - How the read differs from that of a lookup.
   */
  abstract find(chain: CachedChain, name: string, time: TimeLeft, options?: FindOptions): Promise<CacheAnswer>;

  /** Remembers answers and begins to write them; `flush` awaits that. Never throws. */
  abstract save(chain: CachedChain, answers: readonly CacheableAnswer[]): void;

  /** Drops a reference whose secret does not exist any more. Never throws. */
  abstract drop(chain: CachedChain, reference: SecretReference): void;

  /** Names of the plain rows that a chain has, to be refreshed together; none when the cache cannot be read. */
  abstract names(chain: CachedChain): Promise<readonly string[]>;

  /**
   * Prepares reads: loads modules, opens connections.
   *
   * @throws Anything; it is only logged.
   */
  warm(_session: CacheSession, _signal: AbortSignal): Promise<void> {
    return Promise.resolve();
  }

  /** Gives the generation of the partition that all reads in local memory have seen; `undefined` when unknown. */
  seenGeneration(_chain: CachedChain): number | undefined {
    return undefined;
  }

  /**
   * Reads the generation of the partition: a number that grows with each change at the sources.
   *
   * @returns `undefined` for a cache without generations.
   * @throws Anything; it is only logged.
   */
  readGeneration(_chain: CachedChain, _signal: AbortSignal): Promise<number | undefined> {
    return Promise.resolve(undefined);
  }

  /** Gives the record of reads and writes of the cache; `undefined` for a cache without one. */
  recordOf(_chain: CachedChain): CacheRecord | undefined {
    return undefined;
  }

  /** Checks whether the cache can be read, and records the outcome. Never rejects. */
  probe(_chain: CachedChain, _signal: AbortSignal): Promise<void> {
    return Promise.resolve();
  }

  /** Awaits writes and work in the background that have begun. Never rejects. */
  abstract flush(): Promise<void>;

  /** Counts work in the background, so that {@link Cacher.flush} awaits it. */
  abstract track(work: Promise<unknown>): void;
}

brandClass(Cacher, 'Cacher');

/** What the cache table is used for. */
export type CacheActivity = 'reading' | 'writing';

/** Successes and problems of the cache, in reading and in writing. */
export class CacheRecord implements SourceStatus {
  requests = 0;
  hits = 0;
  lastSuccessMs: number | undefined;
  readonly problems = new Map<CacheActivity, ReadProblem>();

  /** Records that an activity succeeded. */
  succeed(activity: CacheActivity, atMs: number): void {
    this.lastSuccessMs = Math.max(atMs, this.lastSuccessMs ?? 0);
    this.problems.delete(activity);
  }

  /** Records a problem with an activity; consecutive ones keep the time of the first. */
  recordProblem(activity: CacheActivity, problem: ReadProblem): void {
    const { sinceMs } = this.problems.get(activity) ?? problem;
    this.problems.set(activity, { ...problem, sinceMs });
  }
}

/** All pending work of this process. */
const unfinished = new Set<PendingWork>();

/** Work in the background. */
export class PendingWork {
  private readonly pending = new Set<Promise<unknown>>();

  /** Awaits the work that any cacher of this process has begun. Never rejects. */
  static async allSettled(): Promise<void> {
    while (unfinished.size > 0) await Promise.all([...unfinished].map((each) => each.settled()));
  }

  /** Counts work until it settles. */
  add(work: PromiseLike<unknown>): void {
    const end = (): void => {
      this.pending.delete(counted);
      if (this.pending.size === 0) unfinished.delete(this);
    };
    const counted: Promise<void> = startWork(() => work).then(end, end);
    this.pending.add(counted);
    unfinished.add(this);
  }

  /** Awaits all work, also work that is added in the meantime. Never rejects. */
  async settled(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }
}
