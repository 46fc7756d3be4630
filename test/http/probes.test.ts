import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo } from 'node:net';
import { z } from 'zod';
import { Config, defineSettings, secret, setting, Unavailable } from '../../src/index';
import {
  type FastifyReplyLike,
  liveness,
  readiness,
  type ReadinessReport,
  toFastifyHandler,
  toNodeHandler,
} from '../../src/http/index';
import { isolated, MapProvider, StoppedClock } from '../chain/doubles';

const get = { method: 'GET' };
const settings = defineSettings({ port: setting('PORT', z.coerce.number()), password: secret('PASSWORD') });
let clock: StoppedClock;

beforeEach(() => {
  clock = new StoppedClock();
});

/** Runs with a Config over what a provider holds at each read. */
function inConfig<T>(held: () => Record<string, string> | Unavailable | Error, fn: (config: Config) => Promise<T>) {
  const provider = new MapProvider({ name: 'map', held: { '/orders/prod': held } });
  return isolated([clock], () => {
    const config = new Config({ providers: [provider], directories: ['/orders/prod'], cacher: null });
    return config.run(() => fn(config));
  });
}

async function reportOf(response: Response): Promise<ReadinessReport> {
  return (await response.json()) as ReadinessReport;
}

test('liveness is alive as long as the process answers', async () => {
  const response = await liveness()(get);

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: 'alive' });
});

describe('readiness', () => {
  it('is ready when lookups get their answers and the declared settings can be loaded', () =>
    inConfig(
      () => ({ PORT: '80', PASSWORD: 'hunter2' }),
      async (config) => {
        const response = await readiness(config, settings)(get);

        expect(response.status).toBe(200);
        expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
        expect(response.headers.get('cache-control')).toBe('no-store');
        expect(await reportOf(response)).toEqual({
          status: 'ready',
          sources: [{ name: 'map', state: 'ok' }],
          settings: [],
          checkedAt: '2030-01-01T00:00:00.000Z',
        });
      },
    ));

  it('is not ready while settings are missing or invalid, and names them without their values', () =>
    inConfig(
      () => ({ PORT: 'hunter2' }),
      async (config) => {
        const response = await readiness(config, settings)(get);
        const text = await response.text();

        expect(response.status).toBe(503);
        expect(JSON.parse(text)).toMatchObject({
          status: 'not ready',
          settings: [
            { name: 'PORT', reason: 'invalid' },
            { name: 'PASSWORD', reason: 'missing' },
          ],
        });
        expect(text).not.toContain('hunter2');
      },
    ));

  it.each<[string, Unavailable | Error, string]>([
    ['fails', new Error('out of order'), 'failing'],
    ['refuses everything', new Unavailable('denied', 'allow it'), 'refused'],
  ])('is not ready while a source %s', (_, held, state) =>
    inConfig(
      () => held,
      async (config) => {
        await config.get('PORT').catch(() => undefined);

        const response = await readiness(config)(get);

        expect(response.status).toBe(503);
        expect((await reportOf(response)).sources).toEqual([{ name: 'map', state, since: '2030-01-01T00:00:00.000Z' }]);
      },
    ),
  );

  it('checks once a second, however many probes there are', () => {
    let held: Record<string, string> = { PORT: '80', PASSWORD: 'x' };
    return inConfig(
      () => held,
      async (config) => {
        const health = jest.spyOn(config, 'health');
        const probe = readiness(config, settings);

        const statuses = (await Promise.all([probe(get), probe(get)])).map(({ status }) => status);
        held = {};
        await config.refresh();
        clock.advanceMs(999);
        statuses.push((await probe(get)).status);
        expect(health).toHaveBeenCalledTimes(1);
        clock.advanceMs(1);
        statuses.push((await probe(get)).status);

        expect(statuses).toEqual([200, 200, 200, 503]);
        expect(health).toHaveBeenCalledTimes(2);
      },
    );
  });

  it('says without a declaration what lookups have seen', () =>
    inConfig(
      () => ({}),
      async (config) => {
        const report = await reportOf(await readiness(config, undefined, { cacheMs: 0 })(get));

        expect(report).toMatchObject({ status: 'ready', sources: [{ name: 'map', state: 'unused' }] });
      },
    ));

  it('loads the settings by the Config that it is given, whichever is current', () =>
    inConfig(
      () => ({ PORT: '80', PASSWORD: 'x' }),
      async (config) => {
        const other = new Config({ directories: ['/orders/test'] });
        const settingsOf = async (asked: Config): Promise<unknown> =>
          (await reportOf(await readiness(asked, settings)(get))).settings;

        expect(await settingsOf(other)).toEqual([
          { name: 'PORT', reason: 'missing' },
          { name: 'PASSWORD', reason: 'missing' },
        ]);
        expect(await other.run(() => settingsOf(config))).toEqual([]);
      },
    ));

  it('finds out again when its clock is set back', () =>
    inConfig(
      () => ({}),
      async (config) => {
        const probe = readiness(config);
        await probe(get);
        clock.advanceMs(-600_000);

        expect((await reportOf(await probe(get))).checkedAt).toBe('2029-12-31T23:50:00.000Z');
      },
    ));

  it.each([Number.NaN, -1, 3_600_001, '5'])('refuses to give an answer again for %p milliseconds', (cacheMs) => {
    expect(() => readiness(new Config(), undefined, { cacheMs: cacheMs as number })).toThrow(
      'readiness() option cacheMs: expected a number, from 0 to 3600000.',
    );
  });

  it('is not ready when readiness cannot be determined', () =>
    inConfig(
      () => ({}),
      async (config) => {
        jest.spyOn(config, 'health').mockRejectedValue(new Error('hunter2'));
        const broken = { load: () => Promise.reject(new Error('hunter2')) } as unknown as typeof settings;

        const response = await readiness(config, broken)(get);
        const text = await response.text();

        expect(response.status).toBe(503);
        expect(JSON.parse(text)).toMatchObject({ sources: [], settings: [{ name: '*', reason: 'failed' }] });
        expect(text).not.toContain('hunter2');
      },
    ));
});

describe('a probe', () => {
  it('answers HEAD without a body, and refuses other methods', async () => {
    const probe = liveness();
    const [head, post] = [await probe({ method: 'HEAD' }), await probe({ method: 'POST' })];

    expect([head.status, await head.text()]).toEqual([200, '']);
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  async function served<T>(listener: RequestListener, use: (url: string) => Promise<T>): Promise<T> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  it('is a request listener of node:http', () =>
    served(toNodeHandler(liveness()), async (url) => {
      const response = await fetch(url);

      expect([response.status, await response.json()]).toEqual([200, { status: 'alive' }]);
      expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    }));

  it('closes the connection when it fails itself', () =>
    served(
      toNodeHandler(() => Promise.reject(new Error('broken'))),
      async (url) => {
        await expect(fetch(url)).rejects.toThrow('fetch failed');
      },
    ));

  it('is a handler of Fastify', async () => {
    const sent: unknown[] = [];
    const reply: FastifyReplyLike = {
      code: (status) => (sent.push(status), reply),
      headers: (values) => (sent.push(values['content-type']), reply),
      send: (body) => sent.push(body),
    };

    await toFastifyHandler(liveness())(get, reply);

    expect(sent).toEqual([200, 'application/json; charset=utf-8', '{"status":"alive"}']);
  });
});
