import { isInstance } from '../base/describe-error';
import { type Config } from '../config/config';
import { ConfigNotFoundError, describePlaces, ProviderError, type SearchedPlace } from '../errors';
import { isSecretName } from '../explain/shown-value';
import { DirectoryItem } from '../item/directory-item';
import { Secret } from '../item/secret';
import { type ConfigValue } from '../item/value';
import { xconSettings } from '../settings/xcon-settings';
import { commandToSet } from './commands';
import { allowedPaths, type Declaration } from './declaration';
import { type IssueDescriptions } from './issues';
import { problemWith, type SettingsProblem, SettingsValidationError, type ValueOrigin } from './problems';
import { pickValue, readValue } from './read-value';

/** A declared setting that was loaded. */
export interface LoadedSetting {
  readonly declaration: Declaration;
  /** Origin of the value; `nonExistent` when it is the declared default, or missing. */
  readonly item: DirectoryItem;
  /** The value as it was found, before any schema: loads are compared by it. */
  readonly found: Secret<ConfigValue | undefined>;
  /** The value in the settings: plain, or a `Secret`. */
  readonly value: unknown;
}

/** How settings are loaded. */
export interface LoadOptions {
  /** Config for the lookups. */
  readonly config: Config;
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** Gives the item to use instead of a found one: secrets may have been read again since. */
  readonly newest: (declaration: Declaration, item: DirectoryItem) => DirectoryItem;
  /** Descriptions of values that were refused before; absent: none are kept. */
  readonly descriptions?: IssueDescriptions | undefined;
}

/**
 * Looks up declared settings, all at once, and checks them.
 *
 * @throws SettingsValidationError with every problem; the reason of the signal.
 */
export async function loadSettings(
  declarations: readonly Declaration[],
  options: LoadOptions,
): Promise<readonly LoadedSetting[]> {
  const outcomes = await Promise.all(declarations.map((each) => loadSetting(each, options)));
  const problems = outcomes.filter((each) => 'reason' in each);
  if (problems.length > 0) throw new SettingsValidationError(problems, declarations.length);
  return outcomes.filter((each) => 'value' in each);
}

async function loadSetting(declaration: Declaration, options: LoadOptions): Promise<LoadedSetting | SettingsProblem> {
  const { name, secretId, parameterId } = declaration;
  const { config, newest, signal } = options;
  const lookupOptions = { signal, secretId, parameterId };
  try {
    const item = await config.getItem(name, lookupOptions);
    const loaded = await loadFrom(declaration, item.nonExistent ? item : newest(declaration, item), options);
    if (!item.nonExistent || 'value' in loaded) return loaded;
    // Only required settings are looked up at the sources once more.
    const required = await config.requireItem(name, lookupOptions);
    return await loadFrom(declaration, newest(declaration, required), options);
  } catch (error) {
    if (isInstance(error, ProviderError)) {
      const id = nameOfId(declaration);
      const note = id === undefined ? '' : ` (while reading ${id})`;
      return problemWith(declaration, 'failed', `${error.message}${note}`, { cause: error });
    }
    if (!isInstance(error, ConfigNotFoundError)) throw error;
    return loadFrom(declaration, DirectoryItem.nonExistent(name), options, error.places);
  }
}

/**
 * Makes a loaded setting of an item, or the problem with it.
 *
 * @param places - Places that were searched, when there is no item.
 */
export async function loadFrom(
  declaration: Declaration,
  item: DirectoryItem,
  { config, descriptions }: Pick<LoadOptions, 'config' | 'descriptions'>,
  places: readonly SearchedPlace[] = [],
): Promise<LoadedSetting | SettingsProblem> {
  const misplaced = item.nonExistent ? undefined : misplacement(declaration, item, config);
  if (misplaced !== undefined) {
    const details = { origin: originOf(item), fix: await commandToSet(declaration, config) };
    return problemWith(declaration, 'misplaced', `${describeOrigin(item)}, and ${misplaced}`, details);
  }
  const picked = pickValue(declaration, item, isLocal(item, config));
  if ('wrong' in picked) return invalid(declaration, item, picked.wrong);
  const { found } = picked;
  const loaded = (value: unknown): LoadedSetting => ({ declaration, item, found: new Secret(found), value });
  if (found === undefined && declaration.default !== undefined) return loaded(declaration.default);
  if (found === undefined && declaration.optional) return loaded(undefined);
  const describe = descriptions?.of(declaration.key);
  const outcome = await readValue(declaration.schema, found, isHidden(declaration, item), describe);
  if ('value' in outcome) return loaded(declaration.kind === 'secret' ? new Secret(outcome.value) : outcome.value);
  if (found === undefined) return missing(declaration, item, await commandToSet(declaration, config), places);
  return invalid(declaration, item, outcome.wrong);
}

/** Whether a value comes from this process: an override, a default, a variable. */
export function isLocal(item: DirectoryItem, config: Config): boolean {
  const { provider } = item;
  return isOwn(item) || config.providerChain.leading.some(({ name }) => name === provider);
}

/** Whether a value counts as a secret, by its declaration, its source, or its name. */
function isHidden({ kind, name }: Declaration, item: DirectoryItem): boolean {
  return kind === 'secret' || item.secret || isSecretName(name);
}

function invalid(declaration: Declaration, item: DirectoryItem, wrong: string): SettingsProblem {
  return problemWith(declaration, 'invalid', `${wrong} (${describeOrigin(item)})`, { origin: originOf(item) });
}

function missing(
  declaration: Declaration,
  item: DirectoryItem,
  fix: string | undefined,
  places: readonly SearchedPlace[],
): SettingsProblem {
  if (!item.nonExistent) {
    const message = `the value counts as missing (${describeOrigin(item)})`;
    return problemWith(declaration, 'missing', message, { origin: originOf(item), fix });
  }
  const id = nameOfId(declaration);
  const looked =
    places.length === 0 ? '' : `; looked${id === undefined ? '' : ` for ${id}`} in ${describePlaces(places)}`;
  const isKnown = places.some(({ outcome }) => outcome === 'known to be missing');
  const note = isKnown ? '; config.refresh({ pastCache: true }) ignores the cache table' : '';
  const check = id === undefined ? '' : '; check the id';
  return problemWith(declaration, 'missing', `missing${looked}${note}${check}`, { places, fix });
}

/** Describes what is read instead of the directories; `undefined` for a setting that is looked up in them. */
function nameOfId({ secretId, parameterId }: Declaration): string | undefined {
  if (secretId !== undefined) return `the secret "${secretId}"`;
  return parameterId === undefined ? undefined : `the parameter "${parameterId}"`;
}

/** Gives the origin of a value, as data. */
function originOf(item: DirectoryItem): ValueOrigin {
  const { directory, provider = '' } = item;
  return hasDirectory(item) ? { source: provider, directory: directory.path } : { source: provider };
}

/** Gives the origin of a value, in words. */
function describeOrigin(item: DirectoryItem): string {
  const { source, directory } = originOf(item);
  const place = directory === undefined ? `from ${source}` : `from ${source} in ${directory}`;
  return `${place}${item.viaCacher ? ', by way of the cache table' : ''}${item.stale ? ', stale' : ''}`;
}

/**
 * Describes the places that a value may come from, when it comes from another.
 *
 * Overrides and defaults are always allowed, and with `onlyEnvProvider` environment variables.
 *
 * @returns `undefined` when its place is allowed.
 */
function misplacement(declaration: Declaration, item: DirectoryItem, config: Config): string | undefined {
  if (isOwn(item)) return undefined;
  const { sources } = declaration;
  if (sources !== undefined && !sources.includes(item.provider ?? '') && !xconSettings.onlyEnvProvider) {
    return `may come from ${listed(sources)} only`;
  }
  const paths = allowedPaths(declaration, config);
  if (paths === undefined || !hasDirectory(item) || paths.includes(item.directory.path)) return undefined;
  return `may be in ${listed(paths)} only`;
}

/** Whether an item is an override or a default: no declaration excludes those. */
function isOwn({ provider }: DirectoryItem): boolean {
  return provider === 'override' || provider === 'default';
}

/** Paths that begin with an underscore mark items that are in no directory. */
function hasDirectory({ directory }: DirectoryItem): boolean {
  return !directory.path.startsWith('/_');
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nowhere' : names.join(' or ');
}
