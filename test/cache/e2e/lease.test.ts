import { setTimeout as sleep } from 'node:timers/promises';
import { config, Random } from '../../../src/index';
import { type LocalAws } from '../../../src/testing/local-aws/local-aws';
import { withPatientSignals } from '../../setup/patience';
import { TestClock, TestRandom } from '../doubles';
import { FleetProcess, type ProcessOptions } from '../fleet-process';
import { cacheKey, table } from '../rows';
import { operations, putRows, rowsOf, sourceOperations, startOrdersAws } from './orders-aws';

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
  aws.setFaults([]);
  await Promise.all(started.map((each) => each.close()));
  await aws.close();
});

function startProcess(options: ProcessOptions = {}): FleetProcess {
  const process = new FleetProcess(aws, { clock, random: new TestRandom(0), ...options });
  started.push(process);
  return process;
}

/** Puts the lease of somebody else into the table. */
function plantLease(state: 'held' | 'done', endsInMs: number): Promise<void> {
  const untilMs = clock.nowMs() + endsInMs;
  const lease = {
    app_key: { S: '/orders/prod' },
    name_key: { S: cacheKey().leaseKey },
    real_name: { S: '~xcon-lease' },
    real_directory: { S: '/_nonExistent' },
    source: { S: 'xcon-lease' },
    ttl: { N: `${Math.ceil(untilMs / 1000)}` },
    created_at: { S: '2026-03-01T12:00:00.000+00:00' },
    xcon_owner: { S: 'somebody else' },
    xcon_until_ms: { N: `${untilMs}` },
    xcon_state: { S: state },
  };
  return putRows(aws, [lease]);
}

/** Waits until somebody has looked at the lease: requests are waited for, and no time is measured. */
async function looked(): Promise<void> {
  while (aws.calls.count('GetItem') === 0) await sleep(5);
}

describe('processes that start on an empty table', () => {
  test('wait for the one that refreshes, and read what it has written', async () => {
    aws.setFaults([{ target: 'GetParametersByPath', delayMs: 100 }]);
    const processes = Array.from({ length: 8 }, () => startProcess());

    const values = await Promise.all(processes.map((each) => each.values(['db_host', 'pool_size', 'token'])));

    expect(new Set(values.map((each) => JSON.stringify(each)))).toEqual(
      new Set([JSON.stringify(['db.internal', '20', 'canary-token'])]),
    );
    expect(aws.calls.count('ListSecrets')).toBe(1);
    expect(aws.calls.count('GetParametersByPath')).toBe(4);
    await Promise.all(processes.map((each) => each.flush()));
    expect((await rowsOf(aws, '~xcon-lease')).map((row) => row['xcon_state']?.S)).toEqual(['done']);
  });

  test('share the lease among the lookups of the process that has it', async () => {
    const process = startProcess();

    await process.values(['db_host', 'pool_size', 'nope']);

    await process.flush();
    expect(operations(aws).filter((each) => each === 'PutItem' || each === 'GetItem')).toEqual(['PutItem', 'PutItem']);
  });

  test('stand for a lease per chain', async () => {
    await plantLease('held', 60_000);
    const process = startProcess({ config: { directories: ['/orders/prod'] } });

    expect(await process.get('db_host')).toBe('db.internal');

    expect(aws.calls.count('GetItem')).toBe(0);
  });
});

describe('a holder', () => {
  test('that died costs one lease', async () => {
    await plantLease('held', 1000);
    const process = startProcess();

    const lookup = process.get('db_host');
    await looked();
    const askedBefore = sourceOperations(aws);
    clock.advance(1.001);

    expect(await lookup).toBe('db.internal');
    await process.flush();
    expect(askedBefore).toEqual([]);
    expect(aws.calls.count('PutItem')).toBe(3);
    expect((await rowsOf(aws, '~xcon-lease')).map((row) => row['xcon_owner']?.S)).not.toContain('somebody else');
    expect(await rowsOf(aws, 'db_host')).toHaveLength(1);
  });

  test('whose lease never ends costs half the time of a lookup at most', async () => {
    await plantLease('held', 3_600_000);
    const process = startProcess({ settings: { lookupBudgetMs: 6000 } });

    // One that waited longer would have no time left for the sources, and reject.
    expect(await process.get('db_host')).toBe('db.internal');

    expect(aws.calls.count('GetItem')).toBeGreaterThan(1);
  });

  test('that could write nothing holds nobody up', async () => {
    aws.setFaults([{ target: 'BatchWriteItem', type: 'AccessDeniedException' }]);
    await startProcess().get('db_host');
    await started[0]?.flush();
    aws.calls.clear();
    const next = startProcess();

    expect(await next.get('db_host')).toBe('db.internal');

    expect(operations(aws).slice(0, 4)).toEqual(['Query', 'PutItem', 'GetItem', 'Query']);
    const consistent = aws.calls.all.slice(0, 4).map(({ body }) => (body as Record<string, unknown>)['ConsistentRead']);
    expect(consistent).toEqual([false, undefined, true, true]);
  });

  test('that found nothing to write says so too', async () => {
    const settings = { cacheSecrets: 'never' as const };
    const directories = ['/nothing/here'];
    const process = startProcess({ settings, config: { directories, defaults: { db_host: 'default' } } });
    aws.setFaults([{ target: 'GetParametersByPath', type: 'AccessDeniedException' }]);

    expect(await process.get('db_host')).toBe('default');

    await process.flush();
    expect((await rowsOf(aws, '~xcon-lease')).map((row) => row['xcon_state']?.S)).toEqual(['done']);
  });

  test('whose lookup fails ends its lease all the same', async () => {
    aws.setFaults([{ target: 'GetParametersByPath', status: 500 }]);
    const process = startProcess();

    await expect(process.get('db_host')).rejects.toThrow();

    await process.flush();
    expect((await rowsOf(aws, '~xcon-lease')).map((row) => row['xcon_state']?.S)).toEqual(['done']);
  });
});

describe('a lease that cannot be looked at', () => {
  test('is not waited for', async () => {
    await plantLease('held', 3_600_000);
    aws.setFaults([{ target: 'GetItem', type: 'AccessDeniedException' }]);
    const process = startProcess();

    expect(await process.get('db_host')).toBe('db.internal');

    expect(aws.calls.count('GetItem')).toBe(1);
    expect(process.log.events).toEqual([]);
  });
});

describe('refresh past the cache', () => {
  test('asks the sources without a lease once it knows what is there, and replaces that', async () => {
    await startProcess().get('db_host');
    await started[0]?.flush();
    aws.putParameter('/orders/prod/db_host', 'db.new');
    aws.calls.clear();
    const process = startProcess();

    await process.run(() => config.refresh({ pastCache: true }));

    expect(await process.get('db_host')).toBe('db.new');
    await process.flush();
    expect(operations(aws).filter((each) => /Item|Query/.test(each))).toEqual(['Query', 'PutItem']);
    expect((await rowsOf(aws, 'db_host')).map((row) => row['value']?.S)).toEqual(['db.new']);
  });
});

describe('50 processes at once', () => {
  const names = ['db_host', 'pool_size', 'region', 'nope'];

  function startFleet(): FleetProcess[] {
    return Array.from({ length: 50 }, () => startProcess({ random: new Random() }));
  }

  test.each<[string, () => Promise<void>, () => Promise<void>, number]>([
    ['with a refresh by one of them', () => Promise.resolve(), () => Promise.resolve(), 1],
    [
      'behind a holder that died',
      () => plantLease('held', 1000),
      async () => {
        await looked();
        clock.advance(1.001);
      },
      1,
    ],
    ['behind a holder that wrote nothing', () => plantLease('done', 60_000), () => Promise.resolve(), 50],
  ])('never wait longer than a lookup may take, %s', async (_, prepare, goOn, mostRefreshes) => {
    await prepare();
    const fleet = startFleet();

    // One that waited longer than `lookupBudgetMs` would reject.
    const [values] = await Promise.all([Promise.all(fleet.map((each) => each.values(names))), goOn()]);

    expect(values).toEqual(Array(50).fill(['db.internal', '20', 'eu-west-1', undefined]));
    expect(sourceOperations(aws).length).toBeLessThanOrEqual(5 * mostRefreshes);
    expect((await aws.rows(table)).length).toBeGreaterThan(0);
  });
});
