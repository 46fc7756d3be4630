import { type AttributeMap } from '../aws/attribute-value';
import { getRow, putRow } from '../aws/table-client';
import { tableKeys } from '../aws/table-names';
import { rowTime, nowhere } from '../cache/rows';
import { type ChangeSession } from './follow-in-partition';

/** Partition and sort key of the position; partitions of services begin with a slash. */
const positionKey = '~xcon|scan';
/** Life of a position, **seconds**: longer than events are retried. */
const positionTtlSeconds = 24 * 3600;

/**
 * Saves where a scan of the table had to stop, so that the next attempt for the same events continues from there.
 *
 * @param eventIds - The events that were followed up to there.
 * @param position - Key of the last row before it.
 * @throws What the SDK throws.
 */
export async function keepPosition(
  session: ChangeSession,
  eventIds: readonly string[],
  position: AttributeMap,
): Promise<void> {
  const ids = new Set(eventIds.filter((id) => id !== ''));
  if (ids.size === 0) return;
  const now = session.nowMs();
  const item = {
    [tableKeys.partition]: { S: positionKey },
    [tableKeys.sort]: { S: positionKey },
    real_name: { S: '~xcon-scan' },
    real_directory: { S: nowhere },
    source: { S: 'xcon-scan' },
    ttl: { N: `${Math.ceil(now / 1000) + positionTtlSeconds}` },
    created_at: { S: rowTime(now) },
    xcon_events: { SS: [...ids] },
    xcon_position: { M: { ...position } },
  };
  await putRow(session, item);
}

/**
 * Gives the position from which the last scan can be continued.
 *
 * @returns `undefined` unless it was for all these events: for any other event, the part before has not been read.
 * @throws What the SDK throws.
 */
export async function findPosition(
  session: ChangeSession,
  eventIds: readonly string[],
): Promise<AttributeMap | undefined> {
  const item = await getRow(session, { partition: positionKey, sort: positionKey }, { consistent: true });
  const followed = new Set(item?.['xcon_events']?.SS ?? []);
  return eventIds.every((id) => id !== '' && followed.has(id)) ? item?.['xcon_position']?.M : undefined;
}
