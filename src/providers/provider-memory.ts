import { setMaxListeners } from 'node:events';
import { afterThisTurn } from '../di/after-this-turn';
import { type Directory } from '../directory/directory';
import { type UnreadSecret } from '../item/directory-listing';
import {
  type ListingOutcome,
  type Provider,
  type ReadSession,
  type SecretOutcome,
  type SharedSession,
} from './provider';

/** A read that has started; `outcome` is set once it has ended well, so that it can be had without waiting. */
export interface StartedRead<T> {
  readonly promise: Promise<T>;
  outcome: T | undefined;
}

/**
 * What one provider has read, or is reading, since memory was last empty: each thing once, whoever asks for it.
 *
 * A failed read is forgotten, so that the next lookup asks again.
 */
export class ProviderMemory {
  private readonly listings = new Map<string, StartedRead<ListingOutcome>>();
  private readonly secrets = new Map<string, StartedRead<{ readonly value: SecretOutcome }>>();
  private queue: QueuedSecret[] = [];
  private begun = false;
  private controller = newController();

  /** Whether anything that may be cached has begun to be read. */
  get hasBegun(): boolean {
    return this.begun;
  }

  /** Starts reading those directories that have not been read; gives the reads of all, in order; each new one is told of. */
  list(
    provider: Provider,
    directories: readonly Directory[],
    session: SharedSession,
    onRead: (path: string, outcome: ListingOutcome) => void = () => undefined,
  ): readonly StartedRead<ListingOutcome>[] {
    const missing = directories.filter(({ path }) => !this.listings.has(path));
    if (missing.length > 0) {
      this.begun ||= provider.cacheable;
      const reads = startAll(() => provider.readDirectories(missing, this.readSession(session)), missing);
      for (const { path } of missing) keepRead(this.listings, path, reads(path), (outcome) => onRead(path, outcome));
    }
    return directories.map(({ path }) => this.listings.get(path) as StartedRead<ListingOutcome>);
  }

  /**
   * Reads the value of a secret, together with those asked for in the same turn.
   *
   * @returns The item, `undefined` when it is gone, or why it may not be read.
   */
  readSecret(provider: Provider, secret: UnreadSecret, session: SharedSession): Promise<SecretOutcome> {
    const known = this.secrets.get(secret.exactName);
    if (known !== undefined) return known.promise.then(({ value }) => value);
    this.begun = true;
    const promise = new Promise<SecretOutcome>((resolve, reject) => {
      this.queue.push({ secret, resolve, reject });
    });
    if (this.queue.length === 1) afterThisTurn(() => this.flush(provider, session));
    const value = promise.then((outcome) => ({ value: outcome }));
    keepRead(this.secrets, secret.exactName, value);
    return promise;
  }

  /** As `readSecret`, past what is remembered of the secret and its versions; what comes of it is remembered instead. */
  rereadSecret(provider: Provider, secret: UnreadSecret, session: SharedSession): Promise<SecretOutcome> {
    this.secrets.delete(secret.exactName);
    this.secrets.delete(previousKey(secret));
    return this.readSecret(provider, secret, session);
  }

  /** Reads the version of a secret that the current one has replaced. @returns As `readSecret`; `undefined` when there is none. */
  readPreviousSecret(provider: Provider, secret: UnreadSecret, session: SharedSession): Promise<SecretOutcome> {
    const known = this.secrets.get(previousKey(secret));
    if (known !== undefined) return known.promise.then(({ value }) => value);
    const read = async (): Promise<SecretOutcome> => provider.readPreviousSecret(secret, this.readSession(session));
    const promise = read();
    keepRead(
      this.secrets,
      previousKey(secret),
      promise.then((value) => ({ value })),
    );
    return promise;
  }

  /** Starts reading settings by exact name, so that they are read together; who needs them asks again. */
  startSecrets(provider: Provider, secrets: readonly UnreadSecret[], session: SharedSession): void {
    for (const each of secrets) this.readSecret(provider, each, session).catch(() => undefined);
  }

  /** Gives the listing of a directory; `undefined` when it was not read, or that has not ended. */
  knownListing({ path }: Directory): ListingOutcome | undefined {
    return this.listings.get(path)?.outcome;
  }

  /** Gives what was read of a secret; `'unread'` when that has not been done, or has not ended. */
  knownSecret(exactName: string): SecretOutcome | 'unread' {
    const known = this.secrets.get(exactName)?.outcome;
    return known === undefined ? 'unread' : known.value;
  }

  /** Aborts and forgets every read that has not ended. For when nobody waits for them and the process may be frozen. */
  abortUnfinished(): void {
    const unfinished = [this.listings, this.secrets].some((reads) => [...reads.values()].some(isUnfinished));
    if (!unfinished) return;
    this.controller.abort();
    this.controller = newController();
    for (const { reject } of this.queue) reject(new Error('The read was given up: nobody waited for it.'));
    this.queue = [];
    for (const reads of [this.listings, this.secrets]) {
      for (const [key, read] of reads) if (isUnfinished(read)) reads.delete(key);
    }
  }

  private readSession(session: SharedSession): ReadSession {
    return { ...session, signal: this.controller.signal };
  }

  private flush(provider: Provider, session: SharedSession): void {
    const queued = this.queue;
    this.queue = [];
    if (queued.length === 0) return;
    const secrets = queued.map(({ secret }) => secret);
    const reads = startAll(
      () => provider.readSecrets(secrets, this.readSession(session)),
      secrets.map(({ exactName }) => ({ path: exactName })),
    );
    for (const { secret, resolve, reject } of queued) reads(secret.exactName).then(resolve, reject);
  }
}

/** Key of the version before the current one; no secret has a name like it. */
function previousKey({ exactName }: UnreadSecret): string {
  return `${exactName}|previous`;
}

/** Remembers a read and what it comes to; a failed one is forgotten. */
function keepRead<T>(
  reads: Map<string, StartedRead<T>>,
  key: string,
  promise: Promise<T>,
  onRead?: (outcome: T) => void,
): void {
  const read: StartedRead<T> = { promise, outcome: undefined };
  reads.set(key, read);
  promise.then(
    (outcome) => {
      read.outcome = outcome;
      tell(onRead, outcome);
    },
    () => reads.get(key) === read && reads.delete(key),
  );
}

/** One signal serves as many reads as there are, which is no leak. */
function newController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** What listens must not fail what it listens to. */
function tell<T>(onRead: ((outcome: T) => void) | undefined, outcome: T): void {
  try {
    onRead?.(outcome);
  } catch {
    // A line of the log is lost; the read is not.
  }
}

function isUnfinished({ outcome }: StartedRead<unknown>): boolean {
  return outcome === undefined;
}

interface QueuedSecret {
  readonly secret: UnreadSecret;
  readonly resolve: (outcome: SecretOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Starts reads; an error thrown at once, or a key without a promise, becomes a rejection. */
function startAll<T>(
  start: () => ReadonlyMap<string, Promise<T>>,
  keys: readonly { readonly path: string }[],
): (key: string) => Promise<T> {
  try {
    const started = start();
    for (const { path } of keys) started.get(path)?.catch(() => undefined);
    return (key) => started.get(key) ?? Promise.reject(new Error(`The provider started no read of ${key}.`));
  } catch (error) {
    const reason = error instanceof Error ? error : new Error('The provider threw no Error.', { cause: error });
    return () => Promise.reject(reason);
  }
}
