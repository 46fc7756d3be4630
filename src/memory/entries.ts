import { callAndForget, startWork } from '../base/start-work';
import { type Moment, momentAt } from '../di/moment';
import { type Unavailable } from '../item/directory-listing';
import { CircuitBreaker, SourceCircuitBreaker } from './circuit-breaker';
import { type OutcomeTimes, Read, type ReadPolicy, type ReadProblem, type StartedRead, untilReset } from './read';
import { type GoodOutcome, reasonOf, Stale, type StaleDetails, staleOutcome } from './stale';

/** Longest time that a read may take before it counts as failed, **milliseconds**; for sources without limits of their own. */
const readLimitMs = 60_000;
/** How long a retry may delay callers when there is a stale outcome for them, **milliseconds**. */
const retryWaitMs = 250;
/** Most keys that are remembered; beyond, the oldest is forgotten (names may come from outside). */
const maxEntries = 10_000;

/** What is remembered of one key. A reset of memory forgets `read`, and nothing else. */
interface Entry<T, G> {
  /** The latest read: its value is what memory holds. */
  read: Read<T | Stale<G>> | undefined;
  /** Served, as stale, when a later read fails. */
  lastGood: GoodOutcome<G> | undefined;
  /** Counts consecutive failures, and decides when to retry. */
  readonly circuit: CircuitBreaker;
  /** Problem of the latest read; `undefined`: none. */
  problem: ReadProblem | undefined;
  /** Whether a lookup has failed because of this problem, or of the consecutive ones before it. */
  isReported: boolean;
  /** Whether a read has ever succeeded. */
  hasSucceeded: boolean;
}

/** An outcome that is refused, as a whole or in part. */
export interface RefusedOutcome<T, G> {
  /** What lookups get instead. */
  readonly given: T | Stale<G>;
  readonly refusal: Unavailable;
  /** Details of the last good outcome, where lookups get it; `undefined`: they do not. */
  readonly stale: StaleDetails | undefined;
}

/** What the classification of an outcome may depend on. */
export interface OutcomeContext<G> {
  /** The last good outcome; `undefined` when there is none. */
  readonly lastGood: GoodOutcome<G> | undefined;
  /** Gives the last good outcome as a stale one; `undefined` when there is none that may be served. */
  readonly staleFor: (refusal: Unavailable) => Stale<G> | undefined;
}

/** Checks and classifies the outcomes of one kind of read. */
export interface OutcomeRules<T, G extends T> {
  /** Checks the type of an outcome: providers are written by users. @throws TypeError naming the expected type. */
  check(outcome: unknown): void;
  /** Decides whether an outcome is good or refused. */
  classify(outcome: T, context: OutcomeContext<G>): 'good' | RefusedOutcome<T, G>;
}

/** How one key is read. */
export interface StartOptions<T> {
  readonly policy: ReadPolicy;
  /** When the read began, before the call of the source; absent: now. */
  readonly begun?: Moment;
  /** Called with the outcome of the source, unless the read fails. */
  readonly onRead?: ((outcome: T) => void) | undefined;
  /** Whether memory keeps its current outcome. The read still counts as success or failure. Default: false. */
  readonly isProbe?: boolean | undefined;
}

/** A read that is under way. */
interface ReadUnderWay<T, G> extends StartOptions<T> {
  readonly key: string;
  readonly entry: Entry<T, G>;
  readonly read: Read<T | Stale<G>>;
}

/**
 * The reads of one kind at one source, by key: finished ones and the one under way, at most one at a time.
 *
 * A failed read is forgotten, unless the last good outcome may be served instead: then lookups get that, as stale, and the source is
 * read again after a growing pause.
 *
 * @typeParam T - The outcome of a read.
 * @typeParam G - The outcome of a read that is good.
 */
export class Entries<T extends object, G extends T> {
  private readonly entries = new Map<string, Entry<T, G>>();
  private readonly sourceCircuit = new SourceCircuitBreaker();
  private readonly underWay = new Set<ReadUnderWay<T, G>>();
  /** How many reads were started. */
  requests = 0;
  /** When a read last succeeded; `undefined`: never. */
  lastSuccess: Moment | undefined;
  /** When a read was last refused because credentials or a region are missing; `undefined`: never. */
  lastClientRefusal: Moment | undefined;

  constructor(private readonly rules: OutcomeRules<T, G>) {}

  /** Gives the read of a key; `undefined` when the source has to be read. */
  find(key: string, policy: ReadPolicy): StartedRead<T | Stale<G>> | undefined {
    const read = this.entries.get(key)?.read;
    if (read?.isFreshAt(policy.nowMs()) === true || read?.isPending === true) return read;
    // The stale outcome that was served in the meantime has expired.
    if (read?.hasEnded === false) return { promise: read.final, outcome: undefined };
    return this.findWhileOpen(key, policy);
  }

  /** Gives what lookups get while the circuit of a key, or of the whole source, is open; `undefined` when the source may be read. */
  findWhileOpen(key: string, policy: ReadPolicy): StartedRead<T | Stale<G>> | undefined {
    const nowMs = policy.nowMs();
    const entry = this.entries.get(key);
    const error = entry?.circuit.openError(nowMs) ?? this.sourceCircuit.openError(nowMs);
    if (error === undefined) return undefined;
    const stale = staleOutcome(entry?.lastGood, error.cause, policy);
    return { promise: startWork<T | Stale<G>>(() => stale ?? Promise.reject<T>(error)), outcome: stale };
  }

  /** Whether a key failed a moment ago, so that it is not read in advance. */
  isPaused(key: string, { nowMs }: ReadPolicy): boolean {
    return this.entries.get(key)?.circuit.isPaused(nowMs()) === true;
  }

  /** Gives the outcome of a key; `undefined` when it was not read, is being read, or is stale. */
  known(key: string): T | undefined {
    const outcome = this.entries.get(key)?.read?.outcome;
    return outcome instanceof Stale ? undefined : outcome;
  }

  /** Gives when the read behind the outcome of a key began; `undefined` when there is no outcome, or it is stale. */
  readAt(key: string): Moment | undefined {
    const read = this.entries.get(key)?.read;
    return read?.outcome instanceof Stale ? undefined : read?.outcomeBegun;
  }

  /** Gives the outcome of a key without waiting, also a stale one; `undefined` when there is none. */
  atHand(key: string, policy: ReadPolicy): T | Stale<G> | undefined {
    const entry = this.entries.get(key);
    if (entry?.read?.isFreshAt(policy.nowMs()) === true) return entry.read.outcome;
    const stale = staleOutcome(entry?.lastGood, new Error('no answer within lookupBudgetMs'), policy);
    // So that the next lookups do not wait.
    if (entry !== undefined && stale !== undefined) entry.read?.serve(stale, staleTimes(entry, stale.details, policy));
    return stale;
  }

  /** Remembers a read that begins now. @param answering - The outcome of the source. */
  start(key: string, answering: Promise<T>, options: StartOptions<T>): StartedRead<T | Stale<G>> {
    const { policy, begun = momentAt(policy.nowMs()), isProbe = false } = options;
    const entry = this.entryOf(key);
    const before = isProbe ? undefined : entry.read;
    const read = new Read<T | Stale<G>>(begun);
    const current = { ...options, key, entry, read };
    if (!isProbe) entry.read = read;
    this.underWay.add(current);
    this.requests += 1;
    answering
      .then((outcome) => {
        this.rules.check(outcome);
        if (read.isAbandoned) read.settle(({ resolve }) => resolve(outcome));
        else this.end(current, outcome);
      })
      .catch((error: unknown) => {
        if (read.isAbandoned) read.settle(({ reject }) => reject(error));
        else this.fail(current, error);
      })
      // An error above must not leave the read pending.
      .catch((error: unknown) => read.fail(error));
    read.after(readLimitMs, () => this.fail(current, new Error(`no answer within ${readLimitMs} ms`)));
    if (before?.isUsableAt(policy.nowMs()) === true) read.after(retryWaitMs, () => read.serveOutcomeOf(before));
    return read;
  }

  /** Forgets the read of a key, so that the source is read again. */
  forget(key: string): void {
    const entry = this.entries.get(key);
    if (entry !== undefined) entry.read = undefined;
  }

  /** Forgets the reads of all keys. Reads that are under way no longer fill memory. */
  forgetAll(): void {
    for (const entry of this.entries.values()) entry.read = undefined;
  }

  /** Drops the last good outcomes that have become too old to serve. */
  dropTooOld(policy: ReadPolicy): void {
    const oldestMs = policy.nowMs() - policy.staleIfErrorMs;
    for (const entry of this.entries.values()) {
      if (entry.lastGood !== undefined && entry.lastGood.atMs <= oldestMs) entry.lastGood = undefined;
    }
  }

  /** Whether a read is under way. */
  get isReading(): boolean {
    return this.underWay.size > 0;
  }

  /** Abandons every read that is under way. @returns Whether there was one. */
  abandonReads(): boolean {
    const abandoned = [...this.underWay];
    this.underWay.clear();
    for (const { entry, read } of abandoned) {
      read.abandon();
      if (read.outcome === undefined) detach(entry, read);
    }
    return abandoned.length > 0;
  }

  /** Keeps a good outcome of another kind of read, unless that of a later read is kept already. */
  keepLastGood(key: string, good: GoodOutcome<G>): void {
    const entry = this.entryOf(key);
    if (good.begun.order > (entry.lastGood?.begun.order ?? 0)) entry.lastGood = good;
  }

  /** Records that a read did not end in time; it continues. */
  recordLate(key: string, error: Error, policy: ReadPolicy): void {
    const entry = this.entryOf(key);
    const state = staleOutcome(entry.lastGood, error, policy) === undefined ? 'failing' : 'stale';
    recordProblem(entry, { state, reason: error.message }, policy);
  }

  /** Records that a lookup has failed because this key could not be read. */
  markReported(key: string): void {
    const entry = this.entries.get(key);
    if (entry?.problem?.state === 'failing') entry.isReported = true;
  }

  /** Current problems by key. */
  get problems(): readonly (readonly [key: string, problem: ReadProblem])[] {
    return [...this.entries].flatMap(([key, { problem }]) => (problem === undefined ? [] : [[key, problem]]));
  }

  /** Whether a current failure has made a lookup fail. */
  get failsLookups(): boolean {
    return this.some(({ problem, isReported }) => isReported && problem?.state === 'failing');
  }

  /** Whether a key is not permitted. */
  get isAnyRefused(): boolean {
    return this.some(({ problem }) => problem?.state === 'refused');
  }

  /** Whether the last read of a key succeeded. */
  get isAnyReadable(): boolean {
    return this.some(({ problem, hasSucceeded }) => hasSucceeded && problem === undefined);
  }

  private some(isSo: (entry: Entry<T, G>) => boolean): boolean {
    for (const entry of this.entries.values()) if (isSo(entry)) return true;
    return false;
  }

  private end(current: ReadUnderWay<T, G>, outcome: T): void {
    const { entry, read, policy, onRead } = current;
    this.underWay.delete(current);
    const staleFor = (refusal: Unavailable): Stale<G> | undefined => staleOutcome(entry.lastGood, refusal, policy);
    const classified = this.rules.classify(outcome, { lastGood: entry.lastGood, staleFor });
    if (classified === 'good') {
      this.recordSuccess(entry, { outcome: outcome as G, atMs: policy.nowMs(), begun: read.begun });
      read.succeed(outcome, untilReset);
    } else {
      this.recordRefusal(current, classified);
    }
    // An error of the callback, which logs, must not fail the read.
    if (!(read.outcome instanceof Stale)) callAndForget(() => onRead?.(outcome));
  }

  /** A read that began before the last good one changes nothing. */
  private recordSuccess(entry: Entry<T, G>, good: GoodOutcome<G>): void {
    if (good.begun.order < (entry.lastGood?.begun.order ?? 0)) return;
    entry.lastGood = good;
    entry.problem = undefined;
    entry.isReported = false;
    entry.hasSucceeded = true;
    entry.circuit.recordSuccess();
    this.sourceCircuit.recordSuccess();
    this.lastSuccess = momentAt(good.atMs);
  }

  private recordRefusal(
    { entry, read, policy }: ReadUnderWay<T, G>,
    { given, refusal, stale }: RefusedOutcome<T, G>,
  ): void {
    const { isOfClients } = refusal;
    entry.circuit.recordRefusal();
    const state = stale === undefined ? 'refused' : 'stale';
    recordProblem(entry, { state, reason: refusal.reason, remedy: refusal.remedy }, policy);
    if (isOfClients && state === 'refused') this.lastClientRefusal = momentAt(policy.nowMs());
    const times = stale === undefined ? untilReset : staleTimes(entry, stale, policy);
    read.succeed(given, isOfClients ? withEarlyRetry(times, policy) : times);
  }

  private fail(current: ReadUnderWay<T, G>, error: unknown): void {
    const { entry, key, read, policy } = current;
    // It has already counted as failed when its time limit ended.
    if (read.hasEnded) return;
    this.underWay.delete(current);
    entry.circuit.recordFailure(error, read.begun, policy);
    this.sourceCircuit.recordFailure(key, error, read.begun, policy);
    const stale = staleOutcome(entry.lastGood, error, policy);
    recordProblem(entry, { state: stale === undefined ? 'failing' : 'stale', reason: reasonOf(error) }, policy);
    if (stale !== undefined) {
      read.succeed(stale, staleTimes(entry, stale.details, policy));
      return;
    }
    detach(entry, read);
    read.fail(error);
  }

  private entryOf(key: string): Entry<T, G> {
    const known = this.entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry<T, G> = {
      read: undefined,
      lastGood: undefined,
      circuit: new CircuitBreaker(),
      problem: undefined,
      isReported: false,
      hasSucceeded: false,
    };
    this.entries.set(key, entry);
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= maxEntries) break;
      this.entries.delete(oldest);
    }
    return entry;
  }
}

function staleTimes(
  { circuit }: Pick<Entry<object, unknown>, 'circuit'>,
  { untilMs }: StaleDetails,
  policy: ReadPolicy,
): OutcomeTimes {
  return { untilMs, retryAtMs: policy.nowMs() + circuit.retryPauseMs(policy) };
}

/** Records a problem; consecutive ones keep the time of the first. */
function recordProblem(
  entry: Pick<Entry<object, unknown>, 'problem'>,
  problem: Omit<ReadProblem, 'sinceMs'>,
  { nowMs }: ReadPolicy,
): void {
  entry.problem = { ...problem, sinceMs: entry.problem?.sinceMs ?? nowMs() };
}

function detach<T, G>(entry: Entry<T, G>, read: Read<T | Stale<G>>): void {
  if (entry.read === read) entry.read = undefined;
}

/** A missing permission is checked again after a reset of memory; missing credentials or a region, after a pause: a login may add them. */
function withEarlyRetry({ untilMs, retryAtMs }: OutcomeTimes, { nowMs, failurePauseMs }: ReadPolicy): OutcomeTimes {
  const soonMs = nowMs() + failurePauseMs;
  return { untilMs: untilMs === untilReset.untilMs ? soonMs : untilMs, retryAtMs: Math.min(retryAtMs, soonMs) };
}
