import { Clock, config, Random } from '../../../src/index';
import { type LocalAws } from '../../../src/testing/local-aws/local-aws';
import { TestRandom } from '../doubles';
import { FleetProcess, type ProcessOptions } from '../fleet-process';
import { cacheKey, table } from '../rows';
import { operations, putRows, rowsOf, sourceOperations, startOrdersAws } from './orders-aws';

/** Time passes here: leases are about who waits how long. */
const realTime = { clock: new Clock(), random: new TestRandom(0) };
let aws: LocalAws;
let started: FleetProcess[];

beforeEach(async () => {
  aws = await startOrdersAws();
  started = [];
});

afterEach(async () => {
  aws.setFaults([]);
  await Promise.all(started.map((each) => each.close()));
  await aws.close();
});

function startProcess(options: ProcessOptions = {}): FleetProcess {
  const process = new FleetProcess(aws, { ...realTime, ...options });
  started.push(process);
  return process;
}

/** Puts the lease of somebody else into the table. */
function plantLease(state: 'held' | 'done', endsInMs: number): Promise<void> {
  const untilMs = Date.now() + endsInMs;
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

async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
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
    await plantLease('held', 250);
    const process = startProcess();

    const ms = await elapsedMs(async () => expect(await process.get('db_host')).toBe('db.internal'));

    await process.flush();
    expect(ms).toBeGreaterThanOrEqual(240);
    expect(ms).toBeLessThan(1500);
    expect((await rowsOf(aws, '~xcon-lease')).map((row) => row['xcon_owner']?.S)).not.toContain('somebody else');
    expect(await rowsOf(aws, 'db_host')).toHaveLength(1);
  });

  test('whose lease never ends costs half the time of a lookup at most', async () => {
    await plantLease('held', 3_600_000);
    const process = startProcess({ settings: { lookupBudgetMs: 800 } });

    const ms = await elapsedMs(async () => expect(await process.get('db_host')).toBe('db.internal'));

    expect(ms).toBeLessThan(750);
  });

  test('that could write nothing holds nobody up', async () => {
    aws.setFaults([{ target: 'BatchWriteItem', type: 'AccessDeniedException' }]);
    await startProcess().get('db_host');
    await started[0]?.flush();
    aws.calls.clear();
    const next = startProcess();

    const ms = await elapsedMs(async () => expect(await next.get('db_host')).toBe('db.internal'));

    expect(ms).toBeLessThan(600);
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
  test('asks the sources at once, without a lease, and writes anew', async () => {
    await startProcess().get('db_host');
    await started[0]?.flush();
    aws.putParameter('/orders/prod/db_host', 'db.new');
    aws.calls.clear();
    const process = startProcess();

    await process.run(() => config.refresh({ pastCache: true }));

    expect(await process.get('db_host')).toBe('db.new');
    await process.flush();
    expect(operations(aws).filter((each) => /PutItem|GetItem|Query/.test(each))).toEqual([]);
    expect((await rowsOf(aws, 'db_host')).map((row) => row['value']?.S)).toEqual(['db.new']);
  });
});

describe('50 processes at once', () => {
  // All of them share this process and its local AWS: what would be a second in a fleet takes longer here.
  const settings = { lookupBudgetMs: 20_000, requestTimeoutMs: 15_000, connectTimeoutMs: 15_000 };
  const names = ['db_host', 'pool_size', 'region', 'nope'];

  function startFleet(): FleetProcess[] {
    return Array.from({ length: 50 }, () => startProcess({ random: new Random(), settings }));
  }

  test.each([
    ['with a refresh by one of them', () => Promise.resolve(), 1],
    ['behind a holder that died', () => plantLease('held', 400), 1],
    ['behind a holder that wrote nothing', () => plantLease('done', 60_000), 50],
  ])('never wait longer than a lookup may take, %s', async (_, prepare, mostRefreshes) => {
    await prepare();
    const fleet = startFleet();

    // One that waited longer than `lookupBudgetMs` would reject.
    const values = await Promise.all(fleet.map((each) => each.values(names)));

    expect(values).toEqual(Array(50).fill(['db.internal', '20', 'eu-west-1', undefined]));
    expect(sourceOperations(aws).length).toBeLessThanOrEqual(5 * mostRefreshes);
    expect((await aws.rows(table)).length).toBeGreaterThan(0);
  });
});
