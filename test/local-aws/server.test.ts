import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo } from 'node:net';

import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

import { type LocalAws, type LocalAwsOptions, type SeedParameter, startLocalAws } from '../../src/local-aws/local-aws';
import { clientOptions, post, rejection, rejectionName, until } from './local-requests';

const started: LocalAws[] = [];

async function start(...options: Parameters<typeof startLocalAws>): Promise<LocalAws> {
  const aws = await startLocalAws(...options);
  started.push(aws);
  return aws;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((aws) => aws.close()));
});

const read = (aws: LocalAws, signal?: AbortSignal) => post(aws, 'AmazonSSM.GetParameter', { Name: '/a' }, signal);

describe('the protocol', () => {
  it.each([
    ['an unknown operation', 'AmazonSSM.Unheard', {}, 'UnknownOperationException'],
    ['an unknown service', 'AWSEvents.PutEvents', {}, 'UnknownOperationException'],
    ['no target', '', {}, 'UnknownOperationException'],
    ['the name of something else', 'AmazonSSM.constructor', {}, 'UnknownOperationException'],
    ['JSON that is cut', 'AmazonSSM.GetParameter', '{"Name":', 'SerializationException'],
    ['JSON that is no object', 'AmazonSSM.GetParameter', '[]', 'SerializationException'],
    ['nothing, which means {}', 'AmazonSSM.GetParameter', '', 'ValidationException'],
  ])('answers %s', async (_, target, body, expected) => {
    const { status, json, headers } = await post(await start(), target, body);

    expect([status, json['__type'], headers.get('x-amzn-errortype')]).toEqual([400, expected, expected]);
  });

  it('answers 413 to a request that is too large, keeps nothing of it, and stays available', async () => {
    const aws = await start({ seed: { ssm: { '/a': 'x' } } });
    const mib = Buffer.alloc(1024 * 1024, 'x');
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (sent === 40) controller.close();
        else controller.enqueue(mib);
        sent += 1;
      },
    });
    const headers = { 'x-amz-target': 'AmazonSSM.GetParameter' };

    const answer = await fetch(aws.url, { method: 'POST', headers, body, duplex: 'half' });
    const most = `{"Name":"/a"${' '.repeat(16 * 1024 * 1024 - 13)}}`;

    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([413, 'RequestEntityTooLargeException']);
    expect(await answer.json()).toMatchObject({ message: 'The request has more than 16777216 bytes.' });
    expect(aws.calls.all[0]).toMatchObject({ status: 413, outcome: 'error', body: undefined });
    expect((await post(aws, 'AmazonSSM.GetParameter', most)).status).toBe(200);
    expect((await post(aws, 'AmazonSSM.GetParameter', `${most} `)).status).toBe(413);
  });

  it('answers a request without any header of AWS', async () => {
    const aws = await start();

    const answer = await fetch(aws.url);

    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ __type: 'UnknownOperationException' }),
    ]);
    expect(aws.calls.all[0]).toMatchObject({ service: 'unknown', operation: '', outcome: 'error' });
  });

  it('names each request', async () => {
    const aws = await start();

    const [one, two] = [await read(aws), await read(aws)];

    expect(one.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(two.headers.get('x-amzn-requestid')).not.toBe(one.headers.get('x-amzn-requestid'));
  });

  it.each<[string, unknown]>([
    ['an error', new Error('listener broke')],
    ['something else', 'listener broke'],
  ])('answers a mistake of its own, such as %s thrown by a listener, as a server fault', async (_, thrown) => {
    const aws = await start();
    aws.onChange(() => {
      throw thrown as Error;
    });

    const { status, json } = await post(aws, 'AmazonSSM.PutParameter', { Name: '/a', Value: 'x', Type: 'String' });

    expect([status, json]).toEqual([500, { __type: 'InternalFailure', message: 'listener broke' }]);
  });
});

describe('latency', () => {
  it('holds every request', async () => {
    const aws = await start({ latencyMs: 60_000, seed: { ssm: { '/a': '1' } } });

    aws.setLatency(0);
    await read(aws);
    aws.setLatency(20);
    await read(aws);

    const { startedAtMs = Infinity, endedAtMs = 0 } = aws.calls.all[1] ?? {};
    expect(endedAtMs - startedAtMs).toBeGreaterThanOrEqual(19);
  });

  it('does nothing for a client that has disconnected', async () => {
    const aws = await start({ latencyMs: 10_000 });
    const client = new AbortController();

    const request = rejection(
      post(aws, 'AmazonSSM.PutParameter', { Name: '/a', Value: 'x', Type: 'String' }, client.signal),
    );
    await until(() => aws.calls.all[0]?.body !== undefined);
    client.abort();
    await request;
    await until(() => aws.calls.all[0]?.outcome !== undefined);
    aws.setLatency(0);

    expect(aws.calls.all[0]?.outcome).toBe('aborted');
    expect((await read(aws)).json['__type']).toBe('ParameterNotFound');
  });

  it('logs a request that never arrived whole', async () => {
    const aws = await start();
    const socket = createConnection(aws.port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\nx-amz-target: AmazonSSM.GetParameter\r\ncontent-length: 9\r\n\r\n{');
    await until(() => aws.calls.count() === 1);

    socket.destroy();
    await until(() => aws.calls.all[0]?.outcome !== undefined);

    expect(aws.calls.all[0]).toMatchObject({ outcome: 'aborted', body: undefined });
  });
});

describe('the rate limit', () => {
  it('is shared by the reads of Parameter Store, and fills again with time', async () => {
    let nowMs = 0;
    const aws = await start({ limits: { ssmRequestsPerSecond: 3 }, clock: () => nowMs, seed: { ssm: { '/a': '1' } } });
    const names = async () =>
      [
        await read(aws),
        await post(aws, 'AmazonSSM.GetParameters', { Names: ['/a'] }),
        await post(aws, 'AmazonSSM.GetParametersByPath', { Path: '/' }),
        await read(aws),
        await post(aws, 'AmazonSSM.DescribeParameters', {}),
      ].map(({ json }) => json['__type']);

    const first = await names();
    nowMs += 334;
    const second = await names();
    nowMs -= 1000;
    const third = await names();
    aws.setLimits({});
    const fourth = await names();

    const over = 'ThrottlingException';
    expect(first).toEqual([undefined, undefined, undefined, over, undefined]);
    expect(second).toEqual([undefined, over, over, over, undefined]);
    expect(third).toEqual([over, over, over, over, undefined]);
    expect(fourth).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(aws.calls.all.filter(({ outcome }) => outcome === 'throttled')).toHaveLength(8);
  });

  it('of writes is another one', async () => {
    const aws = await start({ limits: { ssmWritesPerSecond: 2 }, clock: () => 0, seed: { ssm: { '/a': '1' } } });
    const put = (Value: string) => post(aws, 'AmazonSSM.PutParameter', { Name: '/a', Value, Overwrite: true });

    const answers = [await put('2'), await put('3'), await put('4'), await read(aws)];
    const label = await post(aws, 'AmazonSSM.LabelParameterVersion', { Name: '/a', Labels: ['live'] });

    expect([...answers, label].map(({ json }) => json['__type'])).toEqual([
      ...[undefined, undefined, 'ThrottlingException', undefined, 'ThrottlingException'],
    ]);
  });

  it('lets one pass when it is less than one a second, and none when it is 0', async () => {
    const aws = await start({ limits: { ssmRequestsPerSecond: 0.5 }, clock: () => 0, seed: { ssm: { '/a': '1' } } });

    const slow = [await read(aws), await read(aws)];
    aws.setLimits({ ssmRequestsPerSecond: 0 });
    const none = await read(aws);

    expect([...slow, none].map(({ status }) => status)).toEqual([200, 400, 400]);
  });
});

describe('the port', () => {
  it.each(['0.0.0.0', '::', '192.168.1.1', 'example.com', ''])('is never opened on %j', async (host) => {
    expect(await rejectionName(start({ host }))).toBe('LocalAwsError');
  });

  it.each(['localhost', '127.0.0.1', '::1'])('is opened on %s', async (host) => {
    const aws = await start({ host, seed: { ssm: { '/a': '1' } } });

    expect(aws.url).toBe(host === '::1' ? `http://[::1]:${aws.port}` : `http://127.0.0.1:${aws.port}`);
    expect((await read(aws)).status).toBe(200);
  });

  it('is the one asked for, and free again after the close', async () => {
    const { port } = await start();
    await started.pop()?.close();

    const aws = await start({ port });

    expect(aws.port).toBe(port);
  });

  it('fails with an error that says so when it is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;

    await expect(start({ port })).rejects.toThrow(
      `Cannot listen on 127.0.0.1 port ${port}: EADDRINUSE. Something else listens there: choose another port.`,
    );

    other.close();
  });

  it.each([
    [{ port: -1 }, 'port'],
    [{ port: 65_536 }, 'port'],
    [{ port: 1.5 }, 'port'],
    [{ latencyMs: -1 }, 'latencyMs'],
    [{ latencyMs: Infinity }, 'latencyMs'],
    [{ limits: { ssmRequestsPerSecond: NaN } }, 'limits.ssmRequestsPerSecond'],
    [{ limits: { ssmWritesPerSecond: -1 } }, 'limits.ssmWritesPerSecond'],
  ])('is not opened with %j', async (options, name) => {
    await expect(start(options)).rejects.toThrow(`${name} is not a`);
  });

  it('is not opened with a latency that no timer can wait', async () => {
    await expect(start({ latencyMs: 2 ** 31 })).rejects.toThrow('latencyMs is longer than a timer can wait');
  });

  it('is not opened with an option that does not exist', async () => {
    const misspelt = { seeds: {} } as LocalAwsOptions;
    const limit = { limits: { ssmRequests: 1 } } as LocalAwsOptions;
    const aws = await start();

    await expect(start(misspelt)).rejects.toThrow(/startLocalAws\(\) option seeds: there is no such option/);
    await expect(start(limit)).rejects.toThrow(/option ssmRequests: there is no such option/);
    expect(() => aws.putParameter('/a', { value: 'x', tag: {} } as SeedParameter)).toThrow(
      /putParameter\(\) option tag/,
    );
  });
});

describe('close', () => {
  it('does not wait for requests that hang or wait, nor for idle connections', async () => {
    const aws = await start({ seed: { ssm: { '/a': '1' } } });
    const idle = new SSMClient(clientOptions(aws));
    await idle.send(new GetParameterCommand({ Name: '/a' }));
    aws.setFaults([{ target: 'GetParameter$', hang: true }]);
    const hanging = rejection(read(aws));
    aws.setLatency(0);
    await until(() => aws.calls.all[1]?.body !== undefined);
    aws.setLatency(60_000);
    const waiting = rejection(read(aws));
    await until(() => aws.calls.all[2]?.body !== undefined);

    await Promise.all([aws.close(), aws.close()]);
    await aws.close();

    expect((await hanging).name).toBe('TypeError');
    expect((await waiting).name).toBe('TypeError');
    expect(aws.calls.all.map(({ outcome }) => outcome)).toEqual(['ok', 'aborted', 'aborted']);
    expect(await rejectionName(read(aws))).toBe('TypeError');
    idle.destroy();
  });

  it('leaves no handle open', async () => {
    const before = process.getActiveResourcesInfo().filter((each) => each.startsWith('TCP')).length;
    const aws = await start({ seed: { tables: { tab: { rows: [{ app_key: 'a', name_key: 'b' }] } } } });
    const client = new SSMClient(clientOptions(aws));
    await rejection(client.send(new GetParameterCommand({ Name: '/a' })));

    client.destroy();
    await aws[Symbol.asyncDispose]();
    await until(() => process.getActiveResourcesInfo().filter((each) => each.startsWith('TCP')).length <= before);

    expect(process.getActiveResourcesInfo().filter((each) => each.startsWith('TCP')).length).toBeLessThanOrEqual(
      before,
    );
  });
});
