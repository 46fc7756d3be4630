import { AwsClients, Config, config, SecretsProvider, SsmProvider } from '../../../src/index';
import { type CacheSecrets } from '../../../src/settings/settings-values';
import { type FleetProcess, type ProcessOptions } from '../fleet-process';
import { table } from '../rows';
import { operations, rowsOf, sourceOperations } from './orders-aws';
import { withOrdersFleet } from './orders-fleet';
import { withPatientSignals } from '../../setup/patience';
import { testKey } from '../../base/test-key';

withPatientSignals();

const cacheKeys = [testKey(1).toString('base64')];
const secretNames = ['token', 'password', 'api_key', 'certificate'];
const orders = withOrdersFleet({
  ssm: {
    '/orders/prod/db_host': 'db.internal',
    '/orders/prod/API_Key': { value: 'canary-api', type: 'SecureString' },
  },
  secrets: {
    '/orders/prod/token': 'canary-token',
    '/orders/all/password': 'canary-password',
    '/orders/all/token': 'canary-lower-token',
    '/orders/prod/certificate': { binary: Buffer.from('canary-binary').toString('base64') },
  },
});

function startProcess(options: ProcessOptions = {}): FleetProcess {
  return orders.start(options);
}

/** Lets a process read names and write what it has found. */
async function fill(names: readonly string[], options: ProcessOptions = {}): Promise<void> {
  const process = startProcess(options);
  await process.values(names);
  await process.close();
  orders.aws.calls.clear();
}

/** Everything in the table, as text: binary values as they are, and as base64. */
async function tableText(): Promise<string> {
  const show = (_: string, value: unknown): unknown =>
    value instanceof Uint8Array
      ? `${Buffer.from(value).toString('latin1')} ${Buffer.from(value).toString('base64')}`
      : value;
  return JSON.stringify(await orders.aws.rows(table), show);
}

describe('the value of a secret', () => {
  test.each<[CacheSecrets, boolean]>([
    ['reference', false],
    ['encrypt', false],
    ['never', false],
    ['plaintext', true],
  ])('with cacheSecrets %s is in plain in the table: %s', async (cacheSecrets, isPlain) => {
    const process = startProcess({ settings: { cacheSecrets, cacheKeys } });

    const values = await process.values([...secretNames, 'db_host']);

    await process.flush();
    const binary = Uint8Array.from(Buffer.from('canary-binary'));
    expect(values).toEqual(['canary-token', 'canary-password', 'canary-api', binary, 'db.internal']);
    const text = await tableText();
    expect(text).toContain('db.internal');
    for (const canary of ['canary-token', 'canary-password', 'canary-api', 'canary-binary'])
      expect(text.includes(canary)).toBe(isPlain);
    expect(process.log.text.join('\n')).not.toContain('canary');
  });

  test.each<CacheSecrets>(['reference', 'encrypt', 'never', 'plaintext'])(
    'with cacheSecrets %s is the same to the next process',
    async (cacheSecrets) => {
      const settings = { cacheSecrets, cacheKeys };
      const [first, second] = [startProcess({ settings }), startProcess({ settings })];
      const before = await first.values(secretNames);
      await first.flush();

      expect(await second.values(secretNames)).toEqual(before);

      expect((await second.item('token')).secret).toBe(true);
    },
  );

  test('is found by a process that caches secrets in another way', async () => {
    const modes: readonly CacheSecrets[] = ['plaintext', 'encrypt', 'reference', 'never'];

    for (const cacheSecrets of modes) {
      const process = startProcess({ settings: { cacheSecrets, cacheKeys } });
      expect(await process.get('token')).toBe('canary-token');
      await process.flush();
    }
  });
});

describe('a secret by reference', () => {
  test('is kept as provider, directory and exact name', async () => {
    await fill(['token', 'api_key']);

    const [token] = await rowsOf(orders.aws, 'token');
    const [apiKey] = await rowsOf(orders.aws, 'api_key');
    expect(token?.['real_directory']).toEqual({ S: '/orders/prod' });
    expect(token?.['xcon_ref']).toEqual({ M: { provider: { S: 'secrets' }, name: { S: '/orders/prod/token' } } });
    expect(apiKey?.['xcon_ref']).toEqual({ M: { provider: { S: 'ssm' }, name: { S: '/orders/prod/API_Key' } } });
  });

  test('is read by name alone, also where it is a parameter', async () => {
    await fill(['api_key']);

    expect(await startProcess().get('api_key')).toBe('canary-api');

    expect(operations(orders.aws)).toEqual(['Query', 'GetParameters']);
  });

  test('is read again: a rotated one has its new value at once', async () => {
    await fill(['token']);
    orders.aws.putSecret('/orders/prod/token', 'canary-rotated');

    expect(await startProcess().get('token')).toBe('canary-rotated');

    expect(operations(orders.aws)).toEqual(['Query', 'GetSecretValue']);
  });

  test('that is gone is looked up again, and its row deleted', async () => {
    await fill(['token']);
    orders.aws.deleteSecret('/orders/prod/token');
    const process = startProcess();

    const item = await process.item('token');

    await process.flush();
    expect([item.value, item.directory.path]).toEqual(['canary-lower-token', '/orders/all']);
    expect(sourceOperations(orders.aws)).toContain('ListSecrets');
    const [row, ...others] = await rowsOf(orders.aws, 'token');
    expect(row?.['xcon_ref']?.M?.['name']).toEqual({ S: '/orders/all/token' });
    expect(others).toEqual([]);
  });

  test('that is gone everywhere is cached as missing', async () => {
    await fill(['password']);
    orders.aws.deleteSecret('/orders/all/password');
    const process = startProcess();

    expect(await process.get('password')).toBeUndefined();

    await process.flush();
    const rows = await rowsOf(orders.aws, 'password');
    expect(rows.map((row) => [row['real_directory']?.S, row['xcon_ref']])).toEqual([['/_nonExistent', undefined]]);
  });

  test('that is not permitted is skipped, and nothing below it is cached', async () => {
    await fill(['token']);
    orders.aws.setFaults([{ target: 'GetSecretValue', body: '/orders/prod/token', type: 'AccessDeniedException' }]);
    const process = startProcess();

    expect(await process.get('token')).toBe('canary-lower-token');

    await process.flush();
    const rows = await rowsOf(orders.aws, 'token');
    expect(rows.map((row) => row['xcon_ref']?.M?.['name']?.S)).toEqual(['/orders/prod/token']);
    expect(process.log.events).toEqual(['provider.refused']);
  });

  test('whose source fails makes the lookup fail: no value of lower precedence is returned', async () => {
    await fill(['token']);
    orders.aws.setFaults([{ target: 'GetSecretValue', status: 500 }]);

    await expect(startProcess().get('token')).rejects.toMatchObject({ code: 'PROVIDER_FAILED' });
  });

  test('of a provider that the process does not have is looked up again', async () => {
    const elsewhere = new AwsClients({ endpoint: orders.aws.url, region: 'us-east-1', credentials });
    const provider = new SecretsProvider({ clients: elsewhere, cacheName: 'vault' });
    await fill(['token'], { config: { providers: [SsmProvider, provider] } });
    const row = (await rowsOf(orders.aws, 'token'))[0];

    expect(row?.['xcon_ref']?.M?.['provider']).toEqual({ S: 'vault' });
    expect(await startProcess().get('token')).toBe('canary-token');
    await elsewhere.close();
  });

  test('is read once for lookups at the same time', async () => {
    await fill(['token']);

    await startProcess().values(['token', 'TOKEN', 'Token']);

    expect(operations(orders.aws)).toEqual(['Query', 'GetSecretValue']);
  });

  test('is not shown by a snapshot, an explanation or a log', async () => {
    await fill(['token']);
    const process = startProcess();

    const shown = await process.run(async () => [await config.explain('token'), await config.getItem('token')]);

    expect(JSON.stringify(shown)).not.toContain('canary');
    expect(JSON.stringify(shown)).toContain('via cacher');
  });
});

describe('secrets in a Config of their own', () => {
  test('are kept apart by chain', async () => {
    await fill(['token']);
    const process = startProcess();

    const lower = process.run(() => new Config({ directories: ['/orders/all'] }).get('token'));

    expect(await Promise.all([process.get('token'), lower])).toEqual(['canary-token', 'canary-lower-token']);
  });
});

const credentials = { accessKeyId: 'not-a-real-key', secretAccessKey: 'not-a-real-secret' };
