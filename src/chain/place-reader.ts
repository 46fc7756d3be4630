import { describeAwsError, withoutPayload } from '../aws/aws-errors';
import { type Directory } from '../directory/directory';
import { type Context } from '../di/context';
import { ProviderError } from '../errors';
import { DirectoryItem } from '../item/directory-item';
import { type ListingEntry, Unavailable, type UnreadSecret } from '../item/directory-listing';
import { type Logger } from '../logging/logger';
import { type LocalCache } from '../providers/local-cache';
import { type ListingOutcome, type Provider, type SecretOutcome, type SharedSession } from '../providers/provider';
import { type ProviderMemory, type StartedRead } from '../providers/provider-memory';
import { type Place, type PlaceOutcome } from './walk';

/** The listings that one lookup has started to read, by provider and path. */
export type StartedReads = ReadonlyMap<Provider, ReadonlyMap<string, StartedRead<ListingOutcome>>>;

/** What a reader works with; resolved once for all lookups that share a scope. */
export interface ReaderOptions {
  readonly context: Context;
  readonly localCache: LocalCache;
  readonly logger: Logger;
  readonly session: SharedSession;
  /** Whether names are read one by one, as asked, where the provider can. */
  readonly byName?: boolean;
}

/**
 * Answers for the places of one chain, from memory or from the providers.
 *
 * It decides what a refusal and a failure mean, and is the one that warns, once per provider and directory.
 */
export class PlaceReader {
  constructor(private readonly options: ReaderOptions) {}

  /**
   * Starts reading every directory at every provider, all at the same time; what is known is not read again.
   *
   * @param exact - The name as asked, for providers that are asked for names one by one.
   */
  start(directories: readonly Directory[], providers: readonly Provider[], exact?: string): StartedReads {
    const started = new Map<Provider, ReadonlyMap<string, StartedRead<ListingOutcome>>>();
    for (const provider of providers) {
      if (exact !== undefined && this.isByName(provider)) this.startNames(provider, directories, exact);
      else if (provider.ownDirectory === undefined) {
        const reads = this.list(provider, directories);
        started.set(
          provider,
          new Map(directories.map(({ path }, index) => [path, reads[index] as StartedRead<ListingOutcome>])),
        );
      }
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
   * @throws ProviderError when the source failed.
   */
  read(place: Place, name: string, exact = name, started?: StartedReads): PlaceOutcome | Promise<PlaceOutcome> {
    if (this.isByName(place.provider)) return this.readSecret(place.provider, namedIn(place.directory, exact));
    const read = started?.get(place.provider)?.get(place.directory.path) ?? this.listingOf(place);
    if (read.outcome !== undefined) return this.pick(place, read.outcome, name);
    return read.promise.then(
      (outcome) => this.pick(place, outcome, name),
      (error: unknown) => this.fail(place, error),
    );
  }

  /**
   * Gives what a place lists under a name, without reading the value of a secret.
   *
   * @throws ProviderError when the source failed.
   */
  async peek(place: Place, name: string, exact = name): Promise<ListingEntry | Unavailable | undefined> {
    if (this.isByName(place.provider)) return this.read(place, name, exact);
    try {
      const listing = await this.listingOf(place).promise;
      return listing instanceof Unavailable ? listing : listing.find(name);
    } catch (error) {
      return this.fail(place, error);
    }
  }

  /** Gives the listing of a place, without reading it; `undefined` while it is being read or after it failed. */
  knownListing({ provider, directory }: Place): ListingOutcome | undefined {
    return this.memoryOf(provider).knownListing(provider.ownDirectory ?? directory);
  }

  /** Gives what is known of the value of a secret, without reading it. */
  knownSecret(provider: Provider, exactName: string): PlaceOutcome | 'unread' {
    return this.memoryOf(provider).knownSecret(exactName);
  }

  /**
   * Reads the value of a secret by its exact name.
   *
   * @throws ProviderError when the source failed.
   */
  readSecret(provider: Provider, secret: UnreadSecret): Promise<PlaceOutcome> {
    return this.secretFrom({ provider, secret }, (memory) => memory.readSecret(provider, secret, this.options.session));
  }

  /** As `readSecret`, past what is remembered; what comes of it is remembered instead. */
  rereadSecret(provider: Provider, secret: UnreadSecret): Promise<PlaceOutcome> {
    return this.secretFrom({ provider, secret }, (memory) =>
      memory.rereadSecret(provider, secret, this.options.session),
    );
  }

  /** As `readSecret`, for the version that the current one has replaced. */
  readPreviousSecret(provider: Provider, secret: UnreadSecret): Promise<PlaceOutcome> {
    return this.secretFrom({ provider, secret }, (memory) =>
      memory.readPreviousSecret(provider, secret, this.options.session),
    );
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
    read: (memory: ProviderMemory) => Promise<SecretOutcome>,
  ): Promise<PlaceOutcome> {
    try {
      const memory = this.memoryOf(provider);
      const outcome = await this.detached(() => read(memory));
      if (outcome instanceof Unavailable)
        this.warnRefused(
          { provider, directory: secret.directory },
          outcome,
          this.isByName(provider) ? undefined : secret.name,
        );
      return outcome;
    } catch (error) {
      return this.fail({ provider, directory: secret.directory }, error);
    }
  }

  private pick(place: Place, listing: ListingOutcome, name: string): PlaceOutcome | Promise<PlaceOutcome> {
    if (listing instanceof Unavailable) {
      this.warnRefused(place, listing);
      return listing;
    }
    const entry: ListingEntry | undefined = listing.find(name);
    if (entry === undefined || entry instanceof DirectoryItem) return entry;
    if (entry.kind === 'unread') return this.readSecret(place.provider, entry);
    this.warnRefused(place, entry.refusal, name);
    return entry.refusal;
  }

  private startNames(provider: Provider, directories: readonly Directory[], exact: string): void {
    const memory = this.memoryOf(provider);
    const named = directories.map((each) => namedIn(each, exact));
    this.detached(() => memory.startSecrets(provider, named, this.options.session));
  }

  private listingOf({ provider, directory }: Place): StartedRead<ListingOutcome> {
    const [read] = this.list(provider, [provider.ownDirectory ?? directory]);
    return read as StartedRead<ListingOutcome>;
  }

  private list(provider: Provider, directories: readonly Directory[]): readonly StartedRead<ListingOutcome>[] {
    const memory = this.memoryOf(provider);
    const onRead = (path: string, outcome: ListingOutcome): void => this.logListing(provider, path, outcome);
    return this.detached(() => memory.list(provider, directories, this.options.session, onRead));
  }

  private memoryOf(provider: Provider): ProviderMemory {
    const { localCache, session } = this.options;
    return localCache.memoryOf(provider, provider.clientsFor(session));
  }

  private fail({ provider, directory }: Place, error: unknown): never {
    const cause = withoutPayload(error);
    const { path } = provider.ownDirectory ?? directory;
    throw new ProviderError(provider.cacheName, path, describeAwsError(cause), { cause });
  }

  private logListing({ cacheName: provider }: Provider, directory: string, outcome: ListingOutcome): void {
    if (outcome instanceof Unavailable) return;
    this.options.logger.debug('provider.listed', { provider, directory, names: outcome.size });
  }

  private warnRefused({ provider, directory }: Place, { reason, remedy }: Unavailable, name?: string): void {
    const { localCache, logger } = this.options;
    const key = `refused|${provider.cacheName}|${directory.path}${name === undefined ? '' : `|${name}`}`;
    if (!localCache.isNewWarning(key)) return;
    logger.warn('provider.refused', {
      provider: provider.cacheName,
      directory: directory.path,
      ...(name !== undefined && { name }),
      reason,
      remedy,
      consequence: 'not read; nothing found below this place is cached until it is granted or the provider removed',
    });
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
