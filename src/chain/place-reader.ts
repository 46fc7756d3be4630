import { withoutPayload } from '../aws/aws-errors';
import { describeError, isInstance } from '../base/describe-error';
import { type Directory } from '../directory/directory';
import { type Context } from '../di/context';
import { earliestOf, type Moment } from '../di/moment';
import { ProviderError } from '../errors';
import { isRefused, isUnread, Unavailable, unreadSecret, type UnreadSecret } from '../item/directory-listing';
import { type Logger } from '../logging/logger';
import { CircuitOpenError } from '../memory/circuit-breaker';
import { LocalCache } from '../memory/local-cache';
import { type StartedRead } from '../memory/read';
import {
  type ReadOptions,
  readPolicyOf,
  type RememberedListing,
  type RememberedSetting,
  type SourceMemory,
  sourceMemoryOf,
} from '../memory/source-memory';
import { type ListingOutcome, type Provider, type SharedSession } from '../providers/provider';
import { type RememberedPlace } from './cacheable-answers';
import { type ListedEntry, PlaceOutcomes } from './place-outcomes';
import { PlaceWarnings } from './place-warnings';
import { type Place, type PlaceOutcome } from './walk';

type StartedListings = ReadonlyMap<string, StartedRead<RememberedListing>>;

/** The listings that one lookup has started to read, by provider and path. */
export type StartedReads = ReadonlyMap<Provider, StartedListings>;

/** What a reader needs; resolved once for all lookups that share a scope. */
export interface ReaderOptions {
  readonly context: Context;
  readonly localCache: LocalCache;
  readonly logger: Logger;
  readonly session: SharedSession;
  /** Whether single names are read, in the caller's case, where the provider supports it. */
  readonly byName?: boolean;
  /** Gives a number in `[0, 1)`, for the pauses after failures. */
  readonly random?: () => number;
  /** Memory to use; absent: the local cache. */
  readonly memory?: LocalCache;
}

/**
 * Reads the places of one chain, from memory or from the providers.
 *
 * It decides what a refusal and a failure mean, and logs one warning per provider and directory.
 */
export class PlaceReader {
  private readonly warnings: PlaceWarnings;
  private readonly outcomes: PlaceOutcomes;
  private readonly reading: ReadOptions;

  constructor(private readonly options: ReaderOptions) {
    const { localCache, logger, random, session } = options;
    this.warnings = new PlaceWarnings(localCache, logger);
    this.outcomes = new PlaceOutcomes(this.warnings, session.nowMs, session.settings.refusals);
    this.reading = {
      session,
      policy: readPolicyOf(session, random),
      onListed: (provider, path, outcome) => this.warnings.listed(provider, path, outcome),
    };
  }

  /**
   * Starts reading every directory at every provider, concurrently; what is in memory is not read again.
   *
   * @param exact - The name in the caller's case, for providers that read single names.
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
   * @param exact - In the caller's case.
   * @param started - Reads that the lookup has started: it uses them even when they fail or memory is reset in the meantime.
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
    return this.outcomes.entryIn(await this.list(place), name);
  }

  /** Lists a place, whatever the strategy. @throws ProviderError when the source failed. */
  async list(place: Place): Promise<RememberedListing> {
    let read: StartedRead<RememberedListing>;
    try {
      read = this.listingOf(place);
    } catch (error) {
      return this.fail(place, error);
    }
    return read.promise.catch((error: unknown) => this.failListing(place, error));
  }

  /** Gives what memory has of a place under a name, also when it is stale; `'unread'` when it has nothing. */
  readAtHand({ provider, directory }: Place, name: string, exact: string): PlaceOutcome | 'unread' {
    const memory = this.memoryOf(provider);
    if (this.isByName(provider)) return this.settingAtHand(provider, namedIn(directory, exact));
    const listing = memory.listingAtHand(provider.ownDirectory ?? directory, this.reading.policy);
    if (listing === undefined) return 'unread';
    const entry = this.outcomes.pick({ provider, directory }, listing, name);
    if (isUnread(entry)) return this.settingAtHand(provider, entry);
    return isRefused(entry) ? entry.refusal : entry;
  }

  /** Gives the listing of a place from memory; `undefined` while it is being read, after it failed, or when it is stale. */
  knownListing({ provider, directory }: Place): ListingOutcome | undefined {
    return this.memoryOf(provider).knownListing(provider.ownDirectory ?? directory);
  }

  /** Gives the outcome of reading a secret from memory; `'unread'` when it was not read, is being read, or is stale. */
  knownSecret(provider: Provider, secret: UnreadSecret): PlaceOutcome | 'unread' {
    return this.memoryOf(provider).knownSecret(secret);
  }

  /** Gives when the read behind the known listing of a place, or behind the known value of a secret in it, began. */
  readAt({ provider, directory }: Place, secret?: UnreadSecret): Moment | undefined {
    const memory = this.memoryOf(provider);
    if (secret !== undefined) return memory.secretReadAt(secret);
    return memory.listingReadAt(provider.ownDirectory ?? directory);
  }

  /** Gives what memory has of a place under a name, and when the oldest read behind that began. */
  remembered(place: Place, exact: string): RememberedPlace {
    const { provider, directory } = place;
    if (this.isByName(provider)) return this.rememberedSecret(place, namedIn(directory, exact));
    const listing = this.knownListing(place);
    if (listing === undefined || listing instanceof Unavailable)
      return { outcome: listing ?? 'unread', readAt: undefined };
    const entry = listing.find(exact.toLowerCase());
    const known = isUnread(entry) ? this.rememberedSecret(place, entry) : { outcome: entry, readAt: undefined };
    return { ...known, readAt: earliestOf(this.readAt(place), known.readAt) };
  }

  /**
   * Reads the value of a secret by its exact name.
   *
   * @throws ProviderError when the source failed.
   */
  readSecret(provider: Provider, secret: UnreadSecret): Promise<PlaceOutcome> {
    return this.secretFrom({ provider, secret }, (memory) => memory.readSecret(secret, this.reading));
  }

  /** As `readSecret`, but ignores memory; the outcome replaces what memory held. */
  rereadSecret(provider: Provider, secret: UnreadSecret): Promise<PlaceOutcome> {
    return this.secretFrom({ provider, secret }, (memory) => memory.rereadSecret(secret, this.reading));
  }

  /** As `readSecret`, for the previous version. */
  readPreviousSecret(provider: Provider, secret: UnreadSecret): Promise<PlaceOutcome> {
    return this.secretFrom({ provider, secret }, (memory) => memory.readPreviousSecret(secret, this.reading));
  }

  /** Counts a lookup that found its answer at a provider. */
  countHit(provider: Provider): void {
    this.memoryIn(this.options.localCache, provider).hits += 1;
  }

  /** Gives a reader with an empty memory of its own, which reads the sources again and does not change memory. */
  withoutMemory(): PlaceReader {
    return new PlaceReader({ ...this.options, memory: new LocalCache() });
  }

  /** Whether single names are read at a provider. */
  isByName(provider: Provider): boolean {
    return this.options.byName === true && provider.readsByName;
  }

  /** Starts work that may serve several callers, in the root context instead of that of one caller. */
  detached<T>(start: () => T): T {
    return this.options.context.runShared(start);
  }

  private async secretFrom(
    { provider, secret }: { readonly provider: Provider; readonly secret: UnreadSecret },
    read: (memory: SourceMemory) => Promise<RememberedSetting>,
  ): Promise<PlaceOutcome> {
    let memory: SourceMemory | undefined;
    let outcome: RememberedSetting;
    try {
      const known = (memory = this.memoryOf(provider));
      outcome = await this.detached(() => read(known));
    } catch (error) {
      memory?.markSettingReported(secret);
      return this.fail({ provider, directory: secret.directory }, error);
    }
    return this.settle(provider, secret, outcome);
  }

  private pick(place: Place, listing: RememberedListing, name: string): PlaceOutcome | Promise<PlaceOutcome> {
    const entry = this.outcomes.pick(place, listing, name);
    if (isUnread(entry)) return this.readSecret(place.provider, entry);
    return isRefused(entry) ? entry.refusal : entry;
  }

  private settingAtHand(provider: Provider, secret: UnreadSecret): PlaceOutcome | 'unread' {
    const outcome = this.memoryOf(provider).settingAtHand(secret, this.reading.policy);
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
    this.detached(() => memory.startSecrets(named, this.reading));
  }

  private listingOf({ provider, directory }: Place): StartedRead<RememberedListing> {
    const memory = this.memoryOf(provider);
    const listed = provider.ownDirectory ?? directory;
    const reads = this.detached(() => memory.list([listed], this.reading));
    return reads.get(listed.path) as StartedRead<RememberedListing>;
  }

  private listInAdvance(provider: Provider, directories: readonly Directory[]): StartedListings {
    const memory = this.memoryOf(provider);
    return this.detached(() => memory.list(directories, { ...this.reading, inAdvance: true }));
  }

  private memoryOf(provider: Provider): SourceMemory {
    const { localCache, memory = localCache } = this.options;
    return this.memoryIn(memory, provider);
  }

  private memoryIn(memory: LocalCache, provider: Provider): SourceMemory {
    return sourceMemoryOf(memory, provider, this.options.session);
  }

  private failListing(place: Place, error: unknown): never {
    const { provider, directory } = place;
    this.memoryOf(provider).markListingReported(provider.ownDirectory ?? directory);
    return this.fail(place, error);
  }

  private fail({ provider, directory }: Place, error: unknown): never {
    const isOpen = isInstance(error, CircuitOpenError);
    const cause = withoutPayload(isOpen ? error.cause : error);
    const { path } = provider.ownDirectory ?? directory;
    const problem = `${describeError(cause)}${isOpen ? ' (a moment ago; not read again yet)' : ''}`;
    throw new ProviderError(provider.cacheName, path, problem, { cause });
  }
}

function namedIn(directory: Directory, exact: string): UnreadSecret {
  return unreadSecret(directory, `${directory.path}/${exact}`, exact);
}
