import { Random } from '../../../src/index';
import { type LocalAws } from '../../../src/local-aws/local-aws';
import { withPatientSignals } from '../../setup/patience';
import { TestClock } from '../doubles';
import { FleetProcess } from '../fleet-process';
import { table } from '../rows';
import { leaseLookedAt, putLease, sourceOperations, startOrdersAws } from './orders-aws';

withPatientSignals();

let aws: LocalAws;
/** Of all processes: a lease ends when a test says so. */
let clock: TestClock;
let started: FleetProcess[];

beforeEach(async () => {
  clock = new TestClock();
  aws = await startOrdersAws();
  started = [];
});

afterEach(async () => {
  await Promise.all(started.map((each) => each.close()));
  await aws.close();
});

describe('50 processes at once', () => {
  // All of them share this process and its local AWS: what would be a second in a fleet takes much longer here.
  const settings = { lookupBudgetMs: 150_000 };
  const names = ['db_host', 'pool_size', 'region', 'nope'];

  function startFleet(): FleetProcess[] {
    return Array.from({ length: 50 }, () => new FleetProcess(aws, { clock, random: new Random(), settings }));
  }

  test.each<[string, () => Promise<void>, () => Promise<void>, number]>([
    ['with a refresh by one of them', () => Promise.resolve(), () => Promise.resolve(), 1],
    [
      'behind a holder that died',
      () => putLease(aws, 'held', clock.nowMs() + 1000),
      async () => {
        await leaseLookedAt(aws);
        clock.advance(1.001);
      },
      1,
    ],
    [
      'behind a holder that wrote nothing',
      () => putLease(aws, 'done', clock.nowMs() + 60_000),
      () => Promise.resolve(),
      50,
    ],
  ])('never wait longer than a lookup may take, %s', async (_, prepare, goOn, mostRefreshes) => {
    await prepare();
    const fleet = (started = startFleet());

    // One that waited longer than `lookupBudgetMs` would reject.
    const [values] = await Promise.all([Promise.all(fleet.map((each) => each.values(names))), goOn()]);

    expect(values).toEqual(Array(50).fill(['db.internal', '20', 'eu-west-1', undefined]));
    expect(sourceOperations(aws).length).toBeLessThanOrEqual(5 * mostRefreshes);
    expect((await aws.rows(table)).length).toBeGreaterThan(0);
  });
});
