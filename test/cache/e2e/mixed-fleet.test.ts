import { type AttributeMap } from '../../../src/aws/attribute-value';
import { type SettingsValues } from '../../../src/index';
import { type FleetProcess } from '../fleet-process';
import { pythonRow } from '../rows';
import { putRows, rowsOf, sourceOperations } from './orders-aws';
import { withOrdersFleet } from './orders-fleet';

const orders = withOrdersFleet();

function startProcess(settings: Partial<SettingsValues> = {}): FleetProcess {
  return orders.start({ clock: orders.clock, settings });
}

function secretRow(more: AttributeMap = {}): AttributeMap {
  return pythonRow({
    real_name: { S: 'token' },
    source: { S: 'secrets - /orders/prod' },
    value: { S: 'stale' },
    ...more,
  });
}

function withoutValue(row: AttributeMap): AttributeMap {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'value'));
}

describe('a row of the Python library', () => {
  test('without a value for a secret that was refused or gone is not read as null', async () => {
    await putRows(orders.aws, [withoutValue(secretRow())]);

    for (const cacheSecrets of ['reference', 'never', 'plaintext'] as const) {
      expect(await startProcess({ cacheSecrets }).get('token')).toBe('canary-token');
    }
  });

  test('with the value of a secret is used with cacheSecrets plaintext alone, and is shown as a secret', async () => {
    await putRows(orders.aws, [secretRow()]);

    expect(await startProcess({ cacheSecrets: 'never' }).get('token')).toBe('canary-token');
    const item = await startProcess({ cacheSecrets: 'plaintext' }).item('token');
    expect([item.value, item.secret]).toEqual(['stale', true]);
  });

  test('is replaced by a reference that every process uses from then on', async () => {
    await putRows(orders.aws, [secretRow()]);
    const process = startProcess();
    await process.get('token');
    await process.flush();
    orders.aws.calls.clear();

    expect(await startProcess().get('token')).toBe('canary-token');
    expect(sourceOperations(orders.aws)).toEqual(['GetSecretValue']);
  });

  test('is used by default', async () => {
    await putRows(orders.aws, [pythonRow()]);

    expect(await startProcess().get('db_host')).toBe('cached');
  });
});

test('a plain secret that a process with cacheSecrets plaintext has written is used by no process without', async () => {
  const plaintext = startProcess({ cacheSecrets: 'plaintext' });
  await plaintext.get('token');
  await plaintext.flush();
  orders.aws.putSecret('/orders/prod/token', 'changed');

  expect(await startProcess({ cacheSecrets: 'never' }).get('token')).toBe('changed');
  expect(await startProcess({ cacheSecrets: 'plaintext' }).get('token')).toBe('canary-token');
});

describe('with cacheForeignRows ignore, a row of the Python library', () => {
  const settings = { cacheForeignRows: 'ignore' } as const;
  const missingRow = withoutValue(
    pythonRow({ real_name: { S: 'region' }, real_directory: { S: '/_nonExistent' }, source: { S: '/_nonExistent' } }),
  );

  test('is not used, whether it has a value or says that there is none', async () => {
    await putRows(orders.aws, [pythonRow(), missingRow]);

    expect(await startProcess(settings).values(['db_host', 'region'])).toEqual(['db.internal', 'eu-west-1']);
  });

  test('is replaced by the value of the sources, which is used from then on', async () => {
    await putRows(orders.aws, [pythonRow({ value: { S: 'db.internal' } })]);
    const process = startProcess(settings);
    await process.get('db_host');
    await process.flush();
    orders.aws.calls.clear();

    expect(await startProcess(settings).get('db_host')).toBe('db.internal');
    expect(sourceOperations(orders.aws)).toEqual([]);
    expect((await rowsOf(orders.aws, 'db_host'))[0]?.['xcon_read']).toBeDefined();
  });

  test('does not prevent the lease: one process reads for all', async () => {
    await putRows(orders.aws, [pythonRow()]);
    const alone = startProcess(settings);
    await alone.get('db_host');
    await alone.flush();
    const once = sourceOperations(orders.aws).length;
    await orders.aws.clearTable('global-all-configCache');
    await putRows(orders.aws, [pythonRow()]);

    await Promise.all(Array.from({ length: 5 }, () => startProcess(settings).get('db_host')));

    expect(once).toBeGreaterThan(0);
    expect(sourceOperations(orders.aws)).toHaveLength(once);
  });
});
