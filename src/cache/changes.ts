import { keySeparator } from '../aws/table-names';
import { sha256 } from '../base/digest';
import { type AnswerRow, type GenerationRow, nowhere, plainKeyOf, type SourceChange } from './rows';

/** The part of a row that decides which changes affect it. */
export interface TracedRow {
  /** Sort key. */
  readonly nameKey: string;
  /** Name of the setting, lower-cased. */
  readonly name: string;
  /** Directory of the answer; `/_nonExistent` when the name is missing. */
  readonly directory: string;
  /** Directories of the chain, joined by `|`, and anything after a separator; absent: `chainHash` identifies the chain. */
  readonly chain?: string;
  /** SHA-256 of the chain, hex. */
  readonly chainHash?: string;
}

/**
 * Gives the directories of the chain that a row answers for, in order.
 *
 * Rows that only this library reads have just a hash of their chain: the chain is the part of the sort key with that hash.
 *
 * @returns `undefined` for a row whose sort key does not contain its chain.
 */
export function chainDirectories({ chain: known, chainHash, nameKey }: TracedRow): readonly string[] | undefined {
  const chain = known ?? hiddenChain(plainKeyOf(nameKey), chainHash ?? '');
  return chain?.split(keySeparator, 1)[0]?.split('|');
}

/**
 * Whether a change may affect the answer of a row: a change of its name, in a directory of its chain at or above the one where the answer
 * was found.
 */
export function mayTouch(change: SourceChange, row: TracedRow): boolean {
  if (change.name !== undefined && change.name !== row.name) return false;
  if (change.directory === undefined) return true;
  const directories = chainDirectories(row);
  if (directories === undefined) return true;
  const changed = directories.indexOf(change.directory);
  if (changed === -1) return false;
  const answer = row.directory === nowhere ? -1 : directories.indexOf(row.directory);
  return answer === -1 || changed <= answer;
}

/**
 * Whether a row rests on reads from before a change that affects it.
 *
 * Such a row was written after the affected rows had been dropped, by a process that had read its sources before the change. A row without
 * a generation counts as generation 0: before its writer had seen one, or of a library without generations.
 */
export function isOutdated(row: AnswerRow, generation: GenerationRow): boolean {
  const seen = row.generation ?? 0;
  if (seen < generation.floor) return true;
  return generation.changes.some((change) => change.generation > seen && mayTouch(change, row));
}

function hiddenChain(plainKey: string, hash: string): string | undefined {
  // A name may hold the separator, too.
  for (let at = plainKey.indexOf(keySeparator); at !== -1; at = plainKey.indexOf(keySeparator, at + 1)) {
    const chain = plainKey.slice(at + keySeparator.length);
    if (sha256(chain) === hash) return chain;
  }
  return undefined;
}
