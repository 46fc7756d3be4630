import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoCacher, LocalCache, ProviderError, type SettingsValues } from '../../src/index';
import { rejection, StoppedClock } from '../chain/doubles';
import { AwsWorld, ordersConfig } from './world';
import { testKey } from '../base/test-key';

const table = 'global-all-configCache';
const key = testKey(9).toString('base64');
const seed = {
  ssm: { '/orders/prod/db_host': 'db.internal', '/global/all/region': 'eu-west-1' },
  secrets: { '/orders/prod/token': 'canary-token' },
  tables: { [table]: {} },
};
const names = ['DB_HOST', 'region', 'token', 'missing'];
let folder: string;
let settings: Partial<SettingsValues>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xcon-outage-'));
  settings = { service: 'orders', environment: 'prod', lastKnownGood: { file: join(folder, 'answers'), key } };
});

afterEach(() => rm(folder, { recursive: true }));

const cachedConfig = () => ordersConfig({ cacher: new DynamoCacher() });

/** A process that looks names up, and ends. */
async function runProcess(world: AwsWorld): Promise<void> {
  await world.run(async () => {
    const config = cachedConfig();
    await config.load(names);
    await config.flush();
  }, [new LocalCache()]);
}

it('a start while nothing of AWS can be reached finds what the last process has found', async () => {
  const world = await AwsWorld.start({ seed }, settings);
  await runProcess(world);
  await world.close();

  const found = await world.run(async () => {
    const config = cachedConfig();
    const now = await config.load(names);
    expect(await rejection(() => config.get('new-name'))).toBeInstanceOf(ProviderError);
    return names.map((name) => [now.get(name), now.getItem(name).stale]);
  }, [new LocalCache()]);

  expect(found).toEqual([
    ['db.internal', true],
    ['eu-west-1', true],
    ['canary-token', true],
    [undefined, false],
  ]);
  expect(world.log.warnings('last-good.given')).toHaveLength(1);
  expect(JSON.stringify(world.log.lines)).not.toContain('canary');
  expect((await readFile(join(folder, 'answers'))).includes('canary')).toBe(false);
});

it('a start finds the values of a last process that had read all of them from the cache table', async () => {
  const world = await AwsWorld.start({ seed }, settings);
  await world.run(async () => {
    const config = cachedConfig();
    await config.load(names);
    await config.flush();
  }, [new LocalCache()]);
  await rm(join(folder, 'answers'));
  world.aws.calls.clear();
  await runProcess(world);
  const listings = world.aws.calls.count('ByPath');
  await world.close();

  const found = await world.run(() => cachedConfig().load(names), [new LocalCache()]);

  expect(listings).toBe(0);
  expect(names.map((name) => found.get(name))).toEqual(['db.internal', 'eu-west-1', 'canary-token', undefined]);
});

it('a start without credentials finds what the last process has found', async () => {
  const world = await AwsWorld.start({ seed }, settings);
  await runProcess(world);
  world.aws.setFaults([{ target: '.', type: 'ExpiredTokenException' }]);

  const [now, fresh] = await world.run(async () => {
    const config = cachedConfig();
    return [await config.load(names), await config.get('new-name')] as const;
  }, [new LocalCache()]);
  await world.close();

  expect(names.map((name) => now.get(name))).toEqual(['db.internal', 'eu-west-1', 'canary-token', undefined]);
  expect(fresh).toBeUndefined();
});

it('a start while AWS does not answer takes no longer than a lookup may', async () => {
  const world = await AwsWorld.start({ seed }, settings);
  await runProcess(world);
  world.aws.setFaults([{ target: '.', hang: true }]);
  const hanging = await AwsWorld.start(
    { seed, faults: [{ target: '.', hang: true }] },
    { ...settings, lookupBudgetMs: 1000 },
  );

  const item = await hanging.run(() => cachedConfig().getItem('DB_HOST'));
  await Promise.all([world.close(), hanging.close()]);

  expect(item).toMatchObject({ value: 'db.internal', stale: true });
});

it('answers that are older than a week are not used', async () => {
  const clock = new StoppedClock();
  const world = await AwsWorld.start({ seed }, settings);
  await world.run(async () => {
    const config = ordersConfig();
    await config.get('DB_HOST');
    await config.flush();
  }, [clock, new LocalCache()]);
  await world.close();
  const lookUp = () => world.run(() => ordersConfig().get('DB_HOST'), [clock, new LocalCache()]);

  clock.advanceMs(7 * 24 * 3600 * 1000);
  const inTime = await lookUp();
  clock.advanceMs(1);

  expect(inTime).toBe('db.internal');
  expect(await rejection(lookUp)).toBeInstanceOf(ProviderError);
});
