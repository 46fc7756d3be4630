import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateContinuousBackupsCommand,
  UpdateItemCommand,
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
  it('are put, got, updated, queried, scanned and deleted', async () => {
    await put('one', { value: { S: '1' } });
    await put('two', { value: { S: '2' } });
    await dynamo.send(
      new UpdateItemCommand({
        TableName: 'cache',
        Key: key('one'),
        UpdateExpression: 'SET #v = :v',
        ExpressionAttributeNames: { '#v': 'value' },
        ExpressionAttributeValues: { ':v': { S: 'uno' } },
      }),
    );
    await dynamo.send(new DeleteItemCommand({ TableName: 'cache', Key: key('two') }));

    const { Item } = await dynamo.send(new GetItemCommand({ TableName: 'cache', Key: key('one') }));
    const { Items } = await query();
    const { Count } = await dynamo.send(new ScanCommand({ TableName: 'cache' }));

    expect(Item).toEqual({ ...key('one'), value: { S: 'uno' } });
    expect(Items).toEqual([Item]);
    expect(Count).toBe(1);
  });

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

  it('are written and read in batches', async () => {
    const { UnprocessedItems } = await dynamo.send(
      new BatchWriteItemCommand({
        RequestItems: {
          cache: Array.from({ length: 25 }, (_, index) => ({ PutRequest: { Item: key(`n${index}`) } })),
        },
      }),
    );
    const { Responses } = await dynamo.send(
      new BatchGetItemCommand({ RequestItems: { cache: { Keys: [key('n1'), key('missing')] } } }),
    );

    expect(UnprocessedItems).toEqual({});
    expect(Responses).toEqual({ cache: [key('n1')] });
    expect(await aws.rows('cache')).toHaveLength(25);
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

  it.each([
    ['PutItem', () => new PutItemCommand({ TableName: 'cache', Item: key('one'), ...allOld })],
    ['DeleteItem', () => new DeleteItemCommand({ TableName: 'cache', Key: key('one'), ...allOld })],
    [
      'UpdateItem',
      () =>
        new UpdateItemCommand({
          TableName: 'cache',
          Key: key('one'),
          UpdateExpression: 'REMOVE owner_name',
          ...allOld,
        }),
    ],
  ])('tells the item that failed it when %s asks for it', async (_, command) => {
    const error = await rejection(dynamo.send(command() as PutItemCommand));

    expect(error.name).toBe('ConditionalCheckFailedException');
    expect(error['Item']).toEqual({ ...key('one'), owner: { S: 'me' } });
  });

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

  it('keeps any other error as it is', async () => {
    const command = new PutItemCommand({ TableName: 'none', Item: key('one'), ...allOld });

    expect(await rejectionName(dynamo.send(command))).toBe('ResourceNotFoundException');
  });
});

describe('tables', () => {
  const table = {
    TableName: 'made',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' as const }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
  };

  it('can be used as soon as they are created, whatever else was asked for', async () => {
    const { TableDescription } = await dynamo.send(
      new CreateTableCommand({
        ...table,
        BillingMode: 'PAY_PER_REQUEST',
        SSESpecification: { Enabled: true, SSEType: 'KMS' },
        TableClass: 'STANDARD_INFREQUENT_ACCESS',
        DeletionProtectionEnabled: false,
        Tags: [{ Key: 'team', Value: 'a' }],
      }),
    );
    await dynamo.send(new PutItemCommand({ TableName: 'made', Item: { id: { N: '1' } } }));
    const ResourceArn = TableDescription?.TableArn ?? '';
    const { Tags } = await dynamo.send(new ListTagsOfResourceCommand({ ResourceArn }));

    expect(TableDescription?.TableStatus).toBe('ACTIVE');
    expect(Tags).toEqual([{ Key: 'team', Value: 'a' }]);
    expect(await aws.rows('made')).toEqual([{ id: { N: '1' } }]);
  });

  it('are created once', async () => {
    const create = () =>
      dynamo.send(
        new CreateTableCommand({ ...table, ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } }),
      );
    await create();

    expect(await rejectionName(create())).toBe('ResourceInUseException');
    expect((await dynamo.send(new ListTablesCommand({}))).TableNames).toEqual(['cache', 'made']);
  });

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
  const describeTtl = async () =>
    (await dynamo.send(new DescribeTimeToLiveCommand({ TableName: 'cache' }))).TimeToLiveDescription;

  it('is remembered', async () => {
    const before = await describeTtl();
    const { TimeToLiveSpecification } = await setTtl(true);
    const enabled = await describeTtl();
    await setTtl(false);

    expect(before).toEqual({ TimeToLiveStatus: 'DISABLED' });
    expect(TimeToLiveSpecification).toEqual({ AttributeName: 'ttl', Enabled: true });
    expect(enabled).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' });
    expect(await describeTtl()).toEqual(before);
  });

  it('is not set twice, nor on a table that does not exist', async () => {
    const disabled = await rejectionName(setTtl(false));
    await setTtl(true);

    expect([disabled, await rejectionName(setTtl(true))]).toEqual(['ValidationException', 'ValidationException']);
    expect(await rejectionName(setTtl(true, 'none'))).toBe('ResourceNotFoundException');
    expect((await post(aws, 'DynamoDB_20120810.UpdateTimeToLive', { TableName: 'cache' })).json['__type']).toBe(
      'ValidationException',
    );
  });

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

describe('point-in-time recovery', () => {
  it('is remembered', async () => {
    const set = (PointInTimeRecoveryEnabled: boolean) =>
      dynamo.send(
        new UpdateContinuousBackupsCommand({
          TableName: 'cache',
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled },
        }),
      );
    const describeIt = async () =>
      (await dynamo.send(new DescribeContinuousBackupsCommand({ TableName: 'cache' }))).ContinuousBackupsDescription
        ?.PointInTimeRecoveryDescription;

    await set(true);
    const enabled = await describeIt();
    await set(false);

    expect(enabled).toEqual({
      PointInTimeRecoveryStatus: 'ENABLED',
      EarliestRestorableDateTime: new Date(1_700_000_000_000),
      LatestRestorableDateTime: new Date(1_700_000_000_000),
      RecoveryPeriodInDays: 35,
    });
    expect(await describeIt()).toEqual({ PointInTimeRecoveryStatus: 'DISABLED' });
  });
});

it('takes 200 requests at the same time', async () => {
  await Promise.all(Array.from({ length: 200 }, (_, index) => put(`n${index}`)));

  expect(await aws.rows('cache')).toHaveLength(200);
});
