import { type AttributeMap } from '../aws/attribute-value';
import { getRow, putRow } from '../aws/table-client';
import { tableKeys } from '../aws/table-names';
import { rowTime, nowhere } from '../cache/rows';
import { type ChangeSession } from './follow-in-partition';

/** Partition and sort key of the position; no service has a partition without a slash in front. */
const positionKey = '~xcon|scan';
/** How long a position is good, **seconds**: longer than events are tried again. */
const positionTtlSeconds = 24 * 3600;

/**
 * Remembers where a scan of the table had to stop, so that the next try of the same events goes on from there.
 *
 * @param eventIds - The events that were followed up to there.
 * @param position - Key of the last row that was.
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
 * Gives where the last scan that stopped can be taken up.
 *
 * @returns `undefined` unless it was for all these events: for any other one, the part before has not been looked at.
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
