import { config } from '../../../src/index';
import { withPatientSignals } from '../../setup/patience';
import { TestRandom } from '../doubles';
import { type FleetProcess, type ProcessOptions } from '../fleet-process';
import { leaseLookedAt, operations, putLease, rowsOf, sourceOperations } from './orders-aws';
import { withOrdersFleet } from './orders-fleet';

withPatientSignals();

const orders = withOrdersFleet();

function startProcess(options: ProcessOptions = {}): FleetProcess {
  return orders.start({ clock: orders.clock, random: new TestRandom(0), ...options });
}

describe('processes that start on an empty table', () => {
  test('wait for the one that refreshes, and read what it has written', async () => {
    orders.aws.setFaults([{ target: 'GetParametersByPath', delayMs: 100 }]);
    const processes = Array.from({ length: 8 }, () => startProcess());

    const values = await Promise.all(processes.map((each) => each.values(['db_host', 'pool_size', 'token'])));

    expect(new Set(values.map((each) => JSON.stringify(each)))).toEqual(
      new Set([JSON.stringify(['db.internal', '20', 'canary-token'])]),
    );
    expect(orders.aws.calls.count('ListSecrets')).toBe(1);
    expect(orders.aws.calls.count('GetParametersByPath')).toBe(4);
    await Promise.all(processes.map((each) => each.flush()));
    expect((await rowsOf(orders.aws, '~xcon-lease')).map((row) => row['xcon_state']?.S)).toEqual(['done']);
  });

  test('share the lease among the lookups of the process that holds it', async () => {
    const process = startProcess();

    await process.values(['db_host', 'pool_size', 'nope']);

    await process.flush();
    expect(operations(orders.aws).filter((each) => each === 'PutItem' || each === 'GetItem')).toEqual([
      'PutItem',
      'PutItem',
    ]);
  });

  test('acquire a lease per chain', async () => {
    await putLease(orders.aws, 'held', orders.clock.nowMs() + 60_000);
    const process = startProcess({ config: { directories: ['/orders/prod'] } });

    expect(await process.get('db_host')).toBe('db.internal');

    expect(orders.aws.calls.count('GetItem')).toBe(0);
  });
});

describe('a holder', () => {
  test('that died costs one lease', async () => {
    await putLease(orders.aws, 'held', orders.clock.nowMs() + 1000);
    const process = startProcess();

    const lookup = process.get('db_host');
    await leaseLookedAt(orders.aws);
    const askedBefore = sourceOperations(orders.aws);
    orders.clock.advance(1.001);

    expect(await lookup).toBe('db.internal');
    await process.flush();
    expect(askedBefore).toEqual([]);
    expect(orders.aws.calls.count('PutItem')).toBe(3);
    expect((await rowsOf(orders.aws, '~xcon-lease')).map((row) => row['xcon_owner']?.S)).not.toContain(
      'another process',
    );
    expect(await rowsOf(orders.aws, 'db_host')).toHaveLength(1);
  });

  test('whose lease never ends costs half the time of a lookup at most', async () => {
    await putLease(orders.aws, 'held', orders.clock.nowMs() + 3_600_000);
    const process = startProcess({ settings: { lookupBudgetMs: 6000 } });

    // One that waited longer would have no time left for the sources, and reject.
    expect(await process.get('db_host')).toBe('db.internal');

    expect(orders.aws.calls.count('GetItem')).toBeGreaterThan(1);
  });

  test('that could write nothing makes no process wait', async () => {
    orders.aws.setFaults([{ target: 'BatchWriteItem', type: 'AccessDeniedException' }]);
    const first = startProcess();
    await first.get('db_host');
    await first.flush();
    orders.aws.calls.clear();
    const next = startProcess();

    expect(await next.get('db_host')).toBe('db.internal');

    expect(operations(orders.aws).slice(0, 4)).toEqual(['Query', 'PutItem', 'GetItem', 'Query']);
    const consistent = orders.aws.calls.all
      .slice(0, 4)
      .map(({ body }) => (body as Record<string, unknown>)['ConsistentRead']);
    expect(consistent).toEqual([false, undefined, true, true]);
  });

  test('that found nothing to write says so too', async () => {
    const settings = { cacheSecrets: 'never' as const };
    const directories = ['/nothing/here'];
    const process = startProcess({ settings, config: { directories, defaults: { db_host: 'default' } } });
    orders.aws.setFaults([{ target: 'GetParametersByPath', type: 'AccessDeniedException' }]);

    expect(await process.get('db_host')).toBe('default');

    await process.flush();
    expect((await rowsOf(orders.aws, '~xcon-lease')).map((row) => row['xcon_state']?.S)).toEqual(['done']);
  });

  test('whose lookup fails ends its lease all the same', async () => {
    orders.aws.setFaults([{ target: 'GetParametersByPath', status: 500 }]);
    const process = startProcess();

    await expect(process.get('db_host')).rejects.toThrow();

    await process.flush();
    expect((await rowsOf(orders.aws, '~xcon-lease')).map((row) => row['xcon_state']?.S)).toEqual(['done']);
  });
});

describe('a lease that cannot be read', () => {
  test('is not waited for', async () => {
    await putLease(orders.aws, 'held', orders.clock.nowMs() + 3_600_000);
    orders.aws.setFaults([{ target: 'GetItem', type: 'AccessDeniedException' }]);
    const process = startProcess();

    expect(await process.get('db_host')).toBe('db.internal');

    expect(orders.aws.calls.count('GetItem')).toBe(1);
    expect(process.log.events).toEqual([]);
  });
});

describe('refresh past the cache', () => {
  test('asks the sources without a lease once it has read what is there, and replaces that', async () => {
    const first = startProcess();
    await first.get('db_host');
    await first.flush();
    orders.aws.putParameter('/orders/prod/db_host', 'db.new');
    orders.aws.calls.clear();
    const process = startProcess();

    await process.run(() => config.refresh({ pastCache: true }));

    expect(await process.get('db_host')).toBe('db.new');
    await process.flush();
    expect(operations(orders.aws).filter((each) => /Item|Query/.test(each))).toEqual(['Query', 'PutItem']);
    expect((await rowsOf(orders.aws, 'db_host')).map((row) => row['value']?.S)).toEqual(['db.new']);
  });
});
