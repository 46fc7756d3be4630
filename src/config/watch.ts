import { tableArnText } from '../aws/table-names';
import { inspect } from 'node:util';
import { describeError } from '../base/describe-error';
import { callAndForget, startWork } from '../base/start-work';
import { withTimeoutSignal } from '../base/time-limit';
import { type LocalCache } from '../memory/local-cache';
import { checkOptions } from '../options';
import { numberWithin } from '../settings/setting-kinds';
import { mayFreeze } from './lambda-freeze-guard';
import { type LookupScope } from './lookup-scope';

/** How to watch for changes. */
export interface WatchOptions {
  /** Time between two looks, **seconds**; at least 0.001, at most a day. */
  readonly everySeconds: number;
}

/** Something that looks for changes until it is stopped. */
export interface Watch {
  /** Ends it; a second call does nothing. */
  stop(): void;
  [Symbol.dispose](): void;
  /** Gives what `util.inspect` prints. */
  toString(): string;
}

const pause = numberWithin({ unit: 'seconds', atLeast: 0.001, atMost: 86_400 });
/** Time for one look, **milliseconds**: a lookup in AWS Lambda waits for it. */
const lookTimeoutMs = 1000;

/** Watches that look at the next lookup, by the memory that they watch over. */
const waiting = new WeakMap<LocalCache, Set<GenerationWatch>>();

/**
 * Begins to look, now and then, whether something has changed at the sources, and forgets what is remembered when it has.
 *
 * By a timer that keeps no process alive; in AWS Lambda, where timers do not run between invocations, at the next lookup
 * after the time is over. Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 *
 * @param scopeNow - Gives the scope whose memory and partition are watched.
 * @throws InvalidSettingsError for a time that cannot be.
 */
export function startWatch(scopeNow: () => LookupScope, options: WatchOptions): Watch {
  checkOptions('config.watch()', options, { everySeconds: true });
  const { everySeconds } = options;
  const watch = new GenerationWatch(scopeNow, pause.check(everySeconds, 'watch option everySeconds') * 1000);
  if (mayFreeze()) watch.waitForLookups();
  else watch.startTimer();
  return watch;
}

/** Lets the watches whose time has come look, before a lookup gives an answer. Never rejects. */
export async function lookForChanges(localCache: LocalCache, nowMs: number): Promise<void> {
  await Promise.all([...(waiting.get(localCache) ?? [])].map((each) => each.lookIfDue(nowMs)));
}

type Cached = NonNullable<LookupScope['cached']>;

/** Looks at the generation of one partition, and refreshes the memory that was read before it. */
class GenerationWatch implements Watch {
  private timer: NodeJS.Timeout | undefined;
  private localCache: LocalCache | undefined;
  private dueMs = Number.POSITIVE_INFINITY;
  private looking: Promise<void> | undefined;
  /** What the latest look has found; `undefined` before the first. */
  private latest: { readonly environ: string; readonly current: number } | undefined;

  constructor(
    private readonly scopeNow: () => LookupScope,
    private readonly everyMs: number,
  ) {}

  startTimer(): void {
    this.timer = setInterval(() => callAndForget(() => this.look()), this.everyMs).unref();
  }

  waitForLookups(): void {
    const { clock, localCache } = this.scopeNow();
    this.localCache = localCache;
    waiting.set(localCache, (waiting.get(localCache) ?? new Set()).add(this));
    this.waitUntil(clock.nowMs() + this.everyMs);
  }

  /** Looks when its time has come. */
  async lookIfDue(nowMs: number): Promise<void> {
    if (nowMs >= this.dueMs) await this.look();
  }

  stop(): void {
    clearInterval(this.timer);
    if (this.localCache === undefined) return;
    waiting.get(this.localCache)?.delete(this);
    this.waitUntil(Number.POSITIVE_INFINITY);
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  /** Gives what `util.inspect` prints. */
  toString(): string {
    return this[inspect.custom]();
  }

  /** Gives what `util.inspect` prints. */
  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return `Watch(every ${this.everyMs / 1000} s)`;
  }

  private waitUntil(dueMs: number): void {
    this.dueMs = dueMs;
    if (this.localCache === undefined) return;
    const all = [...(waiting.get(this.localCache) ?? [])];
    this.localCache.expectWatch(Math.min(Number.POSITIVE_INFINITY, ...all.map((each) => each.dueMs)));
  }

  private look(): Promise<void> {
    const end = (): void => {
      this.looking = undefined;
    };
    this.looking ??= startWork(() => this.lookOnce()).then(end, end);
    return this.looking;
  }

  private async lookOnce(): Promise<void> {
    let scope: LookupScope;
    try {
      scope = this.scopeNow();
    } catch {
      // Settings that cannot be: lookups reject with the reason.
      return;
    }
    const { cached, clock } = scope;
    if (cached !== undefined) await this.lookAt(scope, cached);
    if (this.localCache !== undefined) this.waitUntil(clock.nowMs() + this.everyMs);
  }

  private async lookAt({ localCache, logger, settings }: LookupScope, { cacher, chain }: Cached): Promise<void> {
    const { environ } = chain.key;
    try {
      const current = await withTimeoutSignal(lookTimeoutMs, (signal) => cacher.readGeneration(chain, signal));
      if (current === undefined) return;
      const isMoved = hasMoved(current, cacher.seenGeneration(chain) ?? this.knownOf(environ, localCache));
      this.latest = { environ, current };
      if (!isMoved) return;
      logger.debug('watch.changed', { environ, generation: current });
      localCache.reset({ newest: true });
    } catch (error) {
      if (!localCache.isNewWarning(`watch.failed|${settings.cacheTable}|${environ}`)) return;
      logger.warn('watch.failed', {
        table: settings.cacheTable,
        environ,
        reason: describeError(error),
        remedy: `allow dynamodb:GetItem on ${tableArnText(settings.cacheTable)}`,
        consequence: 'changes are seen when local memory expires, until a look succeeds',
      });
    }
  }

  /** What memory has seen where it does not know itself: what the latest look found, since memory was refreshed if need be. */
  private knownOf(environ: string, localCache: LocalCache): number | undefined {
    if (this.latest?.environ === environ) return this.latest.current;
    return localCache.isEmpty ? undefined : 0;
  }
}

/** Whether memory is older than a generation. One that is smaller is what a replica gives that lags behind, unless it is gone. */
function hasMoved(current: number, known: number | undefined): boolean {
  return known !== undefined && (current > known || (current === 0 && known > 0));
}
