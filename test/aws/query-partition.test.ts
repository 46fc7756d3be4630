import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { queryPartition } from '../../src/aws/query-partition';

const client = new DynamoDBClient({ region: 'eu-west-1' });
const dynamo = mockClient(client);

const first = { app_key: { S: '/orders' }, name_key: { S: 'a' } };
const second = { app_key: { S: '/orders' }, name_key: { S: 'b' } };

beforeEach(() => dynamo.reset());

describe('queryPartition', () => {
  it('asks for all rows of one partition', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [first, second] });

    const rows = await queryPartition(client, { table: 'config', partition: '/orders' });

    expect(rows).toEqual([first, second]);
    expect(dynamo.commandCalls(QueryCommand).map(({ args }) => args[0].input)).toEqual([
      {
        TableName: 'config',
        KeyConditionExpression: '#partition = :partition',
        ExpressionAttributeNames: { '#partition': 'app_key' },
        ExpressionAttributeValues: { ':partition': { S: '/orders' } },
        ConsistentRead: false,
        ExclusiveStartKey: undefined,
      },
    ]);
  });

  it('reads the newest state where that is asked for', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [] });

    await queryPartition(client, { table: 'config', partition: '/orders', consistent: true });

    expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input.ConsistentRead).toBe(true);
  });

  it('asks for one attribute', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [] });

    await queryPartition(client, { table: 'config', partition: '/orders', attributes: ['name_key'] });

    expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input.ProjectionExpression).toBe('#a0');
  });

  it('asks for certain attributes, whatever they are called', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [] });

    await queryPartition(client, { table: 'config', partition: '/orders', attributes: ['name_key', 'ttl'] });

    expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input).toMatchObject({
      ProjectionExpression: '#a0, #a1',
      ExpressionAttributeNames: { '#partition': 'app_key', '#a0': 'name_key', '#a1': 'ttl' },
    });
  });

  it('follows the pages, empty ones included', async () => {
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: [first], LastEvaluatedKey: first })
      .resolvesOnce({ Items: [], LastEvaluatedKey: second })
      .resolvesOnce({ Items: [second] });

    const rows = await queryPartition(client, { table: 'config', partition: '/orders' });

    expect(rows).toEqual([first, second]);
    expect(dynamo.commandCalls(QueryCommand).map(({ args }) => args[0].input.ExclusiveStartKey)).toEqual([
      undefined,
      first,
      second,
    ]);
  });

  it('hands the signal on to every request', async () => {
    const { signal } = new AbortController();
    dynamo.on(QueryCommand).resolvesOnce({ Items: [], LastEvaluatedKey: first }).resolvesOnce({ Items: [] });

    await queryPartition(client, { table: 'config', partition: '/orders', signal });

    const options = dynamo.commandCalls(QueryCommand).map(({ args }) => (args as readonly unknown[])[1]);
    expect(options).toEqual([{ abortSignal: signal }, { abortSignal: signal }]);
  });

  it('rejects with what the service throws', async () => {
    dynamo.on(QueryCommand).rejects(Object.assign(new Error('slow'), { name: 'ThrottlingException' }));

    const reading = queryPartition(client, { table: 'config', partition: '/orders' });

    await expect(reading).rejects.toMatchObject({ name: 'ThrottlingException' });
  });
});
