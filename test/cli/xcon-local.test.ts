import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { help } from '../../src/cli/help';
import manifest from '../../package.json';
import { BuiltCommand, type RunningCommand } from './built-command';

const seed = `
ssm:
  /orders/prod/DB_HOST: db.internal
secrets:
  /orders/prod/TOKEN: hunter2
tables:
  settings:
    rows: [{ app_key: /orders/prod, name_key: POOL, value: 20 }]
`;

let command: BuiltCommand;
let running: RunningCommand[];
let path: string;

beforeAll(() => {
  command = new BuiltCommand();
});

afterAll(() => command.remove());

beforeEach(() => {
  running = [];
  const folder = join(command.folder, expect.getState().currentTestName?.replace(/\W+/g, '-').slice(-60) ?? 'test');
  mkdirSync(folder);
  path = join(folder, 'seed.yaml');
  writeFileSync(path, seed);
});

afterEach(async () => {
  for (const each of running) each.signal('SIGKILL');
  await Promise.all(running.map((each) => each.exitCode()));
});

function start(...args: readonly string[]): RunningCommand {
  const started = command.start(...args);
  running.push(started);
  return started;
}

/** Options of a client that gets everything from the variables, as in a process that has evaluated them. */
function options(variables: Readonly<Record<string, string>>) {
  const { AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = variables;
  return {
    endpoint: `${AWS_ENDPOINT_URL}`,
    region: `${AWS_REGION}`,
    credentials: { accessKeyId: `${AWS_ACCESS_KEY_ID}`, secretAccessKey: `${AWS_SECRET_ACCESS_KEY}` },
    maxAttempts: 1,
  };
}

const portOf = ({ AWS_ENDPOINT_URL = '' }: Readonly<Record<string, string>>) => Number(new URL(AWS_ENDPOINT_URL).port);

const parameter = (ssm: SSMClient, Name: string) =>
  ssm.send(new GetParameterCommand({ Name })).then(({ Parameter }) => Parameter?.Value);

describe('xcon-local', () => {
  it('prints its help and its version', async () => {
    const [helping, version] = [start('--help'), start('--version')];

    expect([await helping.exitCode(), await version.exitCode()]).toEqual([0, 0]);
    expect([helping.result, version.result]).toEqual([help, `${manifest.version}\n`]);
    expect([helping.messages, version.messages]).toEqual(['', '']);
  });

  it.each([
    [['--port', 'http'], 2, '--port is not a whole number'],
    [['--seed', 'none.yaml'], 1, 'Seed file none.yaml: cannot be read (ENOENT).'],
  ])('ends with a code of its own for %j', async (args, code, message) => {
    const ended = start(...args);

    expect(await ended.exitCode()).toBe(code);
    expect(ended.messages).toContain(message);
  });

  it('answers the SDK clients', async () => {
    const variables = await start('--seed', path).variables();
    const [ssm, secrets, dynamo] = [
      new SSMClient(options(variables)),
      new SecretsManagerClient(options(variables)),
      new DynamoDBClient(options(variables)),
    ];
    const Key = { app_key: { S: '/orders/prod' }, name_key: { S: 'POOL' } };

    const host = await parameter(ssm, '/orders/prod/DB_HOST');
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: '/orders/prod/TOKEN' }));
    const { Item } = await dynamo.send(new GetItemCommand({ TableName: 'settings', Key }));

    expect([host, SecretString, Item?.['value']]).toEqual(['db.internal', 'hunter2', { N: '20' }]);
    for (const client of [ssm, secrets, dynamo]) client.destroy();
  });

  it('answers a client in another process that has evaluated its variables', async () => {
    const port = portOf(await start('--seed', path).variables());
    const printed = start('--print-env', '--port', `${port}`);
    await printed.exitCode();
    const body = '{"Name":"/orders/prod/DB_HOST"}';
    const curl = `curl --silent --show-error --header 'X-Amz-Target: AmazonSSM.GetParameter' --data '${body}'`;

    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', `${printed.result}\n${curl} "$AWS_ENDPOINT_URL"`]);

    expect(JSON.parse(stdout)).toMatchObject({ Parameter: { Value: 'db.internal' } });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends in order on %s, also while requests wait', async (signal) => {
    const waiting = start('--latency', '600000');
    const variables = await waiting.variables();
    const connection = createConnection(portOf(variables), '127.0.0.1');
    await once(connection, 'connect');
    // A reset is as good an end as any.
    const closed = new Promise((resolve) => connection.on('error', () => undefined).once('close', resolve));
    connection.resume().write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n');

    waiting.signal(signal);

    await closed;
    expect(await waiting.exitCode()).toBe(0);
    expect(waiting.messages).toMatch(/xcon-local: stopped\.\n$/);
    expect(await start('--port', `${portOf(variables)}`).variables()).toEqual(variables);
  });

  it('says that its port is in use', async () => {
    const second = start('--port', `${portOf(await start().variables())}`);

    expect(await second.exitCode()).toBe(1);
    expect(second.messages).toMatch(/^xcon-local: Cannot listen on .* EADDRINUSE\. Something else listens there/);
    expect(second.result).toBe('');
  });
});

describe('a seed file that changes', () => {
  it('is read again, and what clients have made under other names stays', async () => {
    const local = start('--seed', path);
    const ssm = new SSMClient(options(await local.variables()));
    await ssm.send(new PutParameterCommand({ Name: '/orders/prod/MINE', Value: 'mine', Type: 'String' }));
    await ssm.send(new PutParameterCommand({ Name: '/orders/prod/DB_HOST', Value: 'theirs', Overwrite: true }));

    writeFileSync(path, seed.replace('/orders/prod/TOKEN', '/orders/prod/OTHER'));
    await local.says('was read again');

    expect(local.messages).toContain(`${path} was read again: 1 parameter changed; 1 secret added, 1 removed.`);
    expect(await parameter(ssm, '/orders/prod/DB_HOST')).toBe('db.internal');
    expect(await parameter(ssm, '/orders/prod/MINE')).toBe('mine');
    ssm.destroy();
  });

  it('may be replaced by another, as editors do', async () => {
    const local = start('--seed', path);
    const ssm = new SSMClient(options(await local.variables()));
    const swap = `${path}.swap`;
    writeFileSync(swap, seed.replace('db.internal', 'db.other'));

    renameSync(swap, path);
    await local.says('1 parameter changed');

    expect(await parameter(ssm, '/orders/prod/DB_HOST')).toBe('db.other');
    ssm.destroy();
  });

  it('changes nothing while it cannot be, and says why without a value', async () => {
    const local = start('--seed', path);
    const ssm = new SSMClient(options(await local.variables()));

    writeFileSync(path, `${seed.slice(0, -5)} "hunter3`);
    await local.says('was not applied');
    const whileInvalid = await parameter(ssm, '/orders/prod/DB_HOST');
    const soFar = local.messages.length;
    rmSync(path);
    await local.says(/cannot be read \(ENOENT\)/, soFar);
    const whileGone = await parameter(ssm, '/orders/prod/DB_HOST');
    writeFileSync(path, seed.replace('db.internal', 'db.other'));
    await local.says('was read again');

    expect([whileInvalid, whileGone]).toEqual(['db.internal', 'db.internal']);
    expect(await parameter(ssm, '/orders/prod/DB_HOST')).toBe('db.other');
    expect(local.messages).toContain(`${path} was not applied. Seed file ${path}: is not valid YAML at line `);
    expect(local.messages).not.toMatch(/hunter|db\./);
    ssm.destroy();
  });

  it('is applied as it is after many quick changes', async () => {
    const local = start('--seed', path);
    const variables = await local.variables();
    const [ssm, dynamo] = [new SSMClient(options(variables)), new DynamoDBClient(options(variables))];
    const mine = { app_key: { S: '/orders/prod' }, name_key: { S: 'MINE' } };
    await dynamo.send(new PutItemCommand({ TableName: 'settings', Item: mine }));

    for (let version = 0; version < 50; version += 1) writeFileSync(path, seed.replace('internal', `v${version}`));
    writeFileSync(path, `${seed}kmsKeys: [last]\n`);
    await local.says('1 KMS key added');

    expect(await parameter(ssm, '/orders/prod/DB_HOST')).toBe('db.internal');
    expect((await dynamo.send(new GetItemCommand({ TableName: 'settings', Key: mine }))).Item).toEqual(mine);
    for (const client of [ssm, dynamo]) client.destroy();
  });
});
