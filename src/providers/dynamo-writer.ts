import { isDeepStrictEqual } from 'node:util';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type AttributeMap, decodeAttribute, encodeAttribute } from '../aws/attribute-value';
import {
  deleteRowIf,
  ifUnchanged,
  isRowOver,
  nextVersion,
  putRowIf,
  queryDirectory,
  rowAttributes,
} from '../aws/requests/rows';
import { ifAbsent, type TableConnection } from '../aws/table-client';
import { nameOfRow, newRow, tableKeys } from '../aws/table-names';
import { type ConfigValue } from '../item/value';
import { wasRepeated, WriteCalls } from './write-calls';
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
    this.calls = new WriteCalls(provider, session);
  }

  exactName({ directory, name }: EntryAddress): string {
    return `${directory.path}/${name}`;
  }

  async read(address: EntryAddress, { signal }: ReadEntryOptions = {}): Promise<StoredEntry | undefined> {
    const row = await this.rowOf(address, signal);
    return row === undefined || isRowOver(row, this.session.nowMs())
      ? undefined
      : storedEntry(this.exactName(address), row);
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
    const live = row === undefined || isRowOver(row, this.session.nowMs()) ? undefined : row;
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
    const { [tableKeys.partition]: partition, [tableKeys.sort]: sort } = row;
    const key = { partition: partition?.S ?? '', sort: sort?.S ?? '' };
    const request = deleteRowIf(await this.target(), key, ifUnchanged(row));
    await this.calls.send(request, { entry: name, signal });
    return { recoverableUntilMs: undefined };
  }

  async tag(address: EntryAddress, tags: Readonly<Record<string, string>>, options: CallOptions = {}): Promise<void> {
    const name = this.exactName(address);
    const row = await this.rowOf(address, options.signal);
    if (row === undefined) throw this.calls.refuse(name, 'not-found', 'there is no such row');
    const all = { ...textsOf(row[rowAttributes.tags]), ...tags };
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
    const condition = former === undefined ? ifAbsent : ifUnchanged(former);
    await this.calls.send(putRowIf(await this.target(), row, condition), { entry: name, signal });
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
    const request = queryDirectory(await this.target(), directory.path);
    const rows = await this.calls.send(request, { entry: `${directory.path}/${name}`, signal });
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
    if (!isSame) throw this.calls.changed(name);
  }

  private async target(): Promise<TableConnection> {
    return { client: await this.connecting, table: this.table };
  }
}

function withoutEnd(row: AttributeMap | undefined): AttributeMap {
  return Object.fromEntries(Object.entries(row ?? {}).filter(([name]) => name !== 'ttl'));
}

function factsOf({ description, tags }: Pick<EntryWrite, 'description' | 'tags'>): AttributeMap {
  const texts = Object.entries(tags ?? {}).map(([key, text]): [string, AttributeValue] => [key, { S: text }]);
  return {
    ...(description !== undefined && { [rowAttributes.description]: { S: description } }),
    ...(tags !== undefined && { [rowAttributes.tags]: { M: Object.fromEntries(texts) } }),
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
    description: row[rowAttributes.description]?.S,
    tags: textsOf(row[rowAttributes.tags]),
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
