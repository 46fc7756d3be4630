import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { defineSettings, DynamoCacher, type XconEvents } from '../../src/index';
import { StoppedClock } from '../chain/doubles';
import { AwsWorld, ordersConfig } from '../end-to-end/world';

const table = 'global-all-configCache';
const day = 24 * 3600 * 1000;
let world: AwsWorld;
let clock: StoppedClock;
let endings: (() => void)[];

beforeEach(async () => {
  clock = new StoppedClock();
  endings = [];
  world = await AwsWorld.start({
    clock: () => clock.nowMs(),
    seed: {
      ssm: { '/orders/prod/HOST': 'db', '/orders/prod/PASSWORD': { value: 'hunter2', type: 'SecureString' } },
      tables: { [table]: {} },
    },
  });
});

afterEach(async () => {
  for (const end of endings) end();
  await world.close();
});

/** Records the messages of a channel. */
function record<Name extends keyof XconEvents>(name: Name): readonly XconEvents[Name][] {
  const messages: XconEvents[Name][] = [];
  const onMessage = (message: unknown): void => void messages.push(message as XconEvents[Name]);
  subscribe(name, onMessage);
  endings.push(() => void unsubscribe(name, onMessage));
  return messages;
}

const inWorld = <T>(fn: () => T): T => world.run(fn, [clock]);

describe('xcon:lookup', () => {
  it('says where an answer comes from, and how long it took', async () => {
    const lookups = record('xcon:lookup');

    await inWorld(async () => {
      const config = ordersConfig({ defaults: { LEVEL: 'info' } });
      for (const name of ['Host', 'PASSWORD', 'LEVEL', 'NONE']) await config.get(name);
    });

    expect(lookups).toMatchObject([
      { name: 'Host', outcome: 'found', source: 'ssm', directory: '/orders/prod', viaCacher: false, stale: false },
      { name: 'PASSWORD', outcome: 'found', source: 'ssm', knownSinceMs: clock.nowMs() },
      { name: 'LEVEL', outcome: 'found', source: 'default', directory: undefined },
      { name: 'NONE', outcome: 'missing', source: 'none', directory: undefined, error: undefined },
    ]);
    for (const { durationMs, startedAtMs } of lookups) {
      expect(durationMs).toBeGreaterThanOrEqual(0);
      expect(startedAtMs).toBeLessThanOrEqual(Date.now() + 1);
    }
    expect(JSON.stringify(lookups)).not.toMatch(/hunter2|"db"|info/);
  });

  it('says by the code of the error that a lookup failed', async () => {
    const lookups = record('xcon:lookup');
    world.aws.setFaults([{ target: 'GetParametersByPath', status: 500 }]);

    await inWorld(() =>
      ordersConfig()
        .get('HOST')
        .catch(() => undefined),
    );

    expect(lookups).toMatchObject([{ name: 'HOST', outcome: 'failed', source: 'none', error: 'PROVIDER_FAILED' }]);
  });

  it('marks answers of the cache table and stale ones, and since when they are known', async () => {
    const lookups = record('xcon:lookup');
    const begin = clock.nowMs();

    await inWorld(async () => {
      const config = ordersConfig({ cacher: new DynamoCacher() });
      await config.get('HOST');
      await config.flush();
      clock.advanceMs(1000);
      await config.refresh();
      await config.get('HOST');
      const uncached = ordersConfig();
      await uncached.get('HOST');
      clock.advanceMs(1000);
      world.aws.setFaults([{ target: 'GetParametersByPath', status: 500 }]);
      await uncached.refresh();
      await uncached.get('HOST');
    });

    expect(lookups.map(({ knownSinceMs, stale, viaCacher }) => [viaCacher, stale, knownSinceMs])).toEqual([
      [false, false, begin],
      [true, false, begin],
      [false, false, begin + 1000],
      [false, true, begin + 1000],
    ]);
  });
});

describe('xcon:memory-hit', () => {
  it('is one message for each answer that memory gives, the same object each time', async () => {
    const hits = record('xcon:memory-hit');

    await inWorld(async () => {
      const config = ordersConfig();
      await config.get('HOST');
      expect(hits).toEqual([]);
      await config.get('HOST');
      await config.requireString('HOST');
      await config.load(['HOST']);
      await config.load(['HOST']);
    });

    expect(hits).toHaveLength(4);
    expect(new Set(hits).size).toBe(1);
    expect(hits[0]).toMatchObject({ name: 'HOST', outcome: 'found', source: 'ssm' });
  });

  it('is not published for declared settings that are given again as a whole', async () => {
    await inWorld(async () => {
      await ordersConfig().run(async () => {
        const settings = defineSettings({ HOST: (await import('../../src/index')).setting() });
        await settings.load();
        const hits = record('xcon:memory-hit');
        await settings.load();
        expect(hits).toEqual([]);
      });
    });
  });
});

describe('xcon:request', () => {
  it('is one message for each call of AWS, with its outcome', async () => {
    const requests = record('xcon:request');
    world.aws.setFaults([{ target: 'ListSecrets', status: 400, type: 'AccessDeniedException' }]);

    await inWorld(() => ordersConfig({ directories: ['/orders/prod'] }).get('NONE'));

    expect(requests.toSorted((one, other) => one.service.localeCompare(other.service))).toMatchObject([
      {
        service: 'SecretsManager',
        operation: 'ListSecrets',
        status: 400,
        error: 'AccessDeniedException',
        attempts: 1,
      },
      { service: 'SSM', operation: 'GetParametersByPath', status: 200, error: undefined, attempts: 1 },
    ]);
    for (const { requestId } of requests) expect(requestId).toMatch(/^[\da-f-]{36}$/);
  });
});

describe('xcon:cache-read', () => {
  it('says how many rows the partition has, or that it could not be read', async () => {
    const reads = record('xcon:cache-read');

    await inWorld(async () => {
      const config = ordersConfig({ cacher: new DynamoCacher() });
      await config.get('HOST');
      await config.flush();
      await config.refresh();
      await config.get('HOST');
      world.aws.setFaults([{ target: '^Query', status: 500 }]);
      await config.refresh();
      await config.get('HOST');
    });

    expect(reads).toMatchObject([
      { table, environ: '/orders/prod', rows: 0, error: undefined },
      { table, environ: '/orders/prod', rows: expect.any(Number) as number, error: undefined },
      { table, environ: '/orders/prod', rows: undefined, error: 'InternalFailure' },
    ]);
    expect(reads[1]?.rows).toBeGreaterThan(0);
  });
});

describe('xcon:refresh', () => {
  it('says whether memory has expired or was forgotten', async () => {
    const refreshes = record('xcon:refresh');

    await inWorld(async () => {
      const config = ordersConfig();
      await config.get('HOST');
      await config.refresh();
      await config.get('HOST');
      clock.advanceMs(day);
      await config.get('HOST');
    });

    expect(refreshes).toEqual([{ reason: 'requested' }, { reason: 'expired' }]);
  });
});
