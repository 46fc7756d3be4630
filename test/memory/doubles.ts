import { Directory } from '../../src/directory/directory';
import { DirectoryItem } from '../../src/item/directory-item';
import { DirectoryListing, type ListingEntry, type UnreadSecret } from '../../src/item/directory-listing';
import { type ReadPolicy, type StartedRead } from '../../src/memory/read';
import {
  type ListOptions,
  type ReadOptions,
  type RememberedListing,
  type RememberedSetting,
  SourceMemory,
} from '../../src/memory/source-memory';
import { type ListingOutcome, Provider, type ReadSession, type SecretOutcome } from '../../src/providers/provider';
import { readSession } from '../contract/read-session';

/** Answers by its two functions, and records what it was asked. */
export class ScriptedProvider extends Provider {
  override readonly name = 'scripted';
  /** Paths, or exact names, of each call. */
  readonly asked: (readonly string[])[] = [];
  readonly sessions: ReadSession[] = [];
  answerListing: (path: string) => ListingOutcome | Promise<ListingOutcome> = (path) => listing(path);
  answerSecret: (secret: UnreadSecret) => SecretOutcome | Promise<SecretOutcome> = (secret) => secretItem(secret);
  answerPrevious: (secret: UnreadSecret) => SecretOutcome | Promise<SecretOutcome> = () => undefined;

  /** Signals of the calls, in order. */
  get signals(): readonly AbortSignal[] {
    return this.sessions.map(({ signal }) => signal);
  }

  override async readDirectory({ path }: Directory): Promise<ListingOutcome> {
    return this.answerListing(path);
  }

  override readDirectories(
    directories: readonly Directory[],
    session: ReadSession,
  ): ReadonlyMap<string, Promise<ListingOutcome>> {
    this.asked.push(directories.map(({ path }) => path));
    this.sessions.push(session);
    return super.readDirectories(directories, session);
  }

  override readSecrets(
    secrets: readonly UnreadSecret[],
    session: ReadSession,
  ): ReadonlyMap<string, Promise<SecretOutcome>> {
    this.asked.push(secrets.map(({ exactName }) => exactName));
    this.sessions.push(session);
    const answer = async (secret: UnreadSecret): Promise<SecretOutcome> => this.answerSecret(secret);
    return new Map(secrets.map((each) => [each.exactName, answer(each)]));
  }

  override readPreviousSecret(secret: UnreadSecret): Promise<SecretOutcome> {
    this.asked.push([`${secret.exactName} (previous)`]);
    return Promise.resolve(this.answerPrevious(secret));
  }
}

/** A memory over a scripted provider, and a clock that advances only when a test moves it. */
export class MemoryWorld<P extends Provider = ScriptedProvider> {
  nowMs = 0;
  memory: SourceMemory;
  readonly session = { ...readSession(), nowMs: () => this.nowMs };
  /** Pauses are as long as they can be. */
  policy: ReadPolicy = {
    nowMs: () => this.nowMs,
    random: () => 1 - 2 ** -53,
    failurePauseMs: 1000,
    staleIfErrorMs: 10_000,
  };

  constructor(readonly provider: P) {
    this.memory = new SourceMemory(provider);
  }

  options(more: Partial<ListOptions> = {}): ListOptions {
    return { session: this.session, policy: this.policy, ...more };
  }

  /** Lists directories, as a lookup does that needs them. */
  start(paths: readonly string[], more?: Partial<ListOptions>): readonly StartedRead<RememberedListing>[] {
    const reads = this.memory.list(
      paths.map((path) => new Directory({ path })),
      this.options(more),
    );
    return paths.flatMap((path) => reads.get(path) ?? []);
  }

  list(path: string, more?: Partial<ListOptions>): Promise<RememberedListing> {
    const [read] = this.start([path], more);
    return read === undefined ? Promise.reject(new Error(`${path} was left out.`)) : read.promise;
  }

  secret(name: string, more?: Partial<ReadOptions>): Promise<RememberedSetting> {
    return this.memory.readSecret(secretOf(name), this.options(more));
  }

  known(path: string): ListingOutcome | undefined {
    return this.memory.knownListing(new Directory({ path }));
  }

  atHand(path: string): RememberedListing | undefined {
    return this.memory.listingAtHand(new Directory({ path }), this.policy);
  }
}

export function listing(path: string, values: Readonly<Record<string, string>> = {}): DirectoryListing {
  return DirectoryListing.of(new Directory({ path }), 'scripted', values);
}

export function listingOf(path: string, ...entries: readonly ListingEntry[]): DirectoryListing {
  return new DirectoryListing(new Directory({ path }), entries);
}

/** A secret of `/a`, or of another directory. */
export function secretOf(name: string, path = '/a'): UnreadSecret {
  const directory = new Directory({ path });
  return { kind: 'unread', name, exactName: `${path}/${name}`, directory, nextRotationMs: undefined };
}

export function secretItem({ name, directory }: UnreadSecret, value = `value of ${name}`): DirectoryItem {
  return new DirectoryItem({ name, value, directory, source: 'scripted', secret: true });
}

/** Gives what a promise rejects with. */
export async function failureOf(promise: Promise<unknown> | undefined): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('It did not fail.');
}
