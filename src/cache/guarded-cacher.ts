import { types as nodeTypes } from 'node:util';
import { describeError, describeKind, readProperty } from '../base/describe-error';
import { callAndForget, startWork } from '../base/start-work';
import { type TimeLeft } from '../base/time-limit';
import { DirectoryItem } from '../item/directory-item';
import { type Logger } from '../logging/logger';
import { type LocalCache } from '../memory/local-cache';
import {
  type CacheAnswer,
  type CachedChain,
  Cacher,
  type CacheRecord,
  type CacheSession,
  type CacheableAnswer,
  type FindOptions,
  type Lease,
  type SecretReference,
} from './cacher';

/**
 * Wraps a cacher, which may be written by a user, so that its errors fail neither a lookup nor the process.
 *
 * A call that throws or rejects counts as having no answer, and is logged once for each method.
 */
export class GuardedCacher extends Cacher {
  override readonly name: string;

  constructor(
    private readonly inner: Cacher,
    private readonly localCache: LocalCache,
    private readonly logger: Logger,
  ) {
    super();
    this.name = inner.name;
  }

  override async find(chain: CachedChain, name: string, time: TimeLeft, options?: FindOptions): Promise<CacheAnswer> {
    const nothing: CacheAnswer = { kind: 'miss' };
    return this.settled('find', nothing, async () => {
      const answer = await this.inner.find(chain, name, time, options);
      const problem = problemWith(answer);
      if (problem !== undefined) throw new TypeError(problem);
      return answer.kind === 'miss' ? { ...answer, lease: this.guarded(answer.lease) } : this.withRefresh(answer);
    });
  }

  override save(chain: CachedChain, answers: readonly CacheableAnswer[]): void {
    this.forget('save', () => this.inner.save(chain, answers));
  }

  override drop(chain: CachedChain, reference: SecretReference): void {
    this.forget('drop', () => this.inner.drop(chain, reference));
  }

  override names(chain: CachedChain): Promise<readonly string[]> {
    return this.settled('names', [], async () => {
      const names: unknown = await this.inner.names(chain);
      if (!Array.isArray(names)) throw new TypeError(`expected names to give a list, got ${describeKind(names)}`);
      return names.filter((name) => typeof name === 'string');
    });
  }

  override warm(session: CacheSession, signal: AbortSignal): Promise<void> {
    return startWork(() => this.inner.warm(session, signal));
  }

  override seenGeneration(chain: CachedChain): number | undefined {
    return this.called('seenGeneration', isNumber, () => this.inner.seenGeneration(chain));
  }

  override readGeneration(chain: CachedChain, signal: AbortSignal): Promise<number | undefined> {
    return startWork(() => this.inner.readGeneration(chain, signal));
  }

  override recordOf(chain: CachedChain): CacheRecord | undefined {
    return this.called('recordOf', isRecord, () => this.inner.recordOf(chain));
  }

  override probe(chain: CachedChain, signal: AbortSignal): Promise<void> {
    return this.settled('probe', undefined, () => this.inner.probe(chain, signal));
  }

  override flush(): Promise<void> {
    return this.settled('flush', undefined, () => this.inner.flush());
  }

  override track(work: Promise<unknown>): void {
    const tracked = startWork(() => work);
    this.forget('track', () => this.inner.track(tracked));
  }

  private withRefresh(answer: Exclude<CacheAnswer, { kind: 'miss' }>): CacheAnswer {
    const { refresh } = answer;
    if (refresh === undefined) return answer;
    return { ...answer, refresh: this.settled('find', undefined, async () => this.guarded(await refresh)) };
  }

  private guarded(lease: Lease | undefined): Lease | undefined {
    return lease && { release: () => this.settled('release', undefined, () => lease.release()) };
  }

  private settled<T>(method: string, nothing: T, call: () => T | PromiseLike<T>): Promise<T> {
    return startWork(call).catch((error: unknown) => {
      this.warn(method, error);
      return nothing;
    });
  }

  private forget(method: string, call: () => unknown): void {
    callAndForget(call, (error) => this.warn(method, error));
  }

  /** Calls a synchronous method; an invalid result, such as a promise, counts as none. */
  private called<T>(method: string, isValid: (answer: T) => boolean, call: () => T | undefined): T | undefined {
    try {
      const answer = call();
      if (answer === undefined || isValid(answer)) return answer;
      this.forget(method, () => answer);
      return undefined;
    } catch (error) {
      this.warn(method, error);
      return undefined;
    }
  }

  private warn(method: string, error: unknown): void {
    if (!this.localCache.isNewWarning(`cache.call-failed|${this.name}|${method}`)) return;
    this.logger.warn('cache.call-failed', {
      cacher: this.name,
      method,
      reason: describeError(error),
      consequence: 'lookups continue without it',
    });
  }
}

function isNumber(answer: unknown): answer is number {
  return typeof answer === 'number';
}

function isRecord(answer: object): boolean {
  return nodeTypes.isMap(readProperty(answer, 'problems'));
}

/** Describes what is wrong with the result of `find`; `undefined` when it is valid. */
function problemWith(answer: unknown): string | undefined {
  const of = (key: string): unknown =>
    typeof answer === 'object' && answer !== null ? readProperty(answer, key) : undefined;
  const kind = of('kind');
  if (kind === 'miss' || kind === 'absent') return undefined;
  if (kind === 'found' && of('item') instanceof DirectoryItem) return undefined;
  if (kind === 'reference' && typeof of('reference') === 'object') return undefined;
  return `expected find to give an answer of a cacher, got ${describeKind(answer)}`;
}
