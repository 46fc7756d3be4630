import { eachOf } from '../../aws/batches';
import { isSecretName } from '../../explain/shown-value';
import { type ConfigValue, type EntryWrite, isConfigError } from '../../index';
import { errorText } from '../error-text';
import { UsageError } from '../exit-codes';
import { valueText } from '../value-text';
import { type Change, type DoneChange, makeChange, showChange, type ShownChange } from './changes';
import { type EntryOpener, type OpenEntry } from './entry-place';

/** How many entries are read, or written, at the same time; writers keep to the rates of their services. */
const atOnce = 4;

/** Which settings of a file are written, and where. */
export interface ImportTerms {
  readonly in?: string;
  readonly to?: string;
  /** Names of settings to encrypt. */
  readonly secret?: readonly string[];
  /** Names of settings that are no secrets. */
  readonly plain?: readonly string[];
}

/** What became of one setting of the file. */
export interface ImportedEntry extends ShownChange, Partial<Pick<DoneChange, 'version'>> {
  readonly outcome: 'written' | 'failed' | 'not written' | 'unchanged';
  /** Why it was not written, without its value; absent: it was, or the command was stopped before. */
  readonly problem?: string;
}

/**
 * Plans the import of settings: what is there is read, and nothing written.
 *
 * @throws UsageError for a name that the options name and the file does not have, WriteError, ProviderError.
 */
export async function planImport(
  opener: EntryOpener,
  settings: ReadonlyMap<string, unknown>,
  terms: ImportTerms,
): Promise<readonly Change[]> {
  const given = [...settings];
  const has = (name: string): boolean => given.some(([each]) => each.toLowerCase() === name.toLowerCase());
  const unknown = [...(terms.secret ?? []), ...(terms.plain ?? [])].find((name) => !has(name));
  if (unknown !== undefined) throw new UsageError(`There is no setting ${unknown} in the file.`);
  const planned = new Map<string, Change>();
  await eachOf(given, atOnce, async ([name, value]) => {
    const place = { name, directory: terms.in, source: terms.to };
    const entry = await opener.open(place);
    planned.set(name, { kind: 'write', entry, write: writeOf(entry, name, value, terms) });
  });
  return given.flatMap(([name]) => planned.get(name) ?? []);
}

/**
 * Makes changes, each by itself: one that fails does not stop the others. When the signal is aborted, what has begun is ended and
 * nothing more begun.
 *
 * @param onProgress - Gets how many have ended.
 */
export async function runImport(
  changes: readonly Change[],
  signal: AbortSignal,
  onProgress: (count: number) => void,
): Promise<readonly ImportedEntry[]> {
  const outcomes = new Map<Change, ImportedEntry>();
  await eachOf(changes, atOnce, async (change) => {
    if (signal.aborted) return;
    outcomes.set(change, await outcomeOf(change));
    onProgress(outcomes.size);
  });
  return changes.map((change) => outcomes.get(change) ?? { ...showChange(change), outcome: 'not written' });
}

async function outcomeOf(change: Change): Promise<ImportedEntry> {
  try {
    return { ...(await makeChange(change)), outcome: 'written' };
  } catch (error) {
    if (!isConfigError(error)) throw error;
    return { ...showChange(change), outcome: 'failed', problem: errorText(error) };
  }
}

function writeOf(entry: OpenEntry, name: string, given: unknown, { secret = [], plain = [] }: ImportTerms): EntryWrite {
  const isIn = (names: readonly string[]): boolean => names.some((each) => each.toLowerCase() === name.toLowerCase());
  const { provider, stored } = entry;
  const isRow = provider.name === 'dynamo';
  const looksSecret = stored === undefined && !isRow && isSecretName(name) && !isIn(plain);
  const value = given as ConfigValue;
  return {
    value: isRow ? value : value instanceof Uint8Array && provider.holdsOnlySecrets ? value : valueText(value),
    ...((isIn(secret) || looksSecret) && { secret: true }),
  };
}
