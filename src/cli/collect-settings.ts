import { isSecretName, maskCredentials } from '../explain/shown-value';
import { type Config, type ConfigValue, type DirectoryItem, type ReachableName, type SearchedPlace } from '../index';
import { type CommandContext } from './context';
import { onCommandLine } from './error-text';
import { CommandError, UsageError } from './exit-codes';
import { type LookupTarget } from './lookup-session';
import { valueText } from './value-text';

/** Which settings are collected. */
export interface Selection {
  /** These names, and no other; each must have a value. Absent: every name. */
  readonly only?: readonly string[] | undefined;
  /** All but these names. */
  readonly except?: readonly string[] | undefined;
}

/** A setting, as the sources have it. */
export interface CollectedSetting {
  /** As it was asked for, or else as it is stored. */
  readonly name: string;
  readonly item: DirectoryItem;
  /** Whether its value is a secret, by its source, its name or what it holds. */
  readonly secret: boolean;
}

/** The settings of a service. */
export interface CollectedSettings {
  readonly settings: readonly CollectedSetting[];
  /** Whether settings may be missing, because a place cannot be listed; that has been reported. */
  readonly isPartial: boolean;
}

/** The names that are set at more than the variables of this process, which belong to no service. */
export function ownNames({ names }: { readonly names: readonly ReachableName[] }): readonly ReachableName[] {
  return names.filter(({ places }) => places.some(({ provider }) => provider !== 'env'));
}

/** Whether a value is masked wherever it comes from: the name is like that of a secret, or there are credentials in it. */
export function isSecret(name: string, value: ConfigValue): boolean {
  const text = valueText(value);
  return isSecretName(name) || maskCredentials(text) !== text;
}

/**
 * Reads the settings of a service, secrets included; variables of this process do not count unless the target has some.
 *
 * @throws ConfigNotFoundError for a name of `only` without a value; CommandError for one that is listed and may not be read, and where
 * nothing can be listed; UsageError for a name in both lists, or what is no name.
 */
export async function collectSettings(
  context: CommandContext,
  { only, except = [] }: Selection,
  target: LookupTarget = {},
): Promise<CollectedSettings> {
  const { signal } = context;
  const left = new Set(except.map((each) => each.toLowerCase()));
  const both = only?.find((each) => left.has(each.toLowerCase()));
  if (both !== undefined) throw new UsageError(`${both} is in --only and in --except.`);
  (await context.session()).checkNames(only ?? []);
  return context.at({ variables: null, ...target }, async (config) => {
    const listed = only === undefined ? await listedNames(context, config) : { names: only, isPartial: false };
    const names = listed.names.filter((each) => !left.has(each.toLowerCase()));
    const read = (name: string): Promise<DirectoryItem> =>
      only === undefined ? config.getItem(name, { signal }) : config.requireItem(name, { signal });
    const items = await context.progress(`Reading ${names.length} settings`, () =>
      Promise.all(names.map(async (name) => ({ name, item: await read(name) }))),
    );
    const unread = items.filter(({ item }) => item.nonExistent).map(({ name }) => name);
    if (unread.length > 0)
      throw new CommandError(`${unread.join(', ')}: listed, and may not be read. ${hint}`, 'failed');
    const settings = items.map(({ name, item }) => ({ name, item, secret: item.secret || isSecret(name, item.value) }));
    return { settings, isPartial: listed.isPartial };
  });
}

/** Reports places that cannot be listed: names may be missing. */
export function reportRefusals(context: CommandContext, refusals: readonly SearchedPlace[]): void {
  if (refusals.length === 0) return;
  const places = refusals.map(({ provider, directory = '' }) => `${provider} ${directory}`.trim());
  context.informOnce(`xcon: names may be missing: ${places.join(', ')} cannot be listed.`);
  for (const remedy of new Set(refusals.flatMap((each) => each.remedy ?? [])))
    context.informOnce(`  To list more, ${onCommandLine(remedy)}.`);
}

async function listedNames(
  context: CommandContext,
  config: Config,
): Promise<{ readonly names: readonly string[]; readonly isPartial: boolean }> {
  const { names: all, refusals } = await config.names({ signal: context.signal });
  reportRefusals(context, refusals);
  const names = ownNames({ names: all }).map(({ name }) => name);
  if (names.length === 0 && refusals.length > 0) throw new CommandError('No settings can be listed.', 'failed');
  return { names, isPartial: refusals.length > 0 };
}

const hint = 'xcon explain says what to grant; --except leaves a name out.';
