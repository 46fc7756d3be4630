import { type AwsClients } from '../aws/aws-clients';
import { clientsOf, processClientsOf } from '../aws/current-clients';
import { CacheKey, exactNamesMark } from '../cache/cache-key';
import { type Cacher, type CacheSession } from '../cache/cacher';
import { GuardedCacher } from '../cache/guarded-cacher';
import { type SettingId } from '../chain/by-id';
import { ChainFinder, type ChainFinderOptions } from '../chain/chain-finder';
import { PlaceReader } from '../chain/place-reader';
import { ProviderChain } from '../chain/provider-chain';
import { Clock } from '../di/clock';
import { type Context, Dependency, type DependencyClass } from '../di/context';
import { Random } from '../di/random';
import { state } from '../di/state';
import { Directory } from '../directory/directory';
import { type DirectoryChain } from '../directory/directory-chain';
import { type DirectoryItem } from '../item/directory-item';
import { Logger } from '../logging/logger';
import { LocalCache } from '../memory/local-cache';
import { type Provider, type SharedSession } from '../providers/provider';
import { type LookupStrategy, type ResolvedSettings } from '../settings/settings-values';
import { XconSettings } from '../settings/xcon-settings';
import { type Answer } from './answer';
import { NamedValues } from './named-values';
import {
  type ConfigLayer,
  type ParentLink,
  parentsOf,
  resolveCacher,
  resolveDirectories,
  resolveEnviron,
  resolveEnvironment,
  resolveProviders,
  resolveService,
  resolveStrategy,
} from './resolve-chain';
import { ConfigSnapshot } from './snapshot';
import { cacherWiring, currentWiring } from './wiring';

/** What a scope needs of a Config and its parents. */
export interface ScopeLayer extends ConfigLayer, ParentLink {
  readonly overrides: NamedValues;
  readonly defaults: NamedValues;
}

/** Most answers that one scope remembers; beyond, it starts anew (names may come from outside). */
const maxAnswers = 10_000;
/** Most snapshots that one scope remembers. */
const maxSnapshots = 100;
/** In few names; what it joins is compared. */
const separator = '\n';

/** Names that were loaded together, as asked. */
interface LoadedNames {
  readonly names: readonly string[];
  readonly snapshot: ConfigSnapshot;
}

/**
 * All that lookups of one Config in one context have in common, worked out once.
 *
 * Good as long as {@link LookupScope.isCurrent}: nobody has changed a setting, a variable or a Config.
 */
export class LookupScope {
  readonly settings: ResolvedSettings;
  readonly clock: Clock;
  readonly localCache: LocalCache;
  readonly logger: Logger;
  /** The AWS clients of the context. */
  readonly clients: AwsClients;
  /** What reads of the providers may use. */
  readonly session: SharedSession;
  /** What the cacher may use. */
  readonly cacheSession: CacheSession;
  readonly service: string;
  readonly environment: string;
  /** `/{service}/{environment}` of the process; `undefined` when no service is named, or it is nobody's. */
  readonly environ: string | undefined;
  readonly strategy: LookupStrategy;
  readonly directories: DirectoryChain;
  readonly providers: ProviderChain;
  /** Names of what the providers read, in keys of caches; `undefined`: they cannot be told from others, nothing is cached. */
  readonly sources: string | undefined;
  /** `null` for none. */
  readonly cacher: Cacher | null;
  /** The chain as the cacher knows it; `undefined` when nothing is cached. */
  readonly cached: ChainFinderOptions['cache'];
  /** Finds names behind the overrides and before the defaults. */
  readonly finder: ChainFinder;
  /** Answers of this scope by name, as asked; good until memory expires. */
  private readonly answers = new Map<string, Answer>();
  /** Those that were asked for by id, by id and name. */
  private readonly answersById = new Map<string, Answer>();
  private readonly snapshots = new Map<string, LoadedNames>();
  private latestLoad: LoadedNames | undefined;
  private readonly settingsDefaults: NamedValues;
  private readonly mutations: number;

  /**
   * @param layers - The Config, then its parents.
   * @throws InvalidSettingsError, InvalidDirectoryError for settings that cannot be.
   */
  constructor(
    readonly context: Context,
    private readonly layers: readonly ScopeLayer[],
  ) {
    this.settings = context.resolve(XconSettings).resolve();
    this.mutations = state.mutations;
    this.settingsDefaults = new NamedValues(settingsDirectory, 'default', this.settings.defaults);
    this.clock = context.resolve(Clock);
    this.localCache = context.resolve(LocalCache);
    this.logger = context.resolve(Logger);
    this.clients = clientsOf(context);
    const { clients, clock, localCache, logger, settings } = this;
    const nowMs = (): number => clock.nowMs();
    this.session = { clients, settings, nowMs };
    const randomSource = context.resolve(Random);
    this.cacheSession = { clients, settings, localCache, logger, nowMs, random: () => randomSource.next() };
    this.service = resolveService(layers, this.settings);
    this.environment = resolveEnvironment(layers, this.settings);
    this.environ = resolveEnviron(layers, this.settings);
    this.strategy = resolveStrategy(layers, this.settings);
    this.directories = resolveDirectories(layers, this.settings);
    this.providers = new ProviderChain(this.resolved<Provider>(resolveProviders(layers, this.settings, currentWiring)));
    this.sources = this.providers.namesFor(this.session, processClientsOf(context));
    const cacher = resolveCacher(layers, this.settings, cacherWiring);
    this.cacher = cacher === null ? null : (this.resolved<Cacher>([cacher])[0] ?? null);
    this.cached = this.makeCached();
    this.finder = this.makeFinder({ localCache, logger, cache: this.cached });
  }

  /** Makes the scope of a Config in a context. */
  static of<T extends ScopeLayer>(context: Context, config: T, current: readonly T[]): LookupScope {
    return new LookupScope(context, [config, ...parentsOf(config, current)]);
  }

  /** Whether nothing has changed since. */
  get isCurrent(): boolean {
    return this.mutations === state.mutations;
  }

  /** Lets memory expire when it is time, and begin its time with the first use. */
  touch(): void {
    this.localCache.touch(this.clock.nowMs(), this.settings.internalCacheExpirationMinutes * 60_000);
  }

  /** Whether what is remembered is still good. */
  get remembers(): boolean {
    return this.localCache.isFresh(this.clock.nowMs());
  }

  /**
   * Gives the remembered answer for a name, as asked, as long as the scope remembers; `undefined` when there is none.
   *
   * @param id - What was read in place of the directories.
   */
  known(name: string, id?: SettingId): Answer | undefined {
    if (id !== undefined) return this.answersById.get(idKey(id, name));
    return this.answers.get(name) ?? this.knownInOtherCase(name);
  }

  /** Remembers an answer, unless the scope is over. */
  remember(answer: Answer, id?: SettingId): void {
    if (!this.isCurrent) return;
    const answers = id === undefined ? this.answers : this.answersById;
    if (answers.size >= maxAnswers) {
      answers.clear();
      this.snapshots.clear();
      this.latestLoad = undefined;
    }
    answers.set(id === undefined ? answer.name : idKey(id, answer.name), answer);
  }

  /** Gives the snapshot of names whose answers are all remembered: the same each time; `undefined` when one is not. */
  snapshotOf(names: readonly string[]): ConfigSnapshot | undefined {
    if (this.latestLoad !== undefined && isSameList(this.latestLoad.names, names)) return this.latestLoad.snapshot;
    // What is no name at all is refused by the lookup that follows.
    if (!names.every((each) => typeof each === 'string')) return undefined;
    const key = names.join(separator);
    const loaded = this.snapshots.get(key);
    if (loaded !== undefined && isSameList(loaded.names, names)) return (this.latestLoad = loaded).snapshot;
    const answers: Answer[] = [];
    for (const name of names) {
      const answer = this.known(name);
      if (answer === undefined) return undefined;
      answers.push(answer);
    }
    const snapshot = new ConfigSnapshot(answers);
    if (this.snapshots.size >= maxSnapshots) this.snapshots.clear();
    this.latestLoad = { names: [...names], snapshot };
    this.snapshots.set(key, this.latestLoad);
    return snapshot;
  }

  /** Gives the override of a lower-cased name; `undefined` when there is none. */
  override(name: string): DirectoryItem | undefined {
    return firstOf(this.layers, ({ overrides }) => overrides.find(name));
  }

  /** Gives the default of a lower-cased name, of the Configs or of the settings; `undefined` when there is none. */
  default(name: string): DirectoryItem | undefined {
    return firstOf(this.layers, ({ defaults }) => defaults.find(name)) ?? this.settingsDefaults.find(name);
  }

  /** The overrides, each name once. */
  get overrides(): readonly DirectoryItem[] {
    return eachNameOnce(this.layers.map(({ overrides }) => overrides));
  }

  /** The defaults, of the Configs and of the settings, each name once. */
  get defaults(): readonly DirectoryItem[] {
    return eachNameOnce([...this.layers.map(({ defaults }) => defaults), this.settingsDefaults]);
  }

  /** Names are compared lower-cased, but where sources are asked for them as they are. */
  private knownInOtherCase(name: string): Answer | undefined {
    // What is no name at all is refused by the lookup that follows.
    if (this.strategy === 'names' || typeof name !== 'string') return undefined;
    const answer = this.answers.get(name.toLowerCase())?.askedAs(name);
    if (answer !== undefined) this.remember(answer);
    return answer;
  }

  /**
   * Makes what finds names at the sources alone, past the cache table and past memory.
   *
   * @param localCache - Remembers what is read.
   */
  finderAt(localCache: LocalCache, logger: Logger): ChainFinder {
    return this.makeFinder({ localCache, logger, cache: undefined });
  }

  private makeFinder({
    localCache,
    logger,
    cache,
  }: Pick<LookupScope, 'localCache' | 'logger'> & Pick<ChainFinderOptions, 'cache'>): ChainFinder {
    const { cacheSession, context, directories, providers, session } = this;
    const byName = this.strategy === 'names';
    const reader = new PlaceReader({ context, localCache, logger, session, byName, random: cacheSession.random });
    return new ChainFinder({ providers, directories, reader, cache });
  }

  private makeCached(): ChainFinderOptions['cache'] {
    const { cacher: given, directories, environ, localCache, logger, providers, sources } = this;
    if (given === null || environ === undefined || !providers.anyCacheable || sources === undefined) return undefined;
    const marked = this.strategy === 'names' ? `${sources}${exactNamesMark}` : sources;
    const key = new CacheKey(environ, directories, marked);
    const trusted = trustedPart(directories, providers);
    const cacher = new GuardedCacher(given, localCache, logger);
    const byCacheName = new Map(providers.walked.map((each) => [each.cacheName, each]));
    return { cacher, chain: { key, session: this.cacheSession, trusted, providers: byCacheName } };
  }

  private resolved<T extends Dependency>(choices: readonly (DependencyClass<T> | T)[]): readonly T[] {
    return choices.map((each) => (each instanceof Dependency ? each : this.context.resolve(each)));
  }
}

const settingsDirectory = Directory.literal('/_default/settings');

function idKey({ option, id }: SettingId, name: string): string {
  return [option, id, name].join(separator);
}

/** @param values - Of two with the same name, the first counts. */
function eachNameOnce(values: readonly NamedValues[]): readonly DirectoryItem[] {
  const items = new Map<string, DirectoryItem>();
  for (const item of values.toReversed().flatMap((each) => [...each.items])) items.set(item.name, item);
  return [...items.values()];
}

function isSameList(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false;
  for (let index = 0; index < some.length; index += 1) if (some[index] !== others[index]) return false;
  return true;
}

function firstOf<T, R>(all: readonly T[], pick: (each: T) => R | undefined): R | undefined {
  for (const each of all) {
    const picked = pick(each);
    if (picked !== undefined) return picked;
  }
  return undefined;
}

/** The part of a chain that stands before a provider that is not cacheable; `undefined` when there is none such. */
function trustedPart(directories: DirectoryChain, { walked }: ProviderChain) {
  const end = walked.findIndex(({ cacheable }) => !cacheable);
  if (end === -1) return undefined;
  const providers = walked.slice(0, end).map(({ cacheName }) => cacheName);
  return { directory: directories.directories[0]?.path ?? '', providers };
}
