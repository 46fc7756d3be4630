import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DeleteItemCommandInput,
  GetItemCommand,
  type GetItemCommandInput,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
  TransactGetItemsCommand,
  type TransactGetItemsCommandInput,
  TransactWriteItemsCommand,
  type TransactWriteItem,
  UpdateItemCommand,
  type UpdateItemCommandInput,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';

import { rejection, rejectionName } from '../local-requests';
import { type OperationCase, type World } from './world';

const TableName = 'tab';
const key = (name: string) => ({ app_key: { S: '/a' }, name_key: { S: name } });
const row = (name: string, count: number) => ({ ...key(name), count: { N: `${count}` } });
const names = { ExpressionAttributeNames: { '#c': 'count' } };
const values = (count: number) => ({ ExpressionAttributeValues: { ':c': { N: `${count}` } } });
const capacity = { ReturnConsumedCapacity: 'TOTAL' } as const;
/** Conditions as requests had them before there were expressions. */
const formerly = (count: number) => ({
  Expected: { count: { Value: { N: `${count}` } }, name_key: { Exists: true, Value: { S: 'a' } } },
});
const equals = (text: string) => ({ ComparisonOperator: 'EQ' as const, AttributeValueList: [{ S: text }] });
const moreThan = (count: number) => ({ ComparisonOperator: 'GT' as const, AttributeValueList: [{ N: `${count}` }] });
const allOld = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
const namesOf = (items: readonly Record<string, AttributeValue>[] | undefined) =>
  items?.map(({ name_key: name }) => name?.S);

const getItem: OperationCase = async ({ dynamo }) => {
  const get = (input: Partial<GetItemCommandInput>) =>
    dynamo.send(new GetItemCommand({ TableName, Key: key('a'), ...input }));

  expect((await get({ ConsistentRead: true })).Item).toEqual(row('a', 1));
  expect((await get({ ProjectionExpression: '#c', ...names })).Item).toEqual({ count: { N: '1' } });
  expect((await get({ AttributesToGet: ['count'] })).Item).toEqual({ count: { N: '1' } });
  expect((await get(capacity)).ConsumedCapacity).toMatchObject({ TableName, CapacityUnits: 0.5 });
  expect((await get({ Key: key('none') })).Item).toBeUndefined();
  expect(await rejectionName(get({ TableName: 'none' }))).toBe('ResourceNotFoundException');
  expect(await rejectionName(get({ Key: { app_key: { S: '/a' } } }))).toBe('ValidationException');
};

const batchGetItem: OperationCase = async ({ dynamo }) => {
  const get = (Keys: Record<string, AttributeValue>[], table = TableName) =>
    dynamo.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys } } }));

  const { Responses, UnprocessedKeys } = await get([key('a'), key('none')]);

  expect([Responses, UnprocessedKeys]).toEqual([{ [TableName]: [row('a', 1)] }, {}]);
  const counts = async (input: object) => {
    const RequestItems = { [TableName]: { Keys: [key('a')], ...input } };
    return dynamo.send(new BatchGetItemCommand({ RequestItems, ...capacity }));
  };
  const projected = await counts({ ConsistentRead: true, ProjectionExpression: '#c', ...names });
  expect(projected.Responses?.[TableName]).toEqual([{ count: { N: '1' } }]);
  expect(projected.ConsumedCapacity).toMatchObject([{ TableName, CapacityUnits: 1 }]);
  expect((await counts({ AttributesToGet: ['count'] })).Responses?.[TableName]).toEqual([{ count: { N: '1' } }]);
  expect((await get(keys(100))).Responses?.[TableName]).toEqual([]);
  expect(await rejectionName(get(keys(101)))).toBe('ValidationException');
  expect(await rejectionName(get([key('a'), key('a')]))).toBe('ValidationException');
  expect(await rejectionName(get([key('a')], 'none'))).toBe('ResourceNotFoundException');
};

const putItem: OperationCase = async (world) => {
  const put = (input: Partial<PutItemCommandInput>) =>
    world.dynamo.send(new PutItemCommand({ TableName, Item: row('a', 2), ...input }));
  const withItem = (more: Record<string, AttributeValue>) => put({ Item: { ...key('x'), ...more } });

  expect((await put({ ReturnValues: 'ALL_OLD' })).Attributes).toEqual(row('a', 1));
  await put({ Item: row('a', 3), ConditionExpression: '#c = :c', ...names, ...values(2) });
  const failed = await rejection(put({ ConditionExpression: 'attribute_not_exists(app_key)', ...allOld }));
  expect([failed.name, failed['Item']]).toEqual(['ConditionalCheckFailedException', row('a', 3)]);
  expect(await rejectionName(put(formerly(9)))).toBe('ConditionalCheckFailedException');
  expect((await put({ ...formerly(3), ...capacity, Item: row('a', 3) })).ConsumedCapacity).toMatchObject({ TableName });
  await withItem({ digits: { N: '12345678901234567890123456789012345678' } });
  await withItem({ name_key: { S: 'x'.repeat(1024) }, app_key: { S: 'x'.repeat(2048) } });
  await withItem({ value: { S: 'x'.repeat(409_000) } });
  for (const wrong of [
    { value: { S: 'x'.repeat(409_600) } },
    { name_key: { S: 'x'.repeat(1025) } },
    { app_key: { S: 'x'.repeat(2049) } },
    { digits: { N: '123456789012345678901234567890123456789' } },
    { name_key: { S: '' } },
    { name_key: { N: '1' } },
    { set: { SS: [] } },
  ]) {
    expect(await rejectionName(withItem(wrong))).toBe('ValidationException');
  }
  expect(await rejectionName(put({ TableName: 'none' }))).toBe('ResourceNotFoundException');
};

const updateItem: OperationCase = async ({ dynamo }) => {
  const update = (input: Partial<UpdateItemCommandInput>) =>
    dynamo.send(
      new UpdateItemCommand({ TableName, Key: key('a'), UpdateExpression: 'SET #c = #c + :c', ...names, ...input }),
    );

  const { Attributes } = await update({ ...values(5), ReturnValues: 'ALL_NEW' });
  const made = await update({ Key: key('new'), UpdateExpression: 'ADD #c :c', ...values(1), ReturnValues: 'ALL_NEW' });
  const condition = { ConditionExpression: '#c = :c', UpdateExpression: 'REMOVE #c', ...values(1) };
  const failed = await rejection(update({ ...condition, ...allOld }));

  expect([Attributes, made.Attributes]).toEqual([row('a', 6), row('new', 1)]);
  expect([failed.name, failed['Item']]).toEqual(['ConditionalCheckFailedException', row('a', 6)]);
  const former = { UpdateExpression: undefined, ExpressionAttributeNames: undefined, ...capacity };
  const AttributeUpdates = { count: { Action: 'ADD' as const, Value: { N: '1' } } };
  expect((await update({ ...former, ...formerly(6), AttributeUpdates })).ConsumedCapacity).toMatchObject({ TableName });
  const again = update({ ...former, ...formerly(6), AttributeUpdates });
  expect(await rejectionName(again)).toBe('ConditionalCheckFailedException');
  const ofKey = { UpdateExpression: 'SET name_key = :c', ExpressionAttributeNames: undefined, ...values(1) };
  expect(await rejectionName(update(ofKey))).toBe('ValidationException');
  expect(await rejectionName(update({ TableName: 'none', ...values(1) }))).toBe('ResourceNotFoundException');
};

const deleteItem: OperationCase = async (world) => {
  const remove = (input: Partial<DeleteItemCommandInput>) =>
    world.dynamo.send(new DeleteItemCommand({ TableName, Key: key('a'), ...input }));
  const condition = { ConditionExpression: '#c = :c', ...names };

  expect(await rejectionName(remove(formerly(9)))).toBe('ConditionalCheckFailedException');
  const failed = await rejection(remove({ ...condition, ...values(9), ...allOld }));
  const { Attributes } = await remove({ ...condition, ...values(1), ReturnValues: 'ALL_OLD' });
  expect((await remove(capacity)).ConsumedCapacity).toMatchObject({ TableName });

  expect([failed.name, failed['Item']]).toEqual(['ConditionalCheckFailedException', row('a', 1)]);
  expect(Attributes).toEqual(row('a', 1));
  expect(namesOf(await world.aws.rows(TableName))).toEqual(['b', 'c']);
  expect(await rejectionName(remove({ Key: { app_key: { S: '/a' } } }))).toBe('ValidationException');
  expect(await rejectionName(remove({ TableName: 'none' }))).toBe('ResourceNotFoundException');
};

const batchWriteItem: OperationCase = async (world) => {
  const put = (name: Record<string, AttributeValue>) => ({ PutRequest: { Item: name } });
  const write = (requests: object[], table = TableName) =>
    world.dynamo.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));

  const { UnprocessedItems } = await write([put(key('new')), { DeleteRequest: { Key: key('a') } }]);

  expect(UnprocessedItems).toEqual({});
  expect(namesOf(await world.aws.rows(TableName))?.sort()).toEqual(['b', 'c', 'new']);
  await write(keys(25).map(put));
  const one = new BatchWriteItemCommand({ RequestItems: { [TableName]: [put(key('one'))] }, ...capacity });
  expect((await world.dynamo.send(one)).ConsumedCapacity).toMatchObject([{ TableName }]);
  expect(await rejectionName(write(keys(26).map(put)))).toBe('ValidationException');
  expect(await rejectionName(write([put(key('a')), put(key('a'))]))).toBe('ValidationException');
  expect(await rejectionName(write([put(key('a'))], 'none'))).toBe('ResourceNotFoundException');
};

const query: OperationCase = async (world) => {
  const ask = (input: Partial<QueryCommandInput>) =>
    world.dynamo.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'app_key = :a',
        ExpressionAttributeValues: { ':a': { S: '/a' } },
        ...input,
      }),
    );
  const found = async (input: Partial<QueryCommandInput>) => namesOf((await ask(input)).Items);
  const within = { ':a': { S: '/a' }, ':b': { S: 'b' }, ':c': { N: '2' } };

  expect(await found({ ConsistentRead: true })).toEqual(['a', 'b', 'c']);
  expect(await found({ ScanIndexForward: false })).toEqual(['c', 'b', 'a']);
  const from = { KeyConditionExpression: 'app_key = :a AND name_key >= :b' };
  expect(await found({ ...from, ExpressionAttributeValues: { ':a': { S: '/a' }, ':b': { S: 'b' } } })).toEqual([
    'b',
    'c',
  ]);
  const filtered = { ...from, FilterExpression: '#c > :c', ...names, ExpressionAttributeValues: within };
  expect(await ask({ ...filtered, ProjectionExpression: '#c' })).toMatchObject({
    Items: [{ count: { N: '3' } }],
    ScannedCount: 2,
  });
  const { LastEvaluatedKey } = await ask({ Limit: 2 });
  expect(await found({ ExclusiveStartKey: LastEvaluatedKey })).toEqual(['c']);
  expect((await ask({ Select: 'COUNT' })).Count).toBe(3);
  const former = { KeyConditionExpression: undefined, ExpressionAttributeValues: undefined, ...capacity };
  const KeyConditions = { app_key: equals('/a'), name_key: equals('b') };
  const projected = await ask({ ...former, KeyConditions, AttributesToGet: ['count'] });
  expect(projected).toMatchObject({ Items: [{ count: { N: '2' } }], ConsumedCapacity: { TableName } });
  const formerFilter = { KeyConditions: { app_key: equals('/a') }, QueryFilter: { count: moreThan(2) } };
  expect(await found({ ...former, ...formerFilter })).toEqual(['c']);
  await addIndex(world);
  const byName = { IndexName: 'by-name', KeyConditionExpression: 'name_key = :a' };
  expect(await found({ ...byName, ExpressionAttributeValues: { ':a': { S: 'b' } } })).toEqual(['b']);
  for (const { name_key: name } of keys(4)) {
    await world.dynamo.send(new PutItemCommand({ TableName, Item: { ...key(`${name.S}`), filler: big } }));
  }
  const page = await ask({ FilterExpression: 'attribute_not_exists(filler)' });
  expect([page.Count, page.LastEvaluatedKey === undefined]).toEqual([0, false]);
  expect(await rejectionName(ask({ KeyConditionExpression: 'name_key = :a' }))).toBe('ValidationException');
  expect(await rejectionName(ask({ TableName: 'none' }))).toBe('ResourceNotFoundException');
};

const scan: OperationCase = async (world) => {
  const { dynamo } = world;
  const ask = (input: Partial<ScanCommandInput>) => dynamo.send(new ScanCommand({ TableName, ...input }));

  expect(namesOf((await ask({ ConsistentRead: true })).Items)).toEqual(['a', 'b', 'c']);
  const filtered = { FilterExpression: '#c > :c', ProjectionExpression: '#c', ...names, ...values(2) };
  expect((await ask(filtered)).Items).toEqual([{ count: { N: '3' } }]);
  const { LastEvaluatedKey } = await ask({ Limit: 2 });
  expect(namesOf((await ask({ ExclusiveStartKey: LastEvaluatedKey })).Items)).toEqual(['c']);
  expect((await ask({ Select: 'COUNT' })).Count).toBe(3);
  const ScanFilter = { count: moreThan(1), name_key: equals('b') };
  expect(namesOf((await ask({ ScanFilter })).Items)).toEqual(['b']);
  expect(await ask({ AttributesToGet: ['count'], ScanFilter: { count: moreThan(2) }, ...capacity })).toMatchObject({
    Items: [{ count: { N: '3' } }],
    ConsumedCapacity: { TableName },
  });
  const segments = [0, 1].map(async (Segment) => (await ask({ Segment, TotalSegments: 2 })).Count ?? 0);
  expect((await Promise.all(segments)).reduce((sum, count) => sum + count)).toBe(3);
  await addIndex(world);
  expect(namesOf((await ask({ IndexName: 'by-name' })).Items)?.toSorted()).toEqual(['a', 'b', 'c']);
  expect(await rejectionName(ask({ FilterExpression: 'nonsense' }))).toBe('ValidationException');
  expect(await rejectionName(ask({ TableName: 'none' }))).toBe('ResourceNotFoundException');
};

const addIndex = ({ dynamo }: World) =>
  dynamo.send(
    new UpdateTableCommand({
      TableName,
      AttributeDefinitions: [{ AttributeName: 'name_key', AttributeType: 'S' }],
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: 'by-name',
            KeySchema: [{ AttributeName: 'name_key', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        },
      ],
    }),
  );

const transactWriteItems: OperationCase = async (world) => {
  const write = (TransactItems: TransactWriteItem[], ClientRequestToken?: string) =>
    world.dynamo.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
  const put = (item: Record<string, AttributeValue>, more = {}) => ({ Put: { TableName, Item: item, ...more } });
  const add = (name: string, count: number) => ({
    Update: { TableName, Key: key(name), UpdateExpression: 'SET #c = #c + :c', ...names, ...values(count) },
  });
  const countIs = (count: number) => ({ ConditionExpression: '#c = :c', ...names, ...values(count), ...allOld });
  const counts = async (): Promise<unknown> =>
    Object.fromEntries((await world.aws.rows(TableName)).map((each) => [each['name_key']?.S, each['count']?.N]));
  const reasonsOf = async (items: TransactWriteItem[]): Promise<readonly unknown[]> => {
    const error = await rejection(write(items));
    return [error.name, error['CancellationReasons']];
  };

  await write([
    put(row('new', 9), { ConditionExpression: 'attribute_not_exists(app_key)' }),
    { ConditionCheck: { TableName, Key: key('a'), ...countIs(1) } },
    {
      Update: {
        ...{ TableName, Key: key('b'), UpdateExpression: 'SET #c = #c + :d', ConditionExpression: '#c = :c', ...names },
        ...{ ExpressionAttributeValues: { ':c': { N: '2' }, ':d': { N: '10' } }, ...allOld },
      },
    },
    { Delete: { TableName, Key: key('c'), ...countIs(3) } },
  ]);

  expect(await counts()).toEqual({ a: '1', b: '12', new: '9' });
  // None of the others is done when one fails.
  const exists = put(row('a', 7), { ...countIs(7) });
  expect(await reasonsOf([add('b', 1), exists, add('none', 1)])).toEqual([
    'TransactionCanceledException',
    [
      { Code: 'None' },
      { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', Item: row('a', 1) },
      expect.objectContaining({ Code: 'ValidationError' }),
    ],
  ]);
  expect(await counts()).toEqual({ a: '1', b: '12', new: '9' });
  for (const again of [1, 2])
    expect([again, (await write([add('b', 1)], 'same'))['$metadata'].httpStatusCode]).toEqual([again, 200]);
  expect(await counts()).toMatchObject({ b: '13' });
  expect(await rejectionName(write([add('b', 2)], 'same'))).toBe('IdempotentParameterMismatchException');
  world.passTime(10 * 60_000);
  await write([add('b', 2)], 'same');
  expect(await counts()).toMatchObject({ b: '15' });
  await write(keys(100).map((each) => put(each)));
  for (const wrong of [
    [],
    keys(101).map((each) => put(each)),
    [add('b', 1), { Delete: { TableName, Key: key('b') } }],
    [{ ...put(key('x')), ...add('b', 1) }],
    [put(row('x', 1), { ConditionExpression: 'nonsense' })],
    [put(row('x', 1), { ReturnValuesOnConditionCheckFailure: 'ALL' })],
    [{ ConditionCheck: { TableName, Key: key('a'), ConditionExpression: undefined } }],
  ]) {
    expect(await rejectionName(write(wrong))).toBe('ValidationException');
  }
  const none = [{ Put: { TableName: 'none', Item: key('a') } }];
  expect(await rejectionName(write(none))).toBe('ResourceNotFoundException');
};

const transactGetItems: OperationCase = async ({ dynamo }) => {
  const get = (TransactItems: TransactGetItemsCommandInput['TransactItems']) =>
    dynamo.send(new TransactGetItemsCommand({ TransactItems }));
  const of = (name: string, more = {}) => ({ Get: { TableName, Key: key(name), ...more } });

  const { Responses } = await get([of('a'), of('none'), of('b', { ProjectionExpression: '#c', ...names })]);

  expect(Responses).toEqual([{ Item: row('a', 1) }, {}, { Item: { count: { N: '2' } } }]);
  const wrongKey = { Get: { TableName, Key: { app_key: { S: '/a' } } } };
  const canceled = await rejection(get([of('a'), wrongKey]));
  expect([canceled.name, canceled['CancellationReasons']]).toEqual([
    'TransactionCanceledException',
    [{ Code: 'None' }, expect.objectContaining({ Code: 'ValidationError' })],
  ]);
  expect((await get(keys(100).map((each) => ({ Get: { TableName, Key: each } })))).Responses).toHaveLength(100);
  expect(await rejectionName(get([]))).toBe('ValidationException');
  expect(await rejectionName(get(keys(101).map((each) => ({ Get: { TableName, Key: each } }))))).toBe(
    'ValidationException',
  );
  expect(await rejectionName(get([of('a'), of('a')]))).toBe('ValidationException');
  expect(await rejectionName(get([{ Get: { TableName: 'none', Key: key('a') } }]))).toBe('ResourceNotFoundException');
};

const big = { S: 'x'.repeat(300_000) };

function keys(count: number): readonly ReturnType<typeof key>[] & Record<string, AttributeValue>[] {
  return Array.from({ length: count }, (_, index) => key(`!${index}`));
}

/** The rows of DynamoDB that are about rows of tables. */
export const rowCases: Readonly<Record<string, OperationCase>> = {
  GetItem: getItem,
  BatchGetItem: batchGetItem,
  PutItem: putItem,
  UpdateItem: updateItem,
  DeleteItem: deleteItem,
  BatchWriteItem: batchWriteItem,
  Query: query,
  Scan: scan,
  TransactWriteItems: transactWriteItems,
  TransactGetItems: transactGetItems,
};
