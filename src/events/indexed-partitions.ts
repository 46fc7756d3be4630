import { type AttributeMap } from '../aws/attribute-value';
import { eachOf } from '../aws/batches';
import { queryRows } from '../aws/table-client';
import { nameIndex } from '../aws/table-names';
import { type ChangeSession } from './follow-in-partition';
import { partitionsOf, tracedAttributes, type TracedPartition } from './traced-partition';

/** Result of reading the index by name. */
export interface IndexedPartitions {
  /** Partitions that have rows of the names, or are watched. */
  readonly partitions: readonly TracedPartition[];
  /** Why a name could not be looked up, by name. */
  readonly unread: ReadonlyMap<string, unknown>;
}

/** How many names are looked up at the same time. */
const namesAtOnce = 16;

/**
 * Reads the rows of some names, and the watched directories, of all partitions from the index by name.
 *
 * @param names - Lower-cased.
 * @param checkTime - Called before each request; throws when there is no time left for it.
 * @returns With the reason for all names when the directories that are watched could not be read. Never rejects.
 */
export async function findIndexed(
  session: ChangeSession,
  names: readonly string[],
  checkTime: () => void,
): Promise<IndexedPartitions> {
  const found: AttributeMap[] = [];
  const unread = new Map<string, unknown>();
  const all = new Set([nameIndex.generationName, ...names]);
  await eachOf([...all], namesAtOnce, async (name) => {
    try {
      checkTime();
      for (const row of await queryName(session, name)) found.push(row);
    } catch (error) {
      for (const each of name === nameIndex.generationName ? all : [name]) unread.set(each, error);
    }
  });
  return { partitions: partitionsOf(found), unread };
}

/** Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html */
function queryName(session: ChangeSession, name: string): Promise<readonly AttributeMap[]> {
  return queryRows(session, name, { attributes: tracedAttributes, index: nameIndex });
}
