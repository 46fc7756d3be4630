import { config, defineSettings, InvalidSettingsError, setting } from '../../../src/index';
import { rejection } from '../../chain/doubles';
import { type FleetProcess } from '../fleet-process';
import { sourceOperations } from './orders-aws';
import { withOrdersFleet } from './orders-fleet';

const orders = withOrdersFleet();

afterEach(() => jest.useRealTimers());

function startProcess(): FleetProcess {
  return orders.start({ clock: orders.clock });
}

/** Fills the table, ten minutes before a value changes. */
async function changeLater(): Promise<void> {
  const process = startProcess();
  await process.get('db_host');
  await process.flush();
  orders.aws.putParameter('/orders/prod/db_host', 'db.changed');
  orders.clock.advance(600);
  orders.aws.calls.clear();
}

describe('a refresh', () => {
  test('gives what the cache table holds, however old', async () => {
    await changeLater();
    const process = startProcess();

    await process.run(() => config.refresh());

    expect(await process.get('db_host')).toBe('db.internal');
  });

  test('with an age gives only what was read from the sources within that time', async () => {
    await changeLater();
    const process = startProcess();

    await process.run(() => config.refresh({ maxAgeSeconds: 601 }));
    expect(await process.get('db_host')).toBe('db.internal');
    await process.run(() => config.refresh({ maxAgeSeconds: 300 }));
    expect(await process.get('db_host')).toBe('db.changed');
  });

  test('with an age lets one process of the fleet read for all', async () => {
    await changeLater();
    const fleet = Array.from({ length: 5 }, startProcess);
    const refresh = (process: FleetProcess): Promise<unknown> =>
      process.run(async () => {
        await config.refresh({ maxAgeSeconds: 300 });
        return config.get('db_host');
      });

    const values = await Promise.all(fleet.map(refresh));
    const asked = sourceOperations(orders.aws).length;
    await Promise.all(fleet.map((each) => each.flush()));
    const later = await startProcess().get('db_host');

    expect([...values, later]).toEqual(Array(6).fill('db.changed'));
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(8);
    expect(sourceOperations(orders.aws)).toHaveLength(asked);
  });

  test.each([-1, Number.NaN])('of %d seconds is an error', async (maxAgeSeconds) => {
    const error = await rejection(() => startProcess().run(() => config.refresh({ maxAgeSeconds })));

    expect(error).toBeInstanceOf(InvalidSettingsError);
  });
});

test('refreshEverySeconds sees a change that the cache table does not have', async () => {
  await changeLater();
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'clearTimeout', 'performance', 'Date'] });
  const process = startProcess();
  const declared = defineSettings({ host: setting('DB_HOST') }, { refreshEverySeconds: 300 });
  const changed = new Promise<string>((resolve) => {
    process.run(() => declared.onChange('host', ({ host }) => resolve(host)));
  });

  const before = await process.run(() => declared.load());
  jest.advanceTimersByTime(300_000);

  expect([before.host, await changed]).toEqual(['db.internal', 'db.changed']);
  declared.close();
});
