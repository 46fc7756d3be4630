import {
  type AttributeValue,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';

import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { clientOptions, post, rejection, rejectionName } from './local-requests';

const digits38 = '12345678901234567890123456789012345678';

let aws: LocalAws;
let dynamo: DynamoDBClient;

beforeEach(async () => {
  aws = await startLocalAws({ clock: () => 1_700_000_000_000, seed: { tables: { cache: {} } } });
  dynamo = new DynamoDBClient(clientOptions(aws));
});

afterEach(async () => {
  dynamo.destroy();
  await aws.close();
});

const key = (name: string) => ({ app_key: { S: '/a' }, name_key: { S: name } });
const put = (name: string, more: Record<string, AttributeValue> = {}) =>
  dynamo.send(new PutItemCommand({ TableName: 'cache', Item: { ...key(name), ...more } }));
const query = () =>
  dynamo.send(
    new QueryCommand({
      TableName: 'cache',
      KeyConditionExpression: 'app_key = :a',
      ExpressionAttributeValues: { ':a': { S: '/a' } },
    }),
  );

describe('rows', () => {
  it('keep every type, and numbers of 38 digits', async () => {
    const values: Record<string, AttributeValue> = {
      number: { N: digits38 },
      fraction: { N: '-0.00000000000000000000000000000000000001' },
      binary: { B: new Uint8Array([0, 255]) },
      flag: { BOOL: false },
      nothing: { NULL: true },
      texts: { SS: ['a', 'b'] },
      bytes: { BS: [new Uint8Array([1])] },
      list: { L: [{ S: '' }, { N: '1' }, { B: new Uint8Array([2]) }] },
      map: { M: { inner: { B: new Uint8Array([3]) } } },
    };

    await put('all', values);

    expect((await query()).Items).toEqual([{ ...key('all'), ...values }]);
    expect(await aws.rows('cache')).toEqual([{ ...key('all'), ...values }]);
  });

  it('come in pages of 1 MB, which `rows` and `clearTable` follow', async () => {
    const value = { S: 'x'.repeat(300_000) };
    for (const name of ['a', 'b', 'c', 'd', 'e']) await put(name, { value });

    const { Items, LastEvaluatedKey } = await query();

    expect([Items?.length, LastEvaluatedKey]).toEqual([4, key('d')]);
    expect(await aws.rows('cache')).toHaveLength(5);

    await aws.clearTable('cache');

    expect(await aws.rows('cache')).toEqual([]);
  });

  it('refuse what DynamoDB refuses, in its words', async () => {
    const error = await rejection(put(''));
    const { status, json, headers } = await post(aws, 'DynamoDB_20120810.GetItem', {
      TableName: 'none',
      Key: key('a'),
    });

    expect([error.name, error.message]).toEqual(['ValidationException', expect.stringContaining('name_key')]);
    expect([status, json['__type']]).toEqual([400, 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException']);
    expect(headers.get('x-amzn-errortype')).toBe('ResourceNotFoundException');
    expect(headers.get('content-type')).toBe('application/x-amz-json-1.0');
  });
});

describe('a condition that fails', () => {
  const condition = { ConditionExpression: 'attribute_not_exists(app_key)' };
  const allOld = { ...condition, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

  beforeEach(() => put('one', { owner: { S: 'me' } }));

  it('gives no item when it is not asked for, or there is none', async () => {
    const silent = await rejection(
      dynamo.send(new PutItemCommand({ TableName: 'cache', Item: key('one'), ...condition })),
    );
    const absent = await rejection(
      dynamo.send(
        new DeleteItemCommand({
          TableName: 'cache',
          Key: key('two'),
          ConditionExpression: 'attribute_exists(app_key)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );

    expect([silent.name, silent['Item']]).toEqual(['ConditionalCheckFailedException', undefined]);
    expect([absent.name, absent['Item']]).toEqual(['ConditionalCheckFailedException', undefined]);
  });

  it('lets one of many at the same time pass, and gives the others its item', async () => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        dynamo.send(
          new PutItemCommand({ TableName: 'cache', Item: { ...key('lease'), owner: { N: String(index) } }, ...allOld }),
        ),
      ),
    );

    const [row] = (await aws.rows('cache')).filter((each) => each['name_key']?.S === 'lease');
    const losers = attempts.flatMap((each) => (each.status === 'rejected' ? [each.reason as { Item: unknown }] : []));
    expect(losers).toHaveLength(19);
    expect(losers.every(({ Item }) => JSON.stringify(Item) === JSON.stringify(row))).toBe(true);
  });
});

describe('tables', () => {
  const table = {
    TableName: 'made',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' as const }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
  };

  it('are gone as soon as they are deleted, with their settings', async () => {
    const enable = () =>
      dynamo.send(
        new UpdateTimeToLiveCommand({
          TableName: 'made',
          TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        }),
      );
    const create = () => dynamo.send(new CreateTableCommand({ ...table, BillingMode: 'PAY_PER_REQUEST' }));
    const status = async () =>
      (await dynamo.send(new DescribeTimeToLiveCommand({ TableName: 'made' }))).TimeToLiveDescription;
    await create();
    await enable();

    await dynamo.send(new DeleteTableCommand({ TableName: 'made' }));
    const described = await rejectionName(dynamo.send(new DescribeTableCommand({ TableName: 'made' })));
    await create();
    const afterDeletion = await status();
    await enable();
    await aws.deleteTable('made');
    await create();

    expect(described).toBe('ResourceNotFoundException');
    expect([afterDeletion, await status()]).toEqual([
      { TimeToLiveStatus: 'DISABLED' },
      { TimeToLiveStatus: 'DISABLED' },
    ]);
  });
});

describe('time to live', () => {
  const setTtl = (Enabled: boolean, TableName = 'cache') =>
    dynamo.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { AttributeName: 'ttl', Enabled } }));

  it('deletes nothing until asked to', async () => {
    await setTtl(true);
    await put('old', { ttl: { N: '100' } });
    await put('new', { ttl: { N: '101' } });
    await put('text', { ttl: { S: '1' } });
    await put('none');

    expect(await aws.rows('cache')).toHaveLength(4);
    expect(await aws.expireItems(100)).toBe(1);
    expect((await aws.rows('cache')).map((row) => row['name_key']?.S).sort()).toEqual(['new', 'none', 'text']);
  });
});

it('handles 200 requests at the same time', async () => {
  await Promise.all(Array.from({ length: 200 }, (_, index) => put(`n${index}`)));

  expect(await aws.rows('cache')).toHaveLength(200);
});
