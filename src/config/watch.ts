import { sourceRefusalOf } from '../aws/aws-errors';
import { tableArnText } from '../aws/table-names';
import { inspect } from 'node:util';
import { describeError } from '../base/describe-error';
import { callAndForget, startWork } from '../base/start-work';
import { withTimeoutSignal } from '../base/time-limit';
import { cacheUse, clearClientsWarning, warnOfRefusedClients } from '../memory/client-warnings';
import { type ChangeCheck, type LocalCache } from '../memory/local-cache';
import { checkOptions } from '../options';
import { numberWithin } from '../settings/setting-kinds';
import { mayFreeze } from './lambda-freeze-guard';
import { type CachedChainOf, cachedOf } from './finder';
import { type LookupScope } from './lookup-scope';

/** Options of `config.watch()`. */
export interface WatchOptions {
  /** Time between two checks, **seconds**; at least 0.001, at most a day. */
  readonly everySeconds: number;
}

/** A check for changes that repeats until it is closed, given by `config.watch()`. */
export interface Watch {
  /** Ends it; a second call does nothing. */
  close(): void;
  [Symbol.dispose](): void;
  /** Gives what `util.inspect` prints. */
  toString(): string;
}

const pause = numberWithin({ unit: 'seconds', atLeast: 0.001, atMost: 86_400 });
/** Time for one check, **milliseconds**: a lookup in AWS Lambda waits for it. */
const checkTimeoutMs = 1000;

/**
 * Begins to check regularly whether something has changed at the sources, and resets memory when it has.
 *
 * By a timer that keeps no process alive; in AWS Lambda, where timers do not run between invocations, at the next lookup
 * after the time is over. Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 *
 * @param scopeNow - Gives the scope whose memory and partition are watched.
 * @throws InvalidSettingsError for an invalid time.
 */
export function startWatch(scopeNow: () => LookupScope, options: WatchOptions): Watch {
  checkOptions('config.watch()', options, { everySeconds: true });
  const { everySeconds } = options;
  const watch = new GenerationWatch(scopeNow, pause.check(everySeconds, 'watch option everySeconds') * 1000);
  if (mayFreeze()) watch.waitForLookups();
  else watch.startTimer();
  return watch;
}

/** Checks the generation of one partition, and resets memory that was read before it. */
class GenerationWatch implements Watch, ChangeCheck {
  dueMs = Number.POSITIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;
  /** The memory whose lookups make the checks; `undefined` when the timer makes them. */
  private localCache: LocalCache | undefined;
  private checking: Promise<void> | undefined;
  /** Result of the latest check; `undefined` before the first. */
  private latest: { readonly environ: string; readonly current: number } | undefined;

  constructor(
    private readonly scopeNow: () => LookupScope,
    private readonly everyMs: number,
  ) {}

  startTimer(): void {
    this.timer = setInterval(() => callAndForget(() => this.check()), this.everyMs).unref();
  }

  waitForLookups(): void {
    const { clock, localCache } = this.scopeNow();
    this.localCache = localCache;
    this.waitUntil(clock.nowMs() + this.everyMs);
  }

  async checkIfDue(nowMs: number): Promise<void> {
    if (nowMs >= this.dueMs) await this.check();
  }

  close(): void {
    clearInterval(this.timer);
    this.localCache?.removeChangeCheck(this);
    this.localCache = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
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
    this.localCache?.addChangeCheck(this);
  }

  private check(): Promise<void> {
    const end = (): void => {
      this.checking = undefined;
    };
    this.checking ??= startWork(() => this.checkOnce()).then(end, end);
    return this.checking;
  }

  private async checkOnce(): Promise<void> {
    let scope: LookupScope;
    try {
      scope = this.scopeNow();
    } catch {
      // The settings are invalid: lookups reject with the reason.
      return;
    }
    const cached = cachedOf(scope);
    if (cached !== undefined) await this.checkPartition(scope, cached);
    if (this.localCache !== undefined) this.waitUntil(scope.clock.nowMs() + this.everyMs);
  }

  private async checkPartition(
    { localCache, logger, settings }: LookupScope,
    { cacher, chain }: CachedChainOf,
  ): Promise<void> {
    const { environ } = chain.key;
    try {
      const current = await withTimeoutSignal(checkTimeoutMs, (signal) => cacher.readGeneration(chain, signal));
      clearClientsWarning({ localCache }, cacheUse);
      if (current === undefined) return;
      const isMoved = hasMoved(current, cacher.seenGeneration(chain) ?? this.generationOf(environ, localCache));
      this.latest = { environ, current };
      if (!isMoved) return;
      logger.debug('watch.changed', { environ, generation: current });
      localCache.reset({ newest: true });
    } catch (error) {
      const { cacheTable: table } = settings;
      const grant = `allow dynamodb:GetItem on ${tableArnText(table)}, and create that table`;
      const refusal = sourceRefusalOf(error, grant);
      if (refusal?.isOfClients === true) {
        warnOfRefusedClients({ localCache, logger }, cacheUse, refusal);
        return;
      }
      if (!localCache.isNewWarning(`watch.failed|${table}|${environ}`)) return;
      logger.warn('watch.failed', {
        table,
        environ,
        reason: describeError(error),
        ...(refusal !== undefined && { remedy: refusal.remedy }),
        consequence: 'changes are noticed only when local memory expires, until a check succeeds',
      });
    }
  }

  /** The generation of memory where the cacher cannot give it: that of the latest check, which has reset memory if necessary. */
  private generationOf(environ: string, localCache: LocalCache): number | undefined {
    if (this.latest?.environ === environ) return this.latest.current;
    return localCache.isEmpty ? undefined : 0;
  }
}

/** Whether memory is older than a generation. A smaller number comes from a replica that lags behind, unless the row was deleted. */
function hasMoved(current: number, known: number | undefined): boolean {
  return known !== undefined && (current > known || (current === 0 && known > 0));
}
