import { DynamoDBClient, QueryCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { BatchGetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';

import { type LocalAws, type LocalAwsFault, startLocalAws } from '../../src/local-aws/local-aws';
import { allOperations, type Stores } from '../../src/local-aws/operations';
import { ask, clientOptions, post, rejection, rejectionName, until } from './local-requests';

const byPathTarget = 'AmazonSSM.GetParametersByPath';
const secretTarget = 'secretsmanager.GetSecretValue';
const queryBody = {
  TableName: 'cache',
  KeyConditionExpression: 'app_key = :a',
  ExpressionAttributeValues: { ':a': { S: '/a' } },
};

let aws: LocalAws;
let ssm: SSMClient;

beforeAll(async () => {
  aws = await startLocalAws({
    seed: {
      ssm: { '/a/one': '1', '/b/two': '2' },
      secrets: { '/a/s': 'x', '/a/t': 'y' },
      tables: { cache: { rows: [{ app_key: '/a', name_key: 'one' }] } },
    },
  });
  ssm = new SSMClient(clientOptions(aws));
});

beforeEach(() => aws.calls.clear());

afterAll(async () => {
  ssm.destroy();
  await aws.close();
});

const byPath = (Path = '/a', NextToken?: string) =>
  ssm.send(new GetParametersByPathCommand({ Path, ...(NextToken === undefined ? {} : { NextToken }) }));
const outcomes = () => aws.calls.all.map(({ outcome }) => outcome);

describe('an error', () => {
  it('is answered with its name, status and message', async () => {
    aws.setFaults([{ target: 'GetParametersByPath', type: 'AccessDeniedException', message: 'no' }]);

    const error = await rejection(byPath());
    const { status, json, headers } = await post(aws, byPathTarget, { Path: '/a' });

    expect([error.name, error.message]).toEqual(['AccessDeniedException', 'no']);
    expect([status, json]).toEqual([400, { __type: 'AccessDeniedException', message: 'no' }]);
    expect(headers.get('x-amzn-errortype')).toBe('AccessDeniedException');
    expect(headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(outcomes()).toEqual(['fault', 'fault']);
  });

  it.each([
    [{ status: 500 }, 500, 'InternalFailure'],
    [{ status: 503 }, 503, 'ServiceUnavailable'],
    [{ message: 'odd' }, 400, 'ValidationException'],
    [{ type: 'InternalServerError', status: 500 }, 500, 'InternalServerError'],
  ])('%j is answered with %i %s', async (fault, status, type) => {
    aws.setFaults([{ target: 'GetParametersByPath', ...fault }]);

    const answer = await post(aws, byPathTarget, { Path: '/a' });

    expect([answer.status, answer.json['__type']]).toEqual([status, type]);
  });

  it.each([...allOperations({} as Stores)])('hits each operation of %s', async (service, operations) => {
    for (const name of operations.keys()) {
      aws.setFaults([{ target: `^${name}$`, service, type: 'Planned', status: 418 }]);

      const { status, text } = await ask(aws, service, name, {});

      expect([name, status, text.includes('Planned')]).toEqual([name, 418, true]);
      expect(aws.calls.all.at(-1)).toMatchObject({ service, operation: name, outcome: 'fault', error: 'Planned' });
    }
  });

  it('of the connection can leave what was asked done, so that a token makes the retry harmless', async () => {
    const dynamo = new DynamoDBClient({ ...clientOptions(aws), maxAttempts: 2 });
    const Update = {
      ...{ TableName: 'cache', Key: { app_key: { S: '/a' }, name_key: { S: 'one' } } },
      ...{ UpdateExpression: 'ADD n :n', ExpressionAttributeValues: { ':n': { N: '1' } } },
    };
    aws.setFaults([{ target: 'TransactWriteItems', dropAnswer: true, times: 1 }]);

    await dynamo.send(new TransactWriteItemsCommand({ TransactItems: [{ Update }], ClientRequestToken: 'once' }));
    dynamo.destroy();

    expect(outcomes()).toEqual(['fault', 'ok']);
    expect((await aws.rows('cache'))[0]?.['n']).toEqual({ N: '1' });
  });

  it('of a transaction leaves everything as it was', async () => {
    const dynamo = new DynamoDBClient(clientOptions(aws));
    const Item = { app_key: { S: '/a' }, name_key: { S: 'two' } };
    const write = () =>
      dynamo.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: 'cache', Item } }] }));
    aws.setFaults([{ target: 'TransactWriteItems', type: 'TransactionInProgressException', times: 1 }]);

    const name = await rejectionName(write());
    dynamo.destroy();

    expect(name).toBe('TransactionInProgressException');
    expect(await aws.rows('cache')).toHaveLength(1);
  });

  it('happens as often as it says', async () => {
    aws.setFaults([{ target: 'ByPath', type: 'ThrottlingException', times: 2 }]);

    const names = [await rejectionName(byPath()), await rejectionName(byPath())];
    const { Parameters } = await byPath();

    expect(names).toEqual(['ThrottlingException', 'ThrottlingException']);
    expect(Parameters).toHaveLength(1);
    expect(outcomes()).toEqual(['fault', 'fault', 'ok']);
  });

  it('hits only the bodies it names', async () => {
    aws.setFaults([{ target: '.', body: '"/a"', type: 'AccessDeniedException' }]);

    expect(await rejectionName(byPath('/a'))).toBe('AccessDeniedException');
    expect((await byPath('/b')).Parameters).toHaveLength(1);
  });

  it('hits every operation its expression finds, but those of other services', async () => {
    aws.setFaults([{ target: 'GetSecretValue', service: 'secretsmanager', type: 'DecryptionFailure' }]);

    const one = await post(aws, secretTarget, { SecretId: '/a/s' });
    const batch = await post(aws, 'secretsmanager.BatchGetSecretValue', { SecretIdList: ['/a/s'] });
    aws.setFaults([{ target: '', service: 'kms', type: 'DecryptionFailure' }]);
    const other = await post(aws, secretTarget, { SecretId: '/a/s' });

    expect([one, batch, other].map(({ json }) => json['__type'])).toEqual([
      'DecryptionFailure',
      'DecryptionFailure',
      undefined,
    ]);
  });

  it('is followed by the next fault once it has happened', async () => {
    aws.setFaults([
      { target: 'ByPath', type: 'First', times: 1 },
      { target: 'ByPath', type: 'Never', times: 0 },
      { target: 'ByPath', type: 'Second' },
    ]);

    const names = [await rejectionName(byPath()), await rejectionName(byPath()), await rejectionName(byPath())];

    expect(names).toEqual(['First', 'Second', 'Second']);
  });

  it('applies also to a body that is not JSON, and to an unknown operation', async () => {
    aws.setFaults([{ target: 'ByPath|Unheard', type: 'Planned' }]);

    const garbage = await post(aws, byPathTarget, '{');
    const unknown = await post(aws, 'AmazonSSM.Unheard', {});

    expect([garbage.json['__type'], unknown.json['__type']]).toEqual(['Planned', 'Planned']);
  });
});

describe('a connection', () => {
  it('is dropped', async () => {
    aws.setFaults([{ target: 'ByPath', dropConn: true, times: 1 }]);

    const error = await rejection(byPath());

    expect(error.message).toContain('socket hang up');
    expect((await byPath()).Parameters).toHaveLength(1);
    expect(outcomes()).toEqual(['fault', 'ok']);
  });

  it('hangs until the client aborts it', async () => {
    aws.setFaults([{ target: 'ByPath', hang: true }]);
    const client = new AbortController();

    const request = rejectionName(post(aws, byPathTarget, { Path: '/a' }, client.signal));
    await until(() => aws.calls.all[0]?.body !== undefined);
    const inWork = aws.calls.all.map(({ outcome, endedAtMs }) => [outcome, endedAtMs]);
    client.abort();

    expect(await request).toBe('AbortError');
    await until(() => aws.calls.all[0]?.outcome !== undefined);
    expect(inWork).toEqual([[undefined, undefined]]);
    expect(outcomes()).toEqual(['aborted']);
  });
});

describe('a delay', () => {
  it('comes before the answer, or before another fault', async () => {
    aws.setFaults([
      { target: 'ByPath', delayMs: 20, times: 1 },
      { target: 'ByPath', delayMs: 20, type: 'Late' },
    ]);

    const { Parameters } = await byPath();
    const late = await rejectionName(byPath());

    const took = aws.calls.all.map(({ startedAtMs, endedAtMs = 0 }) => endedAtMs - startedAtMs);
    expect([Parameters?.length, late]).toEqual([1, 'Late']);
    expect(Math.min(...took)).toBeGreaterThanOrEqual(19);
    expect(outcomes()).toEqual(['ok', 'fault']);
  });
});

describe('garbage', () => {
  it.each([
    [{ body: '{"Parameters":[{' }, 200, 'application/x-amz-json-1.1'],
    [{ body: '<html>', status: 502, contentType: 'text/html' }, 502, 'text/html'],
  ])('%j is answered as it is', async (raw, status, type) => {
    aws.setFaults([{ target: 'ByPath', raw }]);

    const answer = await post(aws, byPathTarget, { Path: '/a' });

    expect([answer.status, answer.text, answer.headers.get('content-type')]).toEqual([status, raw.body, type]);
    await expect(byPath()).rejects.toThrow();
  });
});

describe('batches', () => {
  it('come back unprocessed', async () => {
    const RequestItems = { cache: [{ PutRequest: { Item: { app_key: { S: '/a' }, name_key: { S: 'two' } } } }] };
    const Keys = { cache: { Keys: [{ app_key: { S: '/a' }, name_key: { S: 'one' } }] } };
    aws.setFaults([{ target: '', unprocessed: true }]);

    const written = await post(aws, 'DynamoDB_20120810.BatchWriteItem', { RequestItems });
    const read = await post(aws, 'DynamoDB_20120810.BatchGetItem', { RequestItems: Keys });
    const query = await post(aws, 'DynamoDB_20120810.Query', queryBody);

    expect(written.json).toEqual({ UnprocessedItems: RequestItems });
    expect(read.json).toEqual({ Responses: {}, UnprocessedKeys: Keys });
    expect(query.json['Count']).toBe(1);
    expect(outcomes()).toEqual(['fault', 'fault', 'ok']);
  });

  it('give an error for each secret', async () => {
    const secrets = new SecretsManagerClient(clientOptions(aws));
    const batch = () => secrets.send(new BatchGetSecretValueCommand({ SecretIdList: ['/a/s', '/a/t'] }));
    aws.setFaults([{ target: '', batchErrors: 'DecryptionFailure' }]);
    const { SecretValues, Errors } = await batch();
    aws.setFaults([{ target: '', batchErrors: 'DecryptionFailure', message: 'planned' }]);
    const filtered = await post(aws, 'secretsmanager.BatchGetSecretValue', { Filters: [] });
    const single = await post(aws, secretTarget, { SecretId: '/a/s' });

    expect(SecretValues).toEqual([]);
    expect(Errors?.map(({ SecretId, ErrorCode }) => [SecretId, ErrorCode])).toEqual([
      ['/a/s', 'DecryptionFailure'],
      ['/a/t', 'DecryptionFailure'],
    ]);
    expect(filtered.json).toEqual({ SecretValues: [], Errors: [] });
    expect(single.json['SecretString']).toBe('x');

    secrets.destroy();
  });
});

describe('pages', () => {
  it('never end', async () => {
    aws.setFaults([{ target: '', endlessToken: true, times: 3 }]);

    const first = await byPath();
    const second = await byPath('/a', first.NextToken);
    const third = await byPath('/a', second.NextToken);
    const last = await byPath('/a', third.NextToken);

    expect([first, second, third, last].map(({ Parameters }) => Parameters?.[0]?.Name)).toEqual(
      Array.from({ length: 4 }, () => '/a/one'),
    );
    expect(last.NextToken).toBeUndefined();
    expect(outcomes()).toEqual(['fault', 'fault', 'fault', 'ok']);
  });

  it('begin with an empty one', async () => {
    aws.setFaults([{ target: '', emptyPageFirst: true }]);

    const first = await byPath();
    const second = await byPath('/a', first.NextToken);

    expect([first.Parameters, second.Parameters?.length, second.NextToken]).toEqual([[], 1, undefined]);
    expect(outcomes()).toEqual(['fault', 'ok']);
  });

  it.each([
    ['ListSecrets', 'secretsmanager.ListSecrets', {}, 'SecretList', 'NextToken'],
    ['ListSecretVersionIds', 'secretsmanager.ListSecretVersionIds', { SecretId: '/a/s' }, 'Versions', 'NextToken'],
    ['DescribeParameters', 'AmazonSSM.DescribeParameters', {}, 'Parameters', 'NextToken'],
    ['GetParameterHistory', 'AmazonSSM.GetParameterHistory', { Name: '/a/one' }, 'Parameters', 'NextToken'],
    ['Scan', 'DynamoDB_20120810.Scan', { TableName: 'cache' }, 'Items', 'LastEvaluatedKey'],
  ])('of %s can be faulty', async (operation, target, body, list, token) => {
    aws.setFaults([
      { target: operation, emptyPageFirst: true, times: 1 },
      { target: operation, endlessToken: true },
    ]);

    const empty = await post(aws, target, body);
    const endless = await post(aws, target, body);

    expect([empty.json[list], empty.json[token] === undefined]).toEqual([[], false]);
    expect([(endless.json[list] as unknown[]).length > 0, endless.json[token] === undefined]).toEqual([true, false]);
  });

  it('of a table begin with an empty one', async () => {
    const dynamo = new DynamoDBClient(clientOptions(aws));
    aws.setFaults([{ target: 'Query', emptyPageFirst: true }]);

    const first = await dynamo.send(new QueryCommand(queryBody));
    const second = await dynamo.send(
      new QueryCommand({ ...queryBody, ExclusiveStartKey: first.LastEvaluatedKey ?? {} }),
    );

    expect([first.Items, second.Items?.length, second.LastEvaluatedKey]).toEqual([[], 1, undefined]);

    dynamo.destroy();
  });

  it('leave other operations alone', async () => {
    aws.setFaults([
      { target: '', endlessToken: true },
      { target: '', emptyPageFirst: true },
    ]);

    expect((await post(aws, secretTarget, { SecretId: '/a/s' })).json['SecretString']).toBe('x');
  });
});

describe('a malformed fault', () => {
  it.each<[unknown, string | RegExp]>([
    ['x', 'faults[0] is not an object.'],
    [{}, 'faults[0].target is missing; expected a regular expression.'],
    [{ target: 5 }, 'faults[0].target is a number; expected a string.'],
    [{ target: '(', type: 'X' }, 'faults[0].target is not a regular expression.'],
    [{ target: '', body: '(', type: 'X' }, 'faults[0].body is not a regular expression.'],
    [{ target: '', typ: 'X' }, /^faults\[0\]\.typ is unknown; known: target, body, /],
    [{ target: '', __proto__: null, constructor: 1 }, /^faults\[0\]\.constructor is unknown/],
    [
      { target: '', service: 's3', type: 'X' },
      'faults[0].service is unknown; known: ssm, secretsmanager, dynamodb, kms, sts, appconfigdata.',
    ],
    [{ target: '', raw: {} }, /^faults\[0\]\.raw has no body/],
    [{ target: '', raw: null }, /^faults\[0\]\.raw has no body/],
    [{ target: '', status: 99 }, 'faults[0] has a status that is none; expected 200 to 599.'],
    [{ target: '', raw: { body: '', status: 1.5 } }, 'faults[0] has a status that is none; expected 200 to 599.'],
    [{ target: '', type: 'X', times: -1 }, 'faults[0] has a negative times or delayMs.'],
    [{ target: '', delayMs: NaN }, 'faults[0] has a negative times or delayMs.'],
    [
      { target: '', delayMs: 2 ** 31 },
      'faults[0].delayMs is longer than a timer can wait; expected at most 2147483647.',
    ],
    [
      { target: '', type: 'X', hang: true, raw: { body: '' } },
      'faults[0] has hang and raw and type/status/message; choose one.',
    ],
    [{ target: '', hang: false }, /^faults\[0\] does nothing;/],
  ])('%j is an error at once', (fault, message) => {
    expect(() => aws.setFaults([fault as LocalAwsFault])).toThrow(message);
  });

  it('is an error of the start as well', async () => {
    expect(await rejectionName(startLocalAws({ faults: [{ target: '(', hang: true }] }))).toBe('LocalAwsError');
  });
});
