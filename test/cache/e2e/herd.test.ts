import { Random } from '../../../src/index';
import { withPatientSignals } from '../../setup/patience';
import { type FleetProcess } from '../fleet-process';
import { table } from '../rows';
import { leaseLookedAt, putLease, sourceOperations } from './orders-aws';
import { withOrdersFleet } from './orders-fleet';

withPatientSignals();

const orders = withOrdersFleet();

describe('50 processes at once', () => {
  // All of them share this process and its local AWS: what would be a second in a fleet takes much longer here.
  const settings = { lookupBudgetMs: 150_000 };
  const names = ['db_host', 'pool_size', 'region', 'nope'];

  function startFleet(): FleetProcess[] {
    return Array.from({ length: 50 }, () => orders.start({ clock: orders.clock, random: new Random(), settings }));
  }

  test.each<[string, () => Promise<void>, () => Promise<void>, number]>([
    ['with a refresh by one of them', () => Promise.resolve(), () => Promise.resolve(), 1],
    [
      'behind a holder that died',
      () => putLease(orders.aws, 'held', orders.clock.nowMs() + 1000),
      async () => {
        await leaseLookedAt(orders.aws);
        orders.clock.advance(1.001);
      },
      1,
    ],
    [
      'behind a holder that wrote nothing',
      () => putLease(orders.aws, 'done', orders.clock.nowMs() + 60_000),
      () => Promise.resolve(),
      50,
    ],
  ])('never wait longer than a lookup may take, %s', async (_, prepare, goOn, mostRefreshes) => {
    await prepare();
    const fleet = startFleet();

    // One that waited longer than `lookupBudgetMs` would reject.
    const [values] = await Promise.all([Promise.all(fleet.map((each) => each.values(names))), goOn()]);

    expect(values).toEqual(Array(50).fill(['db.internal', '20', 'eu-west-1', undefined]));
    expect(sourceOperations(orders.aws).length).toBeLessThanOrEqual(5 * mostRefreshes);
    expect((await orders.aws.rows(table)).length).toBeGreaterThan(0);
  });
});
