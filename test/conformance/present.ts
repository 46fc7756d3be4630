import { Directory, DirectoryChain, type DirectoryItem } from '../../src/index';
import { namedClasses } from './decode';
import { Facts, Joined } from './match';
import { type Target } from './target';

/** The facts of an item that vectors state. */
export function itemFacts(item: DirectoryItem): Facts {
  return new Facts({
    name: item.name,
    value: item.value,
    source: firstWord(item.source),
    directory: item.directory.path,
    nonExistent: item.nonExistent,
  });
}

/** The facts of a Directory that vectors state. */
export function directoryFacts({ path, service, env, isExport, isPathFormat, isNonExistent }: Directory): Facts {
  return new Facts({ path, service, env, isExport, isPathFormat, isNonExistent });
}

/** What a Config makes of itself: where it would look, in what order, and through which cacher. */
export function chainFacts(target: Target): Facts {
  const { directoryChain, providerChain, resolvedCacher, resolvedService, resolvedEnvironment } = target;
  return new Facts({
    directories: directoryChain.concat,
    providers: providerChain.providers.map(({ name }) => name),
    providerConcat: providerChain.concat,
    anyCachable: providerChain.anyCacheable,
    cacher: resolvedCacher?.name ?? null,
    service: resolvedService,
    environment: resolvedEnvironment,
  });
}

/** The directories of a chain, in order. */
export function directoriesOf({ directories, concat }: DirectoryChain): Joined {
  const paths = directories.map(({ path }) => path);
  return new Joined(paths, { directories: paths, concat });
}

/** First word of the source of an item or a row: the provider's short name. */
export function firstWord(source: unknown): string | undefined {
  return typeof source === 'string' ? source.split(' ', 1)[0] : undefined;
}

/** Turns what a property or method gives into what expectations are compared with: directories to paths, providers to short names. */
export function present(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(present);
  if (given instanceof Directory) return given.path;
  if (given instanceof DirectoryChain) return directoriesOf(given);
  if (isProviderChain(given)) return providersOf(given);
  if (isItem(given)) return itemFacts(given);
  return shortName(given) ?? given;
}

interface Named {
  readonly name: string;
}

interface Providers {
  readonly providers: readonly Named[];
  readonly concat: string;
  readonly anyCacheable: boolean;
}

function providersOf({ providers, concat, anyCacheable }: Providers): Joined {
  const names = providers.map(({ name }) => name);
  return new Joined(names, { providers: names, concat, providerConcat: concat, anyCachable: anyCacheable });
}

/** Short name of a provider or cacher, class or instance; `undefined` for anything else. */
function shortName(given: unknown): string | undefined {
  const found = Object.entries(namedClasses).find(([, each]) => given === each || given instanceof each);
  return found?.[0];
}

function isProviderChain(given: unknown): given is Providers {
  return typeof given === 'object' && given !== null && 'providers' in given && 'anyCacheable' in given;
}

function isItem(given: unknown): given is DirectoryItem {
  return typeof given === 'object' && given !== null && 'nonExistent' in given && 'directory' in given;
}
