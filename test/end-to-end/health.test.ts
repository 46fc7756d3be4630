import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { config, DynamoCacher } from '../../src/index';
import { type LocalAwsFault } from '../../src/local-aws/local-aws';
import { rejection, StoppedClock } from '../chain/doubles';
import { AwsWorld, ordersConfig } from './world';

const table = 'global-all-configCache';
const seed = { ssm: { '/orders/prod/x': 'found' }, tables: { [table]: {} } };
let world: AwsWorld;
let clock: StoppedClock;

beforeEach(() => {
  clock = new StoppedClock();
});

afterEach(() => world.close());

const inWorld = <T>(fn: () => T): T => world.run(fn, [clock]);
const cachedConfig = () => ordersConfig({ cacher: new DynamoCacher() });

describe('the cache', () => {
  it('counts its Queries and the answers that it gives, not those from memory', async () => {
    world = await AwsWorld.start({ seed });

    await inWorld(async () => {
      const orders = cachedConfig();
      const before = await orders.health();
      await orders.get('x');
      await orders.flush();
      await orders.refresh();
      for (const name of ['x', 'X', 'x']) await orders.get(name);
      const health = await orders.health();

      expect(before.cache).toEqual({ name: 'cacher', state: 'unused', requests: 0, hits: 0, problems: [] });
      expect(health.cache).toMatchObject({ state: 'ok', requests: 2, hits: 1, problems: [] });
      expect(health.providers.map(({ name, hits }) => [name, hits])).toEqual([
        ['env', 0],
        ['ssm', 1],
        ['secrets', 0],
      ]);
    });
  });

  it.each<[string, LocalAwsFault, string, string]>([
    ['cannot be read', { target: '^Query', status: 500 }, 'failing', 'reading'],
    ['may not be read', { target: '^Query', type: 'AccessDeniedException' }, 'refused', 'reading'],
    ['cannot be written', { target: 'BatchWriteItem', status: 500 }, 'failing', 'writing'],
    ['may not be written', { target: 'BatchWriteItem', type: 'AccessDeniedException' }, 'refused', 'writing'],
  ])('that %s is reported, and health is still ok', async (_, fault, state, at) => {
    world = await AwsWorld.start({ seed, faults: [fault] });

    await inWorld(async () => {
      const orders = cachedConfig();
      await orders.get('x');
      await orders.flush();

      expect(await orders.health()).toMatchObject({ ok: true, cache: { state, problems: [{ at, state }] } });
    });
  });

  it('is probed by a Query of one row', async () => {
    world = await AwsWorld.start({ seed, faults: [{ target: '^Query', status: 500, times: 1 }] });

    await inWorld(async () => {
      const orders = cachedConfig();
      const first = await orders.health({ probe: true });
      const second = await orders.health({ probe: true });

      expect([first.cache?.state, second.cache?.state]).toEqual(['failing', 'ok']);
      expect(second.cache?.requests).toBe(2);
    });
  });

  it('whose table is not there is refused, with what to do', async () => {
    world = await AwsWorld.start({ seed: { ssm: seed.ssm } });

    const { cache } = await inWorld(() => cachedConfig().health({ probe: true }));

    expect(cache?.problems).toMatchObject([
      { at: 'reading', state: 'refused', remedy: expect.stringContaining('create that table') as string },
    ]);
  });
});

describe('a service with /ready', () => {
  let server: Server;

  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it('is ready, is not while lookups fail, and is again when the source is', async () => {
    world = await AwsWorld.start({ seed });

    await inWorld(async () => {
      const orders = ordersConfig();
      server = createServer((_request, response) => {
        orders
          .run(async () => {
            const health = await config.health();
            return health.ok ? health : config.health({ probe: true });
          })
          .then(
            ({ ok }) => response.writeHead(ok ? 200 : 503).end(),
            () => response.destroy(),
          );
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const ready = async (): Promise<number> => {
        const { port } = server.address() as AddressInfo;
        return (await fetch(`http://127.0.0.1:${port}/ready`)).status;
      };

      const seen = [await ready()];
      world.aws.setFaults([{ target: 'ByPath', status: 500 }]);
      await rejection(() => orders.get('x'));
      seen.push(await ready());
      clock.advanceMs(1000);
      world.aws.setFaults([]);
      seen.push(await ready());

      expect(seen).toEqual([200, 503, 200]);
      expect(await orders.get('x')).toBe('found');
    });
  });
});
