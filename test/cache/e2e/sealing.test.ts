import { type AttributeMap } from '../../../src/aws/attribute-value';
import { xconSettings } from '../../../src/index';
import { type SettingsValues } from '../../../src/settings/settings-values';
import { startMs, TestClock } from '../doubles';
import { type FleetProcess, type ProcessOptions } from '../fleet-process';
import { cacheKey, startSeconds, table } from '../rows';
import { operations, putRows, rowsOf, sourceOperations } from './orders-aws';
import { withOrdersFleet } from './orders-fleet';
import { withPatientSignals } from '../../setup/patience';
import { testKey } from '../../base/test-key';

withPatientSignals();

const keys = [1, 2, 3].map((byte) => testKey(byte).toString('base64'));
const sealing: Partial<SettingsValues> = { cacheSecrets: 'encrypt', cacheKeys: keys.slice(0, 1) };
const wrapping: Partial<SettingsValues> = { cacheSecrets: 'encrypt', cacheKmsKeyId: 'alias/orders' };
const orders = withOrdersFleet({ kmsKeys: ['alias/orders', 'alias/other'] });

function startProcess(settings: Partial<SettingsValues> = sealing, options: ProcessOptions = {}): FleetProcess {
  return orders.start({ settings, ...options });
}

/** Lets a process read names and write what it has found. */
async function fill(names: readonly string[], settings = sealing, options: ProcessOptions = {}): Promise<void> {
  const process = startProcess(settings, options);
  await process.values(names);
  await process.close();
  orders.aws.calls.clear();
}

async function sealedRowOf(name: string): Promise<AttributeMap> {
  const row = (await rowsOf(orders.aws, name)).find((each) => each['xcon_sealed'] !== undefined);
  if (row === undefined) throw new Error(`There is no sealed row of ${name}.`);
  return row;
}

/** Puts an edited copy of a row in the place of all others of its name. */
async function replaceRow(row: AttributeMap, edited: AttributeMap): Promise<void> {
  const others = (await orders.aws.rows(table)).filter((each) => each['name_key']?.S !== row['name_key']?.S);
  await orders.aws.clearTable(table);
  await putRows(orders.aws, [...others, { ...row, ...edited }]);
}

describe('a sealed row', () => {
  test('opens in another process with the key, without asking the source', async () => {
    await fill(['token']);

    expect(await startProcess().get('token')).toBe('canary-token');

    expect(operations(orders.aws)).toEqual(['Query']);
  });

  test('lives for secretTtlSeconds', async () => {
    await fill(['token'], { ...sealing, secretTtlSeconds: 300 });
    const [before, after] = [new TestClock(startMs + 299_000), new TestClock(startMs + 300_000)];

    await startProcess(sealing, { clock: before }).get('token');
    expect(sourceOperations(orders.aws)).toEqual([]);

    await startProcess(sealing, { clock: after }).get('token');
    expect(sourceOperations(orders.aws)).toContain('GetSecretValue');
  });

  test('never lives past the next rotation of its secret', async () => {
    const nextRotationDate = new Date(startMs + 100_000);
    await orders.aws.seed({
      secrets: { '/orders/prod/token': { value: 'canary-token', rotation: { enabled: true, nextRotationDate } } },
    });
    await fill(['token']);

    expect((await sealedRowOf('token'))['ttl']).toEqual({ N: `${startSeconds + 100}` });
    orders.aws.putSecret('/orders/prod/token', 'canary-rotated');
    expect(await startProcess(sealing, { clock: new TestClock(startMs + 100_000) }).get('token')).toBe(
      'canary-rotated',
    );
  });

  test.each<[string, AttributeMap]>([
    ['extended in time', { ttl: { N: `${startSeconds + 5000}` } }],
    ['extended for ever', { ttl: { NULL: true } }],
    ['made younger', { created_at: { S: '2026-03-01T12:00:01.000+00:00' } }],
    ['said to be of another directory', { real_directory: { S: '/orders/all' } }],
    ['said to be of another source', { source: { S: 'ssm - /orders/prod' } }],
    ['filled with something else', { xcon_sealed: { B: Uint8Array.of(1, 2, 3) } }],
  ])('that was %s is not used, with one warning', async (_, edited) => {
    await fill(['token']);
    await replaceRow(await sealedRowOf('token'), edited);
    const process = startProcess();

    expect(await process.values(['token', 'db_host'])).toEqual(['canary-token', 'db.internal']);

    expect(sourceOperations(orders.aws)).toContain('GetSecretValue');
    expect(process.log.warnings).toEqual([
      expect.objectContaining({ event: 'cache.sealed-row-refused', name: 'token', table, environ: '/orders/prod' }),
    ]);
    expect(process.log.text.join('')).not.toContain('canary');
  });

  test('that was moved to another name does not open there', async () => {
    await fill(['token']);
    const row = await sealedRowOf('token');
    const key = row['name_key']?.S?.replace(/^token/, 'greeting') ?? '';
    await putRows(orders.aws, [{ ...row, name_key: { S: key }, real_name: { S: 'greeting' } }]);
    const process = startProcess();

    expect(await process.get('greeting')).toBeUndefined();

    expect(process.log.events).toEqual(['cache.sealed-row-refused']);
  });

  test('that was moved to another partition does not open there', async () => {
    await fill(['token']);
    await putRows(orders.aws, [{ ...(await sealedRowOf('token')), app_key: { S: '/billing/prod' } }]);
    const billing = { ...sealing, service: 'billing' };
    const directories = ['/orders/prod', '/orders/all', '/global/prod', '/global/all'];
    const process = startProcess(billing, { config: { directories } });

    await process.get('token');

    expect(process.log.events).toEqual(['cache.sealed-row-refused']);
  });

  test('under an unknown key is not used, with one warning; nor is one under a key that has been taken away', async () => {
    await fill(['token', 'password'], { ...sealing, cacheKeys: keys.slice(1, 2) });
    const process = startProcess();

    expect(await process.values(['token', 'password'])).toEqual(['canary-token', 'canary-password']);

    expect(process.log.events).toEqual(['cache.sealed-row-refused']);
  });

  test('opens with any key of the list; new ones are sealed with the first', async () => {
    await fill(['token'], { ...sealing, cacheKeys: keys.slice(1, 2) });
    const old = await sealedRowOf('token');
    const process = startProcess({ ...sealing, cacheKeys: keys });

    expect(await process.values(['token', 'password'])).toEqual(['canary-token', 'canary-password']);

    await process.flush();
    const keyOf = (row: AttributeMap): string | undefined => row['name_key']?.S?.split(':').at(-1);
    expect(keyOf(await sealedRowOf('password'))).not.toBe(keyOf(old));
    expect(process.log.events).toEqual([]);
  });

  test('is replaced by a younger plain row only with cacheSecrets plaintext', async () => {
    await fill(['token']);
    const sealed = await sealedRowOf('token');
    const own = { xcon_chain: { NULL: true as const }, xcon_sealed: { NULL: true as const } };
    const plainKey = sealed['name_key']?.S?.split('|+|xcon:')[0] ?? '';
    const [, paths = '', providers = ''] = plainKey.split('|+|');
    const plain = {
      ...sealed,
      ...own,
      name_key: { S: plainKey },
      cache_concat_directory_paths: { S: paths },
      cache_concat_provider_names: { S: providers },
      value: { S: 'plain' },
    };

    await putRows(orders.aws, [{ ...plain, xcon_read: { N: `${startMs + 1000}` } }]);

    expect(await startProcess().get('token')).toBe('canary-token');
    expect(await startProcess({ ...sealing, cacheSecrets: 'plaintext' }).get('token')).toBe('plain');
  });
});

describe('sealing with a KMS key', () => {
  test('keeps one wrapped data key in the partition, and reuses it', async () => {
    await fill(['token'], wrapping);
    const process = startProcess(wrapping);

    expect(await process.values(['token', 'password'])).toEqual(['canary-token', 'canary-password']);

    await process.flush();
    expect(orders.aws.calls.of(/GenerateDataKey|Decrypt/).map(({ operation }) => operation)).toEqual(['Decrypt']);
    expect(await rowsOf(orders.aws, '~xcon-key')).toHaveLength(1);
  });

  test('binds the data key to the partition', async () => {
    const process = startProcess(wrapping);
    await process.get('token');
    await process.flush();

    expect(orders.aws.calls.of('GenerateDataKey').map(({ body }) => body)).toEqual([
      {
        KeyId: 'alias/orders',
        KeySpec: 'AES_256',
        EncryptionContext: { environ: '/orders/prod', created_at: '2026-03-01T12:00:00.000+00:00' },
      },
    ]);
  });

  test('makes a new data key after 24 hours', async () => {
    await fill(['token'], wrapping);
    const clock = new TestClock(startMs + 24 * 3600 * 1000);

    await fill(['token'], wrapping, { clock });

    expect(await rowsOf(orders.aws, '~xcon-key')).toHaveLength(2);
    expect(await startProcess(wrapping, { clock }).get('token')).toBe('canary-token');
    expect(sourceOperations(orders.aws)).toEqual([]);
  });

  test('reads the secret at its source when KMS does not unwrap the key', async () => {
    await fill(['token'], wrapping);
    orders.aws.setFaults([{ target: 'Decrypt', type: 'AccessDeniedException' }]);
    const process = startProcess(wrapping);

    expect(await process.get('token')).toBe('canary-token');

    await process.flush();
    expect(process.log.events).toEqual(expect.arrayContaining(['cache.sealed-row-refused', 'cache.no-sealing-key']));
  });

  test('caches everything but secrets when KMS makes no key, with one warning', async () => {
    orders.aws.setFaults([{ target: 'GenerateDataKey', type: 'AccessDeniedException' }]);
    const process = startProcess(wrapping);

    expect(await process.values(['token', 'password', 'db_host'])).toEqual([
      'canary-token',
      'canary-password',
      'db.internal',
    ]);

    await process.flush();
    expect(await rowsOf(orders.aws, 'db_host')).toHaveLength(1);
    expect(await rowsOf(orders.aws, 'token')).toEqual([]);
    expect(process.log.events).toEqual(['cache.no-sealing-key']);
  });

  test('makes no key when there is no secret to seal', async () => {
    const process = startProcess(wrapping);

    await process.values(['db_host', 'nope']);

    await process.flush();
    expect(orders.aws.calls.count('GenerateDataKey')).toBe(0);
  });
});

test.each<[string, AttributeMap, string]>([
  ['another name', { real_name: { S: 'greeting' } }, '/orders/prod|/orders/all|/global/prod|/global/all'],
  ['another chain', { xcon_chain: { S: cacheKey('/orders/all', 'ssm|secrets').chainHash } }, '/orders/all'],
])('a sealed row that says it is of %s is not used for it', async (_, edited, paths) => {
  const process = startProcess();
  await process.get('token');
  await process.close();
  await putRows(orders.aws, [{ ...(await sealedRowOf('token')), ...edited }]);
  const other = startProcess(sealing, { config: { directories: paths.split('|') } });
  const name = edited['real_name']?.S ?? 'token';

  expect(await other.get(name)).toBeUndefined();
  expect(other.log.events).toEqual(['cache.sealed-row-refused']);
});

test('keys that are set while the process runs are used', async () => {
  const process = startProcess({});
  await process.get('db_host');
  process.run(() => {
    xconSettings.cacheKeys = keys.slice(0, 1);
    xconSettings.cacheSecrets = 'encrypt';
  });

  await process.get('token');
  await process.flush();

  expect(process.log.events).toEqual([]);
  expect(await sealedRowOf('token')).toBeDefined();
});
