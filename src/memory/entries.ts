import { callAndForget, startWork } from '../base/start-work';
import { type Moment, momentAt } from '../di/moment';
import { type Unavailable } from '../item/directory-listing';
import { CircuitBreaker, SourceCircuitBreaker } from './circuit-breaker';
import { type OutcomeTimes, Read, type ReadPolicy, type ReadProblem, type StartedRead, untilReset } from './read';
import { type GoodOutcome, reasonOf, Stale, type StaleFacts, staleOutcome } from './stale';

/** Longest time that a read may take before it counts as failed, **milliseconds**; for sources without limits of their own. */
const readLimitMs = 60_000;
/** How long a retry may delay callers when there is a stale outcome for them, **milliseconds**. */
const retryWaitMs = 250;
/** Most things that are remembered; beyond, the one that was asked for first is forgotten (names may come from outside). */
const maxEntries = 10_000;

/** What is known of one thing that a source is asked for. A reset of memory forgets `read`, and nothing else. */
interface Entry<T, G> {
  /** The latest read: its value is what memory holds. */
  read: Read<T | Stale<G>> | undefined;
  /** Served, as stale, when a later read fails. */
  lastGood: GoodOutcome<G> | undefined;
  /** Counts consecutive failures, and knows the retry time. */
  readonly circuit: CircuitBreaker;
  /** What was wrong with the latest read; `undefined`: nothing. */
  problem: ReadProblem | undefined;
  /** Whether a lookup has failed because of the problem, or of those in a row before it. */
  isReported: boolean;
  /** Whether it was ever read well. */
  hasSucceeded: boolean;
}

/** An outcome that is refused as a whole, or in parts. */
export interface RefusedOutcome<T, G> {
  /** What is given in its place. */
  readonly given: T | Stale<G>;
  readonly refusal: Unavailable;
  /** What of the last good outcome is given; `undefined`: nothing. */
  readonly stale: StaleFacts | undefined;
}

/** What can be needed to judge an outcome. */
export interface OutcomeContext<G> {
  /** The last good outcome; `undefined` when there is none. */
  readonly lastGood: GoodOutcome<G> | undefined;
  /** Gives the last good outcome as a stale one; `undefined` when there is none that may be served. */
  readonly staleFor: (refusal: Unavailable) => Stale<G> | undefined;
}

/** What the outcomes of one kind of read are. */
export interface OutcomeRules<T, G extends T> {
  /** Checks that an outcome is one: providers are written by users. @throws TypeError saying what was expected. */
  check(outcome: unknown): void;
  /** Says whether an outcome is good or refused. */
  classify(outcome: T, context: OutcomeContext<G>): 'good' | RefusedOutcome<T, G>;
}

/** How one thing is read. */
export interface StartOptions<T> {
  readonly policy: ReadPolicy;
  /** When the read began, before the source was asked; absent: now. */
  readonly begun?: Moment;
  /** Called with what the source answers, unless that is a failure. */
  readonly onRead?: ((outcome: T) => void) | undefined;
  /** Whether the outcome is not kept as what memory holds. It still counts as success or failure. Default: false. */
  readonly isProbe?: boolean | undefined;
}

/** A read that is under way. */
interface ReadUnderWay<T, G> extends StartOptions<T> {
  readonly key: string;
  readonly entry: Entry<T, G>;
  readonly read: Read<T | Stale<G>>;
}

/**
 * The things of one kind that a source is asked for, by key: what was read, or is being read, each once at a time.
 *
 * A failed read is forgotten, unless the last good outcome may be served in its place: then that is given, as stale, and the
 * source is asked again after a pause that grows.
 *
 * @typeParam T - The outcome of a read.
 * @typeParam G - The outcome of a read that is good.
 */
export class Entries<T extends object, G extends T> {
  private readonly entries = new Map<string, Entry<T, G>>();
  private readonly sourceCircuit = new SourceCircuitBreaker();
  private readonly underWay = new Set<ReadUnderWay<T, G>>();
  /** How often the source was asked for something. */
  requests = 0;
  /** When it last gave something; `undefined`: never. */
  lastSuccess: Moment | undefined;
  /** When it last refused something for want of credentials or a region; `undefined`: never. */
  lastClientRefusal: Moment | undefined;

  constructor(private readonly rules: OutcomeRules<T, G>) {}

  /** Gives the read of a key; `undefined` when the source is to be asked. */
  find(key: string, policy: ReadPolicy): StartedRead<T | Stale<G>> | undefined {
    const read = this.entries.get(key)?.read;
    if (read?.isFreshAt(policy.nowMs()) === true || read?.isPending === true) return read;
    // What was served meanwhile is too old by now.
    if (read?.hasEnded === false) return { promise: read.final, outcome: undefined };
    return this.findWhileOpen(key, policy);
  }

  /** Gives what lookups get while the circuit of a key, or of the whole source, is open; `undefined` when the source may be asked. */
  findWhileOpen(key: string, policy: ReadPolicy): StartedRead<T | Stale<G>> | undefined {
    const nowMs = policy.nowMs();
    const entry = this.entries.get(key);
    const error = entry?.circuit.openError(nowMs) ?? this.sourceCircuit.openError(nowMs);
    if (error === undefined) return undefined;
    const stale = staleOutcome(entry?.lastGood, error.cause, policy);
    return { promise: startWork<T | Stale<G>>(() => stale ?? Promise.reject<T>(error)), outcome: stale };
  }

  /** Whether a key failed a moment ago, so that it is not asked for before a lookup needs it. */
  isPaused(key: string, { nowMs }: ReadPolicy): boolean {
    return this.entries.get(key)?.circuit.isPaused(nowMs()) === true;
  }

  /** Gives what is known of a key; `undefined` when it was not read, is being read, or is stale. */
  known(key: string): T | undefined {
    const outcome = this.entries.get(key)?.read?.outcome;
    return outcome instanceof Stale ? undefined : outcome;
  }

  /** Gives when the read began that led to what is known of a key; `undefined` when nothing is known, or it is stale. */
  readAt(key: string): Moment | undefined {
    const read = this.entries.get(key)?.read;
    return read?.outcome instanceof Stale ? undefined : read?.outcomeBegun;
  }

  /** Gives what can be had of a key without waiting, stale if need be; `undefined` when there is nothing. */
  atHand(key: string, policy: ReadPolicy): T | Stale<G> | undefined {
    const entry = this.entries.get(key);
    if (entry?.read?.isFreshAt(policy.nowMs()) === true) return entry.read.outcome;
    const stale = staleOutcome(entry?.lastGood, new Error('no answer within lookupBudgetMs'), policy);
    // The next lookups need not wait as long.
    if (entry !== undefined && stale !== undefined) entry.read?.serve(stale, staleTimes(entry, stale.facts, policy));
    return stale;
  }

  /** Remembers a read that begins now. @param answering - What the source will answer. */
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
      // Whatever goes wrong here, the read ends.
      .catch((error: unknown) => read.fail(error));
    read.after(readLimitMs, () => this.fail(current, new Error(`no answer within ${readLimitMs} ms`)));
    if (before?.isUsableAt(policy.nowMs()) === true) read.after(retryWaitMs, () => read.serveOutcomeOf(before));
    return read;
  }

  /** Forgets what was read of a key, so that the source is asked anew. */
  forget(key: string): void {
    const entry = this.entries.get(key);
    if (entry !== undefined) entry.read = undefined;
  }

  /** Forgets what was read of every key. Reads that are under way fill memory no more. */
  forgetAll(): void {
    for (const entry of this.entries.values()) entry.read = undefined;
  }

  /** Drops the last good outcomes that are too old to be served. */
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

  /** Gives up every read that is under way. @returns Whether there was one. */
  abandonReads(): boolean {
    const abandoned = [...this.underWay];
    this.underWay.clear();
    for (const { entry, read } of abandoned) {
      read.abandon();
      if (read.outcome === undefined) detach(entry, read);
    }
    return abandoned.length > 0;
  }

  /** Keeps a good outcome of another kind of read, unless there is one of a read that began later. */
  keepLastGood(key: string, good: GoodOutcome<G>): void {
    const entry = this.entryOf(key);
    if (good.begun.order > (entry.lastGood?.begun.order ?? 0)) entry.lastGood = good;
  }

  /** Records a read that did not end in time; it goes on. */
  noteLate(key: string, error: Error, policy: ReadPolicy): void {
    const entry = this.entryOf(key);
    const state = staleOutcome(entry.lastGood, error, policy) === undefined ? 'failing' : 'stale';
    note(entry, { state, reason: error.message }, policy);
  }

  /** Records that a lookup has failed because this could not be read. */
  markReported(key: string): void {
    const entry = this.entries.get(key);
    if (entry?.problem?.state === 'failing') entry.isReported = true;
  }

  /** What is wrong now, by key. */
  get problems(): readonly (readonly [key: string, problem: ReadProblem])[] {
    return [...this.entries].flatMap(([key, { problem }]) => (problem === undefined ? [] : [[key, problem]]));
  }

  /** Whether something fails because of which a lookup has failed. */
  get failsLookups(): boolean {
    return this.some(({ problem, isReported }) => isReported && problem?.state === 'failing');
  }

  /** Whether something is not permitted. */
  get isAnyRefused(): boolean {
    return this.some(({ problem }) => problem?.state === 'refused');
  }

  /** Whether something was read well when it was last asked for. */
  get isAnyReadWell(): boolean {
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
    // A line of the log may be lost; the read is not.
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
    note(entry, { state, reason: refusal.reason, remedy: refusal.remedy }, policy);
    if (isOfClients && state === 'refused') this.lastClientRefusal = momentAt(policy.nowMs());
    const times = stale === undefined ? untilReset : staleTimes(entry, stale, policy);
    read.succeed(given, isOfClients ? withEarlyRetry(times, policy) : times);
  }

  private fail(current: ReadUnderWay<T, G>, error: unknown): void {
    const { entry, key, read, policy } = current;
    // It counted as failed when its time was over.
    if (read.hasEnded) return;
    this.underWay.delete(current);
    entry.circuit.recordFailure(error, read.begun, policy);
    this.sourceCircuit.recordFailure(key, error, read.begun, policy);
    const stale = staleOutcome(entry.lastGood, error, policy);
    note(entry, { state: stale === undefined ? 'failing' : 'stale', reason: reasonOf(error) }, policy);
    if (stale !== undefined) {
      read.succeed(stale, staleTimes(entry, stale.facts, policy));
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
  { untilMs }: StaleFacts,
  policy: ReadPolicy,
): OutcomeTimes {
  return { untilMs, retryAtMs: policy.nowMs() + circuit.retryPauseMs(policy) };
}

/** Records what is wrong, since the first time in a row. */
function note(
  entry: Pick<Entry<object, unknown>, 'problem'>,
  problem: Omit<ReadProblem, 'sinceMs'>,
  { nowMs }: ReadPolicy,
): void {
  entry.problem = { ...problem, sinceMs: entry.problem?.sinceMs ?? nowMs() };
}

function detach<T, G>(entry: Entry<T, G>, read: Read<T | Stale<G>>): void {
  if (entry.read === read) entry.read = undefined;
}

/** A permission is asked for again after a reset of memory; credentials and a region, which a login brings, after a pause. */
function withEarlyRetry({ untilMs, retryAtMs }: OutcomeTimes, { nowMs, failurePauseMs }: ReadPolicy): OutcomeTimes {
  const soonMs = nowMs() + failurePauseMs;
  return { untilMs: untilMs === untilReset.untilMs ? soonMs : untilMs, retryAtMs: Math.min(retryAtMs, soonMs) };
}
