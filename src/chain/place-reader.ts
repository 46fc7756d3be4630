import { withoutPayload } from '../aws/aws-errors';
import { describeError, isInstance } from '../base/describe-error';
import { type Directory } from '../directory/directory';
import { type Context } from '../di/context';
import { earliestOf, type Moment } from '../di/moment';
import { ProviderError } from '../errors';
import { Unavailable, type UnreadSecret } from '../item/directory-listing';
import { type Logger } from '../logging/logger';
import { NotAskedAgain } from '../memory/failure-pauses';
import { LocalCache } from '../memory/local-cache';
import { type ListingOutcome, type Provider, type SharedSession } from '../providers/provider';
import {
  type ListOptions,
  type ProviderMemory,
  type RememberedListing,
  type RememberedSetting,
} from '../memory/provider-memory';
import { termsOf } from '../memory/read-terms';
import { type ReadTerms, type StartedRead } from '../memory/remembered-reads';
import { type RememberedPlace } from './certain-answers';
import { type ListedEntry, PlaceOutcomes } from './place-outcomes';
import { PlaceWarnings } from './place-warnings';
import { type Place, type PlaceOutcome } from './walk';

type StartedListings = ReadonlyMap<string, StartedRead<RememberedListing>>;

/** The listings that one lookup has started to read, by provider and path. */
export type StartedReads = ReadonlyMap<Provider, StartedListings>;

/** What a reader works with; resolved once for all lookups that share a scope. */
export interface ReaderOptions {
  readonly context: Context;
  readonly localCache: LocalCache;
  readonly logger: Logger;
  readonly session: SharedSession;
  /** Whether names are read one by one, as asked, where the provider can. */
  readonly byName?: boolean;
  /** Gives a number in `[0, 1)`, for the pauses after failures. */
  readonly random?: () => number;
  /** What remembers reads; absent: the local cache. */
  readonly memory?: LocalCache;
}

/**
 * Answers for the places of one chain, from memory or from the providers.
 *
 * It decides what a refusal and a failure mean, and is the one that warns, once per provider and directory.
 */
export class PlaceReader {
  private readonly terms: ReadTerms;
  private readonly warnings: PlaceWarnings;
  private readonly outcomes: PlaceOutcomes;
  private readonly listing: ListOptions;

  constructor(private readonly options: ReaderOptions) {
    this.terms = termsOf(options.session, options.random);
    this.warnings = new PlaceWarnings(options.localCache, options.logger);
    this.outcomes = new PlaceOutcomes(this.warnings, this.terms.nowMs, options.session.settings.refusals);
    this.listing = {
      terms: this.terms,
      onRead: (path, outcome, provider) => this.warnings.listed(provider, path, outcome),
    };
  }

  /**
   * Starts reading every directory at every provider, all at the same time; what is known is not read again.
   *
   * @param exact - The name as asked, for providers that are asked for names one by one.
   */
  start(directories: readonly Directory[], providers: readonly Provider[], exact?: string): StartedReads {
    const started = new Map<Provider, StartedListings>();
    for (const provider of providers) {
      if (exact !== undefined && this.isByName(provider)) this.startNames(provider, directories, exact);
      else if (provider.ownDirectory === undefined) started.set(provider, this.listInAdvance(provider, directories));
    }
    return started;
  }

  /**
   * Gives what a place has under a name.
   *
   * @param name - Lower-cased.
   * @param exact - As asked.
   * @param started - What the lookup has started: it asks nothing twice, whatever fails or is forgotten meanwhile.
   * @returns At once when the listing is in memory, else a promise.
   * @throws ProviderError when the source failed, or does not permit it and `refusals` makes that an error.
   */
  read(place: Place, name: string, exact = name, started?: StartedReads): PlaceOutcome | Promise<PlaceOutcome> {
    if (this.isByName(place.provider)) return this.readSecret(place.provider, namedIn(place.directory, exact));
    const read = started?.get(place.provider)?.get(place.directory.path) ?? this.listingOf(place);
    if (read.outcome !== undefined) return this.pick(place, read.outcome, name);
    return read.promise.then(
      (outcome) => this.pick(place, outcome, name),
      (error: unknown) => this.failListing(place, error),
    );
  }

  /**
   * Gives what a place lists under a name, without reading the value of a secret.
   *
   * @throws ProviderError when the source failed.
   */
  async peek(place: Place, name: string, exact = name): Promise<ListedEntry> {
    if (this.isByName(place.provider)) return this.read(place, name, exact);
    return this.outcomes.entryIn(await this.readListing(place), name);
  }

  /** Gives what a place has under a name as far as that is there, be it stale; `'unread'` when it is not. */
  readAtHand({ provider, directory }: Place, name: string, exact: string): PlaceOutcome | 'unread' {
    const memory = this.memoryOf(provider);
    if (this.isByName(provider)) return this.settingAtHand(provider, namedIn(directory, exact));
    const listing = memory.listingAtHand(provider.ownDirectory ?? directory, this.terms);
    if (listing === undefined) return 'unread';
    const entry = this.outcomes.pick({ provider, directory }, listing, name);
    if (typeof entry !== 'object' || !('kind' in entry)) return entry;
    return entry.kind === 'unread' ? this.settingAtHand(provider, entry) : entry.refusal;
  }

  /** Gives the listing of a place, without reading it; `undefined` while it is being read, after it failed, or when stale. */
  knownListing({ provider, directory }: Place): ListingOutcome | undefined {
    return this.memoryOf(provider).knownListing(provider.ownDirectory ?? directory);
  }

  /** Gives what is known of the value of a secret, without reading it; `'unread'` when it is stale, too. */
  knownSecret(provider: Provider, secret: UnreadSecret): PlaceOutcome | 'unread' {
    return this.memoryOf(provider).knownSecret(secret);
  }

  /** Gives when the read began that led to the known listing of a place, or to the known value of a secret in it. */
  readAt({ provider, directory }: Place, secret?: UnreadSecret): Moment | undefined {
    const memory = this.memoryOf(provider);
    if (secret !== undefined) return memory.secretReadAt(secret);
    return memory.listingReadAt(provider.ownDirectory ?? directory);
  }

  /** Gives what is known of a name in a place, without reading anything, and when the oldest read behind it began. */
  remembered(place: Place, exact: string): RememberedPlace {
    const { provider, directory } = place;
    if (this.isByName(provider)) return this.rememberedSecret(place, namedIn(directory, exact));
    const listing = this.knownListing(place);
    if (listing === undefined || listing instanceof Unavailable)
      return { outcome: listing ?? 'unread', readAt: undefined };
    const entry = listing.find(exact.toLowerCase());
    const isUnread = entry !== undefined && 'kind' in entry && entry.kind === 'unread';
    const known = isUnread ? this.rememberedSecret(place, entry) : { outcome: entry, readAt: undefined };
    return { ...known, readAt: earliestOf(this.readAt(place), known.readAt) };
  }

  /**
   * Reads the value of a secret by its exact name.
   *
   * @throws ProviderError when the source failed.
   */
  readSecret(provider: Provider, secret: UnreadSecret): Promise<PlaceOutcome> {
    const { session } = this.options;
    return this.secretFrom({ provider, secret }, (memory) => memory.readSecret(provider, secret, session, this.terms));
  }

  /** As `readSecret`, past what is remembered; what comes of it is remembered instead. */
  rereadSecret(provider: Provider, secret: UnreadSecret): Promise<PlaceOutcome> {
    const { session } = this.options;
    return this.secretFrom({ provider, secret }, (memory) =>
      memory.rereadSecret(provider, secret, session, this.terms),
    );
  }

  /** As `readSecret`, for the version that the current one has replaced. */
  readPreviousSecret(provider: Provider, secret: UnreadSecret): Promise<PlaceOutcome> {
    const { session } = this.options;
    return this.secretFrom({ provider, secret }, (memory) =>
      memory.readPreviousSecret(provider, secret, session, this.terms),
    );
  }

  /** Counts that a lookup found its answer at a provider. */
  countHit(provider: Provider): void {
    const { localCache, session } = this.options;
    localCache.historyOf(provider, provider.clientsFor(session), provider.variantFor(session.settings)).hits += 1;
  }

  /** Gives a reader that asks the sources anew, whatever memory holds, and leaves memory as it is. */
  anew(): PlaceReader {
    return new PlaceReader({ ...this.options, memory: new LocalCache() });
  }

  /** Whether a provider is asked for names one by one. */
  isByName(provider: Provider): boolean {
    return this.options.byName === true && provider.readsByName;
  }

  /** Starts work that may serve several callers in nobody's context: that of the root. */
  detached<T>(start: () => T): T {
    return this.options.context.runShared(start);
  }

  private async secretFrom(
    { provider, secret }: { readonly provider: Provider; readonly secret: UnreadSecret },
    read: (memory: ProviderMemory) => Promise<RememberedSetting>,
  ): Promise<PlaceOutcome> {
    let memory: ProviderMemory | undefined;
    let outcome: RememberedSetting;
    try {
      const known = (memory = this.memoryOf(provider));
      outcome = await this.detached(() => read(known));
    } catch (error) {
      memory?.tellOfSetting(secret, error);
      return this.fail({ provider, directory: secret.directory }, error);
    }
    return this.settle(provider, secret, outcome);
  }

  private pick(place: Place, listing: RememberedListing, name: string): PlaceOutcome | Promise<PlaceOutcome> {
    const entry = this.outcomes.pick(place, listing, name);
    if (typeof entry !== 'object' || !('kind' in entry)) return entry;
    return entry.kind === 'unread' ? this.readSecret(place.provider, entry) : entry.refusal;
  }

  private settingAtHand(provider: Provider, secret: UnreadSecret): PlaceOutcome | 'unread' {
    const outcome = this.memoryOf(provider).settingAtHand(secret, this.terms);
    return outcome === 'unread' ? outcome : this.settle(provider, secret, outcome);
  }

  private rememberedSecret(place: Place, secret: UnreadSecret): RememberedPlace {
    return { outcome: this.knownSecret(place.provider, secret), readAt: this.readAt(place, secret) };
  }

  private settle(provider: Provider, { directory, name }: UnreadSecret, outcome: RememberedSetting): PlaceOutcome {
    return this.outcomes.settle({ provider, directory }, outcome, { name, isListed: !this.isByName(provider) });
  }

  private startNames(provider: Provider, directories: readonly Directory[], exact: string): void {
    const memory = this.memoryOf(provider);
    const named = directories.map((each) => namedIn(each, exact));
    this.detached(() => memory.startSecrets(provider, named, this.options.session, this.terms));
  }

  private listingOf({ provider, directory }: Place): StartedRead<RememberedListing> {
    const memory = this.memoryOf(provider);
    const directories = [provider.ownDirectory ?? directory];
    const { session } = this.options;
    const [read] = this.detached(() => memory.list(provider, directories, session, this.listing));
    return read as StartedRead<RememberedListing>;
  }

  private listInAdvance(provider: Provider, directories: readonly Directory[]): StartedListings {
    const memory = this.memoryOf(provider);
    const { session } = this.options;
    return this.detached(() => memory.listInAdvance(provider, directories, session, this.listing));
  }

  private memoryOf(provider: Provider): ProviderMemory {
    const { localCache, session, memory = localCache } = this.options;
    return memory.memoryOf(provider, provider.clientsFor(session), provider.variantFor(session.settings));
  }

  private async readListing(place: Place): Promise<RememberedListing> {
    let read: StartedRead<RememberedListing>;
    try {
      read = this.listingOf(place);
    } catch (error) {
      return this.fail(place, error);
    }
    return read.promise.catch((error: unknown) => this.failListing(place, error));
  }

  private failListing(place: Place, error: unknown): never {
    const { provider, directory } = place;
    this.memoryOf(provider).tellOfListing(provider.ownDirectory ?? directory, error);
    return this.fail(place, error);
  }

  private fail({ provider, directory }: Place, error: unknown): never {
    const isPause = isInstance(error, NotAskedAgain);
    const cause = withoutPayload(isPause ? error.cause : error);
    const { path } = provider.ownDirectory ?? directory;
    const problem = `${describeError(cause)}${isPause ? ' (a moment ago; not asked again yet)' : ''}`;
    throw new ProviderError(provider.cacheName, path, problem, { cause });
  }
}

function namedIn(directory: Directory, exact: string): UnreadSecret {
  return {
    kind: 'unread',
    name: exact.toLowerCase(),
    exactName: `${directory.path}/${exact}`,
    directory,
    nextRotationMs: undefined,
  };
}
