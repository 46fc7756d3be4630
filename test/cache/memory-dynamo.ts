import { setImmediate } from 'node:timers/promises';
import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type AttributeMap } from '../../src/aws/attribute-value';

interface Input {
  readonly Item?: AttributeMap;
  readonly Key?: AttributeMap;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: AttributeMap;
  readonly RequestItems?: Readonly<Record<string, readonly WriteRequest[]>>;
  readonly IndexName?: string;
  readonly ExclusiveStartKey?: AttributeMap;
}

interface WriteRequest {
  readonly PutRequest?: { readonly Item: AttributeMap };
  readonly DeleteRequest?: { readonly Key: AttributeMap };
}

interface Command {
  readonly input: Input;
}

/**
 * One table of DynamoDB in memory, behind as much of the client as the cache uses.
 *
 * Refuses what DynamoDB refuses of a row: keys that are empty or too long, items that are too large, bad numbers and sets.
 */
export class MemoryDynamo {
  /** Every row that was ever put, in order. */
  readonly written: AttributeMap[] = [];
  /** Names of the operations asked for, in order. */
  readonly operations: string[] = [];
  /** As the cache asks the client. */
  readonly config = { region: () => Promise.resolve('us-east-1'), maxAttempts: () => Promise.resolve(1) };
  /** What every operation fails with from now on; `undefined`: none does. */
  fail: Error | undefined;
  /** How many rows a Scan gives at once. */
  scanPageRows = 1000;
  /** Read units that a page of a Scan costs. */
  scanPageUnits = 128;
  private readonly failing = new Map<string, Error>();
  private readonly hanging = new Set<string>();
  private readonly partitions = new Map<string, Map<string, AttributeMap>>();

  /** This as the client that `AwsClients` takes. */
  get client(): DynamoDBClient {
    return this as unknown as DynamoDBClient;
  }

  /** All rows, by partition and sort key, as a Query gives them. */
  get rows(): readonly AttributeMap[] {
    return [...this.partitions.keys()].flatMap((partition) => this.query(partition));
  }

  /** Gives all rows. */
  allRows(): Promise<readonly AttributeMap[]> {
    return Promise.resolve(this.rows);
  }

  /** Puts a row as another process would. */
  plant(row: AttributeMap): Promise<void> {
    this.store(copyRow(row));
    return Promise.resolve();
  }

  /** Lets every write to a partition fail from now on, and every Query of it; `undefined`: no longer. */
  failPartition(partition: string, error: Error | undefined): void {
    if (error === undefined) this.failing.delete(partition);
    else this.failing.set(partition, error);
  }

  /** Leaves every request that names a partition without an answer from now on. */
  hangPartition(partition: string): void {
    this.hanging.add(partition);
  }

  /** Loses the rows of a partition. */
  forget(partition: string): void {
    this.partitions.delete(partition);
  }

  async send(command: Command): Promise<unknown> {
    const name = command.constructor.name.replace(/Command$/, '');
    this.operations.push(name);
    await setImmediate();
    const text = this.hanging.size === 0 ? '' : JSON.stringify(command.input);
    if ([...this.hanging].some((each) => text.includes(JSON.stringify(each)))) await new Promise(() => undefined);
    const failure = this.fail ?? this.failureOf(command.input);
    if (failure !== undefined) throw failure;
    switch (name) {
      case 'Query':
        return { Items: this.queryOf(command.input) };
      case 'Scan':
        return this.scan(command.input.ExclusiveStartKey);
      case 'GetItem':
        return { Item: copyIfAny(this.find(command.input.Key)) };
      case 'PutItem':
        return this.putIf(command.input);
      case 'BatchWriteItem':
        return this.writeBatch(command.input);
      default:
        throw new Error(`${name} is no operation of this table.`);
    }
  }

  destroy(): void {
    // Nothing is open.
  }

  private query(partition: string): AttributeMap[] {
    const rows = [...(this.partitions.get(partition) ?? [])];
    return rows
      .sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
      .map(([, row]) => copyRow(row));
  }

  /** Queries the table by partition, or the index by name. */
  private queryOf({ IndexName: index, ExpressionAttributeValues: values }: Input): readonly AttributeMap[] {
    if (index === undefined) return this.query(values?.[':partition']?.S ?? '');
    const all = [...this.partitions.values()].flatMap((rows) => [...rows.values()]);
    return all.filter((row) => row['real_name']?.S === values?.[':partition']?.S).map(copyRow);
  }

  private failureOf(input: Input): Error | undefined {
    if (this.failing.size === 0) return undefined;
    const text = JSON.stringify(input);
    return [...this.failing].find(([partition]) => text.includes(JSON.stringify(partition)))?.[1];
  }

  private scan(start: AttributeMap | undefined): object {
    const all = this.rows;
    const begin = start === undefined ? 0 : all.filter((row) => !this.isBehind(row, start)).length;
    const items = all.slice(begin, begin + this.scanPageRows);
    const last = items.at(-1);
    const isLast = last === undefined || begin + items.length >= all.length;
    const key = { app_key: last?.['app_key'], name_key: last?.['name_key'] };
    return {
      Items: items,
      ConsumedCapacity: { CapacityUnits: this.scanPageUnits },
      ...(!isLast && { LastEvaluatedKey: key }),
    };
  }

  /** Whether a row comes after a key, whether there is one with it or not. */
  private isBehind(row: AttributeMap, key: AttributeMap): boolean {
    const partitions = [...this.partitions.keys()];
    const [one, other] = [row, key].map((each) => partitions.indexOf(each['app_key']?.S ?? ''));
    if (one !== other) return (one ?? 0) > (other ?? 0);
    return Buffer.compare(Buffer.from(row['name_key']?.S ?? ''), Buffer.from(key['name_key']?.S ?? '')) > 0;
  }

  private find(key: AttributeMap | undefined): AttributeMap | undefined {
    return this.partitions.get(key?.['app_key']?.S ?? '')?.get(key?.['name_key']?.S ?? '');
  }

  private putIf(input: Input): object {
    const { Item: item = {} } = input;
    const known = this.find(item);
    const alternatives = (input.ConditionExpression ?? '').split(' OR ').filter((each) => each !== '');
    const allHold = (each: string): boolean => each.split(' AND ').every((one) => holds(one, known, input));
    if (alternatives.length > 0 && !alternatives.some(allHold)) {
      throw Object.assign(new Error('The conditional request failed'), { name: 'ConditionalCheckFailedException' });
    }
    this.put(item);
    return {};
  }

  private writeBatch({ RequestItems: tables = {} }: Input): object {
    const requests = Object.values(tables).flat();
    const keys = requests.map(({ PutRequest: put, DeleteRequest: deletion }) => keyText(put?.Item ?? deletion?.Key));
    if (requests.length === 0 || requests.length > 25) throw invalid('a batch of 1 to 25');
    if (new Set(keys).size < keys.length) throw invalid('no row twice');
    for (const { PutRequest: put } of requests) if (put !== undefined) checkRow(put.Item);
    for (const { PutRequest: put, DeleteRequest: deletion } of requests) {
      if (put !== undefined) this.put(put.Item);
      else this.partitions.get(deletion?.Key['app_key']?.S ?? '')?.delete(deletion?.Key['name_key']?.S ?? '');
    }
    return { UnprocessedItems: {} };
  }

  private put(item: AttributeMap): void {
    checkRow(item);
    const row = copyRow(item);
    this.written.push(row);
    this.store(row);
  }

  private store(row: AttributeMap): void {
    const partition = row['app_key']?.S ?? '';
    let rows = this.partitions.get(partition);
    if (rows === undefined) this.partitions.set(partition, (rows = new Map<string, AttributeMap>()));
    rows.set(row['name_key']?.S ?? '', row);
  }
}

function copyIfAny(row: AttributeMap | undefined): AttributeMap | undefined {
  return row && copyRow(row);
}

/** Not `structuredClone`, whose lists are not those of the realm that Jest runs tests in. */
function copyRow(row: AttributeMap): AttributeMap {
  return Object.fromEntries(Object.entries(row).map(([name, each]) => [name, copyAttribute(each)]));
}

function copyAttribute(attribute: AttributeValue): AttributeValue {
  if (attribute.B !== undefined) return { B: Uint8Array.from(attribute.B) };
  if (attribute.BS !== undefined) return { BS: attribute.BS.map((each) => Uint8Array.from(each)) };
  if (attribute.L !== undefined) return { L: attribute.L.map(copyAttribute) };
  return attribute.M === undefined ? { ...attribute } : { M: { ...copyRow(attribute.M) } };
}

/** Understands `attribute_not_exists(x)`, `x < :v` and `x = :v`, joined by AND, and those by OR. */
function holds(condition: string, row: AttributeMap | undefined, input: Input): boolean {
  const absent = /^attribute_not_exists\((\S+)\)$/.exec(condition)?.[1];
  if (absent !== undefined) return row?.[input.ExpressionAttributeNames?.[absent] ?? absent] === undefined;
  const [, attribute = '', operator, placeholder = ''] = /^(\S+) ([<=]) (:\S+)$/.exec(condition) ?? [];
  const left = row?.[attribute];
  const right = input.ExpressionAttributeValues?.[placeholder];
  if (left === undefined || right === undefined) return false;
  if (operator === '<') return Number(left.N) < Number(right.N);
  return left.S === right.S && Number(left.N ?? 0) === Number(right.N ?? 0);
}

function keyText(key: AttributeMap | undefined): string {
  return JSON.stringify([key?.['app_key']?.S, key?.['name_key']?.S]);
}

function checkRow(row: AttributeMap): void {
  checkKey(row['app_key']?.S, 2048);
  checkKey(row['name_key']?.S, 1024);
  for (const attribute of Object.values(row)) checkAttribute(attribute);
  if (Buffer.byteLength(JSON.stringify(row)) > 1024 * 1024) throw invalid('an item of at most 400 KB');
}

function checkKey(key: string | undefined, maxBytes: number): void {
  if (key === undefined || key === '' || Buffer.byteLength(key) > maxBytes) throw invalid('a key that fits');
}

function checkAttribute(attribute: AttributeValue): void {
  if (attribute.N !== undefined) checkNumber(attribute.N);
  for (const each of attribute.NS ?? []) checkNumber(each);
  for (const set of [attribute.SS, attribute.NS, attribute.BS]) {
    if (set !== undefined && (set.length === 0 || new Set(set.map(String)).size < set.length)) throw invalid('a set');
  }
  for (const each of attribute.L ?? []) checkAttribute(each);
  for (const each of Object.values(attribute.M ?? {})) checkAttribute(each);
}

function checkNumber(text: string): void {
  const digits = text
    .replace(/e.*$/i, '')
    .replace(/^-|\./g, '')
    .replace(/^0+|0+$/g, '');
  if (!/^-?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(text) || digits.length > 38) throw invalid('a number of 38 digits');
}

function invalid(expected: string): Error {
  return Object.assign(new Error(`One or more parameter values were invalid: expected ${expected}`), {
    name: 'ValidationException',
  });
}
