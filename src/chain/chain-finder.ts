import { type TimeLeft } from '../base/time-limit';
import { type CachedChain, type CacheAnswer, type CachedRow, type Cacher, type Lease } from '../cache/cacher';
import { Directory } from '../directory/directory';
import { type DirectoryChain } from '../directory/directory-chain';
import { earliestOf, type Moment } from '../di/moment';
import { DirectoryItem, sourceViaCacher } from '../item/directory-item';
import { unreadSecret, type UnreadSecret } from '../item/directory-listing';
import { cacheableAnswers, namedAnswer } from './cacheable-answers';
import { type PlaceReader, type StartedReads } from './place-reader';
import { type ProviderChain } from './provider-chain';
import { type StaleAbsence } from '../memory/stale';
import {
  type Attempt,
  attemptOf,
  type LookupTrace,
  olderAbsence,
  type Place,
  placesOf,
  walk,
  type WalkResult,
} from './walk';

/** What a lookup walks. */
export interface ChainFinderOptions {
  readonly providers: ProviderChain;
  readonly directories: DirectoryChain;
  readonly reader: PlaceReader;
  /** The cacher, and the chain as it needs it; `undefined`: nothing is cached. */
  readonly cache: { readonly cacher: Cacher; readonly chain: CachedChain } | undefined;
}

/** What the cacher has for a name. */
export interface CacherAnswer {
  readonly attempt: Attempt;
  readonly item: DirectoryItem | undefined;
  /** The row that it comes from; `undefined` without an answer, and where the cacher does not say. */
  readonly row: CachedRow | undefined;
}

/** Directory of the places of leading providers, which are read once and not per directory. */
const noDirectory = Directory.literal('/_none');

/**
 * Finds names in one chain: at the leading providers, in the cacher, then in every directory at every provider.
 *
 * This is the lookup order, from top to bottom.
 */
export class ChainFinder {
  private readonly cache: ChainFinderOptions['cache'];
  /** Places before the cacher. */
  readonly leading: readonly Place[];
  /** Places behind it, in order. */
  readonly walked: readonly Place[];

  constructor(private readonly options: ChainFinderOptions) {
    const { providers, directories } = options;
    const { cache } = options;
    this.cache = cache && { ...cache, chain: { ...cache.chain, knownSince: () => this.knownSince } };
    this.leading = placesOf([noDirectory], providers.leading);
    this.walked = placesOf(directories, providers.walked);
  }

  /**
   * Finds a name.
   *
   * @param exact - The name in the caller's case, which matters to providers that read single names.
   * @param time - Time that is left for the lookup.
   * @param trace - Set to what the lookup waits for.
   * @throws ProviderError when the walk reaches a source that failed.
   */
  async find(exact: string, time: TimeLeft, trace: LookupTrace): Promise<WalkResult> {
    const name = exact.toLowerCase();
    const first = await walk(this.leading, (place) => this.options.reader.read(place, name), trace);
    this.count(this.leading, first);
    if (first.item !== undefined || this.walked.length === 0) return first;
    const second = await this.findCached(this.keyOf(exact), time, trace);
    return { ...second, attempts: [...first.attempts, ...second.attempts] };
  }

  /**
   * Finds a name in memory, last good answers included, without waiting: for a lookup whose time is up.
   *
   * @returns `undefined` when memory has nothing of a place on the way.
   */
  findAtHand(exact: string): WalkResult | undefined {
    const { reader } = this.options;
    const attempts: Attempt[] = [];
    let absence: StaleAbsence | undefined;
    for (const place of [...this.leading, ...this.walked]) {
      const outcome = reader.readAtHand(place, exact.toLowerCase(), exact);
      if (outcome === 'unread') return undefined;
      attempts.push(attemptOf(place, outcome));
      if (outcome instanceof DirectoryItem) return { item: absence?.mark(outcome) ?? outcome, attempts, absence };
      absence = olderAbsence(absence, outcome);
    }
    return { item: undefined, attempts, absence };
  }

  /**
   * Gives when the oldest read began that the result of a lookup rests on.
   *
   * @returns **Milliseconds** since the Unix epoch; `undefined` when the reads are not in memory any more.
   */
  readAtMs(exact: string, { attempts, readAtMs }: WalkResult): number | undefined {
    if (readAtMs !== undefined) return readAtMs;
    const tried = new Set(attempts.map(({ provider, directory }) => `${provider} ${directory ?? ''}`));
    const places = this.walked.filter((place) => {
      const { provider, directory = '' } = attemptOf(place, undefined);
      return tried.has(`${provider} ${directory}`);
    });
    return earliestOf(...places.map((place) => this.options.reader.remembered(place, exact).readAt))?.atMs;
  }

  /** Reads single places. */
  get reader(): PlaceReader {
    return this.options.reader;
  }

  /** Finds a name in the cacher alone. @returns `undefined` when there is no cacher. */
  async findInCacher(exact: string, time: TimeLeft): Promise<CacherAnswer | undefined> {
    const { cache } = this;
    const { reader } = this.options;
    if (cache === undefined) return undefined;
    const { cacher, chain } = cache;
    const name = this.keyOf(exact);
    const answer = await reader.detached(() => cacher.find(chain, name, time, { lookOnly: true }));
    if (answer.kind === 'miss') this.release(answer.lease);
    const result = await this.resultOf(answer, name);
    const row = result === undefined || answer.kind === 'miss' ? undefined : answer.row;
    return { item: result?.item, row, attempt: cacherAttempt(cacher, outcomeOf(result), result?.item) };
  }

  /** Starts reading every directory at every provider behind the cacher. */
  startReading(exact: string, reader = this.options.reader): StartedReads {
    const { directories, providers } = this.options;
    return reader.start(directories.directories, providers.walked, exact);
  }

  /** Finds a name in the cacher, else at the sources, whose cacheable answers are saved. */
  private async findCached(name: string, time: TimeLeft, trace: LookupTrace): Promise<WalkResult> {
    const { reader } = this.options;
    const { cache } = this;
    if (cache === undefined) return this.count(this.walked, await this.findAtSources(name, trace));
    const { cacher, chain } = cache;
    trace.waitingFor = cacher.name;
    const answer = await reader.detached(() => cacher.find(chain, name, time));
    const cached = await this.resultOf(answer, name, trace);
    if (cached !== undefined) return cached;
    const lease = answer.kind === 'miss' ? answer.lease : undefined;
    try {
      const result = this.count(this.walked, await this.findAtSources(name, trace));
      this.save(cache, name, result);
      return { ...result, attempts: [cacherAttempt(cacher, 'absent'), ...result.attempts] };
    } finally {
      this.release(lease);
    }
  }

  /** Gives the result of a cached answer; `undefined` when the sources have to be read. */
  private async resultOf(answer: CacheAnswer, name: string, trace?: LookupTrace): Promise<WalkResult | undefined> {
    const { cache } = this;
    if (cache === undefined || answer.kind === 'miss') return undefined;
    if (answer.refresh !== undefined) this.refreshWith(answer.refresh, name);
    const { readAtMs } = answer;
    if (answer.kind === 'absent')
      return { item: undefined, attempts: [cacherAttempt(cache.cacher, 'known to be missing')], readAtMs };
    const item = answer.kind === 'found' ? answer.item : await this.dereference(answer, trace);
    if (item === undefined) return undefined;
    // An answer that this process has itself written counts as read at its source.
    const { cacheName = cache.cacher.name, directory } = item;
    const place = { provider: cacheName, directory: directory.path };
    const attempt = { ...cacherAttempt(cache.cacher, 'found', item), ...(answer.isOwn === true && place) };
    return { item, attempts: [attempt], readAtMs };
  }

  /** Reads the secret that a cached row refers to; `undefined` when it does not exist any more. */
  private async dereference(
    { reference, isOwn = false }: Extract<CacheAnswer, { kind: 'reference' }>,
    trace?: LookupTrace,
  ): Promise<DirectoryItem | undefined> {
    const { cache } = this;
    const { providers, reader } = this.options;
    const provider = providers.walked.find(({ cacheName }) => cacheName === reference.provider);
    if (provider === undefined) return undefined;
    const { name, exactName, createdAt } = reference;
    const directory = Directory.literal(reference.directory);
    const secret = unreadSecret(directory, exactName, name);
    if (trace !== undefined) trace.waitingFor = `${provider.cacheName} ${directory.path}`;
    const outcome = await reader.readSecret(provider, secret);
    if (outcome instanceof DirectoryItem) return isOwn ? outcome : readByReference(outcome, createdAt);
    if (outcome === undefined) cache?.cacher.drop(cache.chain, reference);
    return undefined;
  }

  private findAtSources(name: string, trace: LookupTrace, reader = this.options.reader): Promise<WalkResult> {
    const started = this.startReading(name, reader);
    return walk(this.walked, (place) => reader.read(place, name.toLowerCase(), name, started), trace);
  }

  /** Counts a hit for the place where a lookup found its answer. */
  private count(places: readonly Place[], result: WalkResult): WalkResult {
    const place = result.item && places[result.attempts.length - 1];
    if (place !== undefined) this.options.reader.countHit(place.provider);
    return result;
  }

  private save(
    cache: NonNullable<ChainFinderOptions['cache']>,
    name: string,
    { item, attempts }: WalkResult,
    reader = this.options.reader,
  ): void {
    const visited = this.walked.slice(0, attempts.length);
    const known = {
      listing: (place: Place) => reader.knownListing(place),
      secret: (place: Place, secret: UnreadSecret) => reader.knownSecret(place.provider, secret),
      readAt: (place: Place, secret?: UnreadSecret) => reader.readAt(place, secret),
    };
    const answers = this.isByName
      ? namedAnswer(name, visited, { item, attempts }, (place) => reader.remembered(place, name))
      : cacheableAnswers(visited, known, item === undefined ? name : undefined);
    reader.detached(() => cache.cacher.save(cache.chain, answers));
  }

  /** When the oldest read behind a listing in memory began; `undefined`: there is no listing. */
  private get knownSince(): Moment | undefined {
    const { reader } = this.options;
    return this.isByName ? undefined : earliestOf(...this.walked.map((place) => reader.readAt(place)));
  }

  /** Whether any provider reads single names: then names are case-sensitive. */
  private get isByName(): boolean {
    return this.options.providers.walked.some((each) => this.options.reader.isByName(each));
  }

  /** Gives the form of a name that the cache uses. */
  private keyOf(exact: string): string {
    return this.isByName ? exact : exact.toLowerCase();
  }

  /** Refreshes the rows of the chain in the background, if this process acquires the lease. */
  private refreshWith(leasing: Promise<Lease | undefined>, name: string): void {
    const refreshing = leasing.then(async (lease) => {
      if (lease === undefined) return;
      try {
        await this.refresh(name);
      } finally {
        await lease.release();
      }
    });
    // A failed refresh leaves the rows as they are; once they expire, lookups report the problem.
    this.cache?.cacher.track(refreshing);
  }

  /** Reads the sources without memory where its listings may be too old to be written. */
  private async refresh(name: string): Promise<void> {
    const { cache } = this;
    if (cache === undefined) return;
    const hasListings = this.isByName || this.knownSince !== undefined;
    const reader = hasListings ? this.options.reader.withoutMemory() : this.options.reader;
    const names = new Set([name, ...(await cache.cacher.names(cache.chain))]);
    await Promise.all(
      [...names].map(async (each) => {
        const result = await this.findAtSources(each, { waitingFor: '' }, reader);
        this.save(cache, each, result, reader);
      }),
    );
  }

  private release(lease: Lease | undefined): void {
    const { cache } = this;
    const { reader } = this.options;
    if (lease !== undefined) cache?.cacher.track(reader.detached(() => lease.release()));
  }
}

function cacherAttempt({ name }: Cacher, outcome: Attempt['outcome'], item?: DirectoryItem): Attempt {
  return { provider: name, outcome, ...(item?.stale === true && { stale: true }) };
}

function outcomeOf(result: WalkResult | undefined): Attempt['outcome'] {
  if (result === undefined) return 'absent';
  return result.item === undefined ? 'known to be missing' : 'found';
}

function readByReference(item: DirectoryItem, createdAt: string | undefined): DirectoryItem {
  const { originalName: name, value, directory } = item;
  const source = sourceViaCacher(`${item.source ?? ''} - ${directory.path}`);
  const cached = { viaCacher: true, ttl: undefined, createdAt, cacheable: false };
  return new DirectoryItem({ ...item, name, value, source, ...cached });
}
