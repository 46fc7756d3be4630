import { type AttributeMap } from '../aws/attribute-value';
import { eachOf } from '../aws/batches';
import { queryRows } from '../aws/table-client';
import { nameIndex } from '../aws/table-names';
import { type ChangeSession } from './follow-in-partition';
import { partitionsOf } from './partitions-of';
import { tracedAttributes, type TracedPartition } from './traced-partition';

/** What the index of names has. */
export interface IndexedPartitions {
  /** Partitions with rows of the names, or processes that watch. */
  readonly partitions: readonly TracedPartition[];
  /** Why a name could not be looked up, by name. */
  readonly unread: ReadonlyMap<string, unknown>;
}

/** How many names are looked up at the same time. */
const namesAtOnce = 16;

/**
 * Reads what the index of names has of all partitions: the rows of some names, and which directories are watched.
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
