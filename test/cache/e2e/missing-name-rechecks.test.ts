import { Config, config, ConfigNotFoundError, defineSettings, secret, setting } from '../../../src/index';
import { rejection } from '../../chain/doubles';
import { patience } from '../../setup/patience';
import { type FleetProcess, type ProcessOptions } from '../fleet-process';
import { sourceOperations } from './orders-aws';
import { withOrdersFleet } from './orders-fleet';

const orders = withOrdersFleet();

function startProcess(options: ProcessOptions = {}): FleetProcess {
  return orders.start({ clock: orders.clock, ...options });
}

const requireIn = (process: FleetProcess, name = 'api_key'): Promise<unknown> =>
  process.run(() => config.require(name));
const missedIn = (process: FleetProcess, name = 'api_key'): Promise<Error> => rejection(() => requireIn(process, name));

/** Looks for a required name in a process that ends then: the table says that it is missing. */
async function missOnce(name = 'api_key', options: ProcessOptions = {}): Promise<void> {
  const process = startProcess(options);
  expect(await missedIn(process, name)).toBeInstanceOf(ConfigNotFoundError);
  await process.flush();
  orders.aws.calls.clear();
}

describe('a required name that was missing', () => {
  test('is found by every new process as soon as it has a value', async () => {
    await missOnce();
    orders.aws.putParameter('/orders/prod/API_KEY', 'put');

    const second = startProcess();
    expect(await requireIn(second)).toBe('put');
    await second.flush();
    orders.aws.calls.clear();

    expect(await startProcess().get('api_key')).toBe('put');
    expect(sourceOperations(orders.aws)).toEqual([]);
  });

  test('is found by the process that missed it, once the pause is over, and by all its methods', async () => {
    const process = startProcess();
    await missedIn(process);
    orders.aws.putParameter('/orders/prod/API_KEY', 'put');

    expect(await missedIn(process)).toBeInstanceOf(ConfigNotFoundError);
    orders.clock.advance(1);

    expect(await requireIn(process)).toBe('put');
    expect([await process.get('api_key'), await process.get('API_KEY')]).toEqual(['put', 'put']);
  });

  test.each<[string, string, (name: string) => Promise<unknown>, unknown]>([
    ['require', 'put', (name) => config.require(name), 'put'],
    ['requireString', 'put', (name) => config.requireString(name), 'put'],
    ['requireNumber', '5', (name) => config.requireNumber(name), 5],
    ['requireBoolean', 'yes', (name) => config.requireBoolean(name), true],
    ['requireJson', '{"a":1}', (name) => config.requireJson(name), { a: 1 }],
    ['requireItem', 'put', async (name) => (await config.requireItem(name)).value, 'put'],
  ])('is found by %s', async (_, stored, call, found) => {
    await missOnce();
    orders.aws.putParameter('/orders/prod/API_KEY', stored);

    expect(await startProcess().run(() => call('api_key'))).toEqual(found);
  });

  test('is found wherever it was put: a secret in a lower directory', async () => {
    await missOnce();
    orders.aws.putSecret('/global/all/api_key', 'put');

    expect(await requireIn(startProcess())).toBe('put');
  });

  test('is found by its exact name', async () => {
    const options = { config: { strategy: 'names' as const } };
    await missOnce('API_KEY', options);
    orders.aws.putParameter('/orders/prod/API_KEY', 'put');

    expect(await requireIn(startProcess(options), 'API_KEY')).toBe('put');
  });

  test('is found by the id of a secret', async () => {
    const process = startProcess();
    const byId = (): Promise<unknown> => process.run(() => config.require('api_key', { secretId: 'shared/api-key' }));
    expect(await rejection(byId)).toBeInstanceOf(ConfigNotFoundError);
    orders.aws.putSecret('shared/api-key', 'put');
    orders.clock.advance(1);

    expect(await byId()).toBe('put');
  });
});

describe('the sources', () => {
  test('are not asked again by the lookup that has just asked them', async () => {
    const process = startProcess();
    await missedIn(process);
    const asked = sourceOperations(orders.aws).length;

    await missedIn(process);

    expect(asked).toBeGreaterThan(0);
    expect(sourceOperations(orders.aws)).toHaveLength(asked);
  });

  test('are asked once for all lookups of one name, and for all names, at the same time', async () => {
    await missOnce();
    await missOnce('other_key');
    const alone = startProcess();
    await missedIn(alone);
    const asked = sourceOperations(orders.aws).length;
    orders.aws.calls.clear();

    const process = startProcess();
    const names = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'api_key' : 'other_key'));
    await Promise.all(names.map((name) => missedIn(process, name)));

    expect(asked).toBeGreaterThan(0);
    expect(sourceOperations(orders.aws)).toHaveLength(asked);
  });

  test('are asked once for all Configs of a process, such as one for each request', async () => {
    await missOnce();
    const alone = startProcess();
    await missedIn(alone);
    const asked = sourceOperations(orders.aws).length;
    orders.aws.calls.clear();
    const process = startProcess();
    const inRequest = (): Promise<unknown> =>
      process.run(() => new Config({ defaults: { other: 1 } }).run(() => config.require('api_key')));

    await Promise.all(Array.from({ length: 20 }, () => rejection(inRequest)));
    await rejection(inRequest);

    expect(asked).toBeGreaterThan(0);
    expect(sourceOperations(orders.aws)).toHaveLength(asked);
    orders.aws.putParameter('/orders/prod/API_KEY', 'put');
    orders.clock.advance(1);
    expect(await inRequest()).toBe('put');
  });

  test('are asked with growing pauses of at most a minute while a name stays missing', async () => {
    await missOnce();
    const process = startProcess();
    const looks: number[] = [];
    for (let second = 0; second < 300; second += 1) {
      const before = orders.aws.calls.count();
      await missedIn(process);
      if (orders.aws.calls.count() > before) looks.push(second);
      orders.clock.advance(1);
    }

    expect(looks).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
  });

  test('are not asked for an optional name', async () => {
    await missOnce();
    const process = startProcess();
    const declared = defineSettings({
      key: setting('API_KEY', { optional: true }),
      other: setting('OTHER', { default: 'x' }),
    });
    await missOnce('other');

    const found = await process.run(async () => [
      await config.get('api_key', 'fallback'),
      await config.has('api_key'),
      (await config.getItem('api_key')).nonExistent,
      (await config.load(['api_key'])).get('api_key'),
      await declared.load(),
    ]);

    expect(found).toEqual(['fallback', false, true, undefined, { key: undefined, other: 'x' }]);
    expect(sourceOperations(orders.aws)).toEqual([]);
  });

  test('are not asked by a snapshot, whose error says so', async () => {
    await missOnce();
    const snapshot = await startProcess().run(() => config.load(['api_key']));
    orders.aws.putParameter('/orders/prod/API_KEY', 'put');

    expect(() => snapshot.require('api_key')).toThrow('the sources were not read: require() reads them');
    expect(sourceOperations(orders.aws)).toEqual([]);
  });

  test('are asked for required declared settings', async () => {
    await missOnce();
    await missOnce('db_password');
    orders.aws.putParameter('/orders/prod/API_KEY', 'put');
    orders.aws.putSecret('/orders/prod/db_password', 'put, too');

    const declared = defineSettings({ key: setting('API_KEY'), password: secret('DB_PASSWORD') });
    const settings = await startProcess().run(() => declared.load());

    expect([settings.key, settings.password.reveal()]).toEqual(['put', 'put, too']);
  });

  test('leave the answer unchanged when they fail', async () => {
    await missOnce();
    orders.aws.setFaults([{ target: 'Parameter|Secret', status: 500, type: 'InternalServerError' }]);

    const error = await missedIn(startProcess());

    expect(error).toBeInstanceOf(ConfigNotFoundError);
    expect(error.message).toContain('cacher (known to be missing)');
  });

  test('are asked although the process was frozen in the middle: only time in which it runs counts', async () => {
    await missOnce();
    orders.aws.putParameter('/orders/prod/API_KEY', 'put');
    orders.aws.setFaults([{ target: 'Query', delayMs: 250, times: 1 }]);
    const looking = requireIn(startProcess());
    for (let waits = 0; waits < 2000 && orders.aws.calls.count('Query') === 0; waits += 1)
      await new Promise((resolve) => setTimeout(resolve, 5));

    orders.clock.advance((2 * patience.lookupBudgetMs) / 1000);

    expect(await looking).toBe('put');
  });

  test('are awaited until the signal is aborted', async () => {
    await missOnce();
    const aborting = new AbortController();
    const process = startProcess();
    await process.get('api_key');
    const waiting = rejection(() => process.run(() => config.require('api_key', { signal: aborting.signal })));
    aborting.abort(new Error('given up'));

    expect((await waiting).message).toBe('given up');
  });

  test('are all named in the error', async () => {
    await missOnce();

    const error = await missedIn(startProcess());

    expect(error.message).toContain(
      'Looked in: env; cacher; ssm, secrets in /orders/prod; ssm, secrets in /orders/all; ssm, secrets in /global/prod; ' +
        'ssm, secrets in /global/all; default.',
    );
  });
});
