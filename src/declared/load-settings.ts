import { type Config } from '../config/config';
import { isSecretName } from '../config/explanation';
import { ConfigNotFoundError, describePlaces, ProviderError } from '../errors';
import { type DirectoryItem } from '../item/directory-item';
import { Secret } from '../item/secret';
import { type ConfigValue } from '../item/value';
import { type Declaration } from './declaration';
import { foundValue } from './found-value';
import { missingFix } from './missing-fix';
import { readValue } from './read-value';
import { problemWith, type SettingsProblem } from './settings-problem';
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
  try {
    const { name, secretId } = declaration;
    const { config, newest, signal } = options;
    const item = newest(declaration, await config.getItem(name, { signal, secretId }));
    return await loadFrom(declaration, item, options);
  } catch (error) {
    if (error instanceof ProviderError) return problemWith(declaration, 'failed', error.message, { cause: error });
    throw error;
  }
}

/** Makes a loaded setting of an item, or says what is wrong with it. */
export async function loadFrom(
  declaration: Declaration,
  item: DirectoryItem,
  options: LoadOptions,
): Promise<LoadedSetting | SettingsProblem> {
  const { config } = options;
  if (!item.nonExistent) {
    const misplaced = misplacement(declaration, item, config);
    if (misplaced !== undefined)
      return wrongAt(declaration, item, 'misplaced', misplaced, missingFix(declaration, config));
  }
  const picked = foundValue(declaration, item, isLocal(item, config));
  if ('wrong' in picked) return wrongAt(declaration, item, 'invalid', picked.wrong);
  const { found } = picked;
  const loaded = (value: unknown): LoadedSetting => ({ declaration, item, found: new Secret(found), value });
  if (found === undefined && declaration.default !== undefined) return loaded(declaration.default);
  if (found === undefined && declaration.optional) return loaded(undefined);
  const outcome = await readValue(declaration.schema, found, isHidden(declaration, item));
  if ('value' in outcome) return loaded(declaration.kind === 'secret' ? new Secret(outcome.value) : outcome.value);
  if (found === undefined) return missing(declaration, item, options);
  return wrongAt(declaration, item, 'invalid', outcome.wrong);
}

/** Whether a value is a secret, by its declaration, by its source, or by what it is called. */
function isHidden({ kind, name }: Declaration, item: DirectoryItem): boolean {
  return kind === 'secret' || item.secret || isSecretName(name);
}

function wrongAt(
  declaration: Declaration,
  item: DirectoryItem,
  reason: 'invalid' | 'misplaced',
  wrong: string,
  fix?: string,
): SettingsProblem {
  return problemWith(declaration, reason, `${wrong} (${describeOrigin(item)})`, { origin: originOf(item), fix });
}

async function missing(
  declaration: Declaration,
  item: DirectoryItem,
  { config, signal }: LoadOptions,
): Promise<SettingsProblem> {
  const fix = missingFix(declaration, config);
  if (!item.nonExistent) {
    const message = `what is there counts as missing (${describeOrigin(item)})`;
    return problemWith(declaration, 'missing', message, { origin: originOf(item), fix });
  }
  const places = await searched(declaration, config, signal);
  const known = places.some(({ outcome }) => outcome === 'known to be missing');
  const note = known ? '; what is new there is seen after config.refresh({ pastCache: true })' : '';
  const id = declaration.secretId === undefined ? '' : ` for the secret "${declaration.secretId}"`;
  const message = `missing; looked${id} in ${describePlaces(places)}${note}`;
  return problemWith(declaration, 'missing', message, { places, fix });
}

/** Gives every place that a missing name was looked for in; memory answers. */
async function searched({ name, secretId }: Declaration, config: Config, signal: AbortSignal | undefined) {
  const error = await config.require(name, { signal, secretId }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ConfigNotFoundError) return error.places;
  // It has come into being meanwhile, or cannot be read any more: the next load tells.
  signal?.throwIfAborted();
  return [];
}
