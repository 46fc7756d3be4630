import { setImmediate } from 'node:timers/promises';

import { DynamoEngine } from './dynamo-engine';
import { type Fields, isFields } from './fields';
import { type ServiceContext } from './service';
import { ServiceError } from './service-error';
import { type WireItem } from './wire-attribute';

/** Keys of a table, in the order of its key schema, with their DynamoDB types (`S`, `N`, `B`). */
export type TableKeys = ReadonlyMap<string, string>;

/** Indexes of a table, and types of the attributes in their keys and those of the table. */
export interface IndexedBy {
  readonly indexes: readonly Fields[];
  readonly definitions: readonly Fields[];
}

/** Performs one operation of the engine. */
export type EngineCall = (operation: string, fields: Fields) => Promise<Fields>;

/** The tables of the local AWS, as its operations and its owner's calls use them. */
export class DynamoTables {
  private readonly engine = new DynamoEngine();
  private lastWrite: Promise<unknown> = Promise.resolve();
  private lastTransaction: Promise<unknown> = Promise.resolve();

  constructor(private readonly context: ServiceContext) {}

  /** Performs an operation that changes no row. */
  async read(operation: string, fields: Fields): Promise<Fields> {
    await this.lastTransaction;
    return this.engine.call(operation, fields);
  }

  /**
   * Performs an operation that changes rows.
   *
   * Writes go one after the other, so that the item given with a failed condition is the one that failed it.
   */
  async write(operation: string, fields: Fields): Promise<Fields> {
    const done = this.lastWrite.then(() => this.writeNow(operation, fields));
    this.lastWrite = done.catch(() => undefined);
    return done;
  }

  /**
   * Performs work that no write comes between; a read that begins meanwhile waits until it is done.
   *
   * @param work - Is given the engine; names the tables that it has changed.
   */
  async transact<T extends { readonly changed: readonly string[] }>(
    work: (call: EngineCall) => Promise<T>,
  ): Promise<T> {
    const done = this.lastWrite.then(() => work((operation, fields) => this.engine.call(operation, fields)));
    this.lastWrite = this.lastTransaction = done.catch(() => undefined);
    const result = await done;
    for (const name of result.changed) {
      this.context.changed({ service: 'dynamodb', operation: 'TransactWriteItems', name });
    }
    return result;
  }

  /** Creates a table that has nothing but its keys, and answers when it can be used. */
  async createWithKeys(name: string, keys: TableKeys): Promise<void> {
    await this.create({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [...keys].map(([key, type]) => ({ AttributeName: key, AttributeType: type })),
      KeySchema: [...keys.keys()].map((key, index) => ({
        AttributeName: key,
        KeyType: index === 0 ? 'HASH' : 'RANGE',
      })),
    });
  }

  /** Creates a table and answers when it can be used. */
  async create(fields: Fields): Promise<Fields> {
    await this.engine.call('CreateTable', fields);
    const name = fields['TableName'];
    const table = await this.settled(name, (each) => each?.['TableStatus'] === 'ACTIVE');
    return { TableDescription: table };
  }

  /**
   * Creates a table again, with other indexes and the same rows and tags.
   *
   * @param change - Is given the description of the table; throws when it cannot be changed so.
   */
  async remake(TableName: string, change: (table: Fields) => IndexedBy): Promise<void> {
    await this.transact(async (call) => {
      const table = (await this.find(TableName)) ?? {};
      const { indexes, definitions } = change(table);
      const { KeySchema, ProvisionedThroughput, LocalSecondaryIndexes: local, TableArn: ResourceArn } = table;
      const rows = await this.rows(TableName);
      const { Tags } = await call('ListTagsOfResource', { ResourceArn });
      const { BillingMode } = (table['BillingModeSummary'] ?? {}) as Fields;
      const isOnDemand = BillingMode === 'PAY_PER_REQUEST';
      const all = [...indexes, ...((local ?? []) as readonly Fields[])];
      const keys = [KeySchema, ...all.map((each) => each['KeySchema'])]
        .flat()
        .map((each) => (each as Fields)['AttributeName']);
      await this.drop({ TableName });
      await this.create({
        ...{ TableName, KeySchema, LocalSecondaryIndexes: local },
        ...(indexes.length === 0
          ? {}
          : { GlobalSecondaryIndexes: indexes.map((each) => indexInput(each, isOnDemand)) }),
        AttributeDefinitions: uniqueDefinitions(definitions).filter((each) => keys.includes(each['AttributeName'])),
        ...(isOnDemand ? { BillingMode: 'PAY_PER_REQUEST' } : { ProvisionedThroughput }),
      });
      for (const Item of rows) await call('PutItem', { TableName, Item });
      if (Array.isArray(Tags) && Tags.length > 0) await call('TagResource', { ResourceArn, Tags });
      return { changed: [] };
    });
  }

  /** Deletes a table and answers when it is gone. */
  async drop(fields: Fields): Promise<Fields> {
    const answer = await this.engine.call('DeleteTable', fields);
    await this.settled(fields['TableName'], (each) => each === undefined);
    return answer;
  }

  /** Finds the description of a table; `undefined` when there is none. */
  async find(name: unknown): Promise<Fields | undefined> {
    if (!this.engine.isLoaded) return undefined;
    try {
      const { Table } = (await this.engine.call('DescribeTable', { TableName: name })) as { readonly Table: Fields };
      return Table;
    } catch (error) {
      if (error instanceof ServiceError && error.type.endsWith('#ResourceNotFoundException')) return undefined;
      throw error;
    }
  }

  /** Keys of a table; `undefined` when there is no such table. */
  async keysOf(name: unknown): Promise<TableKeys | undefined> {
    const table = await this.find(name);
    if (table === undefined) return undefined;
    const types = new Map(listOf(table, 'AttributeDefinitions').map((each) => pair(each, 'AttributeType')));
    return new Map(
      listOf(table, 'KeySchema')
        .map((each) => pair(each, 'KeyType'))
        .map(([key]) => [key, types.get(key) ?? 'S']),
    );
  }

  /** Every row of a table, all pages; none when there is no such table. */
  async rows(name: string): Promise<readonly WireItem[]> {
    if ((await this.find(name)) === undefined) return [];
    const rows: WireItem[] = [];
    let start: unknown;
    do {
      const page = await this.engine.call('Scan', { TableName: name, ExclusiveStartKey: start, ConsistentRead: true });
      rows.push(...(page['Items'] as readonly WireItem[]));
      start = page['LastEvaluatedKey'];
    } while (start !== undefined);
    return rows;
  }

  /** Deletes rows of one table. */
  async deleteRows(name: string, rows: readonly WireItem[]): Promise<void> {
    const keys = await this.keysOf(name);
    for (const row of rows) await this.write('DeleteItem', { TableName: name, Key: keyOf(row, keys) });
  }

  private async writeNow(operation: string, fields: Fields): Promise<Fields> {
    try {
      const answer = await this.engine.call(operation, fields);
      for (const name of namesOf(fields)) this.context.changed({ service: 'dynamodb', operation, name });
      return answer;
    } catch (error) {
      throw await this.withItem(error, fields);
    }
  }

  /** Adds the item that failed a condition, which `dynalite` does not. */
  private async withItem(error: unknown, fields: Fields): Promise<unknown> {
    if (fields['ReturnValuesOnConditionCheckFailure'] !== 'ALL_OLD') return error;
    if (!(error instanceof ServiceError) || !error.type.endsWith('#ConditionalCheckFailedException')) return error;
    const { TableName, Item, Key } = fields;
    const key = isFields(Key) ? Key : keyOf(Item as WireItem, await this.keysOf(TableName));
    const found = await this.engine.call('GetItem', { TableName, Key: key, ConsistentRead: true });
    return new ServiceError(
      error.type,
      error.message,
      error.status,
      isFields(found['Item']) ? { Item: found['Item'] } : {},
    );
  }

  /** Waits for work that the engine does after it has answered. */
  private async settled(name: unknown, isSettled: (table: Fields | undefined) => boolean): Promise<Fields | undefined> {
    let table = await this.find(name);
    for (let tries = 0; tries < 1000 && !isSettled(table); tries++) {
      await setImmediate();
      table = await this.find(name);
    }
    return table;
  }
}

/** Gives the key of a row. */
export function keyOf(row: WireItem, keys: TableKeys | undefined): Fields {
  return Object.fromEntries([...(keys?.keys() ?? [])].map((key) => [key, row[key]]));
}

function namesOf(fields: Fields): readonly string[] {
  const { TableName, RequestItems } = fields;
  return typeof TableName === 'string' ? [TableName] : Object.keys(isFields(RequestItems) ? RequestItems : {});
}

function listOf(table: Fields, name: string): readonly Fields[] {
  return table[name] as readonly Fields[];
}

function pair(each: Fields, name: string): readonly [string, string] {
  return [String(each['AttributeName']), String(each[name])];
}

function uniqueDefinitions(definitions: readonly Fields[]): readonly Fields[] {
  return [...new Map(definitions.map((each) => [each['AttributeName'], each])).values()];
}

/** Converts an index from the form of `DescribeTable` to that of `CreateTable`. */
function indexInput({ IndexName, KeySchema, Projection, ProvisionedThroughput }: Fields, isOnDemand: boolean): Fields {
  return { IndexName, KeySchema, Projection, ...(isOnDemand ? {} : { ProvisionedThroughput }) };
}
