import { isInstance } from '../base/describe-error';
import { type Config } from '../config/config';
import { isSecretName } from '../explain/shown-value';
import { ConfigNotFoundError, describePlaces, ProviderError, type SearchedPlace } from '../errors';
import { DirectoryItem } from '../item/directory-item';
import { Secret } from '../item/secret';
import { type ConfigValue } from '../item/value';
import { type Declaration } from './declaration';
import { type IssueDescriptions } from './issues';
import { foundValue } from './found-value';
import { missingFix } from './missing-fix';
import { readValue } from './read-value';
import { problemWith, type SettingsProblem } from './problems';
import { SettingsValidationError } from './settings-validation-error';
import { describeOrigin, isLocal, misplacement, originOf } from './value-origin';

/** A declared setting that could be loaded. */
export interface LoadedSetting {
  readonly declaration: Declaration;
  /** Where the value came from; one that is `nonExistent` when it is the declared default, or missing. */
  readonly item: DirectoryItem;
  /** The value as it was found, before any schema: tells whether it has changed. */
  readonly found: Secret<ConfigValue | undefined>;
  /** What the settings have: plain, or a `Secret`. */
  readonly value: unknown;
}

/** With what settings are loaded. */
export interface LoadOptions {
  /** Config to ask. */
  readonly config: Config;
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** Gives the item to use in place of one that was found; for secrets that were read again since. */
  readonly newest: (declaration: Declaration, item: DirectoryItem) => DirectoryItem;
  /** What was said of values that were refused before; absent: nothing is kept. */
  readonly descriptions?: IssueDescriptions | undefined;
}

/**
 * Looks up declared settings, all at once, and checks them.
 *
 * @throws SettingsValidationError with every problem there is; the reason of the signal.
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
  const asked = { signal, secretId, parameterId };
  try {
    const item = await config.getItem(name, asked);
    const loaded = await loadFrom(declaration, item.nonExistent ? item : newest(declaration, item), options);
    if (!item.nonExistent || 'value' in loaded) return loaded;
    // Only a setting that must be is worth asking the sources for once more.
    const required = await config.requireItem(name, asked);
    return await loadFrom(declaration, newest(declaration, required), options);
  } catch (error) {
    if (isInstance(error, ProviderError)) {
      const id = nameOfId(declaration);
      const note = id === undefined ? '' : ` (asked for ${id})`;
      return problemWith(declaration, 'failed', `${error.message}${note}`, { cause: error });
    }
    if (!isInstance(error, ConfigNotFoundError)) throw error;
    return loadFrom(declaration, DirectoryItem.nonExistent(name), options, error.places);
  }
}

/**
 * Makes a loaded setting of an item, or says what is wrong with it.
 *
 * @param places - Where it was looked for, when there is none.
 */
export async function loadFrom(
  declaration: Declaration,
  item: DirectoryItem,
  { config, descriptions }: Pick<LoadOptions, 'config' | 'descriptions'>,
  places: readonly SearchedPlace[] = [],
): Promise<LoadedSetting | SettingsProblem> {
  if (!item.nonExistent) {
    const misplaced = misplacement(declaration, item, config);
    if (misplaced !== undefined) {
      const facts = { origin: originOf(item), fix: missingFix(declaration, config) };
      return problemWith(declaration, 'misplaced', `${describeOrigin(item)}, and ${misplaced}`, facts);
    }
  }
  const picked = foundValue(declaration, item, isLocal(item, config));
  if ('wrong' in picked) return invalid(declaration, item, picked.wrong);
  const { found } = picked;
  const loaded = (value: unknown): LoadedSetting => ({ declaration, item, found: new Secret(found), value });
  if (found === undefined && declaration.default !== undefined) return loaded(declaration.default);
  if (found === undefined && declaration.optional) return loaded(undefined);
  const describe = descriptions?.of(declaration.key);
  const outcome = await readValue(declaration.schema, found, isHidden(declaration, item), describe);
  if ('value' in outcome) return loaded(declaration.kind === 'secret' ? new Secret(outcome.value) : outcome.value);
  if (found === undefined) return missing(declaration, item, missingFix(declaration, config), places);
  return invalid(declaration, item, outcome.wrong);
}

/** Whether a value is a secret, by its declaration, by its source, or by what it is called. */
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
    const message = `what is there counts as missing (${describeOrigin(item)})`;
    return problemWith(declaration, 'missing', message, { origin: originOf(item), fix });
  }
  const id = nameOfId(declaration);
  const looked =
    places.length === 0 ? '' : `; looked${id === undefined ? '' : ` for ${id}`} in ${describePlaces(places)}`;
  const isKnown = places.some(({ outcome }) => outcome === 'known to be missing');
  const note = isKnown ? '; config.refresh({ pastCache: true }) looks past the cache table' : '';
  const check = id === undefined ? '' : '; check the id';
  return problemWith(declaration, 'missing', `missing${looked}${note}${check}`, { places, fix });
}

/** Says what is read in place of the directories; `undefined` where they are looked in. */
function nameOfId({ secretId, parameterId }: Declaration): string | undefined {
  if (secretId !== undefined) return `the secret "${secretId}"`;
  return parameterId === undefined ? undefined : `the parameter "${parameterId}"`;
}
