import { AppConfigDataClient, GetLatestConfigurationCommand } from '@aws-sdk/client-appconfigdata';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { devNull } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { AwsClients, type AwsClientsOptions } from '../../src/aws/aws-clients';
import { Context } from '../../src/di/context';
import { InvalidSettingsError } from '../../src/errors';
import { DynamoProvider } from '../../src/providers/dynamo-provider';
import { SecretsProvider } from '../../src/providers/secrets-provider';
import { SsmProvider } from '../../src/providers/ssm-provider';
import { XconSettings } from '../../src/settings/xcon-settings';

type Kind = 'ssm' | 'secretsManager' | 'dynamo' | 'kms' | 'appConfig';

const kinds = [
  ['ssm', SSMClient],
  ['secretsManager', SecretsManagerClient],
  ['dynamo', DynamoDBClient],
  ['kms', KMSClient],
  ['appConfig', AppConfigDataClient],
] as const;

const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'hunter2' };

beforeEach(() => {
  jest.replaceProperty(process, 'env', { AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull });
});

/** The packages of the clients, which some tests replace. */
const packages = [
  ['@aws-sdk/client-ssm', 'ssm'],
  ['@aws-sdk/client-secrets-manager', 'secretsManager'],
  ['@aws-sdk/client-dynamodb', 'dynamo'],
  ['@aws-sdk/client-kms', 'kms'],
  ['@aws-sdk/client-appconfigdata', 'appConfig'],
] as const;

afterEach(() => {
  jest.restoreAllMocks();
  for (const [name] of packages) jest.dontMock(name);
});

describe.each(kinds)('the client %s', (kind, Client) => {
  it('is created once, on first use', async () => {
    const clients = new AwsClients({ region: 'eu-west-1' });

    const [first, second] = await Promise.all([clients[kind](), clients[kind]()]);

    expect(first).toBeInstanceOf(Client);
    expect(second).toBe(first);
    expect(await clients[kind]()).toBe(first);
  });

  it('is the client that was given, which is never closed', async () => {
    const given = new Client({ region: 'eu-west-1' });
    const destroy = jest.spyOn(given, 'destroy');
    const clients = new AwsClients({ [kind]: given });

    const client = await clients[kind]();
    await clients.close();

    expect(client).toBe(given);
    expect(destroy).not.toHaveBeenCalled();
    expect(await clients[kind]()).toBe(given);
  });

  it('is closed when the library created it, and created again on the next use', async () => {
    const clients = new AwsClients({ region: 'eu-west-1' });
    const first = await clients[kind]();
    const destroy = jest.spyOn(first, 'destroy');

    await clients.close();
    await clients.close();

    expect(destroy).toHaveBeenCalledTimes(1);
    expect(await clients[kind]()).not.toBe(first);
  });

  it('has the region, endpoint, credentials and retries that were given', async () => {
    const clients = new AwsClients({
      region: 'eu-west-1',
      endpoint: 'http://localhost:4566',
      credentials,
      maxAttempts: 7,
      retryMode: 'adaptive',
    });

    const { config } = await clients[kind]();

    expect(await config.region()).toBe('eu-west-1');
    expect(await config.endpoint?.()).toMatchObject({ hostname: 'localhost', port: 4566, protocol: 'http:' });
    expect(await config.credentials()).toMatchObject(credentials);
    expect(await config.maxAttempts()).toBe(7);
    expect(await retryModeOf(config.retryMode)).toBe('adaptive');
  });

  it('leaves options that were not given to the SDK', async () => {
    Object.assign(process.env, { AWS_REGION: 'us-west-2', AWS_MAX_ATTEMPTS: '9', AWS_RETRY_MODE: 'adaptive' });

    const { config } = await new AwsClients()[kind]();

    expect(await config.region()).toBe('us-west-2');
    expect(await config.maxAttempts()).toBe(9);
    expect(await retryModeOf(config.retryMode)).toBe('adaptive');
  });

  it('uses the timeouts of the settings', async () => {
    const context = Context.createRoot([new XconSettings({ connectTimeoutMs: 123, requestTimeoutMs: 456 })]);

    const { config } = await context.run(() => new AwsClients({ region: 'eu-west-1' })[kind]());

    expect(await Reflect.get(config.requestHandler, 'configProvider')).toMatchObject({
      connectionTimeout: 123,
      requestTimeout: 456,
      throwOnRequestTimeout: true,
    });
  });
});

describe('a service that does not answer', () => {
  let server: Server;
  let sockets: Socket[];

  beforeEach(async () => {
    sockets = [];
    server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('fails the call when the timeout of an attempt is over', async () => {
    const { port } = server.address() as AddressInfo;
    const options: AwsClientsOptions = {
      region: 'x',
      endpoint: `http://127.0.0.1:${port}`,
      credentials,
      maxAttempts: 1,
    };
    const context = Context.createRoot([new XconSettings({ requestTimeoutMs: 20 })]);
    const clients = new AwsClients(options);
    const client = await context.run(() => clients.secretsManager());

    const asking = client.send(new ListSecretsCommand({}));

    await expect(asking).rejects.toMatchObject({ name: 'TimeoutError' });
    await clients.close();
  });
});

describe('clients that are closed', () => {
  let aws: HttpServer;
  let requests: string[];
  let connections: Set<Socket>;
  let answer: (response: ServerResponse) => void;

  beforeEach(async () => {
    requests = [];
    connections = new Set();
    answer = (response) => response.writeHead(500).end('{}');
    aws = createHttpServer((request, response) => {
      requests.push(request.url ?? '');
      answer(response);
    }).listen(0, '127.0.0.1');
    aws.on('connection', (socket) => {
      connections.add(socket);
      socket.on('close', () => connections.delete(socket));
    });
    await once(aws, 'listening');
  });

  afterEach(async () => {
    aws.closeAllConnections();
    await new Promise((resolve) => aws.close(resolve));
  });

  function clientsOf(): AwsClients {
    const { port } = aws.address() as AddressInfo;
    return new AwsClients({ region: 'eu-west-1', endpoint: `http://127.0.0.1:${port}`, credentials, maxAttempts: 3 });
  }

  /** One call of each client, as a provider makes it: it waits for the client, then sends. */
  const calls: Readonly<Record<Kind, (clients: AwsClients) => Promise<unknown>>> = {
    ssm: async (clients) => (await clients.ssm()).send(new GetParametersByPathCommand({ Path: '/' })),
    secretsManager: async (clients) => (await clients.secretsManager()).send(new ListSecretsCommand({})),
    dynamo: async (clients) => (await clients.dynamo()).send(new ListTablesCommand({})),
    kms: async (clients) => ((await clients.kms()) as KMSClient).send(new ListKeysCommand({})),
    appConfig: async (clients) =>
      ((await clients.appConfig()) as AppConfigDataClient).send(
        new GetLatestConfigurationCommand({ ConfigurationToken: 'token' }),
      ),
  };

  /** Gives the name of the error, after connections that would be closed have had time to be. */
  async function failureOf(calling: Promise<unknown>): Promise<unknown> {
    const error: unknown = await calling.catch((thrown: unknown) => thrown);
    for (let turn = 0; turn < 1000 && connections.size > 0; turn += 1) await setImmediate();
    return (error as Error).name;
  }

  it.each(Object.entries(calls))('while %s is being created send nothing and keep no connection', async (_, call) => {
    const clients = clientsOf();

    const calling = failureOf(call(clients));
    await clients.close();

    expect(await calling).toBe('ClientClosedError');
    expect([requests, connections.size]).toEqual([[], 0]);
  });

  it.each(Object.entries(calls))('while %s is being asked make no further attempt', async (_, call) => {
    const clients = clientsOf();
    const asked = new Promise<void>((resolve) => (answer = () => resolve()));

    const calling = failureOf(call(clients));
    await asked;
    await clients.close();

    expect(await calling).toBe('ClientClosedError');
    expect([requests.length, connections.size]).toEqual([1, 0]);
  });

  it.each([
    ['ssm', SsmProvider],
    ['secrets', SecretsProvider],
    ['dynamo', DynamoProvider],
  ])('while %s is being warmed send nothing and keep no connection', async (_, Kind) => {
    const clients = clientsOf();
    const settings = new XconSettings().resolve();
    const session = { clients, settings, nowMs: Date.now, signal: new AbortController().signal };

    const warming = failureOf(new Kind().warm(session));
    await clients.close();

    expect(await warming).toBe('ClientClosedError');
    expect([requests, connections.size]).toEqual([[], 0]);
  });

  it('send requests again when they are created again', async () => {
    const clients = clientsOf();
    await failureOf(calls.ssm(clients));
    await clients.close();
    const before = requests.length;

    await failureOf(calls.ssm(clients));
    await clients.close();

    expect(requests.length).toBeGreaterThan(before);
  });
});

it('closes the existing clients although another cannot be created', async () => {
  await jest.isolateModulesAsync(async () => {
    jest.doMock('@aws-sdk/client-dynamodb', () => {
      throw new Error('not installed');
    });
    const { AwsClients: Clients } = await import('../../src/aws/aws-clients');
    const clients = new Clients({ region: 'eu-west-1' });
    const destroy = jest.spyOn(await clients.ssm(), 'destroy');
    const failing = clients.dynamo().catch((error: Error) => error.message);

    await clients.close();

    expect(destroy).toHaveBeenCalledTimes(1);
    expect(await failing).toBe('not installed');
  });
});

describe('the cache name of clients other than those of the process', () => {
  const ssm = new SSMClient({});
  const home: AwsClientsOptions = { region: 'us-east-1', credentials };

  it.each<[string, AwsClientsOptions, AwsClientsOptions, string | undefined]>([
    ['the same, however often it is tried', home, { ...home, credentials: { ...credentials }, maxAttempts: 5 }, ''],
    ['another region', home, { ...home, region: 'eu-west-1' }, '@eu-west-1'],
    ['the region of the SDK', home, { credentials }, undefined],
    ['other credentials', home, { ...home, credentials: { ...credentials, accessKeyId: 'other' } }, undefined],
    ['an endpoint', home, { ...home, endpoint: 'http://localhost' }, undefined],
    ['a client', home, { ...home, ssm }, undefined],
    ['the same client', { ssm }, { ssm }, ''],
    ['none of these where the process has one', { ssm }, {}, undefined],
  ])('for %s', (_, ofProcess, own, expected) => {
    expect(new AwsClients(own).nameBeside(new AwsClients(ofProcess))).toBe(expected);
  });
});

describe('AwsClients', () => {
  it('does not load an SDK module before it is needed', async () => {
    await jest.isolateModulesAsync(async () => {
      const loaded: Kind[] = [];
      for (const [name, kind] of packages) {
        jest.doMock(name, () => {
          loaded.push(kind);
          return jest.requireActual<object>(name);
        });
      }
      const { AwsClients: Clients } = await import('../../src/aws/aws-clients');
      const clients = new Clients({ region: 'eu-west-1' });

      expect(loaded).toEqual([]);
      await clients.dynamo();
      expect(loaded).toEqual(['dynamo']);
      await clients.ssm();
      expect(loaded).toEqual(['dynamo', 'ssm']);
    });
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %p attempts', (maxAttempts) => {
    expect(() => new AwsClients({ maxAttempts })).toThrow(
      new InvalidSettingsError('AwsClients.maxAttempts', `expected a whole number above 0, got ${maxAttempts}.`),
    );
  });

  it('closes the clients that were created, if any', async () => {
    await expect(new AwsClients().close()).resolves.toBeUndefined();
  });

  it('shows its region and no credentials when it is inspected', async () => {
    const clients = new AwsClients({ region: 'eu-west-1', credentials });
    await clients.ssm();

    expect(inspect(clients, { depth: null, showHidden: true })).toBe('AwsClients(eu-west-1)');
    expect(inspect(new AwsClients())).toBe('AwsClients(default region)');
  });
});

function retryModeOf(retryMode: string | (() => Promise<string>)): string | Promise<string> {
  return typeof retryMode === 'function' ? retryMode() : retryMode;
}
