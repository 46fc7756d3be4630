import { getOrMake } from '../base/get-or-make';
import { startWork } from '../base/start-work';
import { type TimeLeft, withTimeLimit } from '../base/time-limit';
import { findById } from '../chain/by-id';
import { type Attempt, type WalkResult } from '../chain/walk';
import { type SearchedPlace } from '../errors';
import { Logger } from '../logging/logger';
import { LocalCache, MemorySlot } from '../memory/local-cache';
import { Answer } from './answer';
import { idOf, type LookupOptions } from './lookup-options';
import { finderAt } from './finder';
import { type LookupScope } from './lookup-scope';

/** Most names whose last recheck is remembered; beyond, all are forgotten (names may come from outside). */
const maxNames = 10_000;
/** Longest pause between two rechecks of a name that stays missing, **milliseconds**. */
const longestPauseMs = 60_000;

/** A recheck has no time limit of its own: each caller limits its wait. */
const unlimited: TimeLeft = { leftMs: Number.POSITIVE_INFINITY };

/** A lookup of a required name that found nothing. */
export interface MissedLookup {
  readonly scope: LookupScope;
  readonly answer: Answer;
  readonly options: LookupOptions;
  /** When it began, **milliseconds** since the Unix epoch. */
  readonly startedAtMs: number;
  /** What is left of its time. */
  readonly time: TimeLeft;
}

/** Concurrent rechecks, which share a memory of their own. */
interface Round {
  readonly localCache: LocalCache;
  /** Generation of the memory in which the names were missing. */
  readonly generation: object;
  /** When it began, **milliseconds** since the Unix epoch. */
  readonly sinceMs: number;
  /** How many rechecks are under way. */
  underWay: number;
  hasFound: boolean;
}

/** When the last recheck of a name began, and the pause after it, **milliseconds**. */
interface LastRecheck {
  readonly atMs: number;
  readonly pauseMs: number;
}

/** The rechecks of a memory, by the clients that read: a service may have a Config for each request. */
const rechecksSlot = new MemorySlot<WeakMap<object, MissingNameRechecks>>({
  outlivesReset: true,
  make: () => new WeakMap(),
});

/** Looks up a missing name at the sources; see {@link MissingNameRechecks.recheck}. */
export function recheckMissingName(missed: MissedLookup): Promise<Answer | undefined> {
  const { localCache, session } = missed.scope;
  return getOrMake(localCache.slot(rechecksSlot), session.clients, () => new MissingNameRechecks()).recheck(missed);
}

/**
 * Reads the sources once more for required names that only the cache table, or the memory of this process, records as missing. Otherwise
 * a value that was added after an error would be found only when the row of the table expires.
 *
 * A name has one recheck at a time, and none within `failurePauseMs` of the last; while it stays missing, the pauses double up to a minute.
 * Concurrent rechecks share their reads.
 */
class MissingNameRechecks {
  private readonly last = new Map<string, LastRecheck>();
  private readonly underWay = new Map<string, Promise<WalkResult>>();
  private round: Round | undefined;

  /**
   * Looks up a name at the sources. When it exists, memory is reset and the cache table ignored: both are outdated.
   *
   * @returns The answer that the name is missing: that of the sources, or the previous one, when they have just been read or do not
   * answer. `undefined` when the name exists, and has to be looked up again.
   * @throws The reason of the signal.
   */
  async recheck(missed: MissedLookup): Promise<Answer | undefined> {
    const { scope, answer, options, time } = missed;
    options.signal?.throwIfAborted();
    const key = [
      scope.directories.concat,
      scope.providers.concat,
      scope.sources,
      scope.strategy,
      options.secretId,
      options.parameterId,
      answer.name,
    ].join('\n');
    const nowMs = scope.clock.nowMs();
    const recheck =
      this.underWay.get(key) ?? (this.isDue(key, missed, nowMs) ? this.begin(key, missed, nowMs) : undefined);
    if (recheck === undefined) return answer;
    const budgetMs = Math.max(1, time.leftMs);
    const onTimeout = (): Error => new Error('The time of the lookup is over.');
    try {
      const { item, attempts } = await withTimeLimit(() => recheck, { budgetMs, signal: options.signal, onTimeout });
      if (item !== undefined) return undefined;
      return new Answer(answer.name, answer.item, searchedPlaces(scope, answer, attempts));
    } catch {
      options.signal?.throwIfAborted();
      return answer;
    }
  }

  private isDue(key: string, { scope, answer, startedAtMs }: MissedLookup, nowMs: number): boolean {
    const { localCache, settings } = scope;
    const isOfTable = answer.attempts.some(({ outcome }) => outcome === 'known to be missing');
    const readAtMs = localCache.readSince?.atMs;
    const isRecent = readAtMs !== undefined && (readAtMs >= startedAtMs || nowMs - readAtMs < settings.failurePauseMs);
    if (isRecent && !isOfTable) return false;
    const last = this.last.get(key);
    return last === undefined || Math.abs(nowMs - last.atMs) >= last.pauseMs;
  }

  private begin(key: string, missed: MissedLookup, nowMs: number): Promise<WalkResult> {
    const { failurePauseMs } = missed.scope.settings;
    const { pauseMs } = this.last.get(key) ?? { pauseMs: failurePauseMs / 2 };
    if (this.last.size >= maxNames) this.last.clear();
    this.last.set(key, { atMs: nowMs, pauseMs: Math.min(pauseMs * 2, Math.max(failurePauseMs, longestPauseMs)) });
    const round = this.roundOf(missed.scope, nowMs);
    const recheck = startWork(() => this.read(missed, round).finally(() => this.underWay.delete(key)));
    this.underWay.set(key, recheck);
    return recheck;
  }

  private async read({ scope, answer, options }: MissedLookup, round: Round): Promise<WalkResult> {
    round.underWay += 1;
    try {
      const finder = finderAt(scope, round.localCache, silent);
      const trace = { waitingFor: '' };
      const id = idOf(options);
      const result =
        id === undefined
          ? await finder.find(answer.name, unlimited, trace)
          : await findById({ providers: scope.providers, reader: finder.reader }, answer.name, id, trace);
      if (result.item !== undefined && !round.hasFound) {
        round.hasFound = true;
        scope.localCache.reset({ pastCache: true });
      }
      return result;
    } finally {
      round.underWay -= 1;
      if (round.underWay === 0) round.localCache.abortReads();
    }
  }

  private roundOf(scope: LookupScope, nowMs: number): Round {
    const { round } = this;
    const { generation } = scope.localCache;
    const isCurrent =
      round?.generation === generation && (round.underWay > 0 || nowMs - round.sinceMs < scope.settings.failurePauseMs);
    if (isCurrent) return round;
    return (this.round = {
      generation,
      localCache: new LocalCache(),
      sinceMs: nowMs,
      underWay: 0,
      hasFound: false,
    });
  }
}

/** Lists the places of a recheck in the order of a lookup: the leading providers, the cacher as before, the sources, the defaults. */
function searchedPlaces(
  { cacher, providers }: LookupScope,
  before: Answer,
  attempts: readonly Attempt[],
): readonly SearchedPlace[] {
  const leading = providers.leading.length;
  const cached = before.attempts
    .filter(({ provider }) => provider === cacher?.name)
    // Its answer was ignored.
    .map((attempt): SearchedPlace => ({ ...attempt, outcome: 'absent' }));
  return [...attempts.slice(0, leading), ...cached, ...attempts.slice(leading), ...before.attempts.slice(-1)];
}

// The first lookup has already logged refusals.
const ignore = (): void => undefined;
const silent = new Logger({
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  isLevelEnabled: () => false,
});
