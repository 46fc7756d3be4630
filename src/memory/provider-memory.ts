import { setMaxListeners } from 'node:events';
import { types as nodeTypes } from 'node:util';
import { withoutPayload } from '../aws/aws-errors';
import { describeKind } from '../base/describe-error';
import { callAndForget, startWork } from '../base/start-work';
import { afterThisTurn } from '../di/after-this-turn';
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
import { type KnownSetting, ProviderHistory } from './provider-history';
import { type ReadSetting, RememberedListings, RememberedSettings } from './remembered-outcomes';
import { type ReadTerms, type StartedRead } from './remembered-reads';
import { termsOf } from './read-terms';
import { Stale } from './stale';

/** What came of listing a directory, or the last good listing in its place. */
export type RememberedListing = ListingOutcome | Stale<DirectoryListing>;

/** What came of reading a setting by name, or what it was last in its place. */
export type RememberedSetting = SecretOutcome | Stale<KnownSetting>;

/** How a provider is listed. */
export interface ListOptions {
  /** How long what was read is good; absent: as the settings of the session say. */
  readonly terms?: ReadTerms;
  /** Told of each new listing. */
  readonly onRead?: (path: string, outcome: ListingOutcome, provider: Provider) => void;
}

/**
 * What one provider has read, or is reading, since memory was last empty: each thing once, whoever asks for it.
 *
 * A failed read is forgotten, so that the next lookup asks again, unless the last good one can stand in for it.
 */
export class ProviderMemory {
  private readonly listings: RememberedListings;
  private readonly settings: RememberedSettings;
  private readonly rereads = new Map<string, Promise<RememberedSetting>>();
  private queue: QueuedSecret[] = [];
  private firstRead: Moment | undefined;
  private controller = newController();

  /** @param history - What outlives this memory. */
  constructor(history = new ProviderHistory()) {
    this.listings = new RememberedListings(history.listings, history.settings);
    this.settings = new RememberedSettings(history.settings);
  }

  /** When anything that may be cached was first begun to be read; `undefined`: nothing was. */
  get readSince(): Moment | undefined {
    return this.firstRead;
  }

  /** Starts reading those directories that have not been read; gives the reads of all, in order; each new one is told of. */
  list(
    provider: Provider,
    directories: readonly Directory[],
    session: SharedSession,
    options: ListOptions = {},
  ): readonly StartedRead<RememberedListing>[] {
    const { terms = termsOf(session) } = options;
    const due = directories.filter(({ path }) => this.listings.find(path, terms) === undefined);
    this.startListing(provider, due, session, options);
    return directories.map(({ path }) => this.listings.find(path, terms) as StartedRead<RememberedListing>);
  }

  /**
   * Does so before somebody needs them.
   *
   * @returns The reads by path, but for directories that failed just now: those are not asked again in advance.
   */
  listInAdvance(
    provider: Provider,
    directories: readonly Directory[],
    session: SharedSession,
    options: ListOptions = {},
  ): ReadonlyMap<string, StartedRead<RememberedListing>> {
    const { terms = termsOf(session) } = options;
    const reads = new Map<string, StartedRead<RememberedListing>>();
    const due: Directory[] = [];
    for (const directory of directories) {
      const known = this.listings.find(directory.path, terms);
      if (known !== undefined) reads.set(directory.path, known);
      else if (!this.listings.isPaused(directory.path, terms)) due.push(directory);
    }
    for (const [path, read] of this.startListing(provider, due, session, options)) reads.set(path, read);
    return reads;
  }

  /**
   * Reads the value of a secret, together with those asked for in the same turn.
   *
   * @returns The item, `undefined` when it is gone, or why it may not be read.
   */
  async readSecret(
    provider: Provider,
    secret: UnreadSecret,
    session: SharedSession,
    terms = termsOf(session),
  ): Promise<RememberedSetting> {
    const key = secretKey(secret);
    const known = this.settings.find(key, terms);
    if (known !== undefined) return unwrap(known.outcome ?? (await known.promise));
    const begun = momentAt(terms.nowMs());
    this.firstRead ??= begun;
    const read = this.settings.start(key, this.enqueue(provider, secret, session), terms, undefined, begun);
    return unwrap(await read.promise);
  }

  /**
   * As `readSecret`, past what is remembered of the secret and its versions, and without a stale value; what comes of it is
   * remembered instead. Callers at the same time share one read.
   */
  rereadSecret(
    provider: Provider,
    secret: UnreadSecret,
    session: SharedSession,
    terms = termsOf(session),
  ): Promise<RememberedSetting> {
    const key = secretKey(secret);
    const known = this.rereads.get(key);
    if (known !== undefined) return known;
    this.settings.forget(key);
    this.settings.forget(previousKey(secret));
    const reading = startWork(() => this.readSecret(provider, secret, session, { ...terms, standInMs: 0 }));
    this.rereads.set(key, reading);
    const end = (): void => void this.rereads.delete(key);
    reading.then(end, end);
    return reading;
  }

  /** Reads the version of a secret that the current one has replaced. @returns As `readSecret`; `undefined` when there is none. */
  async readPreviousSecret(
    provider: Provider,
    secret: UnreadSecret,
    session: SharedSession,
    terms = termsOf(session),
  ): Promise<RememberedSetting> {
    const key = previousKey(secret);
    const read = async (): Promise<ReadSetting> => ({
      value: await provider.readPreviousSecret(secret, this.readSession(session)),
    });
    return unwrap(await (this.settings.find(key, terms) ?? this.settings.start(key, read(), terms)).promise);
  }

  /** Starts reading settings by exact name, so that they are read together; who needs them asks again. */
  startSecrets(
    provider: Provider,
    secrets: readonly UnreadSecret[],
    session: SharedSession,
    terms = termsOf(session),
  ): void {
    const due = secrets.filter((each) => !this.settings.isPaused(secretKey(each), terms));
    for (const each of due) callAndForget(() => this.readSecret(provider, each, session, terms));
  }

  /** Counts that a lookup was told why a directory could not be listed. */
  tellOfListing({ path }: Directory, error: unknown): void {
    this.listings.tell(path, error);
  }

  /** Counts that a lookup was told why a setting could not be read. */
  tellOfSetting(secret: SecretPlace, error: unknown): void {
    this.settings.tell(secretKey(secret), error);
  }

  /** Gives the listing of a directory; `undefined` when it was not read, that has not ended, or it is stale. */
  knownListing({ path }: Directory): ListingOutcome | undefined {
    return this.listings.known(path);
  }

  /** Gives what was read of a secret; `'unread'` when that has not been done, has not ended, or is stale. */
  knownSecret(secret: SecretPlace): SecretOutcome | 'unread' {
    const known = this.settings.known(secretKey(secret));
    return known === undefined ? 'unread' : known.value;
  }

  /** Gives when the read began that led to the known listing of a directory; `undefined` when none is known. */
  listingReadAt({ path }: Directory): Moment | undefined {
    return this.listings.readAt(path);
  }

  /** Gives when the read began that led to the known value of a secret; `undefined` when none is known. */
  secretReadAt(secret: SecretPlace): Moment | undefined {
    return this.settings.readAt(secretKey(secret));
  }

  /** Gives the listing of a directory without waiting, be it stale; `undefined` when there is none. */
  listingAtHand({ path }: Directory, terms: ReadTerms): RememberedListing | undefined {
    return this.listings.atHand(path, terms);
  }

  /** Gives a setting without waiting, be it stale; `'unread'` when it is not there. */
  settingAtHand(secret: SecretPlace, terms: ReadTerms): RememberedSetting | 'unread' {
    const found = this.settings.atHand(secretKey(secret), terms);
    return found === undefined ? 'unread' : unwrap(found);
  }

  /** Aborts and forgets every read that has not ended. For when nobody waits for them and the process may be frozen. */
  abortUnfinished(): void {
    const abandoned = [this.listings.abandonUnfinished(), this.settings.abandonUnfinished()];
    if (!abandoned.includes(true)) return;
    this.controller.abort();
    this.controller = newController();
    for (const { reject } of this.queue) reject(new Error('The read was given up: nobody waited for it.'));
    this.queue = [];
  }

  private startListing(
    provider: Provider,
    due: readonly Directory[],
    session: SharedSession,
    { terms = termsOf(session), onRead }: ListOptions,
  ): readonly (readonly [string, StartedRead<RememberedListing>])[] {
    if (due.length === 0) return [];
    const begun = momentAt(terms.nowMs());
    if (provider.cacheable) this.firstRead ??= begun;
    const answers = startAll('readDirectories', () => provider.readDirectories(due, this.readSession(session)));
    return due.map(({ path }) => {
      const tell = (outcome: ListingOutcome): void => onRead?.(path, outcome, provider);
      return [path, this.listings.start(path, answers(path), terms, tell, begun)];
    });
  }

  private readSession(session: SharedSession): ReadSession {
    return { ...session, signal: this.controller.signal };
  }

  private enqueue(provider: Provider, secret: UnreadSecret, session: SharedSession): Promise<ReadSetting> {
    const promise = new Promise<SecretOutcome>((resolve, reject) => {
      this.queue.push({ secret, resolve, reject });
    });
    if (this.queue.length === 1) afterThisTurn(() => this.flush(provider, session));
    return promise.then((value) => ({ value: hasValue(value) ? value : undefined }));
  }

  private flush(provider: Provider, session: SharedSession): void {
    const queued = this.queue;
    this.queue = [];
    if (queued.length === 0) return;
    // One that is read again while its first read waits here, or is asked for by its id, too, is in the queue twice.
    const secrets = [...new Map(queued.map(({ secret }) => [secret.exactName, secret])).values()];
    const reads = startAll('readSecrets', () => provider.readSecrets(secrets, this.readSession(session)));
    for (const { secret, resolve, reject } of queued)
      reads(secret.exactName).then((outcome) => resolve(placedIn(secret, outcome)), reject);
  }
}

/** What tells a secret from all others. */
type SecretPlace = Pick<UnreadSecret, 'directory' | 'exactName'>;

/** A secret that was asked for in no directory, by its id, is another thing than the one that a listing has. */
function secretKey({ directory, exactName }: SecretPlace): string {
  const isInDirectory = exactName.startsWith(`${directory.path}/`);
  return isInDirectory ? exactName : `${directory.path}|${exactName}`;
}

/** Key of the version before the current one; no secret has a name like it. */
function previousKey(secret: SecretPlace): string {
  return `${secretKey(secret)}|previous`;
}

/** Gives the item of a secret as one of the directory in which it was asked for. */
function placedIn({ directory }: SecretPlace, outcome: SecretOutcome): SecretOutcome {
  if (!(outcome instanceof DirectoryItem) || outcome.directory.path === directory.path) return outcome;
  return new DirectoryItem({ ...outcome, name: outcome.originalName, value: outcome.value, directory });
}

function unwrap(read: ReadSetting | Stale<KnownSetting>): RememberedSetting {
  return read instanceof Stale ? read : read.value;
}

/** One signal serves as many reads as there are, which is no leak. */
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

/** Of whichever realm, and without looking into a proxy. */
const { isMap, isNativeError } = nodeTypes;

/** Gives every promise in a map its handler. */
function handleAll(given: unknown): readonly (readonly [key: unknown, promise: Promise<unknown>])[] {
  return isMap(given) ? [...given].map(([key, promise]) => [key, startWork(() => promise)] as const) : [];
}

/**
 * Starts reads: each promise of the provider gets its handler here, also one that was not asked for. An error thrown at
 * once, something that is no map, or a key without a promise becomes a rejection.
 *
 * @param method - Of the provider, for messages.
 */
function startAll<T>(method: string, start: () => ReadonlyMap<string, Promise<T>>): (key: string) => Promise<T> {
  const started = new Map<string, Promise<T>>();
  try {
    const given: unknown = start();
    if (!isMap(given)) {
      // An async method gives a promise of its Map: what that holds is not used, and may reject.
      callAndForget(async () => handleAll(await given));
      throw new TypeError(`expected ${method} to give a Map of promises, got ${describeKind(given)}`);
    }
    for (const [key, promise] of handleAll(given)) started.set(key as string, promise as Promise<T>);
  } catch (error) {
    const reason = isNativeError(error)
      ? error
      : new Error('The provider threw no Error.', { cause: withoutPayload(error) });
    return () => startWork(() => Promise.reject(reason));
  }
  return (key) =>
    started.get(key) ?? startWork(() => Promise.reject(new Error(`The provider started no read of ${key}.`)));
}
