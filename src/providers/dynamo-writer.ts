import { isDeepStrictEqual } from 'node:util';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type AttributeMap, decodeAttribute, encodeAttribute } from '../aws/attribute-value';
import { ifAbsent, type PutCondition, queryRows } from '../aws/table-client';
import { nameOfRow, newRow, tableArnText, tableKeys } from '../aws/table-names';
import { type ConfigValue } from '../item/value';
import { type KnownFailures, wasRepeated, type WriteCall, WriteCalls } from './write-calls';
import { WriteError } from './write-error';
import {
  type CallOptions,
  type EntryAddress,
  type EntryWrite,
  type ReadEntryOptions,
  type RemoveOptions,
  type RemoveOutcome,
  type SourceWriter,
  type StoredEntry,
  type WriteOutcome,
  type WriteSession,
} from './writer';

/** Attributes of a row that only writers read. */
const attributes = { description: 'xcon_description', tags: 'xcon_tags', version: 'xcon_version' } as const;

/** Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html#API_PutItem_Errors */
const failures: KnownFailures = {
  ConditionalCheckFailedException: ['changed', 'the row has changed since it was read; look at it, then try again'],
  ItemCollectionSizeLimitExceededException: ['quota', 'the partition of the directory is full; remove some rows'],
  TransactionConflictException: ['busy', 'another change of the row is under way; try again in a moment'],
};

/**
 * Writes rows of the configuration table; attributes of a row beside its value stay as they are. Each write is conditional: a row
 * that has changed since it was read is left alone. Earlier values of a row are not kept.
 */
export class DynamoWriter implements SourceWriter {
  private readonly calls: WriteCalls;

  constructor(
    readonly provider: string,
    private readonly connecting: Promise<DynamoDBClient>,
    private readonly table: string,
    private readonly session: WriteSession,
  ) {
    this.calls = new WriteCalls(provider, session, { failures });
  }

  exactName({ directory, name }: EntryAddress): string {
    return `${directory.path}/${name}`;
  }

  async read(address: EntryAddress, { signal }: ReadEntryOptions = {}): Promise<StoredEntry | undefined> {
    const row = await this.rowOf(address, signal);
    return row === undefined || this.isOver(row) ? undefined : storedEntry(this.exactName(address), row);
  }

  async write(address: EntryAddress, write: EntryWrite): Promise<WriteOutcome> {
    const name = this.exactName(address);
    const attribute = encodeAttribute(write.value);
    if (attribute === undefined) {
      throw this.calls.refuse(
        name,
        'invalid',
        'DynamoDB cannot hold this value: see its limits for numbers, sets and levels',
      );
    }
    if (write.secret === true) {
      throw this.calls.refuse(name, 'invalid', 'a row is not encrypted for itself; put secrets into secrets or ssm');
    }
    const row = await this.rowOf(address, write.signal);
    const live = row === undefined || this.isOver(row) ? undefined : row;
    this.checkExpected(name, live, write.expected);
    const base = live ?? {
      ...withoutEnd(row),
      ...newRow(address.directory.path, address.name, row?.[tableKeys.sort]?.S),
    };
    const item = { ...base, value: attribute, ...factsOf(write), ...nextVersion(row) };
    const put = this.put(name, item, row, write);
    await put.catch((error: unknown) => this.unlessDone(error, address, write));
    return { version: undefined, created: live === undefined };
  }

  async remove(address: EntryAddress, { expected, signal }: RemoveOptions = {}): Promise<RemoveOutcome> {
    const name = this.exactName(address);
    const row = await this.rowOf(address, signal);
    if (row === undefined) return { recoverableUntilMs: undefined };
    this.checkExpected(name, row, expected);
    const { DeleteItemCommand } = await import('@aws-sdk/client-dynamodb');
    const client = await this.connecting;
    const { [tableKeys.partition]: partition, [tableKeys.sort]: sort } = row;
    const key = { [tableKeys.partition]: partition, [tableKeys.sort]: sort } as Record<string, AttributeValue>;
    const command = new DeleteItemCommand({ TableName: this.table, Key: key, ...unchanged(row) });
    await this.calls.send(this.call(client, name, 'DeleteItem', signal, true), (o) => client.send(command, o));
    return { recoverableUntilMs: undefined };
  }

  async tag(address: EntryAddress, tags: Readonly<Record<string, string>>, options: CallOptions = {}): Promise<void> {
    const name = this.exactName(address);
    const row = await this.rowOf(address, options.signal);
    if (row === undefined) throw this.calls.refuse(name, 'not-found', 'there is no such row');
    const all = { ...textsOf(row[attributes.tags]), ...tags };
    await this.put(name, { ...row, ...factsOf({ tags: all }), ...nextVersion(row) }, row, options);
  }

  history(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  readVersion(address: EntryAddress): Promise<ConfigValue> {
    const problem = 'rows of the configuration table have no versions; point-in-time recovery restores whole tables';
    return Promise.reject(this.calls.refuse(this.exactName(address), 'not-found', problem));
  }

  private async put(
    name: string,
    row: AttributeMap,
    former: AttributeMap | undefined,
    { signal }: CallOptions,
  ): Promise<void> {
    const { PutItemCommand } = await import('@aws-sdk/client-dynamodb');
    const client = await this.connecting;
    const condition = former === undefined ? ifAbsent : unchanged(former);
    const command = new PutItemCommand({ TableName: this.table, Item: { ...row }, ...condition });
    const call = {
      ...this.call(client, name, 'PutItem', signal, true),
      sent: row['value']?.S ?? row['value']?.N ?? '',
    };
    await this.calls.send(call, (o) => client.send(command, o));
  }

  /** When the answer to the first attempt is lost, the SDK repeats the call, and the condition no longer holds. */
  private async unlessDone(error: unknown, address: EntryAddress, { value, signal }: EntryWrite): Promise<void> {
    if (!(error instanceof WriteError) || error.reason !== 'changed' || !wasRepeated(error)) throw error;
    const row = await this.rowOf(address, signal);
    if (row === undefined || !isAlike(row['value'], encodeAttribute(value))) throw error;
  }

  /** Finds the row of a name, compared as lookups do: of several, the last is read. */
  private async rowOf(
    { directory, name }: EntryAddress,
    signal: AbortSignal | undefined,
  ): Promise<AttributeMap | undefined> {
    const client = await this.connecting;
    const call = this.call(client, `${directory.path}/${name}`, 'Query', signal);
    const rows = await this.calls.send(call, () =>
      queryRows({ client, table: this.table }, directory.path, { consistent: true, signal }),
    );
    return rows.findLast((row) => nameOfRow(row)?.toLowerCase() === name.toLowerCase());
  }

  private checkExpected(
    name: string,
    row: AttributeMap | undefined,
    expected: StoredEntry | 'absent' | undefined,
  ): void {
    if (expected === undefined) return;
    if (expected === 'absent') {
      if (row !== undefined) throw this.calls.refuse(name, 'exists', 'there is a row of this name already');
      return;
    }
    const isSame = row !== undefined && isAlike(row['value'], encodeAttribute(expected.value ?? null));
    if (!isSame) throw this.changed(name);
  }

  /** Whether the time of a row is over, so that lookups do not read it. */
  private isOver(row: AttributeMap): boolean {
    return Number(row['ttl']?.N ?? Number.NaN) * 1000 <= this.session.nowMs();
  }

  private changed(name: string): WriteError {
    return this.calls.refuse(name, 'changed', 'the row has changed since it was read; look at it, then try again');
  }

  private call(
    client: DynamoDBClient,
    entry: string,
    operation: string,
    signal: AbortSignal | undefined,
    changes = false,
  ): WriteCall {
    return { client, entry, remedy: `allow dynamodb:${operation} on ${tableArnText(this.table)}`, signal, changes };
  }
}

function withoutEnd(row: AttributeMap | undefined): AttributeMap {
  return Object.fromEntries(Object.entries(row ?? {}).filter(([name]) => name !== 'ttl'));
}

/**
 * The condition that a row is as it was: by the number that each write of ours raises, and by its value, for writes of others. Of a
 * list or a map it is the kind that is compared.
 */
function unchanged(row: AttributeMap): PutCondition {
  const { value, [attributes.version]: version } = row;
  const isData = value?.M !== undefined || value?.L !== undefined;
  const ofValue =
    value === undefined
      ? 'attribute_not_exists(#value)'
      : isData
        ? 'attribute_type(#value, :value)'
        : '#value = :value';
  const ofVersion = version === undefined ? 'attribute_not_exists(#version)' : '#version = :version';
  const values: Record<string, AttributeValue> = {
    ...(value !== undefined && { ':value': isData ? { S: value.M === undefined ? 'L' : 'M' } : value }),
    ...(version !== undefined && { ':version': version }),
  };
  return {
    ConditionExpression: `attribute_exists(#partition) AND ${ofValue} AND ${ofVersion}`,
    ExpressionAttributeNames: { '#partition': tableKeys.partition, '#value': 'value', '#version': attributes.version },
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

function nextVersion(row: AttributeMap | undefined): AttributeMap {
  return { [attributes.version]: { N: `${Number(row?.[attributes.version]?.N ?? 0) + 1}` } };
}

function factsOf({ description, tags }: Pick<EntryWrite, 'description' | 'tags'>): AttributeMap {
  const texts = Object.entries(tags ?? {}).map(([key, text]): [string, AttributeValue] => [key, { S: text }]);
  return {
    ...(description !== undefined && { [attributes.description]: { S: description } }),
    ...(tags !== undefined && { [attributes.tags]: { M: Object.fromEntries(texts) } }),
  };
}

function storedEntry(exactName: string, row: AttributeMap): StoredEntry {
  return {
    exactName,
    value: decodeAttribute(row['value'] ?? { NULL: true }),
    secret: false,
    version: undefined,
    changedAtMs: undefined,
    changedBy: undefined,
    deletionAtMs: undefined,
    description: row[attributes.description]?.S,
    tags: textsOf(row[attributes.tags]),
  };
}

function textsOf(attribute: AttributeValue | undefined): Readonly<Record<string, string>> {
  const entries = Object.entries(attribute?.M ?? {}).map(([key, each]): [string, string] => [key, each.S ?? '']);
  return Object.fromEntries(entries);
}

/** Whether two attributes hold the same value; sets, however they are ordered. */
function isAlike(one: AttributeValue | undefined, other: AttributeValue | undefined): boolean {
  return isDeepStrictEqual(decodeAttribute(one ?? { NULL: true }), decodeAttribute(other ?? { NULL: true }));
}
