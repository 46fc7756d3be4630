import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { SecretsManagerClient, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { type AwsCall } from '../../../src/testing/guard/aws-call';
import type * as WatchAws from '../../../src/testing/guard/watch-aws';
import { type AwsWatcher, watchAws } from '../../../src/testing/guard/watch-aws';
import { type LocalAws, startLocalAws } from 'xcon/testing';

const credentials = { accessKeyId: 'not-a-real-key', secretAccessKey: 'none' };
const refusal = new Error('refused');
const ends: (() => void)[] = [];

/** Watches for the rest of a test. */
function watch(watcher: AwsWatcher): void {
  ends.push(watchAws(watcher));
}

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

describe('a client of a real service', () => {
  it('fails at once with the error of the watcher, which receives the call', async () => {
    const calls: AwsCall[] = [];
    watch((call) => {
      calls.push(call);
      return refusal;
    });
    const client = new SSMClient({ region: 'eu-west-1', credentials });

    await expect(client.send(new GetParameterCommand({ Name: '/a' }))).rejects.toBe(refusal);

    expect(calls).toEqual([{ service: 'ssm', operation: 'GetParameter', host: 'ssm.eu-west-1.amazonaws.com' }]);
  });

  it('fails so with agents of the user’s, too', async () => {
    watch(() => refusal);
    const requestHandler = { httpsAgent: { keepAlive: true, maxSockets: 1 } };
    const client = new SecretsManagerClient({ region: 'us-east-1', credentials, requestHandler });

    const sending = [1, 2, 3].map(() => client.send(new GetSecretValueCommand({ SecretId: 'a' })));

    expect(await Promise.allSettled(sending)).toEqual(Array(3).fill({ status: 'rejected', reason: refusal }));
  });

  it('fails when it looks for credentials', async () => {
    const hosts: string[] = [];
    watch(({ host }) => {
      hosts.push(host);
      return refusal;
    });

    const sending = request({ host: '169.254.169.254', path: '/latest/api/token', method: 'PUT' }).end();
    const [error] = (await once(sending, 'error')) as [Error];

    expect(error).toBe(refusal);
    expect(hosts).toEqual(['169.254.169.254']);
  });

  it('is stopped where it connects when it does not speak HTTP/1', async () => {
    watch(() => refusal);

    await expect(fetch('https://ssm.us-east-1.amazonaws.com')).rejects.toMatchObject({ cause: refusal });
    expect(() => connectHttp2('https://kinesis.us-east-1.amazonaws.com')).toThrow(refusal);
    expect(() => connect(443, 'ssm.us-east-1.amazonaws.com')).toThrow(refusal);
    expect(() => new Socket().connect({ host: 'ssm.us-east-1.amazonaws.com', port: 443 })).toThrow(refusal);
  });
});

describe('a call that the watcher allows', () => {
  let aws: LocalAws;

  beforeAll(async () => {
    aws = await startLocalAws({ seed: { ssm: { '/a': '1' } } });
  });

  afterAll(() => aws.close());

  it('is answered, over connections that are kept alive', async () => {
    const calls: AwsCall[] = [];
    watch((call) => {
      calls.push(call);
      return undefined;
    });
    const client = new SSMClient({ region: 'us-east-1', credentials, endpoint: aws.url });

    await client.send(new GetParameterCommand({ Name: '/a' }));
    await client.send(new GetParameterCommand({ Name: '/a' }));
    client.destroy();

    expect(calls).toEqual(Array(2).fill({ service: 'ssm', operation: 'GetParameter', host: '127.0.0.1' }));
  });

  it('is refused over a connection that is there already', async () => {
    const client = new SSMClient({ region: 'us-east-1', credentials, endpoint: aws.url });
    const command = new GetParameterCommand({ Name: '/a' });
    await client.send(command);
    watch(() => refusal);

    await expect(client.send(command)).rejects.toBe(refusal);

    client.destroy();
  });
});

describe('watchAws', () => {
  it('leaves other requests alone', async () => {
    const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    watch(() => refusal);

    const sending = request({ host: '127.0.0.1', port, agent: new Agent() }).end();
    const [response] = (await once(sending, 'response')) as [NodeJS.ReadableStream];

    expect(await text(response)).toBe('hello');
    server.close();
  });

  it('calls every watcher, and uses the first refusal', async () => {
    const seen: string[] = [];
    watch(() => {
      seen.push('first');
      return refusal;
    });
    watch(() => {
      seen.push('second');
      return new Error('later');
    });

    const [error] = (await once(request({ host: 'sts.amazonaws.com' }).end(), 'error')) as [Error];

    expect(error).toBe(refusal);
    expect(seen).toEqual(['first', 'second']);
  });

  it('restores what it has replaced when the last watcher ends', () => {
    const before = [Reflect.get(Agent.prototype, 'addRequest'), Reflect.get(Socket.prototype, 'connect')];
    const [end, endOther] = [watchAws(() => undefined), watchAws(() => undefined)];

    end();
    expect(Reflect.get(Socket.prototype, 'connect')).not.toBe(before[1]);
    endOther();
    endOther();

    expect([Reflect.get(Agent.prototype, 'addRequest'), Reflect.get(Socket.prototype, 'connect')]).toEqual(before);
  });

  it('restores what an interrupted test file has left', () => {
    const methods = (): unknown[] => [
      Reflect.get(Agent.prototype, 'addRequest'),
      Reflect.get(Socket.prototype, 'connect'),
    ];
    const before = methods();
    watch(() => refusal);
    const key = Symbol.for('xcon@1.testing');
    const kept: unknown = Reflect.get(globalThis, key);

    jest.isolateModules(() => {
      // As in the next test file, which has globals of its own.
      Reflect.deleteProperty(globalThis, key);
      const next = jest.requireActual<typeof WatchAws>('../../../src/testing/guard/watch-aws');
      next.watchAws(() => undefined)();
    });
    Reflect.set(globalThis, key, kept);

    expect(methods()).toEqual(before);
  });

  it('calls through wrappers of others when it has ended', () => {
    const original = Reflect.get(Socket.prototype, 'connect');
    const end = watchAws(() => refusal);
    const ours = Reflect.get(Socket.prototype, 'connect');
    Socket.prototype.connect = function connectLater(this: Socket, ...args: readonly unknown[]) {
      return Reflect.apply(ours, this, args) as Socket;
    };

    end();

    try {
      const socket = new Socket().on('error', () => undefined);
      expect(socket.connect({ host: 'ssm.us-east-1.amazonaws.com', port: 443, lookup: noLookup })).toBe(socket);
      socket.destroy();
    } finally {
      Socket.prototype.connect = original;
    }
  });
});

/** Nothing leaves this machine, not even a question for an address. */
function noLookup(
  _host: string,
  _options: unknown,
  callback: (error: NodeJS.ErrnoException | null, address: string) => void,
): void {
  callback(Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }), '');
}
