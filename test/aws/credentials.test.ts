import { GetParametersByPathCommand } from '@aws-sdk/client-ssm';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { AwsClients } from '../../src/aws/aws-clients';
import { type Clock } from '../../src/di/clock';
import { Context } from '../../src/di/context';
import { XconSettings } from '../../src/settings/xcon-settings';
import { rejection, StoppedClock } from '../chain/doubles';

interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly expiration?: Date;
}

let server: Server;
let signedWith: string[];
let clock: StoppedClock;
let clients: AwsClients;

beforeEach(async () => {
  signedWith = [];
  jest.replaceProperty(process, 'env', { ...process.env, AWS_EC2_METADATA_DISABLED: 'true' });
  clock = new StoppedClock();
  server = createServer((request, response) => {
    const id = /Credential=(\w+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    signedWith.push(id);
    request.resume();
    if (id.startsWith('OLD')) response.writeHead(400).end('{"__type":"ExpiredTokenException","message":"expired"}');
    else response.writeHead(200).end('{"Parameters":[],"SecretList":[]}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  jest.restoreAllMocks();
  await clients.close();
  await new Promise((resolve) => server.close(resolve));
});

const identity = (accessKeyId: string, expiration?: Date): Identity => ({
  accessKeyId,
  secretAccessKey: 'none',
  ...(expiration !== undefined && { expiration }),
});

function makeClients(credentials: () => Promise<Identity>): AwsClients {
  const { port } = server.address() as AddressInfo;
  const options = { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', maxAttempts: 1, credentials };
  return (clients = new AwsClients(options));
}

const inContext = <T>(fn: () => T): T =>
  Context.createRoot([clock satisfies Clock, new XconSettings({ failurePauseMs: 1000, lookupBudgetMs: 500 })]).run(fn);
const list = (): Promise<unknown> =>
  inContext(async () => (await clients.ssm()).send(new GetParametersByPathCommand({ Path: '/a' })));
const listSecrets = (): Promise<unknown> =>
  inContext(async () => (await clients.secretsManager()).send(new ListSecretsCommand({})));

describe('credentials that are shared', () => {
  it('are requested once for all clients', async () => {
    const provider = jest.fn(() => Promise.resolve(identity('NEW')));
    makeClients(provider);

    await Promise.all([list(), listSecrets(), list()]);
    await list();

    expect(provider).toHaveBeenCalledTimes(1);
    expect(signedWith).toEqual(['NEW', 'NEW', 'NEW', 'NEW']);
  });

  it('are requested again when a service refuses them, and the call is signed with the new ones', async () => {
    const ids = ['OLD', 'NEW'];
    makeClients(() => Promise.resolve(identity(ids.shift() ?? 'NEW')));

    await list();
    await listSecrets();

    expect(signedWith).toEqual(['OLD', 'NEW', 'NEW']);
  });

  it('do not repeat the call when the new ones are the same', async () => {
    makeClients(() => Promise.resolve(identity('OLD')));

    expect(await rejection(list)).toMatchObject({ name: 'ExpiredTokenException' });
    expect(signedWith).toEqual(['OLD']);
  });

  it('are renewed before they expire, and used until then when the renewal fails', async () => {
    const ends = new Date(clock.nowMs() + 600_000);
    const provider = jest.fn(() => Promise.resolve(identity('FIRST', ends)));
    makeClients(provider);
    await list();
    provider.mockRejectedValue(new Error('down'));
    clock.advanceMs(400_000);
    await list();
    clock.advanceMs(300_000);

    expect(await rejection(list)).toMatchObject({ name: 'CredentialsError', isOutage: true });
    expect(signedWith).toEqual(['FIRST', 'FIRST']);
  });
});

describe('a source of credentials', () => {
  it('that has none is not asked again before the pause is over', async () => {
    const absent = Object.assign(new Error('none here'), { name: 'CredentialsProviderError' });
    const provider = jest.fn(() => Promise.reject<Identity>(absent));
    makeClients(provider);

    const errors = [await rejection(list), await rejection(listSecrets)];
    clock.advanceMs(1000);
    errors.push(await rejection(list));

    expect(errors).toMatchObject(Array(3).fill({ name: 'CredentialsError', isOutage: false }));
    expect(provider).toHaveBeenCalledTimes(2);
  });

  it('that fails is asked again by the next call', async () => {
    const provider = jest.fn(() => Promise.reject<Identity>(new Error('down')));
    makeClients(provider);

    const error = await rejection(list);
    provider.mockResolvedValue(identity('NEW'));
    await list();

    expect(error).toMatchObject({ name: 'CredentialsError', isOutage: true, message: 'Error: down' });
    expect(signedWith).toEqual(['NEW']);
  });

  it('that hangs fails the call, and is asked again by the next one', async () => {
    const answers = [new Promise<Identity>(() => undefined), Promise.resolve(identity('NEW'))];
    makeClients(() => answers.shift() ?? Promise.reject(new Error('asked too often')));

    const error = await rejection(list);
    await list();

    expect(error).toMatchObject({
      isOutage: true,
      message: expect.stringContaining('no answer within 450 ms') as string,
    });
    expect(signedWith).toEqual(['NEW']);
  });
});
