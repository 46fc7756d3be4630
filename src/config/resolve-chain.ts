import { Default } from '../di/default';
import { defaultDirectories } from '../directory/default-directories';
import { Directory } from '../directory/directory';
import { DirectoryChain } from '../directory/directory-chain';
import { type LookupStrategy, type ResolvedSettings } from '../settings/settings-values';
import { type CacherChoice, checkProviders, type ProviderChoice } from './config-options';
import { type Wiring } from './wiring';

/** What is set on one Config; `Default` where nothing is set. */
export interface ConfigLayer {
  readonly service: string | Default;
  readonly environment: string | Default;
  readonly directories: readonly (Directory | Default)[];
  readonly providers: readonly (ProviderChoice | Default)[];
  readonly cacher: CacherChoice | Default;
  readonly exportsByService: readonly (string | Default)[];
  readonly strategy: LookupStrategy | Default;
}

/** Gives the service: of the nearest layer that names one, else of the settings. An empty one is `global`. */
export function resolveService(layers: readonly ConfigLayer[], settings: ResolvedSettings): string {
  const service = nearest(layers.map((layer) => layer.service)) ?? settings.service;
  return service === '' ? 'global' : service;
}

/** Gives the environment: of the nearest layer that names one, else of the settings. An empty one is `all`. */
export function resolveEnvironment(layers: readonly ConfigLayer[], settings: ResolvedSettings): string {
  const environment = nearest(layers.map((layer) => layer.environment)) ?? settings.environment;
  return environment === '' ? 'all' : environment;
}

/** Gives how names are looked up: as the nearest layer says, else the settings. */
export function resolveStrategy(layers: readonly ConfigLayer[], settings: ResolvedSettings): LookupStrategy {
  return layers.map(({ strategy }) => strategy).find((each) => each !== Default) ?? settings.strategy;
}

/** Gives the directories, `Default`s and placeholders replaced, exports at the end. */
export function resolveDirectories(layers: readonly ConfigLayer[], settings: ResolvedSettings): DirectoryChain {
  const variables = { service: resolveService(layers, settings), environment: resolveEnvironment(layers, settings) };
  const given = settings.directories?.map((each) => Directory.from(each)) ?? defaultDirectories;
  const own = splice(
    layers.map(({ directories }) => directories),
    given,
  );
  const exporters = splice<string>(
    layers.map(({ exportsByService }) => exportsByService),
    [],
  );
  const exported = exporters.map((service) => exportsOf(service, variables.environment));
  return new DirectoryChain([...own, ...exported].map((each) => each.resolve(variables)));
}

/** Gives where a service exports settings for an environment. */
function exportsOf(service: string, environment: string): Directory {
  const env = environment.startsWith('export/') ? environment : `export/${environment}`;
  return Directory.from(`/${service}/${env}`);
}

/** Gives the providers, `Default`s replaced. */
export function resolveProviders(
  layers: readonly ConfigLayer[],
  settings: ResolvedSettings,
  wiring: () => Wiring,
): readonly ProviderChoice[] {
  if (settings.onlyEnvProvider) return [wiring().environment];
  const lists = layers.map(({ providers }) => providers);
  if (!reachesEnd(lists)) return splice(lists, []);
  return splice(lists, defaultProviders(settings, wiring));
}

/** Gives the cacher; `null` for none. */
export function resolveCacher(
  layers: readonly ConfigLayer[],
  settings: ResolvedSettings,
  wiring: () => Pick<Wiring, 'cacher'>,
): CacherChoice {
  if (settings.onlyEnvProvider) return null;
  const given = layers.map(({ cacher }) => cacher).find((each): each is CacherChoice => each !== Default);
  if (given !== undefined) return given;
  return settings.disableDefaultCacher ? null : wiring().cacher;
}

/**
 * Gives the partition of the cache table: `/{service}/{environment}` of the process.
 *
 * @returns `undefined` when there is no caching: no service is named, or it is `global`, which belongs to no service.
 */
export function resolveEnviron(layers: readonly ConfigLayer[], settings: ResolvedSettings): string | undefined {
  const service = settings.serviceGiven ? settings.service : resolveService(layers, settings);
  const environment = settings.environmentGiven ? settings.environment : resolveEnvironment(layers, settings);
  return service === 'global' ? undefined : `/${service}/${environment}`;
}

function defaultProviders(settings: ResolvedSettings, wiring: () => Wiring): readonly ProviderChoice[] {
  if (settings.providers === undefined) return wiring().providers;
  if (settings.providers.length === 0) return [wiring().environment];
  return checkProviders(settings.providers as readonly ProviderChoice[]) as readonly ProviderChoice[];
}

function nearest(values: readonly (string | Default)[]): string | undefined {
  return values.find((each) => each !== Default);
}

/** Replaces each `Default` by what the next layer gives; the last layer is followed by `last`. */
function splice<T>(lists: readonly (readonly (T | Default)[])[], last: readonly T[]): readonly T[] {
  const [first, ...rest] = lists;
  if (first === undefined) return last;
  return first.flatMap((each) => (each === Default ? splice(rest, last) : [each]));
}

/** Whether `Default` leads from the first list through all others. */
function reachesEnd(lists: readonly (readonly unknown[])[]): boolean {
  return lists.every((list) => list.includes(Default));
}

/** The part of a Config that decides about its parents. */
export interface ParentLink {
  readonly useParent: boolean;
}

/**
 * Gives the Configs that a Config falls back on, nearest first.
 *
 * @param current - The Configs of the current contexts, innermost first.
 * @returns All of them but itself, up to the first that uses no parent. A Config that itself uses none has those inside
 * it, when it is current, and else none.
 */
export function parentsOf<T extends ParentLink>(config: T, current: readonly T[]): readonly T[] {
  const position = current.indexOf(config);
  if (!config.useParent) return untilEnd(position === -1 ? [] : current.slice(0, position));
  return untilEnd(current.filter((each) => each !== config));
}

function untilEnd<T extends ParentLink>(configs: readonly T[]): readonly T[] {
  const end = configs.findIndex(({ useParent }) => !useParent);
  return end === -1 ? configs : configs.slice(0, end + 1);
}
