import { isDeepStrictEqual } from 'node:util';
import { mask, printable } from '../../base/printable';
import { isSecretName, showValue } from '../../explain/shown-value';
import {
  type Config,
  type ConfigValue,
  Directory,
  DynamoCacher,
  type EntryWrite,
  isConfigError,
  type ReachablePlace,
  type RemoveOptions,
  type StoredEntry,
  type WriteOutcome,
  xconSettings,
} from '../../index';
import { errorText } from '../error-text';
import { type OpenEntry } from './entry-place';

/** What is to be written, or that the entry is to be removed. */
export type Change =
  | {
      readonly kind: 'write';
      readonly entry: OpenEntry;
      readonly write: EntryWrite;
      /** Whether the value is not to be shown, because it was typed unseen or read from elsewhere. Default: only a secret is not. */
      readonly isHidden?: boolean;
    }
  | { readonly kind: 'remove'; readonly entry: OpenEntry; readonly options: RemoveOptions };

/** A change as it may be shown: no value of a secret is in it. */
export interface ShownChange {
  readonly action: 'create' | 'update' | 'restore' | 'remove' | 'unchanged';
  readonly provider: string;
  readonly directory: string;
  /** Name as it is stored. */
  readonly name: string;
  readonly exactName: string;
  readonly masked: boolean;
  /** The value that is there; `undefined`: none, or it may not be read. */
  readonly before: string | undefined;
  /** The value that will be there; `undefined`: none. */
  readonly after: string | undefined;
  /** What it means to lookups, in sentences. */
  readonly effects: readonly string[];
}

/** How a change ended. */
export interface DoneChange extends ShownChange {
  /** Version that was written; `undefined` where the source has none, and for removals. */
  readonly version: string | undefined;
  /** Until when the entry can be restored, ISO 8601; `undefined`: it cannot. */
  readonly recoverableUntil: string | undefined;
}

/** Whether a change leaves everything as it is. */
export function isUnchanged(change: Change): boolean {
  if (change.kind === 'remove') return change.entry.stored === undefined;
  const { entry, write } = change;
  const { stored } = entry;
  if (stored === undefined || stored.deletionAtMs !== undefined || !isSame(stored.value, write.value)) return false;
  const facts = ['type', 'tier', 'keyId', 'description'] as const;
  return facts.every((fact) => write[fact] === undefined || write[fact] === stored[fact]);
}

/** Gives a change as it may be shown. */
export function showChange(change: Change): ShownChange {
  const { entry } = change;
  const { address, exactName, provider, stored } = entry;
  const masked = isMasked(change);
  const shown = (value: ConfigValue | undefined): string | undefined =>
    value === undefined ? undefined : masked ? mask : showValue(value);
  return {
    action: actionOf(change),
    provider: provider.cacheName,
    directory: address.directory.path,
    name: address.name,
    exactName,
    masked,
    before: shown(stored?.value),
    after: change.kind === 'write' ? shown(change.write.value) : undefined,
    effects: effectsOf(change),
  };
}

/** How an empty text is shown. */
const empty = '(an empty text)';

/** Gives the lines that show a change before it is made. */
export function changeLines({ action, after, before, effects, exactName, provider }: ShownChange): readonly string[] {
  const verbs = { create: 'creates', update: 'changes', restore: 'restores', remove: 'removes', unchanged: 'leaves' };
  const now = before ?? (action === 'create' || action === 'restore' ? undefined : '(cannot be read)');
  return [
    `${verbs[action]} ${exactName} in ${provider}`,
    ...(now === undefined ? [] : [`  now:  ${now === '' ? empty : now}`]),
    ...(after === undefined || action === 'unchanged' ? [] : [`  then: ${after === '' ? empty : after}`]),
    ...effects.map((each) => `  ${each}`),
  ];
}

/** Gives what a command prints of what it has done. */
export function doneText({ action, exactName, provider, recoverableUntil, version }: DoneChange): string {
  const verbs = {
    create: 'created',
    update: 'changed',
    restore: 'restored',
    remove: 'removed',
    unchanged: 'unchanged:',
  };
  const more = version === undefined ? '' : `, version ${version}`;
  const until = recoverableUntil === undefined ? '' : `; it can be restored until ${recoverableUntil}`;
  return `${printable(`${verbs[action]} ${exactName} in ${provider}${more}${until}`)}\n`;
}

/** Gives what `--json` prints of what was done. */
export function doneJson(done: DoneChange): Readonly<Record<string, unknown>> {
  const { action, provider, directory, name, exactName, masked, before, after, effects, version, recoverableUntil } =
    done;
  return { action, provider, directory, name, exactName, masked, before, after, effects, version, recoverableUntil };
}

/** Makes a change. What was sent is never aborted. @throws WriteError */
export async function makeChange(change: Change): Promise<DoneChange> {
  const shown = showChange(change);
  const { address, writer, stored } = change.entry;
  if (change.kind === 'remove') {
    const { recoverableUntilMs } = await writer.remove(address, { ...change.options, expected: stored });
    const recoverableUntil = recoverableUntilMs === undefined ? undefined : new Date(recoverableUntilMs).toISOString();
    return { ...shown, version: undefined, recoverableUntil };
  }
  const expected = stored === undefined || stored.deletionAtMs !== undefined ? undefined : stored;
  const outcome: WriteOutcome = await writer.write(address, {
    ...change.write,
    expected: stored === undefined ? 'absent' : expected,
  });
  return { ...shown, version: outcome.version, recoverableUntil: undefined };
}

/**
 * Drops the rows of the cache table that hold some names, where the service has a partition of its own, and says when lookups get
 * what was written.
 *
 * @param changed - What was written or removed.
 * @returns Sentences.
 */
export async function takeEffect(config: Config, changed: readonly ShownChange[]): Promise<readonly string[]> {
  const { cacheTtlSeconds, internalCacheExpirationMinutes: minutes } = xconSettings;
  const cacher = config.resolvedCacher;
  const problem = cacher instanceof DynamoCacher ? await dropRows(cacher, config, changed) : undefined;
  const shared = changed.some(({ directory }) => isShared(Directory.literal(directory)));
  const hours = Math.ceil(cacheTtlSeconds / 3600);
  return [
    `Processes that start from now on read it; running ones within ${minutes} minutes, or at once where they watch for changes.`,
    ...(problem === undefined ? [] : [problem]),
    ...(cacher === null ? [`Cached rows were left alone: where they are used, it takes up to ${hours} hours.`] : []),
    ...(shared
      ? [
          `Other services and environments that look there read it when their cached rows expire, in at most ${hours} hours, or at once ` +
            'where the handler of changes follows the source.',
        ]
      : []),
    ...(changed.some(({ action, provider }) => action === 'create' && provider.startsWith('secrets'))
      ? ['Secrets Manager may list a new secret up to 5 minutes later; until then lookups do not find it.']
      : []),
  ];
}

/** @returns What went wrong; `undefined`: nothing. */
async function dropRows(
  cacher: DynamoCacher,
  config: Config,
  changed: readonly ShownChange[],
): Promise<string | undefined> {
  const { resolvedEnvironment, resolvedService } = config;
  try {
    for (const { directory, name } of changed) {
      const partitions = new Set(resolvedService === 'global' ? [] : [`/${resolvedService}/${resolvedEnvironment}`]);
      if (!isShared(Directory.literal(directory))) partitions.add(directory);
      for (const environ of partitions) await cacher.clear({ environ, name });
    }
    return undefined;
  } catch (error) {
    if (!isConfigError(error)) throw error;
    const isAbsent = /ResourceNotFoundException/.test(error.message);
    return isAbsent ? undefined : `Cached rows were not dropped: ${errorText(error)}`;
  }
}

/** Whether more than one service and environment looks in a directory. */
function isShared({ service, env, isExport }: Directory): boolean {
  return service === 'global' || env === undefined || env === 'all' || isExport;
}

function actionOf(change: Change): ShownChange['action'] {
  const { stored } = change.entry;
  if (isUnchanged(change)) return 'unchanged';
  if (change.kind === 'remove') return 'remove';
  if (stored === undefined) return 'create';
  return stored.deletionAtMs === undefined ? 'update' : 'restore';
}

function isMasked(change: Change): boolean {
  const { address, provider, stored } = change.entry;
  const isSecret = change.kind === 'write' && (change.write.secret === true || change.isHidden === true);
  return isSecret || stored?.secret === true || provider.holdsOnlySecrets || isSecretName(address.name);
}

function effectsOf(change: Change): readonly string[] {
  const { reach, stored } = change.entry;
  if (isUnchanged(change)) return [];
  if (!reach.isRead) return ['Lookups here do not come to this place.'];
  const { above, below, unread } = reach;
  if (above !== undefined) return [`Has no effect here: ${placeText(above)} comes before it.`];
  const mayBe = unread.map(
    ({ provider, directory = '' }) => `May be in ${provider} ${directory}, which cannot be read.`,
  );
  if (change.kind === 'remove') {
    const next = below === undefined ? 'Nothing is found then.' : `Then visible: ${placeText(below)}.`;
    return [next, ...(below === undefined ? mayBe : [])];
  }
  if (stored !== undefined || below === undefined) return [];
  return [`Hides ${placeText(below)}.`];
}

function placeText({ directory, provider, value }: ReachablePlace): string {
  const where = directory === undefined ? provider : `${provider} ${directory}`;
  return value === undefined ? where : `${value} (${where})`;
}

function isSame(one: StoredEntry['value'], other: ConfigValue): boolean {
  if (one === undefined) return false;
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other) === 0;
  return typeof one === typeof other && isDeepStrictEqual(one, other);
}
