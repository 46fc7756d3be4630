import { keySeparator } from '../aws/table-names';
import { sha256 } from '../base/digest';
import { type AnswerRow, type GenerationRow, nowhere, plainKeyOf, type SourceChange } from './rows';

/** What decides which changes touch a row. */
export interface TracedRow {
  /** Sort key. */
  readonly nameKey: string;
  /** Name of the setting, lower-cased. */
  readonly name: string;
  /** Where the answer comes from; `/_nonExistent` when the name is missing. */
  readonly directory: string;
  /** Directories of the chain, joined by `|`, and whatever follows a separator; absent: `chainHash` identifies it. */
  readonly chain?: string;
  /** SHA-256 of the chain, hex. */
  readonly chainHash?: string;
}

/**
 * Gives the directories of the chain that a row answers for, in order.
 *
 * Rows of our own name their chain by its hash alone; it is the part of their sort key that has this hash.
 *
 * @returns `undefined` for a row whose key and chain do not fit.
 */
export function chainDirectories({ chain: known, chainHash, nameKey }: TracedRow): readonly string[] | undefined {
  const chain = known ?? hiddenChain(plainKeyOf(nameKey), chainHash ?? '');
  return chain?.split(keySeparator, 1)[0]?.split('|');
}

/**
 * Whether a change may make the answer of a row another one: it has its name, and happened in its chain, where it
 * was found or above.
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
 * Whether a row rests on reads that may not have seen a change that touches it.
 *
 * Such a row was written after the change had dropped all others: by a process that had read its sources before. A row without
 * a generation counts as generation 0: its writer had seen none, or is a library without generations.
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
