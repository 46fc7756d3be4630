import { type AwsClients } from '../aws/aws-clients';
import { clientsOf, processClientsOf } from '../aws/current-clients';
import { type Cacher, type CacheSession } from '../cache/cacher';
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
import { NamedValues } from './named-values';
import { RememberedAnswers } from './remembered-answers';
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
import { cacherWiring, currentWiring } from './wiring';

/** The part of a Config that a scope uses. */
export interface ScopeLayer extends ConfigLayer, ParentLink {
  readonly overrides: NamedValues;
  readonly defaults: NamedValues;
}

/**
 * Everything that lookups of one Config in one context have in common, resolved once.
 *
 * Valid while {@link LookupScope.isCurrent}: no setting, variable or Config has changed.
 */
export class LookupScope {
  readonly settings: ResolvedSettings;
  readonly clock: Clock;
  readonly localCache: LocalCache;
  readonly logger: Logger;
  /** The AWS clients of the context. */
  readonly clients: AwsClients;
  /** Session of reads of the providers. */
  readonly session: SharedSession;
  /** Session of the cacher. */
  readonly cacheSession: CacheSession;
  readonly service: string;
  readonly environment: string;
  /** `/{service}/{environment}` of the process; `undefined` when no service is named, or it is `global`. */
  readonly environ: string | undefined;
  readonly strategy: LookupStrategy;
  readonly directories: DirectoryChain;
  readonly providers: ProviderChain;
  /** Names of the providers in cache keys; `undefined`: they do not identify what is read, and nothing is cached. */
  readonly sources: string | undefined;
  /** `null` for none. */
  readonly cacher: Cacher | null;
  private readonly parts = new Map<unknown, unknown>();
  private latestAnswers: RememberedAnswers | undefined;
  private readonly settingsDefaults: NamedValues;
  private readonly mutations: number;

  /**
   * @param layers - The Config, then its parents.
   * @throws InvalidSettingsError, InvalidDirectoryError for invalid settings.
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
  }

  /** Makes the scope of a Config in a context. */
  static of<T extends ScopeLayer>(context: Context, config: T, current: readonly T[]): LookupScope {
    return new LookupScope(context, [config, ...parentsOf(config, current)]);
  }

  /** Answers from the current content of memory: a different object after each reset. */
  get answers(): RememberedAnswers {
    const { generation } = this.localCache;
    const { latestAnswers } = this;
    if (latestAnswers?.generation === generation) return latestAnswers;
    return (this.latestAnswers = new RememberedAnswers(generation, this.strategy !== 'names'));
  }

  /** As `answers`; `undefined` before the first use of memory, and after it has expired. */
  get freshAnswers(): RememberedAnswers | undefined {
    return this.localCache.isFresh(this.clock.nowMs()) ? this.answers : undefined;
  }

  /** Whether the cacher is used. */
  get isCached(): boolean {
    const { cacher, environ, providers, sources } = this;
    return cacher !== null && environ !== undefined && providers.anyCacheable && sources !== undefined;
  }

  /** Gives a part of the scope that is made on first use, by a module that is loaded then. The same each time. */
  part<T>(make: (scope: LookupScope) => T): T {
    if (!this.parts.has(make)) this.parts.set(make, make(this));
    return this.parts.get(make) as T;
  }

  /** Whether no setting, variable or Config has changed since. */
  get isCurrent(): boolean {
    return this.mutations === state.mutations;
  }

  /** Resets memory if it has expired; its life begins with the first use. */
  touch(): void {
    this.localCache.touch(this.clock.nowMs(), this.settings.internalCacheExpirationMinutes * 60_000);
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

  private resolved<T extends Dependency>(choices: readonly (DependencyClass<T> | T)[]): readonly T[] {
    return choices.map((each) => (each instanceof Dependency ? each : this.context.resolve(each)));
  }
}

const settingsDirectory = Directory.literal('/_default/settings');

/** @param values - Of two with the same name, the first counts. */
function eachNameOnce(values: readonly NamedValues[]): readonly DirectoryItem[] {
  const items = new Map<string, DirectoryItem>();
  for (const item of values.toReversed().flatMap((each) => [...each.items()])) items.set(item.name, item);
  return [...items.values()];
}

function firstOf<T, R>(all: readonly T[], pick: (each: T) => R | undefined): R | undefined {
  for (const each of all) {
    const picked = pick(each);
    if (picked !== undefined) return picked;
  }
  return undefined;
}
