import {
  BatchWriteItemCommand,
  type BatchWriteItemCommandInput,
  DynamoDBClient,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { encodeRow } from '../../src/cache/rows';
import { decodeAttribute } from '../../src/aws/attribute-value';
import { queryRows, resendPause, type RowChange, writeRows } from '../../src/aws/table-client';
import { clientOptions } from '../cache/fleet-process';
import { plainRow, table } from '../cache/rows';

const client = new DynamoDBClient(clientOptions('http://127.0.0.1:1'));
const dynamo = mockClient(client);
const target = { client, table, random: () => 0 };
const first = { app_key: { S: '/orders' }, name_key: { S: 'a' } };
const second = { app_key: { S: '/orders' }, name_key: { S: 'b' } };

function puts(count: number): RowChange[] {
  return Array.from({ length: count }, (_, index) => ({
    put: encodeRow('/orders/prod', plainRow({ name: `name${index}` })),
  }));
}

function sizes(): readonly (number | undefined)[] {
  return dynamo.commandCalls(BatchWriteItemCommand).map(({ args: [{ input }] }) => input.RequestItems?.[table]?.length);
}

function leaveUnprocessed(count: number) {
  return ({ RequestItems: requests }: BatchWriteItemCommandInput) =>
    Promise.resolve({ UnprocessedItems: { [table]: requests?.[table]?.slice(0, count) ?? [] } });
}

beforeEach(() => {
  dynamo.reset();
  dynamo.on(BatchWriteItemCommand).resolves({});
});

afterEach(() => {
  jest.useRealTimers();
});

describe('queryRows', () => {
  test('asks for all rows of one partition', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [first, second] });

    const rows = await queryRows(target, '/orders');

    expect(rows).toEqual([first, second]);
    expect(dynamo.commandCalls(QueryCommand).map(({ args }) => args[0].input)).toEqual([
      {
        TableName: table,
        KeyConditionExpression: '#partition = :partition',
        ExpressionAttributeNames: { '#partition': 'app_key' },
        ExpressionAttributeValues: { ':partition': { S: '/orders' } },
        ConsistentRead: false,
        ExclusiveStartKey: undefined,
      },
    ]);
  });

  test('reads consistently on request', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [] });

    await queryRows(target, '/orders', { consistent: true });

    expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input.ConsistentRead).toBe(true);
  });

  test('asks for one attribute', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [] });

    await queryRows(target, '/orders', { attributes: ['name_key'] });

    expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input.ProjectionExpression).toBe('#a0');
  });

  test('asks for given attributes, whatever their names', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [] });

    await queryRows(target, '/orders', { attributes: ['name_key', 'ttl'] });

    expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input).toMatchObject({
      ProjectionExpression: '#a0, #a1',
      ExpressionAttributeNames: { '#partition': 'app_key', '#a0': 'name_key', '#a1': 'ttl' },
    });
  });

  test('passes the signal to every request', async () => {
    const { signal } = new AbortController();
    dynamo.on(QueryCommand).resolvesOnce({ Items: [], LastEvaluatedKey: first }).resolvesOnce({ Items: [] });

    await queryRows(target, '/orders', { signal });

    const options = dynamo.commandCalls(QueryCommand).map(({ args }) => (args as readonly unknown[])[1]);
    expect(options).toEqual([{ abortSignal: signal }, { abortSignal: signal }]);
  });

  test('keeps a key named __proto__, and reads the rows beside a malformed value', async () => {
    const value = { M: Object.fromEntries([['__proto__', { S: 'kept' }] as const]) };
    const malformed = { ...second, value: { L: 'no list' } as never };
    dynamo.on(QueryCommand).resolves({ Items: [{ ...first, value }, malformed] });

    const rows = await queryRows(target, '/orders');

    expect(rows.map((row) => row['value'] && decodeAttribute(row['value']))).toEqual([
      Object.fromEntries([['__proto__', 'kept']]),
      undefined,
    ]);
  });

  test('rejects with the error of the service', async () => {
    dynamo.on(QueryCommand).rejects(Object.assign(new Error('slow'), { name: 'ThrottlingException' }));

    const reading = queryRows(target, '/orders');

    await expect(reading).rejects.toMatchObject({ name: 'ThrottlingException' });
  });
});

describe('writeRows', () => {
  test('writes nothing for an empty list', async () => {
    await writeRows(target, []);

    expect(sizes()).toEqual([]);
  });

  test('deletes by key', async () => {
    await writeRows(target, [{ delete: { partition: '/orders/prod', sort: 'a' } }]);

    expect(dynamo.commandCalls(BatchWriteItemCommand)[0]?.args[0].input.RequestItems).toEqual({
      [table]: [{ DeleteRequest: { Key: { app_key: { S: '/orders/prod' }, name_key: { S: 'a' } } } }],
    });
  });

  test('sends again what was left unprocessed, and only that', async () => {
    dynamo.on(BatchWriteItemCommand).callsFakeOnce(leaveUnprocessed(3)).callsFakeOnce(leaveUnprocessed(1)).resolves({});

    await writeRows(target, puts(5));

    expect(sizes()).toEqual([5, 3, 1]);
  });

  test('throws the error of the client, and writes no more', async () => {
    dynamo.on(BatchWriteItemCommand).rejects(new Error('refused'));

    await expect(writeRows(target, puts(30))).rejects.toThrow('refused');

    expect(sizes()).toEqual([25]);
  });
});

describe('resendPause', () => {
  test('doubles from 50 ms up to a second', () => {
    expect([0, 1, 2, 3, 4, 5, 6].map((resend) => resendPause(resend, 1))).toEqual([50, 100, 200, 400, 800, 1000, 1000]);
  });

  test('is between half and all of that', () => {
    expect([resendPause(0, 0), resendPause(5, 0), resendPause(5, 0.5)]).toEqual([25, 500, 750]);
  });
});
