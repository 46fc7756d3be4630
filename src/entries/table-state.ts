import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { errorSummary } from '../base/describe-error';
import { getRow, putRow, queryRows, writeRows } from '../aws/table-client';
import { tableKeys } from '../aws/table-names';
import {
  type EntryRecord,
  type EntryRecords,
  lockedError,
  type LockHolder,
  readHolder,
  readRecord,
  type StateStore,
  unreadableState,
} from './state';

/** Where the state of a stack is kept in the config table. */
export interface TableStateOptions {
  /** Gives the client of the table. */
  readonly client: () => Promise<DynamoDBClient>;
  /** Name or ARN. */
  readonly table: string;
  /** Name of the owner of the entries. */
  readonly stack: string;
  /** Gives the current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: () => number;
  /** Gives a number in `[0, 1)`, for the pauses between resends. */
  readonly random: () => number;
}

/** Gives the partition of the config table that the state of a stack is in. */
export function statePartition(stack: string): string {
  return `~xcon|state|${stack}`;
}

const lockKey = '~lock';
const recordAttribute = 'xcon_record';

/**
 * The state in a partition of the config table that no lookup reads: `~xcon|state|<stack>`, one row a record. Its lock is a row
 * that is put when there is none, or its time is over.
 */
export class TableState implements StateStore {
  constructor(private readonly options: TableStateOptions) {}

  get place(): string {
    return `${this.options.table} (${this.partition})`;
  }

  async load(): Promise<EntryRecords> {
    const rows = await queryRows(await this.target(), this.partition, { consistent: true });
    const records = new Map<string, EntryRecord>();
    for (const row of rows) {
      const key = row[tableKeys.sort]?.S ?? '';
      if (key === lockKey) continue;
      const record = readRecord(parsed(row[recordAttribute]?.S));
      if (record === undefined) throw unreadableState(this.place, `the row "${key}" is damaged`);
      records.set(key, record);
    }
    return records;
  }

  async save(changes: ReadonlyMap<string, EntryRecord | undefined>): Promise<void> {
    const rows = [...changes].map(([sort, record]) =>
      record === undefined ? { delete: { partition: this.partition, sort } } : { put: this.rowOf(sort, record) },
    );
    await writeRows({ ...(await this.target()), random: this.options.random }, rows);
  }

  async lock(holder: LockHolder): Promise<void> {
    const condition = {
      ConditionExpression: 'attribute_not_exists(#partition) OR xcon_until_ms < :now OR xcon_owner = :id',
      ExpressionAttributeNames: { '#partition': tableKeys.partition },
      ExpressionAttributeValues: { ':now': { N: `${this.options.nowMs()}` }, ':id': { S: holder.id } },
    };
    const row = {
      ...this.rowOf(lockKey, holder),
      xcon_owner: { S: holder.id },
      xcon_until_ms: { N: `${holder.untilMs}` },
    };
    // A lock that was given up between the two calls is free for the second attempt.
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      if (await putRow(await this.target(), row, { condition })) return;
      const other = await this.holder();
      if (other !== undefined) throw lockedError(this.place, other);
    }
    throw lockedError(this.place, { ...holder, who: 'others, one after the other' });
  }

  async unlock(id: string): Promise<boolean> {
    const { client, table } = await this.target();
    const { DeleteItemCommand } = await import('@aws-sdk/client-dynamodb');
    const input = {
      TableName: table,
      Key: { [tableKeys.partition]: { S: this.partition }, [tableKeys.sort]: { S: lockKey } },
      ConditionExpression: 'xcon_owner = :id',
      ExpressionAttributeValues: { ':id': { S: id } },
    };
    try {
      await client.send(new DeleteItemCommand(input));
      return true;
    } catch (error) {
      if (errorSummary(error).name !== 'ConditionalCheckFailedException') throw error;
      return false;
    }
  }

  async holder(): Promise<LockHolder | undefined> {
    const row = await getRow(await this.target(), { partition: this.partition, sort: lockKey }, { consistent: true });
    return readHolder(parsed(row?.[recordAttribute]?.S), this.options.nowMs());
  }

  private get partition(): string {
    return statePartition(this.options.stack);
  }

  private async target(): Promise<{ readonly client: DynamoDBClient; readonly table: string }> {
    return { client: await this.options.client(), table: this.options.table };
  }

  private rowOf(sort: string, content: EntryRecord | LockHolder) {
    return {
      [tableKeys.partition]: { S: this.partition },
      [tableKeys.sort]: { S: sort },
      [recordAttribute]: { S: JSON.stringify(content) },
    };
  }
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
