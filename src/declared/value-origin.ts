import { type DirectoryItem } from '../item/directory-item';
import { xconSettings } from '../settings/xcon-settings';
import { type Config } from '../config/config';
import { type Declaration } from './declaration';
import { type ValueOrigin } from './problems';

/** What an item of this process comes from: neither has a place that a declaration could rule out. */
const ownSources = ['override', 'default'];

/** Says where a value came from, for data. */
export function originOf(item: DirectoryItem): ValueOrigin {
  const { directory, provider = '' } = item;
  return hasDirectory(item) ? { source: provider, directory: directory.path } : { source: provider };
}

/** Says where a value came from, in words. */
export function describeOrigin(item: DirectoryItem): string {
  const { source, directory } = originOf(item);
  const place = directory === undefined ? `from ${source}` : `from ${source} in ${directory}`;
  return `${place}${item.viaCacher ? ', by way of the cache table' : ''}${item.stale ? ', stale' : ''}`;
}

/** Whether a value comes from this process: an override, a default, a variable. */
export function isLocal(item: DirectoryItem, config: Config): boolean {
  const { provider } = item;
  return isOwn(item) || config.providerChain.leading.some(({ name }) => name === provider);
}

/**
 * Says why a value may not come from where it does.
 *
 * Overrides and defaults may always be used; environment variables too, where nothing else is asked (`onlyEnvProvider`).
 *
 * @returns `undefined` when it may.
 */
export function misplacement(
  { sources, directories }: Declaration,
  item: DirectoryItem,
  config: Config,
): string | undefined {
  if (isOwn(item)) return undefined;
  if (sources !== undefined && !sources.includes(item.provider ?? '') && !xconSettings.onlyEnvProvider) {
    return `may come from ${listed(sources)} only`;
  }
  if (directories === undefined || !hasDirectory(item)) return undefined;
  const variables = { service: config.resolvedService, environment: config.resolvedEnvironment };
  const paths = directories.map((each) => each.resolve(variables).path);
  return paths.includes(item.directory.path) ? undefined : `may be in ${listed(paths)} only`;
}

function isOwn({ provider }: DirectoryItem): boolean {
  return ownSources.includes(provider ?? '');
}

/** Paths that begin with an underscore stand for what has no directory. */
function hasDirectory({ directory }: DirectoryItem): boolean {
  return !directory.path.startsWith('/_');
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nowhere' : names.join(' or ');
}
