import { type AttributeMap } from '../../../src/aws/attribute-value';
import { config } from '../../../src/index';
import { type LocalAwsFault } from '../../../src/local-aws/local-aws';
import { TestClock, TestRandom } from '../doubles';
import { type FleetProcess, type ProcessOptions } from '../fleet-process';
import { cacheKey, pythonRow, startSeconds, table } from '../rows';
import { operations, putRows, rowsOf } from './orders-aws';
import { withOrdersFleet } from './orders-fleet';

const orders = withOrdersFleet();

function startProcess(options: ProcessOptions = {}): FleetProcess {
  return orders.start(options);
}

describe('a cache that cannot be read', () => {
  // A Query may take a quarter of it.
  const slow = { settings: { lookupBudgetMs: 8000 } };

  test.each<[string, LocalAwsFault, ProcessOptions]>([
    ['is not permitted', { target: 'Query', type: 'AccessDeniedException' }, {}],
    ['fails', { target: 'Query', type: 'InternalServerError', status: 500 }, {}],
    ['is throttled', { target: 'Query', type: 'ProvisionedThroughputExceededException' }, {}],
    ['is cut off', { target: 'Query', dropConn: true }, {}],
    ['does not answer', { target: 'Query', hang: true }, slow],
    ['answers what is no JSON', { target: 'Query', raw: { body: '<html>' } }, {}],
    ['never comes to an end', { target: 'Query', endlessToken: true }, {}],
  ])('because it %s is skipped with one warning', async (_, fault, options) => {
    orders.aws.setFaults([fault]);
    const process = startProcess(options);

    const values = await process.values(['db_host', 'pool_size', 'token', 'nope']);

    await process.flush();
    expect(values).toEqual(['db.internal', '20', 'canary-token', undefined]);
    expect(process.log.events).toEqual(['cache.unavailable']);
    expect(await orders.aws.rows(table)).toEqual([]);
  });

  test('because it has bad credentials is skipped with the one warning that is about credentials', async () => {
    orders.aws.setFaults([{ target: 'Query', type: 'UnrecognizedClientException' }]);
    const process = startProcess();

    expect(await process.values(['db_host', 'nope'])).toEqual(['db.internal', undefined]);

    await process.flush();
    expect(process.log.warnings).toMatchObject([{ event: 'aws.refused', missing: 'credentials' }]);
    expect(await orders.aws.rows(table)).toEqual([]);
  });

  test('because there is no such table is skipped with one warning, which says what to do', async () => {
    await orders.aws.deleteTable(table);
    const process = startProcess();

    expect(await process.values(['db_host', 'nope'])).toEqual(['db.internal', undefined]);

    await process.flush();
    expect(process.log.warnings).toEqual([
      expect.objectContaining({
        event: 'cache.unavailable',
        table,
        environ: '/orders/prod',
        reason: expect.stringContaining('ResourceNotFoundException') as string,
        remedy: expect.stringMatching(/dynamodb:Query.*global-all-configCache/) as string,
      }),
    ]);
  });
});

describe('a throttled Query', () => {
  const throttled = { target: 'Query', type: 'ThrottlingException' };
  const retrying = { clients: { maxAttempts: 2 }, random: new TestRandom(0) };

  test('is asked once more', async () => {
    await putRows(orders.aws, [pythonRow()]);
    orders.aws.setFaults([{ ...throttled, times: 2 }]);
    const process = startProcess(retrying);

    expect(await process.get('db_host')).toBe('cached');

    expect(operations(orders.aws)).toEqual(['Query', 'Query', 'Query']);
    expect(process.log.events).toEqual([]);
  });

  test('is not asked a third time', async () => {
    orders.aws.setFaults([throttled]);
    const process = startProcess(retrying);

    expect(await process.get('db_host')).toBe('db.internal');

    expect(orders.aws.calls.count('Query')).toBe(4);
    expect(process.log.events).toEqual(['cache.unavailable']);
  });

  test('is not sent again when maxAttempts is 1', async () => {
    orders.aws.setFaults([throttled]);
    const process = startProcess();

    expect(await process.get('db_host')).toBe('db.internal');

    expect(orders.aws.calls.count('Query')).toBe(1);
  });
});

describe('for 30 seconds after a failed Query', () => {
  test('the cache is neither read nor written, also after memory has been forgotten', async () => {
    const clock = new TestClock();
    orders.aws.setFaults([{ target: 'Query', type: 'AccessDeniedException', times: 1 }]);
    const process = startProcess({ clock });
    await process.get('db_host');
    clock.advance(29.9);

    await process.run(() => config.refresh());
    await process.values(['db_host', 'nope']);

    await process.flush();
    expect(operations(orders.aws).filter((each) => /Query|Item/.test(each))).toEqual(['Query']);
  });
});

describe('a table that cannot be written', () => {
  test.each<[string, LocalAwsFault]>([
    ['is not permitted', { target: 'BatchWriteItem', type: 'AccessDeniedException' }],
    ['fails', { target: 'BatchWriteItem', status: 500 }],
    ['does not answer', { target: 'BatchWriteItem', hang: true }],
    ['leaves everything unprocessed', { target: 'BatchWriteItem', unprocessed: true }],
  ])('because that %s changes no answer, and gives one warning', async (_, fault) => {
    orders.aws.setFaults([fault]);
    const settings = fault.hang === true ? { requestTimeoutMs: 1000 } : {};
    const process = startProcess({ settings, random: new TestRandom(0) });

    expect(await process.values(['db_host', 'token', 'nope'])).toEqual(['db.internal', 'canary-token', undefined]);

    await process.flush();
    expect(process.log.events).toEqual(['cache.write-failed']);
    expect(process.log.warnings[0]).toHaveProperty('consequence', 'the cache is not written for 30 s');
    const remedy = process.log.warnings[0]?.['remedy'] ?? '';
    expect(remedy).toMatch(fault.type === 'AccessDeniedException' ? 'dynamodb:BatchWriteItem' : /^$/);
  });

  test('is still read', async () => {
    await putRows(orders.aws, [pythonRow({ real_name: { S: 'only_cached' } })]);
    orders.aws.setFaults([{ target: 'BatchWriteItem', type: 'AccessDeniedException' }]);
    const process = startProcess();
    await process.get('nope');
    await process.flush();

    expect(await process.get('only_cached')).toBe('cached');
  });

  test('is sent its unprocessed items again', async () => {
    orders.aws.setFaults([{ target: 'BatchWriteItem', unprocessed: true, times: 2 }]);
    const process = startProcess({ random: new TestRandom(0) });
    await process.get('db_host');

    await process.flush();

    expect(orders.aws.calls.count('BatchWriteItem')).toBeGreaterThanOrEqual(3);
    expect(await rowsOf(orders.aws, 'db_host')).toHaveLength(1);
    expect(process.log.events).toEqual([]);
  });

  test.each<[string, LocalAwsFault]>([
    ['is not permitted', { target: 'PutItem', type: 'AccessDeniedException' }],
    ['fails', { target: 'PutItem', status: 500 }],
    ['does not answer', { target: 'PutItem', hang: true }],
  ])('proceeds without a lease when that %s', async (_, fault) => {
    orders.aws.setFaults([fault]);
    const process = startProcess(fault.hang === true ? { settings: { requestTimeoutMs: 1000 } } : {});

    expect(await process.get('db_host')).toBe('db.internal');

    await process.flush();
    expect(await rowsOf(orders.aws, 'db_host')).toHaveLength(1);
    expect(process.log.events).toEqual([]);
  });
});

describe('rows that cannot be used', () => {
  const hash = cacheKey().chainHash;
  const garbage: readonly (readonly [string, AttributeMap])[] = [
    ['that are nothing but keys', { real_name: { NULL: true }, real_directory: { NULL: true } }],
    ['without a name', { real_name: { S: '' } }],
    ['with a name that is a list', { real_name: { L: [] } }],
    ['with a relative directory', { real_directory: { S: 'orders' } }],
    ['of no chain', { cache_concat_provider_names: { NULL: true } }],
    ['that have ended', { ttl: { N: `${startSeconds - 1}` } }],
    ['of a sealed value that is none', { xcon_chain: { S: hash }, xcon_sealed: { S: 'text' } }],
    ['of a lease that has no end', { xcon_owner: { S: 'me' }, xcon_until_ms: { S: 'never' }, value: { NULL: true } }],
  ];

  test.each(garbage)('%s are ignored', async (_, bad) => {
    const isOfOurs = 'xcon_chain' in bad || 'xcon_owner' in bad;
    const foreign = isOfOurs ? { cache_concat_directory_paths: { NULL: true as const } } : {};
    await putRows(orders.aws, [pythonRow({ ...bad, ...foreign }), pythonRow({ real_name: { S: 'pool_size' } })]);
    const process = startProcess();

    expect(await process.values(['db_host', 'pool_size'])).toEqual(['db.internal', 'cached']);

    expect(process.log.events).toEqual([]);
  });

  test('of other partitions are not read', async () => {
    await putRows(orders.aws, [pythonRow({ app_key: { S: '/orders/test' } })]);

    expect(await startProcess().get('db_host')).toBe('db.internal');
  });

  test('of others are left unchanged', async () => {
    const foreign = pythonRow({ name_key: { S: 'foreign' }, cache_concat_provider_names: { S: 'vault' } });
    await putRows(orders.aws, [foreign]);
    const process = startProcess();
    await process.values(['db_host', 'nope']);

    await process.flush();

    expect((await orders.aws.rows(table)).find((row) => row['name_key']?.S === 'foreign')).toEqual(foreign);
  });

  test('count as without their invalid attributes: a row without an expiry never ends', async () => {
    await putRows(orders.aws, [pythonRow({ ttl: { S: 'x' }, created_at: { S: 'x' }, source: { N: '1' } })]);
    const process = startProcess();

    const item = await process.item('db_host');

    expect(item.value).toBe('cached');
    expect([item.ttl, item.createdAt, item.source]).toEqual([undefined, undefined, 'unknown - via cacher']);
  });
});

test('30 seconds after a failed Query the cache is used again', async () => {
  const clock = new TestClock();
  orders.aws.setFaults([{ target: 'Query', type: 'AccessDeniedException', times: 1 }]);
  const process = startProcess({ clock });
  await process.get('db_host');
  await process.flush();
  orders.aws.calls.clear();

  clock.advance(30);
  await process.run(() => config.refresh());
  await process.get('nope');

  await process.flush();
  expect(orders.aws.calls.count('Query')).toBe(1);
  expect(await rowsOf(orders.aws, 'nope')).toHaveLength(1);
  expect(process.log.events).toEqual(['cache.unavailable']);
});

const hash = cacheKey().chainHash;
test.each<[string, AttributeMap]>([
  ['that is a slash', { real_directory: { S: '/' } }],
  ['of two slashes', { real_directory: { S: '//' } }],
  ['that has an empty part', { real_directory: { S: '/orders//prod' } }],
])('rows with a directory %s are ignored', async (_, bad) => {
  await putRows(orders.aws, [pythonRow(bad), pythonRow({ real_name: { S: 'pool_size' } })]);
  const process = startProcess();

  expect(await process.values(['db_host', 'pool_size'])).toEqual(['db.internal', 'cached']);
});

test('a reference to an invalid directory is ignored', async () => {
  const chain = { cache_concat_directory_paths: { NULL: true as const }, xcon_chain: { S: hash } };
  const reference = { xcon_ref: { M: { provider: { S: 'secrets' }, name: { S: '/orders/prod/token' } } } };
  const key = { name_key: { S: `${cacheKey().nameKey('token')}|+|xcon:ref` }, real_directory: { S: '/' } };
  await putRows(orders.aws, [pythonRow({ real_name: { S: 'token' }, ...chain, ...reference, ...key })]);

  expect(await startProcess().get('token')).toBe('canary-token');
});
