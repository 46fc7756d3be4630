import { withoutPayload } from '../aws/aws-errors';
import { describeError } from '../base/describe-error';
import { callAndForget, startWork } from '../base/start-work';
import { type Moment, momentAt } from '../di/moment';
import { Unavailable } from '../item/directory-listing';
import { type PauseTerms } from './failure-pauses';
import { type ReadHistory } from './read-history';
import { lasting, type OutcomeTimes, Reading } from './reading';
import { Stale, type StaleFacts } from './stale';

/** Longest time that a read may take before it counts as failed, **milliseconds**; for sources without limits of their own. */
const readLimitMs = 60_000;
/** How long a retry holds up who could have what is there already, **milliseconds**. */
const retryWaitMs = 250;

/** How long what was read is good, and when a source that failed is asked again. */
export interface ReadTerms extends PauseTerms {
  /** How long after it was read an outcome may stand in for one that fails, **milliseconds**; 0: never. */
  readonly standInMs: number;
}

/** A read that has started; `outcome` is set as soon as there is one to be had without waiting. */
export interface StartedRead<T> {
  readonly promise: Promise<T>;
  readonly outcome: T | undefined;
}

/** What is given in place of an outcome that is refused, as a whole or in parts. */
export interface Refused<T, G> {
  readonly given: T | Stale<G>;
  readonly refusal: Unavailable;
  /** What of the last good outcome is given; `undefined`: nothing. */
  readonly stale: StaleFacts | undefined;
}

/** What is known of a read that goes on. */
interface ReadFacts {
  readonly key: string;
  /** When it began, before the source was asked. */
  readonly begun: Moment;
  /** Round of failures in which it began. */
  readonly round: number;
  readonly terms: ReadTerms;
}

/**
 * Things that were read, or are being read, each once.
 *
 * A failed read is forgotten, unless the last good outcome can stand in for it: then that is given, and the source asked
 * again after a growing pause.
 *
 * @typeParam T - What a read comes to.
 * @typeParam G - What it comes to when it is good.
 */
export abstract class RememberedReads<T extends object, G extends T> {
  private readonly readings = new Map<string, Reading<T | Stale<G>>>();

  constructor(private readonly history: ReadHistory<G>) {}

  /** Gives the read of a key; `undefined` when the source is to be asked. */
  find(key: string, terms: ReadTerms): StartedRead<T | Stale<G>> | undefined {
    const reading = this.readings.get(key);
    const nowMs = terms.nowMs();
    if (reading?.isGoodAt(nowMs) === true || reading?.isWaitedFor === true) return reading;
    // What was served meanwhile is too old by now.
    if (reading?.hasEnded === false) return { promise: reading.final, outcome: undefined };
    const failure = this.history.pauses.find(key, nowMs);
    if (failure === undefined) return undefined;
    const stale = this.standIn(key, terms, failure.cause);
    const promise = startWork<T | Stale<G>>(() => stale ?? Promise.reject<T>(failure));
    return { promise, outcome: stale };
  }

  /** Whether a key failed just now, so that it is not to be asked before somebody needs it. */
  isPaused(key: string, { nowMs }: ReadTerms): boolean {
    return this.history.pauses.isPaused(key, nowMs());
  }

  /** Counts that a lookup was told of a failure. */
  tell(key: string, error: unknown): void {
    this.history.pauses.tell(key, error);
    this.history.tell(key);
  }

  /** Gives what is known of a key; `undefined` when it was not read, that has not ended, or it is stale. */
  known(key: string): T | undefined {
    const outcome = this.readings.get(key)?.outcome;
    return outcome instanceof Stale ? undefined : outcome;
  }

  /** Gives when the read of a key began that led to what is known of it; `undefined` when nothing is, or it is stale. */
  readAt(key: string): Moment | undefined {
    const reading = this.readings.get(key);
    return reading?.outcome instanceof Stale ? undefined : reading?.readAt;
  }

  /** Gives what can be had of a key without waiting, be it stale; `undefined` when there is nothing. */
  atHand(key: string, terms: ReadTerms): T | Stale<G> | undefined {
    const reading = this.readings.get(key);
    if (reading?.isGoodAt(terms.nowMs()) === true) return reading.outcome;
    const stale = this.standIn(key, terms, new Error('no answer within lookupBudgetMs'));
    // Who comes next need not wait as long.
    if (stale !== undefined) reading?.serve(stale, this.timesOf(key, stale.facts, terms));
    return stale;
  }

  /**
   * Takes up a read that begins now.
   *
   * @param answering - What the source will answer.
   * @param onRead - Told of what it answers, unless that is a failure.
   * @param begun - When it began, before the source was asked.
   */
  start(
    key: string,
    answering: Promise<T>,
    terms: ReadTerms,
    onRead: (outcome: T) => void = () => undefined,
    begun: Moment = momentAt(terms.nowMs()),
  ): StartedRead<T | Stale<G>> {
    const before = this.readings.get(key);
    const reading = new Reading<T | Stale<G>>(begun);
    const facts = { key, begun, round: this.history.pauses.round, terms };
    this.readings.set(key, reading);
    this.history.requests += 1;
    answering
      .then((outcome) => {
        this.check(outcome);
        if (reading.isAbandoned) reading.settle(({ resolve }) => resolve(outcome));
        else this.take(reading, outcome, facts, onRead);
      })
      .catch((error: unknown) => {
        if (reading.isAbandoned) reading.settle(({ reject }) => reject(error));
        else this.fail(reading, error, facts);
      })
      // Whatever goes wrong here, the read ends.
      .catch((error: unknown) => reading.fail(error));
    reading.after(readLimitMs, () => this.fail(reading, new Error(`no answer within ${readLimitMs} ms`), facts));
    if (before?.mayServeAt(terms.nowMs()) === true) reading.after(retryWaitMs, () => reading.serveThatOf(before));
    return reading;
  }

  /** Forgets the read of a key, so that the source is asked anew. */
  forget(key: string): void {
    this.readings.delete(key);
  }

  /** Forgets every read that has not ended. @returns Whether there was one. */
  abandonUnfinished(): boolean {
    const unfinished = [...this.readings].filter(([, { hasEnded }]) => !hasEnded);
    for (const [key, reading] of unfinished) {
      reading.abandon();
      if (reading.outcome === undefined) this.readings.delete(key);
    }
    return unfinished.length > 0;
  }

  /** Checks that an outcome is one: providers are written by users. @throws TypeError saying what was expected. */
  protected abstract check(outcome: unknown): void;

  /**
   * Judges an outcome.
   *
   * @param standIn - Gives the last good outcome, where it may stand in.
   */
  protected abstract judge(outcome: T, standIn: (refusal: Unavailable) => Stale<G> | undefined): 'good' | Refused<T, G>;

  private take(reading: Reading<T | Stale<G>>, outcome: T, facts: ReadFacts, onRead: (outcome: T) => void): void {
    const { key, begun, terms } = facts;
    const judged = this.judge(outcome, (refusal) => this.standIn(key, terms, refusal));
    if (judged === 'good') {
      const nowMs = terms.nowMs();
      this.history.keep(key, { outcome: outcome as G, atMs: nowMs, order: begun.order }, nowMs - terms.standInMs);
      reading.end(outcome, lasting);
    } else {
      const { given, refusal, stale } = judged;
      this.history.pauses.refuse(key);
      this.note(key, stale === undefined ? 'refused' : 'stale', refusal, terms);
      const times = stale === undefined ? lasting : this.timesOf(key, stale, terms);
      reading.end(given, refusal.isOfClients ? soonAgain(times, terms) : times);
    }
    // A line of the log may be lost; the read is not.
    if (!(reading.outcome instanceof Stale)) callAndForget(() => onRead(outcome));
  }

  private fail(reading: Reading<T | Stale<G>>, error: unknown, { key, round, terms }: ReadFacts): void {
    // It counted as failed when its time was over.
    if (reading.hasEnded) return;
    this.history.pauses.fail(key, error, round, terms);
    const stale = this.standIn(key, terms, error);
    this.note(key, stale === undefined ? 'failing' : 'stale', { reason: describe(error) }, terms);
    if (stale !== undefined) {
      reading.end(stale, this.timesOf(key, stale.facts, terms));
      return;
    }
    if (this.readings.get(key) === reading) this.readings.delete(key);
    reading.fail(error);
  }

  private note(
    key: string,
    state: 'failing' | 'refused' | 'stale',
    { reason, remedy, isOfClients }: Pick<StaleFacts, 'reason' | 'remedy'> & Partial<Pick<Unavailable, 'isOfClients'>>,
    { nowMs }: ReadTerms,
  ): void {
    this.history.note(key, { state, sinceMs: nowMs(), reason, remedy, ...(isOfClients === true && { isOfClients }) });
  }

  private standIn(key: string, { nowMs, standInMs }: ReadTerms, why: unknown): Stale<G> | undefined {
    const last = this.history.lastGood(key);
    if (last === undefined || standInMs <= 0) return undefined;
    const untilMs = last.atMs + standInMs;
    if (nowMs() >= untilMs) return undefined;
    const { reason, remedy } = why instanceof Unavailable ? why : { reason: describe(why), remedy: undefined };
    return new Stale(last.outcome, { goodAtMs: last.atMs, untilMs, reason, remedy });
  }

  private timesOf(key: string, { untilMs }: StaleFacts, terms: ReadTerms): OutcomeTimes {
    return { untilMs, retryAtMs: terms.nowMs() + this.history.pauses.retryPauseMs(key, terms) };
  }
}

function describe(error: unknown): string {
  return describeError(withoutPayload(error));
}

/** A permission is asked for again when memory is over; credentials and a region, which a login brings, after a pause. */
function soonAgain({ untilMs, retryAtMs }: OutcomeTimes, { nowMs, failurePauseMs }: ReadTerms): OutcomeTimes {
  const soonMs = nowMs() + failurePauseMs;
  return { untilMs: untilMs === lasting.untilMs ? soonMs : untilMs, retryAtMs: Math.min(retryAtMs, soonMs) };
}
