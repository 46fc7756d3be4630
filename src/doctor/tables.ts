import { describeTable, expectedKeys, type TableDescription } from '../aws/table-description';
import { classifyAwsError, sourceRefusalOf, withoutPayload } from '../aws/aws-errors';
import { getRow, probeTable, putRow, type TableConnection, type WriteConnection, writeRows } from '../aws/table-client';
import { nameIndex, tableArnText, tableKeys, ttlAttribute } from '../aws/table-names';
import { describeError } from '../base/describe-error';
import { type Check, type CheckSession, inTime } from './diagnosis';

/** What a table is for. */
export type TableUse = 'cache table' | 'config table';

/** Sort key of a row that no process writes. */
const probeKey = '~xcon|doctor';

/** Checks how a table is made: that it exists, its keys, its time to live, and for the cache table the index by name. */
export async function tableCheck(use: TableUse, target: TableConnection, { limitMs }: CheckSession): Promise<Check> {
  const check = { area: 'table', subject: use } as const;
  const { table } = target;
  try {
    const description = await inTime(limitMs, (signal) => describeTable(target, signal));
    if (description === undefined) {
      const remedy =
        use === 'cache table' ? 'xcon cache create-table' : `create it with the keys ${expectedKeys.join(', ')}`;
      return { ...check, state: 'problem', result: `${table} does not exist`, remedy, facts: { table, exists: false } };
    }
    return { ...check, ...judged(use, table, description) };
  } catch (error) {
    const remedy = `to check its keys and its time to live, allow dynamodb:DescribeTable and dynamodb:DescribeTimeToLive on ${tableArnText(table)}`;
    const isRefused = classifyAwsError(error) === 'not-permitted';
    // A service needs neither of these; whether it may read the table is another check.
    const result = isRefused ? `${table} may not be described` : `${table}: ${describeError(withoutPayload(error))}`;
    return { ...check, state: isRefused ? 'note' : 'problem', result, ...(isRefused && { remedy }), facts: { table } };
  }
}

/**
 * Checks that one partition of the cache table can be read and written: by a Query of one row, a read, a put under a condition that
 * never holds, and the deletion of a row that no process writes. Nothing in the table changes.
 */
export async function cacheAccessChecks(
  target: WriteConnection,
  partition: string,
  { limitMs }: CheckSession,
): Promise<readonly { readonly check: Check; readonly refused: boolean }[]> {
  const row = { [tableKeys.partition]: { S: partition }, [tableKeys.sort]: { S: probeKey } };
  const condition = { ConditionExpression: `attribute_exists(${tableKeys.partition})` };
  const attempts: readonly (readonly [action: string, attempt: (signal: AbortSignal) => Promise<unknown>])[] = [
    ['Query', (signal) => probeTable(target, partition, signal)],
    ['GetItem', (signal) => getRow(target, { partition, sort: probeKey }, { signal })],
    ['PutItem', (signal) => putRow(target, row, { condition, signal })],
    ['BatchWriteItem', () => writeRows(target, [{ delete: { partition, sort: probeKey } }])],
  ];
  return Promise.all(
    attempts.map(async ([action, attempt]) => {
      const check = { area: 'permission', subject: `cache ${action}` } as const;
      try {
        await inTime(limitMs, attempt);
        return { refused: false, check: { ...check, state: 'ok', result: `on ${partition}` } as const };
      } catch (error) {
        const remedy = `allow dynamodb:${action} on ${tableArnText(target.table)}`;
        const refusal = sourceRefusalOf(error, remedy);
        const result = refusal?.reason ?? `failed: ${describeError(withoutPayload(error))}`;
        const refused = classifyAwsError(error) === 'not-permitted';
        return { refused, check: { ...check, state: 'problem', result, ...(refused && { remedy }) } as const };
      }
    }),
  );
}

function judged(use: TableUse, table: string, description: TableDescription): Pick<Check, 'state' | 'result'> {
  const { status, keys, indexes, ttlAttribute: ttl } = description;
  const hasIndex = indexes.includes(nameIndex.name);
  const facts = { table, exists: true, status, keys: keys.join(', '), ttl: ttl ?? false, index: hasIndex };
  const found = (state: Check['state'], problem: string, remedy?: string) => ({
    ...{ state, facts, result: `${table} ${problem}` },
    ...(remedy !== undefined && { remedy }),
  });
  if (keys.join() !== expectedKeys.join()) {
    const remedy = `name another table: ${use === 'cache table' ? 'XCON_CACHE_TABLE' : 'XCON_CONFIG_TABLE'}`;
    return found('problem', `has the keys ${keys.join(', ')}, not ${expectedKeys.join(', ')}`, remedy);
  }
  if (status !== 'ACTIVE' && status !== 'UPDATING') return found('problem', `is ${status}`, 'wait until it is ACTIVE');
  if (use === 'config table') return found('ok', 'has the right keys');
  if (ttl !== ttlAttribute) {
    const is = ttl === undefined ? 'off' : `on ${ttl}`;
    const remedy = `${ttl === undefined ? 'xcon cache create-table switches it on' : 'switch it to'} ${ttlAttribute}`;
    return found('problem', `has time to live ${is}: rows that have ended are never deleted`, remedy);
  }
  return found('ok', `has the right keys, time to live, ${hasIndex ? 'and' : 'no'} index by name`);
}
