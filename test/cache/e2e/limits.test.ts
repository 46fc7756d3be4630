import { Config, Directory, DynamoProvider, EnvProvider, SecretsProvider, SsmProvider } from '../../../src/index';
import { type FleetProcess, type ProcessOptions } from '../fleet-process';
import { paths, pythonRow, table } from '../rows';
import { operations, putRows, rowsOf } from './orders-aws';
import { withOrdersFleet } from './orders-fleet';

const orders = withOrdersFleet();

function startProcess(options: ProcessOptions = {}): FleetProcess {
  return orders.start(options);
}

describe('a partition of more than 1 MB', () => {
  test('is read page after page', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `n${index}`);
    const value = { S: 'v'.repeat(50_000) };
    await putRows(
      orders.aws,
      names.map((name) => pythonRow({ real_name: { S: name }, value })),
    );

    const values = await startProcess().values(names);

    expect(values.every((each) => each === value.S)).toBe(true);
    expect(operations(orders.aws)).toEqual(['Query', 'Query']);
  });

  test('is read past an empty page', async () => {
    await putRows(orders.aws, [pythonRow()]);
    orders.aws.setFaults([{ target: 'Query', emptyPageFirst: true }]);

    expect(await startProcess().get('db_host')).toBe('cached');
  });
});

describe('a provider that is not cacheable, in the middle of the chain', () => {
  const inTheMiddle = (variables: Record<string, string>): ProcessOptions => ({
    config: { providers: [SsmProvider, new EnvProvider(variables), SecretsProvider] },
  });
  const rowBehind = {
    name_key: { S: `db_host|+|${paths}|+|ssm|env|secrets` },
    cache_concat_provider_names: { S: 'ssm|env|secrets' },
  };

  test('lets only values be cached that were found in front of it', async () => {
    const process = startProcess(inTheMiddle({ POOL_SIZE: '1' }));

    expect(await process.values(['db_host', 'pool_size', 'region', 'token', 'nope'])).toEqual([
      'db.internal',
      '1',
      'eu-west-1',
      'canary-token',
      undefined,
    ]);

    await process.flush();
    const names = (await orders.aws.rows(table)).map((row) => row['real_name']?.S);
    expect(names).toEqual(['db_host', '~xcon-lease']);
  });

  test.each([
    ['behind it', '/orders/prod', 'secrets - /orders/prod'],
    ['in a later directory', '/orders/all', 'ssm - /orders/all'],
    ['to be missing', '/_nonExistent', 'none - /_nonExistent'],
  ])('makes a row of the Python library unusable that was found %s', async (_, directory, source) => {
    await putRows(orders.aws, [pythonRow({ ...rowBehind, real_directory: { S: directory }, source: { S: source } })]);
    orders.aws.deleteParameter('/orders/prod/db_host');

    expect(await startProcess(inTheMiddle({ DB_HOST: 'mine' })).get('db_host')).toBe('mine');
  });

  test('leaves a row usable that was found in front of it', async () => {
    await putRows(orders.aws, [pythonRow(rowBehind)]);

    expect(await startProcess(inTheMiddle({ DB_HOST: 'mine' })).get('db_host')).toBe('cached');

    expect(operations(orders.aws)).toEqual(['Query']);
  });
});

describe('what has no distinct key in the table, or is too large', () => {
  test.each([
    ['an opening brace', '/orders/{x'],
    ['a closing brace', '/orders/x}'],
    ['a separator', '/orders/a|b'],
    ['more letters than a key may have', `/orders/${'x'.repeat(1100)}`],
  ])('a directory with %s is looked up, and not cached', async (_, path) => {
    const rows = [{ app_key: path, name_key: 'here', value: 'found' }];
    await orders.aws.seed({ tables: { 'global-all-config': { rows } } });
    const directories = [Directory.literal(path), '/orders/prod'];
    const process = startProcess({ config: { directories, providers: [DynamoProvider] } });

    expect(await process.values(['here', 'nope'])).toEqual(['found', undefined]);

    await process.flush();
    expect(operations(orders.aws)).toEqual(['Query', 'Query']);
    expect(await orders.aws.rows(table)).toEqual([]);
  });

  test('a name that makes its key too long is looked up, and not cached; the others are', async () => {
    const name = 'n'.repeat(1000);
    orders.aws.putParameter(`/orders/prod/${name}`, 'found');
    const process = startProcess();

    expect(await process.values([name, 'db_host', 'm'.repeat(1000)])).toEqual(['found', 'db.internal', undefined]);

    await process.flush();
    expect(await rowsOf(orders.aws, name)).toEqual([]);
    expect(await rowsOf(orders.aws, 'db_host')).toHaveLength(1);
    expect(process.log.events).toEqual([]);
  });

  test('a value that makes its row too large is looked up, and not cached; the others are', async () => {
    const value = 'v'.repeat(410_000);
    orders.aws.putParameter('/orders/prod/large', value);
    const process = startProcess();

    expect(await process.values(['large', 'db_host'])).toEqual([value, 'db.internal']);

    await process.flush();
    expect(await rowsOf(orders.aws, 'large')).toEqual([]);
    expect(await rowsOf(orders.aws, 'db_host')).toHaveLength(1);
    expect(process.log.events).toEqual([]);
  });

  test('nothing is cached for the service global, which has no partition', async () => {
    const process = startProcess({ settings: { service: 'global' } });

    expect(await process.get('region')).toBe('eu-west-1');

    await process.flush();
    expect(await orders.aws.rows(table)).toEqual([]);
    expect(orders.aws.calls.count('Query')).toBe(0);
  });
});

describe('what is not an answer of a source', () => {
  test('is not cached: overrides, defaults, variables', async () => {
    const process = startProcess({
      config: {
        overrides: { one: 'override' },
        defaults: { two: 'default' },
        providers: [new EnvProvider({ THREE: 'variable' }), SsmProvider],
      },
    });

    expect(await process.values(['one', 'two', 'three'])).toEqual(['override', 'default', 'variable']);

    await process.flush();
    const rows = await orders.aws.rows(table);
    expect(rows.filter((row) => row['value']?.S !== undefined).map((row) => row['real_name']?.S)).toEqual(
      expect.not.arrayContaining(['one', 'two', 'three']) as string[],
    );
    expect((await rowsOf(orders.aws, 'two')).map((row) => row['real_directory']?.S)).toEqual(['/_nonExistent']);
    expect(await rowsOf(orders.aws, 'one')).toEqual([]);
  });

  test('is not cached: what is below a refused place', async () => {
    orders.aws.setFaults([{ target: 'GetParametersByPath', body: '"/orders/all"', type: 'AccessDeniedException' }]);
    const process = startProcess();

    expect(await process.values(['db_host', 'region', 'nope'])).toEqual(['db.internal', 'eu-west-1', undefined]);

    await process.flush();
    expect((await orders.aws.rows(table)).map((row) => row['real_name']?.S)).toEqual(['db_host', '~xcon-lease']);
    expect(process.log.events).toEqual(['provider.refused']);
  });

  test('is not cached: what one provider has under a name whose secret was not read', async () => {
    orders.aws.putSecret('/orders/prod/db_host', 'canary-host');
    const options = { config: { providers: [SecretsProvider, SsmProvider] } };
    const process = startProcess(options);

    await process.get('nope');

    await process.flush();
    expect(await rowsOf(orders.aws, 'db_host')).toEqual([]);
    expect(await startProcess(options).get('db_host')).toBe('canary-host');
  });

  test('is not cached: a child Config without a cacher', async () => {
    const process = startProcess();

    const value = await process.run(() => new Config({ cacher: null }).get('db_host'));

    await process.flush();
    expect([value, await orders.aws.rows(table)]).toEqual(['db.internal', []]);
  });
});
