import { DynamoProvider } from '../../../src/index';
import { startMs, TestClock, TestRandom } from '../doubles';
import { type FleetProcess, type ProcessOptions } from '../fleet-process';
import { readPartition } from '../properties/python-reader';
import { pythonRow, startSeconds, table } from '../rows';
import { operations, putRows, rowsOf, sourceOperations } from './orders-aws';
import { withOrdersFleet } from './orders-fleet';
import { withPatientSignals } from '../../setup/patience';

withPatientSignals();

const hour = 3600;
const nearlyOne = 0.999;
const orders = withOrdersFleet();

/** Starts a process so many seconds after the start of the test. */
function startProcess(seconds = 0, options: ProcessOptions = {}): FleetProcess {
  return orders.start({ clock: new TestClock(startMs + seconds * 1000), ...options });
}

async function fill(names: readonly string[], seconds = 0, options: ProcessOptions = {}): Promise<void> {
  const process = startProcess(seconds, options);
  await process.values(names);
  await process.close();
  orders.aws.calls.clear();
}

/** Gives when the rows of a name end, **seconds** after the start of the test. */
async function endsOf(name: string): Promise<readonly number[]> {
  return (await rowsOf(orders.aws, name)).map((row) => Number(row['ttl']?.N) - startSeconds);
}

describe('rows end', () => {
  test('after 12 hours and a random part of 25 minutes, missing names after 15 minutes', async () => {
    await fill(['nope'], 0, { random: new TestRandom(nearlyOne) });

    expect(await endsOf('db_host')).toEqual([12 * hour + 1497]);
    expect(await endsOf('nope')).toEqual([900]);
  });

  test('together with those that are there', async () => {
    await fill(['db_host']);
    orders.aws.putParameter('/orders/prod/late', 'here');

    await fill(['late'], 2 * hour);

    expect(await endsOf('late')).toEqual(await endsOf('db_host'));
  });

  test('separately when existing rows end soon', async () => {
    await fill(['db_host']);
    orders.aws.putParameter('/orders/prod/late', 'here');

    await fill(['late'], 10 * hour, { random: new TestRandom(0.5, 0.5), settings: { refreshLease: false } });

    expect(await endsOf('late')).toEqual([22 * hour]);
  });

  test('when their item says so', async () => {
    const rows = [{ app_key: '/orders/prod', name_key: 'limit', value: 5, ttl: startSeconds + 2000 }];
    await orders.aws.seed({ tables: { 'global-all-config': { rows } } });
    const config = { providers: [DynamoProvider] };

    await fill(['limit'], 0, { config });

    expect(await endsOf('limit')).toEqual([2000]);
    expect(await startProcess(1999, { config, random: new TestRandom(0) }).get('limit')).toBe(5);
    expect(operations(orders.aws)).toEqual(['Query']);
    expect(await startProcess(2000, { config }).get('limit')).toBeUndefined();
  });

  test('so that a value under a missing name is found after 15 minutes', async () => {
    await fill(['late'], 0, { random: new TestRandom(0) });
    orders.aws.putParameter('/orders/prod/late', 'here');

    expect(await startProcess(899, { random: new TestRandom(0) }).get('late')).toBeUndefined();
    expect(await startProcess(900).get('late')).toBe('here');
  });
});

const endsInAnHour = {
  ttl: { N: `${startSeconds + hour}` },
  created_at: { S: '2026-03-01T01:00:00.000000+00:00' },
};

describe('a row that ends soon, without the lease', () => {
  const options = { settings: { refreshLease: false }, random: new TestRandom(nearlyOne) };

  test('counts as missing in a process whose random draw says so, which writes it again', async () => {
    await putRows(orders.aws, [pythonRow(endsInAnHour)]);

    expect(await startProcess(0, { ...options, random: new TestRandom(0.4) }).get('db_host')).toBe('cached');
    const process = startProcess(0, options);
    expect(await process.get('db_host')).toBe('db.internal');

    await process.flush();
    expect((await rowsOf(orders.aws, 'db_host')).map((row) => row['value']?.S)).toEqual(['db.internal']);
    expect(await endsOf('db_host')).toEqual([12 * hour + 1497]);
  });

  test('spreads its refreshes over a sixth of its own life', async () => {
    const shortLived = pythonRow({
      ttl: { N: `${startSeconds + 150}` },
      created_at: { S: '2026-03-01T11:50:00.000000+00:00' },
    });
    await putRows(orders.aws, [shortLived]);

    expect(await startProcess(0, options).get('db_host')).toBe('cached');
    expect(await startProcess(26, options).get('db_host')).toBe('db.internal');
  });
});

describe('a row that ends soon, with the lease', () => {
  const early = { random: new TestRandom(nearlyOne) };
  test('is served at once, and refreshed in the background with all others of its chain', async () => {
    await putRows(orders.aws, [
      pythonRow({ ...endsInAnHour, value: { S: 'old' } }),
      pythonRow({ ...endsInAnHour, real_name: { S: 'pool_size' } }),
      pythonRow({ ...endsInAnHour, real_name: { S: 'token' }, real_directory: { S: '/_nonExistent' } }),
    ]);
    const process = startProcess(0, early);

    expect(await process.get('db_host')).toBe('old');

    expect(sourceOperations(orders.aws)).toEqual([]);
    await process.flush();
    expect((await rowsOf(orders.aws, 'db_host')).map((row) => row['value']?.S)).toEqual(['db.internal']);
    expect(await endsOf('pool_size')).toEqual([12 * hour + 1497]);
    expect((await rowsOf(orders.aws, 'token')).map((row) => 'xcon_ref' in row)).toEqual([false, true]);
    expect((await rowsOf(orders.aws, '~xcon-lease')).map((row) => row['xcon_state']?.S)).toEqual(['done']);
  });

  test('is seen by the process itself once it has been refreshed', async () => {
    await putRows(orders.aws, [
      pythonRow({ ...endsInAnHour, value: { S: 'old' } }),
      pythonRow({ ...endsInAnHour, real_name: { S: 'pool_size' }, value: { S: 'old' } }),
    ]);
    const process = startProcess(0, early);
    await process.get('db_host');
    await process.flush();

    expect(await process.get('pool_size')).toBe('20');
  });

  test('is refreshed by a single process', async () => {
    await putRows(orders.aws, [pythonRow(endsInAnHour)]);
    const processes = Array.from({ length: 5 }, () => startProcess(0, early));

    const values = await Promise.all(processes.map((each) => each.get('db_host')));

    await Promise.all(processes.map((each) => each.flush()));
    expect(values).toEqual(Array(5).fill('cached'));
    expect(orders.aws.calls.count('ListSecrets')).toBe(1);
    expect(processes.flatMap(({ log }) => log.events)).toEqual([]);
  });

  test('causes one attempt to acquire the lease per process, however many names are looked up', async () => {
    await putRows(orders.aws, [pythonRow(endsInAnHour), pythonRow({ ...endsInAnHour, real_name: { S: 'pool_size' } })]);
    orders.aws.setFaults([{ target: 'PutItem', type: 'ConditionalCheckFailedException' }]);
    const process = startProcess(0, early);

    await process.values(['db_host', 'pool_size', 'DB_HOST']);
    await process.flush();

    expect(operations(orders.aws)).toEqual(['Query', 'PutItem']);
  });

  test('stays unchanged when the sources fail meanwhile', async () => {
    await putRows(orders.aws, [pythonRow(endsInAnHour)]);
    orders.aws.setFaults([{ target: 'GetParametersByPath', status: 500 }]);
    const process = startProcess(0, early);

    expect(await process.get('db_host')).toBe('cached');

    await process.flush();
    expect(await endsOf('db_host')).toEqual([hour]);
    expect((await rowsOf(orders.aws, '~xcon-lease')).map((row) => row['xcon_state']?.S)).toEqual(['done']);
  });

  test('is served when the lease cannot be acquired', async () => {
    await putRows(orders.aws, [pythonRow(endsInAnHour)]);
    orders.aws.setFaults([{ target: 'PutItem', type: 'AccessDeniedException' }]);
    const process = startProcess(0, early);

    expect(await process.get('db_host')).toBe('cached');

    await process.flush();
    expect(sourceOperations(orders.aws)).toEqual([]);
  });

  test('is refreshed also when it says that a name is missing, or where a secret is', async () => {
    const settings = { cacheTtlSeconds: 3000, negativeTtlSeconds: 3000 };
    await fill(['nope', 'token'], 0, { settings });
    const before = [await endsOf('nope'), await endsOf('token')];
    const process = startProcess(2600, { ...early, settings });

    expect(await process.values(['nope', 'token'])).toEqual([undefined, 'canary-token']);

    await process.flush();
    const after = [await endsOf('nope'), await endsOf('token')];
    expect(after.flat().every((each, index) => each > (before.flat()[index] ?? Infinity))).toBe(true);
  });
});

test('expiry times are whole seconds, whatever items and settings say', async () => {
  const rows = [{ app_key: '/orders/prod', name_key: 'limit', value: 5, ttl: startSeconds + 2000.5 }];
  await orders.aws.seed({ tables: { 'global-all-config': { rows } } });
  const process = orders.start({
    config: { providers: [DynamoProvider] },
    settings: { negativeTtlSeconds: 900.5 },
  });
  await process.values(['limit', 'nope']);
  await process.close();

  const written = await orders.aws.rows(table);
  expect(() => readPartition(written)).not.toThrow();
});

test('a row is refreshed early by the process that acquires the lease, also when it has read the item before', async () => {
  const clock = new TestClock(startMs);
  await putRows(orders.aws, [
    pythonRow({
      value: { S: 'db.internal' },
      ttl: { N: `${startSeconds + 4000}` },
      created_at: { S: '2026-03-01T00:00:00+00:00' },
    }),
  ]);
  const process = orders.start({ clock, random: new TestRandom(0.5) });
  await process.get('nope');
  await process.flush();
  clock.advance(800);

  expect(await process.get('db_host')).toBe('db.internal');
  await process.flush();

  const [row] = await rowsOf(orders.aws, 'db_host');
  expect(Number(row?.['ttl']?.N)).toBeGreaterThan(startSeconds + 4000);
});
