import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from 'older-client-dynamodb';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from 'older-client-secrets-manager';
import { GetParametersByPathCommand, PutParameterCommand, SSMClient } from 'older-client-ssm';
import olderSsm from 'older-client-ssm/package.json';
import currentSsm from '@aws-sdk/client-ssm/package.json';
import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws({ seed: { tables: { settings: { rows: [] } } } });
});

afterAll(() => aws.close());

describe('SDK clients of another version', () => {
  it('are of another version', () => {
    expect(olderSsm.version).not.toBe(currentSsm.version);
  });

  it('write and read parameters', async () => {
    const client = new SSMClient({ endpoint: aws.url, region: 'us-east-1', credentials });

    await client.send(new PutParameterCommand({ Name: '/older/prod/HOST', Value: 'db.example', Type: 'SecureString' }));
    const { Parameters } = await client.send(
      new GetParametersByPathCommand({ Path: '/older/prod', WithDecryption: true }),
    );

    expect(Parameters).toMatchObject([{ Name: '/older/prod/HOST', Value: 'db.example', Type: 'SecureString' }]);
    client.destroy();
  });

  it('write and read secrets', async () => {
    const client = new SecretsManagerClient({ endpoint: aws.url, region: 'us-east-1', credentials });

    await client.send(new CreateSecretCommand({ Name: '/older/prod/TOKEN', SecretString: 'hidden' }));
    const { SecretList } = await client.send(
      new ListSecretsCommand({ Filters: [{ Key: 'name', Values: ['/older/'] }] }),
    );
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: '/older/prod/TOKEN' }));

    expect(SecretList?.map(({ Name }) => Name)).toEqual(['/older/prod/TOKEN']);
    expect(SecretString).toBe('hidden');
    client.destroy();
  });

  it('write and read rows', async () => {
    const client = new DynamoDBClient({ endpoint: aws.url, region: 'us-east-1', credentials });
    const key = { app_key: { S: '/older/prod' }, name_key: { S: 'host' } };

    await client.send(new PutItemCommand({ TableName: 'settings', Item: { ...key, value: { N: '42' } } }));
    const { Item } = await client.send(new GetItemCommand({ TableName: 'settings', Key: key }));

    expect(Item).toEqual({ ...key, value: { N: '42' } });
    client.destroy();
  });
});

describe('curl', () => {
  it('writes and reads a parameter', async () => {
    await curl('AmazonSSM.PutParameter', { Name: '/curl/prod/PORT', Value: '5432', Type: 'String' });

    const answer = await curl('AmazonSSM.GetParameters', { Names: ['/curl/prod/PORT', '/curl/prod/NONE'] });

    expect(answer).toMatchObject({
      Parameters: [{ Name: '/curl/prod/PORT', Value: '5432', Version: 1 }],
      InvalidParameters: ['/curl/prod/NONE'],
    });
  });
});

async function curl(target: string, body: object): Promise<unknown> {
  const headers = ['Content-Type: application/x-amz-json-1.1', `X-Amz-Target: ${target}`];
  const args = ['--silent', '--show-error', ...headers.flatMap((each) => ['--header', each])];
  const { stdout } = await promisify(execFile)('curl', [...args, '--data', JSON.stringify(body), aws.url]);
  return JSON.parse(stdout) as unknown;
}
