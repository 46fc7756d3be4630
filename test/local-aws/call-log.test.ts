import { RecordedCalls } from '../../src/local-aws/call-log';
import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { ask, post, rejection, until } from './local-requests';

describe('the log of a server', () => {
  let aws: LocalAws;

  beforeEach(async () => {
    aws = await startLocalAws({ seed: { ssm: { '/a/one': 'hunter1' }, secrets: { '/a/s': 'hunter2' } } });
  });

  afterEach(() => aws.close());

  it('gives service, operation, body, times, outcome and answer', async () => {
    await post(aws, 'AmazonSSM.GetParameter', { Name: '/a/one' });
    await post(aws, 'AmazonSSM.GetParameter', { Name: '/a/none' });

    const [first, second] = aws.calls.all;
    expect(first).toMatchObject({
      service: 'ssm',
      operation: 'GetParameter',
      body: { Name: '/a/one' },
      outcome: 'ok',
      status: 200,
    });
    expect(first).not.toHaveProperty('error');
    expect(second).toMatchObject({ outcome: 'error', status: 400, error: 'ParameterNotFound' });
    expect(first?.endedAtMs).toBeGreaterThanOrEqual(first?.startedAtMs ?? Infinity);
  });

  it('finds and counts by name and by expression', async () => {
    await post(aws, 'secretsmanager.GetSecretValue', { SecretId: '/a/s' });
    await post(aws, 'secretsmanager.BatchGetSecretValue', { SecretIdList: ['/a/s'] });
    await post(aws, 'AmazonSSM.GetParameter', { Name: '/a/one' });

    expect(aws.calls.of('GetSecretValue')).toHaveLength(1);
    expect([aws.calls.count(), aws.calls.count('GetSecretValue'), aws.calls.count(/GetSecretValue/g)]).toEqual([
      3, 1, 2,
    ]);

    aws.calls.clear();

    expect([aws.calls.count(), aws.calls.rounds()]).toEqual([0, 0]);
  });

  it('holds no value of a secret or a parameter', async () => {
    await post(aws, 'AmazonSSM.PutParameter', { Name: '/a/two', Value: 'hunter3', Type: 'SecureString' });
    await post(aws, 'AmazonSSM.GetParameter', { Name: '/a/two', WithDecryption: true });
    await post(aws, 'secretsmanager.CreateSecret', { Name: '/a/t', SecretString: 'hunter4' });
    await post(aws, 'secretsmanager.PutSecretValue', { SecretId: '/a/t', SecretBinary: 'aHVudGVyNQ==' });
    await post(aws, 'secretsmanager.UpdateSecret', { SecretId: '/a/t', SecretString: 'hunter6' });
    await post(aws, 'secretsmanager.GetSecretValue', { SecretId: '/a/t' });
    await post(aws, 'TrentService.Encrypt', { Plaintext: 'aHVudGVyNw==' });
    await post(aws, 'secretsmanager.CreateSecret', '{"Name": "/a/u", "SecretString": "hunter8"');

    const log = JSON.stringify(aws.calls.all);
    expect(log).not.toMatch(/hunter|aHVudGVy/);
    expect(aws.calls.of('PutParameter')[0]?.body).toEqual({ Name: '/a/two', Value: '***', Type: 'SecureString' });
    expect(aws.calls.all.at(-1)?.body).toBeUndefined();
  });

  it('holds no value of a transaction, no tag and no code', async () => {
    const Key = { app_key: { S: '/orders/prod' }, name_key: { S: 'a' } };
    const values = { ExpressionAttributeValues: { ':v': { S: 'hunter4' } } };
    await post(aws, 'DynamoDB_20120810.TransactWriteItems', {
      TransactItems: [
        { Put: { TableName: 'tab', Item: { ...Key, value: { S: 'hunter3' } } } },
        { Update: { TableName: 'tab', Key, UpdateExpression: 'SET v = :v', ...values } },
      ],
    });
    await post(aws, 'DynamoDB_20120810.Query', {
      TableName: 'tab',
      QueryFilter: { value: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'hunter5' }] } },
    });
    await post(aws, 'secretsmanager.TagResource', { SecretId: '/a/s', Tags: [{ Key: 'team', Value: 'hunter6' }] });
    await post(aws, 'secretsmanager.PutSecretValue', { SecretId: '/a/s', RotationToken: 'hunter7' });
    await ask(aws, 'sts', 'AssumeRole', { TokenCode: 'hunter8' });

    expect(JSON.stringify(aws.calls.all)).not.toContain('hunter');
    expect(aws.calls.of('TransactWriteItems')[0]?.body).toMatchObject({
      TransactItems: [{ Put: { Item: { ...Key, value: '***' } } }, { Update: { Key } }],
    });
    expect(aws.calls.of('AssumeRole')[0]).toMatchObject({ service: 'sts', error: 'ValidationError' });
  });

  it('holds no value of a row, in whatever request it comes', async () => {
    const value = (text: string) => ({ M: { list: { L: [{ S: text }, { N: '4711' }] } } });
    const Key = { app_key: { S: '/orders/prod' }, name_key: { S: 'a' } };
    const write = (Item: object) => ({ PutRequest: { Item } });
    await aws.seed({ tables: { tab: {} } });
    await post(aws, 'DynamoDB_20120810.PutItem', {
      TableName: 'tab',
      Item: { ...Key, value: value('hunter3'), pin: { N: '4711' }, ttl: { N: '12' } },
    });
    await post(aws, 'DynamoDB_20120810.BatchWriteItem', {
      RequestItems: { tab: [write({ ...Key, value: { S: 'hunter4' }, other: { B: 'aHVudGVyNQ==' } })] },
    });
    await post(aws, 'DynamoDB_20120810.UpdateItem', {
      TableName: 'tab',
      Key,
      UpdateExpression: 'SET #v = :value',
      ExpressionAttributeNames: { '#v': 'value' },
      ExpressionAttributeValues: { ':value': { S: 'hunter6' } },
    });
    await post(aws, 'DynamoDB_20120810.TransactWriteItems', {
      TransactItems: [{ Put: { TableName: 'tab', Item: { ...Key, value: { SS: ['hunter7'] } } } }],
    });

    const log = JSON.stringify(aws.calls.all);
    expect(log).not.toMatch(/hunter|aHVudGVy|4711/);
    expect(aws.calls.of('PutItem')[0]?.body).toEqual({
      TableName: 'tab',
      Item: { ...Key, value: '***', pin: '***', ttl: { N: '12' } },
    });
  });

  it('logs a request of any depth, without what is too deep', async () => {
    const deep = (levels: number): string => `{"a":${levels === 0 ? '1' : deep(levels - 1)}}`;

    await post(aws, 'AmazonSSM.GetParameter', deep(60));
    await post(aws, 'AmazonSSM.GetParameter', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`);

    expect(aws.calls.all.map(({ outcome }) => outcome)).toEqual(['error', 'error']);
    expect(JSON.stringify(aws.calls.all[1]?.body)).toMatch(/^({"a":)+"\*\*\*"}+$/);
  });

  it('counts one round for requests at the same time, and one for each that waits for another', async () => {
    aws.setLatency(50);
    const read = () => post(aws, 'AmazonSSM.GetParameter', { Name: '/a/one' });
    const list = () => post(aws, 'secretsmanager.ListSecrets', {});

    await Promise.all([read(), read(), list()]);
    const together = aws.calls.rounds();
    await read();
    await list();

    expect([together, aws.calls.rounds(), aws.calls.rounds('ListSecrets')]).toEqual([1, 3, 2]);
  });
});

describe('onCall', () => {
  it('is called with every request when it has ended', async () => {
    const seen: string[] = [];
    const aws = await startLocalAws({
      faults: [{ target: 'GetParameters$', dropConn: true }],
      onCall: ({ operation, outcome, status = 'none', error = 'none', endedAtMs }) =>
        seen.push(`${operation} ${outcome} ${status} ${error} ${typeof endedAtMs}`),
    });

    await post(aws, 'secretsmanager.ListSecrets', {});
    await post(aws, 'DynamoDB_20120810.GetItem', { TableName: 'none', Key: { id: { S: 'a' } } });
    await rejection(post(aws, 'AmazonSSM.GetParameters', {}));
    await rejection(post(aws, 'AmazonSSM.PutParameter', {}, AbortSignal.abort()));
    aws.setLatency(60_000);
    const waiting = rejection(post(aws, 'AmazonSSM.GetParameter', {}));
    await until(() => aws.calls.count('GetParameter') === 1);
    await aws.close();
    await waiting;

    expect(seen).toEqual([
      'ListSecrets ok 200 none number',
      'GetItem error 400 ResourceNotFoundException number',
      'GetParameters fault none none number',
      'GetParameter aborted none none number',
    ]);
  });
});

describe('rounds', () => {
  it('count a request in work as one that has not ended', () => {
    const calls = new RecordedCalls();

    calls.end(calls.begin(), 'ok');
    calls.begin();
    calls.begin();

    expect(calls.rounds()).toBe(2);
  });
});
