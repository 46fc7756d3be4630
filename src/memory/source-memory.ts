import { setMaxListeners } from 'node:events';
import { afterThisTurn, callAndForget, startWork } from '../base/start-work';
import { type Moment, momentAt } from '../di/moment';
import { type Directory } from '../directory/directory';
import { DirectoryItem } from '../item/directory-item';
import { type DirectoryListing, hasValue, type UnreadSecret } from '../item/directory-listing';
import {
  type ListingOutcome,
  type Provider,
  type ReadSession,
  type SecretOutcome,
  type SharedSession,
} from '../providers/provider';
import { Entries } from './entries';
import { type LocalCache, type ReadMemory } from './local-cache';
import { type GoodSetting, listingRules, settingRules, type SettingOutcome, startReads } from './provider-answers';
import { type ReadPolicy, type ReadProblem, type StartedRead } from './read';
import { Stale } from './stale';

/** The outcome of listing a directory, or the last good listing in its place. */
export type RememberedListing = ListingOutcome | Stale<DirectoryListing>;

/** The outcome of reading a setting by name, or the last good one in its place. */
export type RememberedSetting = SecretOutcome | Stale<GoodSetting>;

/** How a source is read. */
export interface ReadOptions {
  readonly session: SharedSession;
  readonly policy: ReadPolicy;
  /** Called with each new listing. */
  readonly onListed?: ((provider: Provider, path: string, outcome: ListingOutcome) => void) | undefined;
  /** Whether memory is neither used nor changed: the read only counts as success or failure. Default: false. */
  readonly isProbe?: boolean;
}

/** How directories are listed. */
export interface ListOptions extends ReadOptions {
  /** Whether no lookup needs them yet: then directories that failed a moment ago are left out. Default: false. */
  readonly inAdvance?: boolean;
}

/** State of a source: a provider, or the cache table. */
export interface SourceStatus {
  /** How many reads were started. */
  readonly requests: number;
  /** How many lookups found their answer there; lookups that were answered from memory are not counted. */
  readonly hits: number;
  /** When a read last succeeded, **milliseconds** since the Unix epoch; `undefined`: never. */
  readonly lastSuccessMs: number | undefined;
  /** Current problems, each with what was read. */
  readonly problems: Iterable<readonly [at: string, problem: ReadProblem]>;
}

/** What identifies a secret. */
type SecretPlace = Pick<UnreadSecret, 'directory' | 'exactName'>;

/**
 * What this process remembers of one provider that reads through certain clients: listings by path, and settings that are read by exact
 * name. Concurrent callers share one read.
 *
 * A failed read is not remembered: the next lookup reads again, unless the last good outcome may be served instead (stale-if-error,
 * RFC 5861), or the circuit is open after repeated failures.
 *
 * {@link SourceMemory.reset} forgets what was read. Last good outcomes, failures, problems and counts outlive it.
 */
export class SourceMemory implements SourceStatus, ReadMemory {
  hits = 0;
  private readonly settings = new Entries(settingRules);
  private readonly listings = new Entries(listingRules((name, good) => this.settings.keepLastGood(name, good)));
  private readonly rereads = new Map<string, Promise<RememberedSetting>>();
  private firstRead: Moment | undefined;
  private queue: QueuedSecret[] = [];
  private controller = newController();

  constructor(private readonly provider: Provider) {}

  /** Forgets what was read. Reads that are under way still answer their callers, and no longer fill memory. */
  reset(): void {
    this.listings.forgetAll();
    this.settings.forgetAll();
    this.rereads.clear();
    this.firstRead = undefined;
  }

  /** When the first cacheable read since the last reset began; `undefined`: there was none. */
  get readSince(): Moment | undefined {
    return this.firstRead;
  }

  /** Starts reading those directories that are not in memory. @returns The reads by path. */
  list(directories: readonly Directory[], options: ListOptions): ReadonlyMap<string, StartedRead<RememberedListing>> {
    const { inAdvance = false, isProbe = false, policy } = options;
    const reads = new Map<string, StartedRead<RememberedListing>>();
    const due: Directory[] = [];
    for (const directory of directories) {
      const { path } = directory;
      const known = isProbe ? this.listings.findWhileOpen(path, policy) : this.listings.find(path, policy);
      if (known !== undefined) reads.set(path, known);
      else if (!inAdvance || !this.listings.isPaused(path, policy)) due.push(directory);
    }
    for (const [path, read] of this.startListing(due, options)) reads.set(path, read);
    return reads;
  }

  /**
   * Reads the value of a secret, together with the others that are requested in the same turn of the event loop.
   *
   * @returns The item, `undefined` when it does not exist any more, or why it may not be read.
   */
  async readSecret(secret: UnreadSecret, options: ReadOptions): Promise<RememberedSetting> {
    const { isProbe = false, policy } = options;
    const key = secretKey(secret);
    const known = isProbe ? this.settings.findWhileOpen(key, policy) : this.settings.find(key, policy);
    if (known !== undefined) return unwrap(known.outcome ?? (await known.promise));
    const begun = this.beginRead(options);
    const read = this.settings.start(key, this.enqueue(secret, options), { policy, begun, isProbe });
    return unwrap(await read.promise);
  }

  /**
   * As `readSecret`, but ignores memory and stale values; the outcome replaces what memory held. Concurrent callers share one read.
   */
  rereadSecret(secret: UnreadSecret, options: ReadOptions): Promise<RememberedSetting> {
    const key = secretKey(secret);
    const known = this.rereads.get(key);
    if (known !== undefined) return known;
    this.settings.forget(key);
    this.settings.forget(previousKey(secret));
    const policy = { ...options.policy, staleIfErrorMs: 0 };
    const reading = startWork(() => this.readSecret(secret, { ...options, policy }));
    this.rereads.set(key, reading);
    const end = (): void => {
      if (this.rereads.get(key) === reading) this.rereads.delete(key);
    };
    reading.then(end, end);
    return reading;
  }

  /** Reads the previous version of a secret. @returns As `readSecret`; `undefined` when there is none. */
  async readPreviousSecret(secret: UnreadSecret, { policy, session }: ReadOptions): Promise<RememberedSetting> {
    const key = previousKey(secret);
    const read = async (): Promise<SettingOutcome> => ({
      value: await this.provider.readPreviousSecret(secret, this.readSession(session)),
    });
    return unwrap(await (this.settings.find(key, policy) ?? this.settings.start(key, read(), { policy })).promise);
  }

  /** Starts reading settings by exact name in advance, all in one call; settings that failed a moment ago are left out. */
  startSecrets(secrets: readonly UnreadSecret[], options: ReadOptions): void {
    const due = secrets.filter((each) => !this.settings.isPaused(secretKey(each), options.policy));
    for (const each of due) callAndForget(() => this.readSecret(each, options));
  }

  /** Gives the listing of a directory; `undefined` when it was not read, is being read, or is stale. */
  knownListing({ path }: Directory): ListingOutcome | undefined {
    return this.listings.known(path);
  }

  /** Gives the outcome of reading a secret; `'unread'` when it was not read, is being read, or is stale. */
  knownSecret(secret: SecretPlace): SecretOutcome | 'unread' {
    const known = this.settings.known(secretKey(secret));
    return known === undefined ? 'unread' : known.value;
  }

  /** Gives when the read behind the known listing of a directory began; `undefined` when no listing is known. */
  listingReadAt({ path }: Directory): Moment | undefined {
    return this.listings.readAt(path);
  }

  /** Gives when the read behind the known value of a secret began; `undefined` when no value is known. */
  secretReadAt(secret: SecretPlace): Moment | undefined {
    return this.settings.readAt(secretKey(secret));
  }

  /** Gives the listing of a directory without waiting, also a stale one; `undefined` when there is none. */
  listingAtHand({ path }: Directory, policy: ReadPolicy): RememberedListing | undefined {
    return this.listings.atHand(path, policy);
  }

  /** Gives a setting without waiting, also a stale one; `'unread'` when there is none. */
  settingAtHand(secret: SecretPlace, policy: ReadPolicy): RememberedSetting | 'unread' {
    const found = this.settings.atHand(secretKey(secret), policy);
    return found === undefined ? 'unread' : unwrap(found);
  }

  /** Whether a read is under way. */
  get isReading(): boolean {
    return this.listings.isReading || this.settings.isReading;
  }

  /** Aborts and forgets all reads under way, before the process is frozen: no lookup waits for them. */
  abortReads(): void {
    const abandoned = [this.listings.abandonReads(), this.settings.abandonReads()];
    if (!abandoned.includes(true)) return;
    this.controller.abort();
    this.controller = newController();
    for (const { reject } of this.queue) reject(new Error('The read was aborted: no lookup waited for it.'));
    this.queue = [];
  }

  /** Records that a lookup has failed because a directory could not be listed. */
  markListingReported({ path }: Directory): void {
    this.listings.markReported(path);
  }

  /** Records that a lookup has failed because a setting could not be read. */
  markSettingReported(secret: SecretPlace): void {
    this.settings.markReported(secretKey(secret));
  }

  /** Records that a directory was not listed in time; the read continues. */
  recordLateListing({ path }: Directory, error: Error, policy: ReadPolicy): void {
    this.listings.recordLate(path, error, policy);
  }

  get requests(): number {
    return this.listings.requests + this.settings.requests;
  }

  get lastSuccessMs(): number | undefined {
    return latestOf(this.listings.lastSuccess, this.settings.lastSuccess)?.atMs;
  }

  get problems(): readonly (readonly [at: string, problem: ReadProblem])[] {
    return [...this.listings.problems, ...this.settings.problems];
  }

  /** Exact names of the settings with a problem. */
  get settingsWithProblems(): readonly string[] {
    return this.settings.problems.map(([key]) => key).filter(isExactName);
  }

  /** Whether a current failure has made a lookup fail. */
  get failsLookups(): boolean {
    return this.listings.failsLookups || this.settings.failsLookups;
  }

  /**
   * Whether the source is refused as a whole: something is not permitted, and no last read of a key succeeded; or credentials or a region
   * have been missing since the last success.
   */
  get isRefused(): boolean {
    const kinds = [this.listings, this.settings];
    if (!kinds.some(({ isAnyRefused }) => isAnyRefused)) return false;
    const success = latestOf(...kinds.map(({ lastSuccess }) => lastSuccess));
    const refusal = latestOf(...kinds.map(({ lastClientRefusal }) => lastClientRefusal));
    return (refusal?.order ?? 0) > (success?.order ?? 0) || !kinds.some(({ isAnyReadable }) => isAnyReadable);
  }

  private startListing(
    due: readonly Directory[],
    options: ListOptions,
  ): readonly (readonly [path: string, read: StartedRead<RememberedListing>])[] {
    if (due.length === 0) return [];
    const { policy, session, onListed, isProbe } = options;
    const { provider } = this;
    const begun = this.beginRead(options);
    const answers = startReads('readDirectories', () => provider.readDirectories(due, this.readSession(session)));
    return due.map(({ path }) => {
      const onRead = onListed && ((outcome: ListingOutcome): void => onListed(provider, path, outcome));
      return [path, this.listings.start(path, answers(path), { policy, begun, onRead, isProbe })];
    });
  }

  /** Gives the moment at which a read begins: before the call of the source. */
  private beginRead({ policy, isProbe = false }: ReadOptions): Moment {
    const begun = momentAt(policy.nowMs());
    if (isProbe || this.firstRead !== undefined) return begun;
    // The first read after a reset also drops outcomes that have become too old to serve.
    this.listings.dropTooOld(policy);
    this.settings.dropTooOld(policy);
    if (this.provider.cacheable) this.firstRead = begun;
    return begun;
  }

  private readSession(session: SharedSession): ReadSession {
    return { ...session, signal: this.controller.signal };
  }

  private enqueue(secret: UnreadSecret, { session }: ReadOptions): Promise<SettingOutcome> {
    const promise = new Promise<SecretOutcome>((resolve, reject) => {
      this.queue.push({ secret, resolve, reject });
    });
    if (this.queue.length === 1) afterThisTurn(() => this.readQueued(session));
    return promise.then((value) => ({ value: hasValue(value) ? value : undefined }));
  }

  private readQueued(session: SharedSession): void {
    const queued = this.queue;
    this.queue = [];
    if (queued.length === 0) return;
    // A secret that is read again while its first read is queued, or is also requested by its id, is in the queue twice.
    const secrets = [...new Map(queued.map(({ secret }) => [secret.exactName, secret])).values()];
    const reads = startReads('readSecrets', () => this.provider.readSecrets(secrets, this.readSession(session)));
    for (const { secret, resolve, reject } of queued)
      reads(secret.exactName).then((outcome) => resolve(placedIn(secret, outcome)), reject);
  }
}

/** Gives the memory of a provider that reads in a session. */
export function sourceMemoryOf(memory: LocalCache, provider: Provider, session: SharedSession): SourceMemory {
  const { settings } = session;
  return memory.memoryOf(provider, provider.clientsFor(session), provider.variantFor(settings), makeMemory);
}

function makeMemory(provider: Provider): SourceMemory {
  return new SourceMemory(provider);
}

/**
 * Gives how long outcomes are used, and when a source that failed is read again, by the settings.
 *
 * The last good outcome may be served until `staleIfErrorSeconds` after memory would have expired.
 *
 * @param random - Gives a number in `[0, 1)`.
 */
export function readPolicyOf({ nowMs, settings }: SharedSession, random: () => number = Math.random): ReadPolicy {
  const { failurePauseMs, internalCacheExpirationMinutes, staleIfErrorSeconds } = settings;
  const staleIfErrorMs =
    staleIfErrorSeconds === 0 ? 0 : internalCacheExpirationMinutes * 60_000 + staleIfErrorSeconds * 1000;
  return { nowMs, random, failurePauseMs, staleIfErrorMs };
}

/** A secret that is read by its id, in no directory, has another key than the one in a listing. */
function secretKey({ directory, exactName }: SecretPlace): string {
  const isInDirectory = exactName.startsWith(`${directory.path}/`);
  return isInDirectory ? exactName : `${directory.path}|${exactName}`;
}

/** Key of the previous version; no secret can have such a name. */
function previousKey(secret: SecretPlace): string {
  return `${secretKey(secret)}|previous`;
}

/** Whether a key belongs to a setting in a directory, and not to a version or an id. */
function isExactName(key: string): boolean {
  return key.startsWith('/') && !key.includes('|');
}

/** Gives the item of a secret with the directory in which it was requested. */
function placedIn({ directory }: SecretPlace, outcome: SecretOutcome): SecretOutcome {
  if (!(outcome instanceof DirectoryItem) || outcome.directory.path === directory.path) return outcome;
  return new DirectoryItem({ ...outcome, name: outcome.originalName, value: outcome.value, directory });
}

function unwrap(outcome: SettingOutcome | Stale<GoodSetting>): RememberedSetting {
  return outcome instanceof Stale ? outcome : outcome.value;
}

function latestOf(...moments: readonly (Moment | undefined)[]): Moment | undefined {
  return moments.reduce((latest, each) => ((each?.order ?? 0) > (latest?.order ?? 0) ? each : latest), undefined);
}

/** One signal serves all reads: many listeners are not a leak. */
function newController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

interface QueuedSecret {
  readonly secret: UnreadSecret;
  readonly resolve: (outcome: SecretOutcome) => void;
  readonly reject: (error: unknown) => void;
}
