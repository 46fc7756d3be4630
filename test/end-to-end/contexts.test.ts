import { setTimeout as sleep } from 'node:timers/promises';
import { Config, config, Context, type Scope } from '../../src/index';
import { AwsWorld, ordersConfig } from './world';

let world: AwsWorld;

const seed = {
  ssm: Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [`/tenant${index}/prod/name`, `tenant ${index}`] as const),
  ),
  secrets: Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [`/tenant${index}/prod/token`, `token ${index}`] as const),
  ),
};

beforeAll(async () => {
  world = await AwsWorld.start({ seed });
});

afterAll(() => world.close());

/** Waits for an unpredictable time: a turn, a tick, or milliseconds. */
async function pause(random: number): Promise<void> {
  if (random % 3 === 0) return sleep(random % 7);
  if (random % 3 === 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('a hundred requests at the same time', () => {
  it('each see the Config that they run in, and no other', async () => {
    const request = (index: number): Promise<readonly unknown[]> =>
      ordersConfig({ service: `tenant${index % 10}`, overrides: { id: index } }).run(async () => {
        const seen: unknown[] = [];
        for (const name of ['id', 'name', 'id', 'token', 'id']) {
          await pause(index * 7 + seen.length);
          seen.push(await config.get(name));
        }
        return [...seen, config.resolvedService];
      });

    const all = await world.run(() => Promise.all(Array.from({ length: 100 }, (_, index) => request(index))));

    for (const [index, seen] of all.entries()) {
      const tenant = index % 10;
      expect(seen).toEqual([index, `tenant ${tenant}`, index, `token ${tenant}`, index, `tenant${tenant}`]);
    }
  });

  it('ask once for what is the same for all of them', async () => {
    const own = await AwsWorld.start({ seed, latencyMs: 5 });

    await own.run(() =>
      Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          ordersConfig({ overrides: { id: index } }).run(async () => {
            await pause(index);
            return config.get('name');
          }),
        ),
      ),
    );
    const asked = await own.answered(5);
    await own.close();

    expect(asked).toBe(5);
  });
});

describe('inside run()', () => {
  const inChild = <T>(fn: () => T): T => world.run(() => ordersConfig({ service: 'tenant1' }).run(fn));

  it('a Config is current in timers, promises and callbacks', () =>
    inChild(async () => {
      const later: unknown[] = await Promise.all([
        new Promise((resolve) => setTimeout(() => resolve(config.get('name')), 1)),
        new Promise((resolve) => setImmediate(() => resolve(config.get('name')))),
        new Promise((resolve) => process.nextTick(() => resolve(config.get('name')))),
        new Promise((resolve) => queueMicrotask(() => resolve(config.get('name')))),
        Promise.resolve().then(() => config.get('name')),
        sleep(1).then(() => config.get('name')),
      ]);

      expect(later).toEqual(Array.from({ length: 6 }, () => 'tenant 1'));
    }));

  it('a Config is current in an async iterator', () =>
    inChild(async () => {
      async function* values(): AsyncGenerator<unknown> {
        for (const name of ['name', 'token', 'name']) {
          await sleep(1);
          yield await config.get(name);
        }
      }

      const seen: unknown[] = [];
      for await (const value of values()) seen.push(value, config.resolvedService);

      expect(seen).toEqual(['tenant 1', 'tenant1', 'token 1', 'tenant1', 'tenant 1', 'tenant1']);
    }));

  it('a promise that was created outside stays outside', () =>
    world.run(async () => {
      const outside = sleep(5).then(() => config.resolvedService);

      const inside = ordersConfig({ service: 'tenant3' }).run(async () => [await outside, config.resolvedService]);

      expect(await inside).toEqual(['global', 'tenant3']);
    }));
});

describe('what was entered before a test', () => {
  let scope: Scope;

  beforeEach(async () => {
    await sleep(1);
    const context = world.run(() => Context.current());
    scope = context.child([ordersConfig({ service: 'tenant4', overrides: { entered: true } })]).enter();
  });

  afterEach(() => {
    scope.exit();
  });

  it('is current in the test', async () => {
    expect(await config.get('entered')).toBe(true);
    expect(await config.get('name')).toBe('tenant 4');
  });

  it('is current behind everything that the test awaits', async () => {
    await sleep(1);
    const seen = await Promise.all([config.get('name'), sleep(1).then(() => config.get('name'))]);

    expect(seen).toEqual(['tenant 4', 'tenant 4']);
  });
});

it('is over behind the test that entered it', () => {
  expect(config).not.toBe(Config.grab());
  expect(config.getOverride('entered')).not.toBe(true);
});
