import {
  type Config,
  DynamoCacher,
  DynamoProvider,
  LocalCache,
  ProviderError,
  SsmProvider,
  XconSettings,
} from '../../src/index';
import { type LocalAwsFault } from '../../src/local-aws/local-aws';
import { rejection, StoppedClock } from '../chain/doubles';
import { AwsWorld, ordersConfig } from './world';

const minuteMs = 60_000;
/** Lifetime of memory, and how much longer a value may be served as stale. */
const memoryMs = 15 * minuteMs;
const staleMs = 60 * minuteMs;

let world: AwsWorld;
let clock: StoppedClock;

beforeEach(() => {
  clock = new StoppedClock();
});

afterEach(() => world.close());

const inWorld = <T>(fn: () => T): T => world.run(fn, [clock]);
const denied = (target: string, type = 'AccessDeniedException'): LocalAwsFault => ({ target, type, message: 'no' });
const failing = (target: string): LocalAwsFault => ({ target, status: 500 });

/** Reads names, and so all directories, and lets memory expire. */
async function readAndExpire(config: Config, ...names: readonly string[]): Promise<void> {
  await config.load([...names, 'nowhere']);
  clock.advanceMs(memoryMs);
}

describe('a listing that was read once', () => {
  const seed = { ssm: { '/orders/prod/x': 'upper', '/orders/all/x': 'lower', '/global/all/y': 'y' } };

  it.each<[string, LocalAwsFault]>([
    ['the service fails', failing('ByPath')],
    ['the service throttles', denied('ByPath', 'ThrottlingException')],
    ['the connection is reset', { target: 'ByPath', dropConn: true }],
    ['the answer makes no sense', { target: 'ByPath', raw: { body: '<html>' } }],
    ['the service does not answer', { target: 'ByPath', hang: true }],
    ['it is not permitted any more', denied('ByPath')],
    ['credentials have expired', denied('ByPath', 'ExpiredTokenException')],
    ['credentials are unknown', denied('ByPath', 'UnrecognizedClientException')],
  ])('is served as stale when %s, with one warning for each directory', async (_, fault) => {
    world = await AwsWorld.start({ seed }, fault.hang === true ? { requestTimeoutMs: 1000 } : {});

    await inWorld(async () => {
      const config = ordersConfig();
      await readAndExpire(config, 'x');
      world.aws.setFaults([fault]);

      const items = await Promise.all(['x', 'X', 'y'].map((name) => config.getItem(name)));
      const again = await config.getItem('x');

      expect(items.map(({ value, stale }) => [value, stale])).toEqual([
        ['upper', true],
        ['upper', true],
        ['y', true],
      ]);
      expect(again.staleSince).toBe('2030-01-01T00:00:00.000Z');
      expect(String(again)).toBe('x from ssm /orders/prod, stale');
      expect(await config.get('nowhere')).toBeUndefined();
    });

    expect(world.log.warnings('provider.stale').map(({ directory }) => directory)).toEqual([
      '/orders/prod',
      '/orders/all',
      '/global/prod',
      '/global/all',
    ]);
    expect(world.log.warnings('provider.stale')[0]).toMatchObject({
      provider: 'ssm',
      goodAt: '2030-01-01T00:00:00.000Z',
      until: '2030-01-01T01:15:00.000Z',
      reason: expect.any(String) as string,
      consequence: 'the last value that was read is given; nothing found in this place or below is cached',
    });
    expect(world.refusals).toEqual([]);
  });

  it('is served as stale when there are no credentials any more', async () => {
    world = await AwsWorld.start({ seed });
    let expired = false;
    const credentials = () =>
      expired
        ? Promise.reject(Object.assign(new Error('none'), { name: 'CredentialsProviderError' }))
        : Promise.resolve({ accessKeyId: 'test', secretAccessKey: 'test', expiration: new Date(0) });
    const clients = world.makeClients({ credentials });

    const item = await world.run(async () => {
      const config = ordersConfig();
      await readAndExpire(config, 'x');
      expired = true;
      return config.getItem('x');
    }, [clock, clients]);

    expect(item).toMatchObject({ value: 'upper', stale: true });
  });

  it.each<[string, LocalAwsFault]>([
    ['fails', failing('ByPath')],
    ['is denied', denied('ByPath')],
  ])(
    'is served as stale for an hour after it should have been read again when that %s, and no longer',
    async (_, fault) => {
      world = await AwsWorld.start({ seed });

      await inWorld(async () => {
        const config = ordersConfig({ providers: [SsmProvider] });
        await readAndExpire(config, 'x');
        world.aws.setFaults([fault]);

        clock.advanceMs(staleMs - 1);
        const inTime = await config.getItem('x');
        clock.advanceMs(1);
        const tooLate = await config.getItem('x').catch((error: unknown) => error);

        expect(inTime.stale).toBe(true);
        if (fault.status === 500) expect(tooLate).toBeInstanceOf(ProviderError);
        else expect(tooLate).toMatchObject({ nonExistent: true });
      });

      expect(world.refusals.length).toBe(fault.status === 500 ? 0 : 4);
    },
  );

  it('is not served as stale when staleIfErrorSeconds is 0', async () => {
    world = await AwsWorld.start({ seed }, { staleIfErrorSeconds: 0 });

    const error = await inWorld(async () => {
      const config = ordersConfig();
      await readAndExpire(config, 'x');
      world.aws.setFaults([failing('ByPath')]);
      return rejection(() => config.get('x'));
    });

    expect(error).toBeInstanceOf(ProviderError);
  });

  it('is served for its directory only: what was never read still fails', async () => {
    world = await AwsWorld.start({ seed });

    await inWorld(async () => {
      await readAndExpire(ordersConfig(), 'x');
      world.aws.setFaults([failing('ByPath')]);
      const other = ordersConfig({ directories: ['/orders/all', '/never/read'] });

      expect(await other.getItem('x')).toMatchObject({ value: 'lower', stale: true });
      expect(await rejection(() => other.get('y'))).toMatchObject({ directory: '/never/read' });
    });
  });

  it('counts as not permitted where it was never read', async () => {
    world = await AwsWorld.start({ seed, faults: [denied('ByPath')] });

    const item = await inWorld(() => ordersConfig().getItem('x'));

    expect(item).toMatchObject({ nonExistent: true, stale: false });
    expect(world.log.warnings('provider.stale')).toEqual([]);
  });

  it('lets lower places answer where it had nothing, and is read again after the pause', async () => {
    world = await AwsWorld.start({ seed: { ssm: { '/orders/all/x': 'lower' } } });
    const upper = { ...failing('ByPath'), body: '"/orders/prod"' };

    await inWorld(async () => {
      const config = ordersConfig();
      await readAndExpire(config, 'x');
      world.aws.setFaults([upper]);
      const below = await config.getItem('x');
      world.aws.setFaults([]);
      world.aws.putParameter('/orders/prod/x', 'upper');
      clock.advanceMs(1000);

      expect(below).toMatchObject({ value: 'lower', stale: true, staleSince: '2030-01-01T00:00:00.000Z' });
      expect(await config.get('x')).toBe('upper');
    });
  });

  it('makes a name stale that is found nowhere, and a default too', async () => {
    world = await AwsWorld.start({ seed });

    await inWorld(async () => {
      const config = ordersConfig({ defaults: { given: 'default' } });
      await readAndExpire(config, 'x');
      world.aws.setFaults([{ ...failing('ByPath'), body: '"/orders/all"' }]);

      const [missing, given] = [await config.getItem('missing'), await config.getItem('given')];

      expect(missing).toMatchObject({ nonExistent: true, stale: true, staleSince: '2030-01-01T00:00:00.000Z' });
      expect(String(missing)).toBe('missing: not found, stale');
      expect(given).toMatchObject({ value: 'default', provider: 'default', stale: true });
      world.aws.setFaults([]);
      clock.advanceMs(1000);
      expect(await config.getItem('missing')).toMatchObject({ nonExistent: true, stale: false });
    });
  });

  it('is explained as stale, place by place', async () => {
    world = await AwsWorld.start({ seed });

    const places = await inWorld(async () => {
      const config = ordersConfig();
      await readAndExpire(config, 'y');
      world.aws.setFaults([failing('ByPath')]);
      return (await config.explain('y')).places;
    });

    expect(
      places.filter(({ provider }) => provider === 'ssm').map(({ outcome, stale, value }) => [outcome, stale, value]),
    ).toEqual([
      ['absent', true, undefined],
      ['absent', true, undefined],
      ['absent', true, undefined],
      ['found', true, 'y'],
    ]);
  });
});

describe('what is served as stale', () => {
  const seed = { ssm: { '/orders/prod/x': 'old' } };

  it('is replaced as soon as the source can be read, which is tried after growing pauses', async () => {
    world = await AwsWorld.start({ seed });

    await inWorld(async () => {
      const config = ordersConfig({ providers: [SsmProvider], directories: ['/orders/prod'] });
      await readAndExpire(config, 'x');
      world.aws.setFaults([failing('ByPath')]);
      world.aws.putParameter('/orders/prod/x', 'new');
      world.aws.calls.clear();

      for (let second = 0; second < 60; second += 1) {
        expect(await config.get('x')).toBe('old');
        clock.advanceMs(1000);
      }
      const asked = world.aws.calls.count();
      world.aws.setFaults([]);
      clock.advanceMs(minuteMs);

      // Pauses of 0.5 to 1 s, 1 to 2 s, 2 to 4 s and so on: six to seven of them in a minute, and the first try.
      expect(asked).toBeGreaterThanOrEqual(6);
      expect(asked).toBeLessThanOrEqual(8);
      expect(await config.getItem('x')).toMatchObject({ value: 'new', stale: false });
    });
  });

  it('is warned of again in the next outage', async () => {
    world = await AwsWorld.start({ seed });

    await inWorld(async () => {
      const config = ordersConfig({ providers: [SsmProvider], directories: ['/orders/prod'] });
      for (let outage = 0; outage < 2; outage += 1) {
        world.aws.setFaults([]);
        await readAndExpire(config, 'x');
        world.aws.setFaults([failing('ByPath')]);
        await config.get('x');
        clock.advanceMs(minuteMs);
      }
    });

    expect(world.log.warnings('provider.stale')).toHaveLength(2);
  });

  it('is served after refresh() and for fresh lookups', async () => {
    world = await AwsWorld.start({ seed });

    await inWorld(async () => {
      const config = ordersConfig();
      await config.get('x');
      world.aws.setFaults([failing('ByPath')]);
      await config.refresh();

      expect(await config.getItem('x')).toMatchObject({ value: 'old', stale: true });
      expect(await config.getItem('x', { fresh: true })).toMatchObject({ value: 'old', stale: true });
    });
  });

  it('is not served to another LocalCache or other clients', async () => {
    world = await AwsWorld.start({ seed });

    await inWorld(async () => {
      const config = ordersConfig();
      await config.get('x');
      world.aws.setFaults([failing('ByPath')]);

      expect(await new LocalCache().run(() => rejection(() => config.get('x')))).toBeInstanceOf(ProviderError);
      expect(await world.makeClients().run(() => rejection(() => config.get('x')))).toBeInstanceOf(ProviderError);
      await config.refresh();
      expect(await config.get('x')).toBe('old');
    });
  });

  it('is served when the time of a lookup is over', async () => {
    world = await AwsWorld.start({ seed });
    const settings = new XconSettings();

    const lookUp = async (): Promise<void> => {
      const config = ordersConfig();
      await readAndExpire(config, 'x');
      settings.assign('lookupBudgetMs', 150);
      world.aws.setFaults([{ target: '.', hang: true }]);

      const [item, missing] = await Promise.all([config.getItem('x'), config.getItem('missing')]);
      world.aws.calls.clear();
      const next = await config.getItem('x');

      expect(item).toMatchObject({ value: 'old', stale: true });
      expect(missing).toMatchObject({ nonExistent: true });
      expect(next.stale).toBe(true);
      expect(world.aws.calls.count()).toBe(0);
    };
    await world.run(lookUp, [clock, settings]);

    expect(world.log.warnings('provider.stale')[0]).toMatchObject({ reason: 'Error: no answer within lookupBudgetMs' });
  });

  it('is not served after the expiry of the value', async () => {
    const ttl = Math.floor((Date.UTC(2030, 0, 1) + memoryMs + minuteMs) / 1000);
    const rows = [{ app_key: '/orders/prod', name_key: 'x', value: 'until then', ttl }];
    world = await AwsWorld.start({ seed: { tables: { 'global-all-config': { rows } } } });

    await inWorld(async () => {
      const config = ordersConfig({ providers: [DynamoProvider] });
      await readAndExpire(config, 'x');
      world.aws.setFaults([failing('Query')]);
      const before = await config.getItem('x');
      clock.advanceMs(minuteMs);

      expect(before).toMatchObject({ value: 'until then', stale: true });
      expect(await config.get('x')).toBeUndefined();
    });
  });
});

describe('a secret that was read once', () => {
  const seed = { secrets: { '/orders/prod/token': 'hunter2', '/orders/all/token': 'lower' } };

  it.each<[string, LocalAwsFault]>([
    ['its value cannot be read', failing('^GetSecretValue')],
    ['its value is denied', denied('^GetSecretValue')],
    ['its listing cannot be read', failing('ListSecrets')],
    ['nothing can be read', denied('.', 'ExpiredTokenException')],
  ])('is served as stale when %s', async (_, fault) => {
    world = await AwsWorld.start({ seed });

    await inWorld(async () => {
      const config = ordersConfig();
      await readAndExpire(config, 'token');
      world.aws.setFaults([fault]);

      expect(await config.getItem('token')).toMatchObject({ value: 'hunter2', secret: true });
    });

    expect(world.log.warnings('provider.stale').length).toBeGreaterThan(0);
    expect(JSON.stringify(world.log.lines)).not.toContain('hunter2');
  });

  it('is served as stale by exact name, where nothing is listed', async () => {
    world = await AwsWorld.start({ seed });

    await inWorld(async () => {
      const config = ordersConfig({ strategy: 'names' });
      await readAndExpire(config, 'token', 'missing');
      world.aws.setFaults([failing('.')]);

      expect(await config.getItem('token')).toMatchObject({ value: 'hunter2', stale: true });
      expect(await config.get('missing')).toBeUndefined();
      expect(await rejection(() => config.get('never-read'))).toBeInstanceOf(ProviderError);
    });
  });

  it('is not served once the secret is deleted', async () => {
    world = await AwsWorld.start({ seed });

    await inWorld(async () => {
      const config = ordersConfig();
      await readAndExpire(config, 'token');
      world.aws.deleteSecret('/orders/prod/token');

      expect(await config.get('token')).toBe('lower');
    });
  });

  it('among parameters is served as stale when its key is denied, beside what can be read', async () => {
    const ssm = { '/orders/prod/key': { value: 'hunter2', type: 'SecureString' as const }, '/orders/prod/x': 'old' };
    world = await AwsWorld.start({ seed: { ssm } });

    await inWorld(async () => {
      const config = ordersConfig({ providers: [SsmProvider], directories: ['/orders/prod'] });
      await readAndExpire(config, 'key');
      world.aws.putParameter('/orders/prod/x', 'new');
      world.aws.setFaults([{ ...denied('ByPath'), body: '"WithDecryption":true' }, denied('^GetParameters$')]);

      expect(await config.getItem('key')).toMatchObject({ value: 'hunter2', stale: true });
      expect(await config.getItem('x')).toMatchObject({ value: 'new', stale: false });
    });

    expect(world.log.warnings('provider.stale')).toMatchObject([{ directory: '/orders/prod', name: 'key' }]);
  });
});

describe('the cache table', () => {
  const seed = { ssm: { '/orders/prod/a': 'a', '/orders/all/x': 'old', '/orders/all/b': 'b' } };
  const settings = { service: 'orders', environment: 'prod', cacheTtlSeconds: 600, negativeTtlSeconds: 600 };

  it('gets neither stale values nor what lies below a stale place', async () => {
    world = await AwsWorld.start({ seed: { ...seed, tables: { 'global-all-configCache': {} } } }, settings);

    await inWorld(async () => {
      const config = ordersConfig({ cacher: new DynamoCacher() });
      await readAndExpire(config, 'x', 'missing');
      await config.flush();
      await world.aws.clearTable('global-all-configCache');
      await config.refresh();
      world.aws.setFaults([{ ...failing('ByPath'), body: '/orders/all' }]);

      expect(await config.getItem('x')).toMatchObject({ value: 'old', stale: true });
      expect(await config.get('missing')).toBeUndefined();
      await config.flush();
    });
    const rows = await world.aws.rows('global-all-configCache');

    expect(rows.map((row) => row['real_name']?.S).filter((name) => name?.startsWith('~') !== true)).toEqual(['a']);
  });

  it('refers to a secret whose last good value is served as stale', async () => {
    const secrets = { '/orders/prod/token': 'hunter2' };
    world = await AwsWorld.start(
      { seed: { secrets, tables: { 'global-all-configCache': {} } } },
      { ...settings, cacheTtlSeconds: 36_000 },
    );

    await inWorld(async () => {
      const config = ordersConfig({ cacher: new DynamoCacher() });
      await config.get('token');
      await config.flush();
      await config.refresh();
      await config.get('token');
      world.aws.setFaults([denied('Secret', 'ExpiredTokenException')]);
      await config.refresh();
      const item = await config.getItem('token');
      await config.flush();

      expect(item).toMatchObject({ value: 'hunter2', stale: true, viaCacher: true });
    });
  });
});
