import { startWork } from '../base/start-work';
import { type TimeLeft, withTimeLimit } from '../base/time-limit';
import { findById } from '../chain/by-id';
import { type Attempt, type WalkResult } from '../chain/walk';
import { type SearchedPlace } from '../errors';
import { Logger } from '../logging/logger';
import { LocalCache } from '../memory/local-cache';
import { Answer } from './answer';
import { idOf, type LookupOptions } from './lookup-options';
import { finderAt } from './finder';
import { type LookupScope } from './lookup-scope';

/** Most names whose last second look is remembered; beyond, all are forgotten (names may come from outside). */
const maxNames = 10_000;
/** Longest pause between two second looks for a name that stays missing, **milliseconds**. */
const longestPauseMs = 60_000;

/** The time of a look ends with the wait of each caller. */
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

/** What is read past the cache table and past memory, for all names that are looked for at about the same time. */
interface Round {
  readonly scope: LookupScope;
  readonly localCache: LocalCache;
  /** Of the memory that had called the names missing. */
  readonly generation: object;
  /** When it began, **milliseconds** since the Unix epoch. */
  readonly sinceMs: number;
  /** How many looks are under way. */
  looks: number;
  hasFound: boolean;
}

/** When the last look for a name began, and how long none follows, **milliseconds**. */
interface LastLook {
  readonly atMs: number;
  readonly pauseMs: number;
}

/**
 * Asks the sources once more for required names that only the cache table, or the memory of this process, calls missing. Otherwise a
 * value that was put in place would be found only when the row of the table ends, whatever the error says.
 *
 * There is one look for a name at a time and none within `failurePauseMs` of the last; while the name stays missing, the pauses double
 * up to a minute. Looks at about the same time share what they read.
 */
export class SecondLooks {
  private readonly last = new Map<string, LastLook>();
  private readonly underWay = new Map<string, Promise<WalkResult>>();
  private round: Round | undefined;

  /**
   * Looks for a name at the sources. When it is there, memory is forgotten and the cache table passed over: both are older.
   *
   * @returns The answer that the name is missing: that of the sources, or the one before, when they have just been asked or do not
   * answer. `undefined` when the name is there, to be looked up again.
   * @throws The reason of the signal.
   */
  async look(missed: MissedLookup): Promise<Answer | undefined> {
    const { scope, answer, options, time } = missed;
    options.signal?.throwIfAborted();
    const key = [
      scope.directories.concat,
      scope.providers.concat,
      options.secretId,
      options.parameterId,
      answer.name,
    ].join('\n');
    const nowMs = scope.clock.nowMs();
    const look =
      this.underWay.get(key) ?? (this.isDue(key, missed, nowMs) ? this.begin(key, missed, nowMs) : undefined);
    if (look === undefined) return answer;
    const budgetMs = Math.max(1, time.leftMs);
    const onTimeout = (): Error => new Error('The time of the lookup is over.');
    try {
      const { item, attempts } = await withTimeLimit(() => look, { budgetMs, signal: options.signal, onTimeout });
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
    const look = startWork(() => this.read(missed, round).finally(() => this.underWay.delete(key)));
    this.underWay.set(key, look);
    return look;
  }

  private async read({ scope, answer, options }: MissedLookup, round: Round): Promise<WalkResult> {
    round.looks += 1;
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
      round.looks -= 1;
      if (round.looks === 0) round.localCache.abortReads();
    }
  }

  private roundOf(scope: LookupScope, nowMs: number): Round {
    const { round } = this;
    const { generation } = scope.localCache;
    const isNew =
      round?.scope !== scope ||
      round.generation !== generation ||
      (round.looks === 0 && nowMs - round.sinceMs >= scope.settings.failurePauseMs);
    if (round !== undefined && !isNew) return round;
    return (this.round = {
      scope,
      generation,
      localCache: new LocalCache(),
      sinceMs: nowMs,
      looks: 0,
      hasFound: false,
    });
  }
}

/** Lists what was asked in the order of a lookup: the providers in front, the cacher as before, the sources, the defaults. */
function searchedPlaces(
  { cacher, providers }: LookupScope,
  before: Answer,
  attempts: readonly Attempt[],
): readonly SearchedPlace[] {
  const inFront = providers.leading.length;
  const cached = before.attempts
    .filter(({ provider }) => provider === cacher?.name)
    // What it knew has been passed over.
    .map((attempt): SearchedPlace => ({ ...attempt, outcome: 'absent' }));
  return [...attempts.slice(0, inFront), ...cached, ...attempts.slice(inFront), ...before.attempts.slice(-1)];
}

/** What the sources refuse, the lookup before has logged. */
const ignore = (): void => undefined;
const silent = new Logger({
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  isLevelEnabled: () => false,
});
