import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { KMSClient, DecryptCommand } from '@aws-sdk/client-kms';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { AwsClients } from '../../src/aws/aws-clients';
import { Context } from '../../src/di/context';
import { XconSettings } from '../../src/settings/xcon-settings';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
let server: Server;
let requests: number;
let answer: (response: ServerResponse) => void;
let clients: AwsClients;

beforeEach(async () => {
  requests = 0;
  server = createServer((_request, response) => {
    requests += 1;
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': 100 });
    answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  await clients.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function makeClients(maxAttempts: number): Context {
  const { port } = server.address() as AddressInfo;
  clients = new AwsClients({ region: 'x', endpoint: `http://127.0.0.1:${port}`, credentials, maxAttempts });
  return Context.createRoot([new XconSettings({ requestTimeoutMs: 1000 })]);
}

const calls: readonly [string, () => Promise<unknown>][] = [
  ['SSM', async () => (await clients.ssm()).send(new GetParametersByPathCommand({ Path: '/a' }))],
  ['Secrets Manager', async () => (await clients.secretsManager()).send(new ListSecretsCommand({}))],
  [
    'DynamoDB',
    async () =>
      (await clients.dynamo()).send(
        new QueryCommand({
          TableName: 't',
          KeyConditionExpression: 'a = :a',
          ExpressionAttributeValues: { ':a': { S: '' } },
        }),
      ),
  ],
  [
    'KMS',
    async () => ((await clients.kms()) as KMSClient).send(new DecryptCommand({ CiphertextBlob: new Uint8Array([1]) })),
  ],
];

describe.each(calls)('a call to %s', (_, call) => {
  it('fails after the timeout of an attempt when the response begins and stops', async () => {
    answer = (response) => response.write('{');

    await expect(makeClients(1).run(call)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(requests).toBe(1);
  });
});

it('fails also when the response arrives byte by byte', async () => {
  answer = (response) => {
    const timer = setInterval(() => response.write(' '), 50);
    response.once('close', () => clearInterval(timer));
  };

  const asking = makeClients(1).run(async () =>
    (await clients.ssm()).send(new GetParametersByPathCommand({ Path: '/a' })),
  );

  await expect(asking).rejects.toMatchObject({
    name: 'TimeoutError',
    message: expect.stringContaining('1000 ms') as string,
  });
});

it('is retried by the SDK like any other timeout', async () => {
  answer = (response) => {
    if (requests === 1) response.write('{');
    else response.end('{"Parameters": []}'.padEnd(100));
  };

  const output = await makeClients(2).run(async () =>
    (await clients.ssm()).send(new GetParametersByPathCommand({ Path: '/a' })),
  );

  expect(output.Parameters).toEqual([]);
  expect(requests).toBe(2);
});

it('leaves a given client alone', async () => {
  const given = [SSMClient, SecretsManagerClient, DynamoDBClient, KMSClient].map(
    (Client) => new Client({ region: 'x' }),
  );
  const [ssm, secretsManager, dynamo, kms] = given as [SSMClient, SecretsManagerClient, DynamoDBClient, KMSClient];
  clients = new AwsClients({ ssm, secretsManager, dynamo, kms });

  await Promise.all([clients.ssm(), clients.secretsManager(), clients.dynamo(), clients.kms()]);

  for (const each of given) expect(each.middlewareStack.identify().join()).not.toContain('xconBodyTimeLimit');
});
