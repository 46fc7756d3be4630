import { CacherError, Config, DynamoCacher, LocalCache, type XconSettings } from '../../src/index';
import { fixedClock } from '../../src/testing/fixed-clock';
import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { inLocalProcess } from '../setup/local-process';
import { type CachedChain, CacheRecord } from '../../src/cache/cacher';
import { probePartition } from '../../src/cache/table-checks';

const table = 'global-all-configCache';
let aws: LocalAws;

beforeEach(async () => {
  aws = await startLocalAws({
    seed: {
      ssm: { '/orders/prod/DB_HOST': 'db', '/orders/prod/POOL': '7' },
      secrets: { '/orders/prod/TOKEN': 'hidden' },
    },
  });
});

afterEach(() => aws.close());

type Settings = ConstructorParameters<typeof XconSettings>[0];

const inProcess = <T>(settings: Settings, fn: () => Promise<T>): Promise<T> => inLocalProcess(aws.url, settings, fn);

const orders = { service: 'orders', environment: 'prod' } as const;

/** Looks names up, and waits until the answers are in the table. */
async function lookUp(...names: readonly string[]): Promise<void> {
  await Config.grab().load(names);
  await Config.grab().flush();
}

describe('ensureCacheTable', () => {
  it('creates the table, with its keys and time-to-live, and does nothing the second time', async () => {
    await inProcess(orders, async () => {
      await DynamoCacher.grab().ensureCacheTable();
      await DynamoCacher.grab().ensureCacheTable();
      await lookUp('DB_HOST');
    });

    expect(aws.calls.count('CreateTable')).toBe(1);
    expect(aws.calls.count('UpdateTimeToLive')).toBe(1);
    expect(aws.calls.of('CreateTable')[0]?.body).toMatchObject({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'app_key', KeyType: 'HASH' },
        { AttributeName: 'name_key', KeyType: 'RANGE' },
      ],
    });
    expect((await aws.rows(table)).length).toBeGreaterThan(0);
  });

  it('encrypts it with a key of the account when one is given', async () => {
    await inProcess(orders, () => DynamoCacher.grab().ensureCacheTable({ kmsKeyId: 'alias/config' }));

    expect(aws.calls.of('CreateTable')[0]?.body).toMatchObject({
      SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: 'alias/config' },
    });
  });

  it('enables time-to-live on a table that was created without it', async () => {
    await aws.seed({ tables: { [table]: { rows: [] } } });

    await inProcess(orders, () => DynamoCacher.grab().ensureCacheTable());

    expect(aws.calls.count('CreateTable')).toBe(0);
    expect(aws.calls.count('UpdateTimeToLive')).toBe(1);
  });

  it('continues when another process creates the table at the same time', async () => {
    await inProcess(orders, () => Promise.all([1, 2, 3].map(() => DynamoCacher.grab().ensureCacheTable())));

    expect(await aws.rows(table)).toEqual([]);
    expect(aws.calls.count('CreateTable')).toBe(3);
  });

  it('rejects an existing table with other keys', async () => {
    await aws.seed({ tables: { [table]: { hashKey: 'id', rangeKey: null, rows: [] } } });

    const making = inProcess(orders, () => DynamoCacher.grab().ensureCacheTable());

    await expect(making).rejects.toThrow(CacherError);
    await expect(making).rejects.toThrow(/has the keys id HASH and cannot be the cache table.*XCON_CACHE_TABLE/);
  });

  it('names the actions to allow when it is not permitted', async () => {
    aws.setFaults([{ target: 'CreateTable', type: 'AccessDeniedException' }]);

    const making = inProcess(orders, () => DynamoCacher.grab().ensureCacheTable());

    await expect(making).rejects.toThrow(/could not be created: AccessDeniedException.*allow dynamodb:CreateTable/);
  });

  it('says so when it may not describe the table', async () => {
    aws.setFaults([{ target: 'DescribeTable', type: 'AccessDeniedException' }]);

    const making = inProcess(orders, () => DynamoCacher.grab().ensureCacheTable());

    await expect(making).rejects.toThrow(CacherError);
    expect(aws.calls.count('CreateTable')).toBe(0);
  });
});

describe('with a table', () => {
  beforeEach(() => aws.seed({ tables: { [table]: { rows: [] } } }));

  it('entries lists the facts of every row, and no value', async () => {
    const entries = await inProcess(orders, async () => {
      await lookUp('DB_HOST', 'TOKEN', 'NOWHERE');
      return DynamoCacher.grab().entries();
    });

    expect(entries.map(({ kind, name, directory }) => `${kind} ${name} ${directory}`)).toEqual([
      'value db_host /orders/prod',
      'missing nowhere /_nonExistent',
      'value pool /orders/prod',
      'reference token /orders/prod',
      'lease ~xcon-lease /_nonExistent',
    ]);
    expect(entries[0]).toMatchObject({ source: 'ssm - /orders/prod', expired: false });
    expect(JSON.stringify(entries)).not.toMatch(/hidden|"db"/);
  });

  it('entries marks expired rows that await their deletion', async () => {
    const row = { app_key: '/orders/prod', name_key: 'old', real_name: 'old', real_directory: '/orders/prod', ttl: 1 };
    const concats = { cache_concat_directory_paths: '/orders/prod', cache_concat_provider_names: 'ssm' };
    await aws.seed({ tables: { [table]: { rows: [{ ...row, ...concats, value: 'x' }] } } });

    const entries = await inProcess(orders, () => DynamoCacher.grab().entries());

    expect(entries).toMatchObject([{ name: 'old', expired: true }]);
  });

  it('entries says which rows may be refreshed, and which process refreshes a chain', async () => {
    await inProcess(orders, () => lookUp('DB_HOST'));
    const soon = fixedClock(Date.now() + 11.4 * 3_600_000);

    const [fresh, late] = await inProcess(orders, async () => [
      await DynamoCacher.grab().entries(),
      await soon.run(() => DynamoCacher.grab().entries()),
    ]);

    const ofHost = ({ name }: { readonly name: string }) => name === 'db_host';
    expect([fresh?.find(ofHost)?.early, late?.find(ofHost)?.early]).toEqual([false, true]);
    expect(fresh?.find(({ kind }) => kind === 'lease')).toMatchObject({ early: false, lease: { state: 'done' } });
  });

  it('entries says which rows are based on reads from before a change', async () => {
    const facts = { real_directory: '/_nonExistent', source: 'xcon-gen', created_at: '2026-03-01T12:00:00+00:00' };
    const generation = { app_key: '/orders/prod', name_key: '~xcon|gen', real_name: '~xcon-gen', xcon_gen: 7 };
    await inProcess(orders, () => lookUp('DB_HOST', 'POOL'));
    const changes = { '/orders/prod|+|pool': 7 };
    await aws.seed({ tables: { [table]: { rows: [{ ...generation, ...facts, xcon_changes: changes }] } } });

    const entries = await inProcess(orders, () => DynamoCacher.grab().entries());

    const outdated = entries.filter((each) => each.outdated).map(({ name }) => name);
    expect(outdated).toEqual(['pool']);
    expect(entries.find(({ kind }) => kind === 'generation')).toMatchObject({ generation: 7 });
  });

  it('clear counts what it would delete, and deletes and forgets nothing', async () => {
    await inProcess(orders, async () => {
      await lookUp('DB_HOST', 'TOKEN');
      const memory = LocalCache.grab().generation;
      const before = await aws.rows(table);

      const counts = [
        await DynamoCacher.grab().clear({ dryRun: true }),
        await DynamoCacher.grab().clear({ name: 'Db_Host', dryRun: true }),
        await DynamoCacher.grab().clear({ name: 'nowhere', dryRun: true }),
      ];

      expect(counts).toEqual([before.length, 1, 0]);
      expect(await aws.rows(table)).toEqual(before);
      expect(LocalCache.grab().generation).toBe(memory);
      expect(await DynamoCacher.grab().clear()).toBe(counts[0]);
    });
  });

  it('entries leaves out rows without a name, which no lookup uses', async () => {
    const row = { app_key: '/orders/prod', real_directory: '/orders/prod', source: 'ssm - /orders/prod', value: 'x' };
    const concats = { cache_concat_directory_paths: '/orders/prod', cache_concat_provider_names: 'ssm' };
    const rows = [
      { ...row, ...concats, name_key: '|+|/orders/prod|+|ssm', real_name: '' },
      { ...row, ...concats, name_key: 'x|+|/orders/prod|+|ssm' },
    ];
    await aws.seed({ tables: { [table]: { rows } } });

    expect(await inProcess(orders, () => DynamoCacher.grab().entries())).toEqual([]);
  });

  it('clear deletes the partition, in calls of 25, and the next lookup asks the sources', async () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`/orders/prod/p${index}`, 'x']));
    await aws.seed({ ssm: many, tables: { [table]: { rows: [foreignRow] } } });

    const [deleted, value] = await inProcess(orders, async () => {
      await lookUp('DB_HOST');
      const count = await DynamoCacher.grab().clear();
      aws.putParameter('/orders/prod/DB_HOST', 'moved');
      return [count, await Config.grab().get('DB_HOST')] as const;
    });

    expect(deleted).toBe(43);
    expect(value).toBe('moved');
    expect((await aws.rows(table)).map((row) => row['app_key']?.S)).toContain('/billing/prod');
  });

  it('clear of a name deletes its rows alone, in any case and for every chain', async () => {
    const left = await inProcess(orders, async () => {
      await lookUp('DB_HOST', 'TOKEN');
      await new Config({ directories: ['/orders/prod'] }).run(() => lookUp('DB_HOST'));
      expect(await DynamoCacher.grab().clear({ name: 'Db_Host' })).toBe(2);
      return DynamoCacher.grab().entries();
    });

    expect(left.map(({ name }) => name)).not.toContain('db_host');
    expect(left.map(({ name }) => name)).toContain('token');
  });

  it('clear of another partition leaves that of the process', async () => {
    await aws.seed({ tables: { [table]: { rows: [foreignRow] } } });

    const deleted = await inProcess(orders, async () => {
      await lookUp('DB_HOST');
      return DynamoCacher.grab().clear({ environ: '/billing/prod' });
    });

    expect(deleted).toBe(1);
    const left = (await aws.rows(table)).filter((row) => row['app_key']?.S !== '/orders/prod');
    expect(left.map((row) => row['real_name']?.S)).toEqual(['~xcon-gen']);
  });

  it('clear continues where it stopped', async () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`/orders/prod/p${index}`, 'x']));
    await aws.seed({ ssm: many });

    const rest = await inProcess(orders, async () => {
      await lookUp('DB_HOST');
      aws.setFaults([{ target: 'BatchWriteItem', body: '"p[4-9]', type: 'InternalServerError', status: 500 }]);
      await expect(DynamoCacher.grab().clear()).rejects.toThrow(/could not be cleared.*call it again/);
      aws.setFaults([]);
      return DynamoCacher.grab().clear();
    });

    expect(rest).toBeLessThan(43);
    expect((await aws.rows(table)).map((row) => row['real_name']?.S)).toEqual(['~xcon-gen']);
  });

  it('clear raises the generation, so that a watching process sees that rows are gone', async () => {
    const generation = { app_key: '/orders/prod', name_key: '~xcon|gen', real_name: '~xcon-gen', xcon_gen: 7 };
    const facts = { real_directory: '/_nonExistent', source: 'xcon-gen', created_at: '2026-03-01T12:00:00+00:00' };
    await aws.seed({ tables: { [table]: { rows: [{ ...generation, ...facts }] } } });

    const entries = await inProcess(orders, async () => {
      await lookUp('DB_HOST', 'TOKEN');
      const named = await DynamoCacher.grab().clear({ name: 'DB_HOST' });
      const all = await DynamoCacher.grab().clear();
      expect([named, all]).toEqual([1, 3]);
      return DynamoCacher.grab().entries();
    });

    expect(entries).toMatchObject([{ kind: 'generation', name: '~xcon-gen', directory: '/_nonExistent' }]);
    const [row] = await aws.rows(table);
    const current = Number(row?.['xcon_gen']?.N);
    expect(current).toBeGreaterThan(7);
    // All rows of before are over, whatever their name.
    expect(row).toMatchObject({ xcon_floor: { N: `${current}` } });
    expect(row).not.toHaveProperty('xcon_changes');
  });

  it('clear forgets what the process remembers', async () => {
    await inProcess(orders, async () => {
      await lookUp('DB_HOST');
      const before = LocalCache.grab().generation;

      await DynamoCacher.grab().clear();

      expect(LocalCache.grab().generation).not.toBe(before);
    });
  });

  it.each(['clear', 'entries'] as const)(
    '%s names the actions to allow when it is not permitted',
    async (operation) => {
      aws.setFaults([{ target: 'Query', type: 'AccessDeniedException' }]);

      const asked = inProcess<unknown>(orders, () => DynamoCacher.grab()[operation]());

      await expect(asked).rejects.toThrow(/could not be read: AccessDeniedException.*allow dynamodb:Query/);
    },
  );

  it.each(['clear', 'entries'] as const)('%s requires a partition', async (operation) => {
    const asked = inProcess<unknown>({}, () => DynamoCacher.grab()[operation]());

    await expect(asked).rejects.toThrow(
      "No partition is named: set APP_NAME, or give one, as { environ: '/orders/prod' }.",
    );
  });
});

const foreignRow = {
  app_key: '/billing/prod',
  name_key: 'x',
  real_name: 'x',
  real_directory: '/billing/prod',
  cache_concat_directory_paths: '/billing/prod',
  cache_concat_provider_names: 'ssm',
  value: 'theirs',
};

describe('probePartition', () => {
  const send = jest.fn<Promise<unknown>, [{ readonly input: Readonly<Record<string, unknown>> }, object]>();
  const client = { config: { region: () => Promise.resolve('us-east-1') }, send };
  const chain = {
    key: { environ: '/orders/prod' },
    session: {
      clients: { dynamo: () => Promise.resolve(client) },
      settings: { cacheTable: 'cache' },
      nowMs: () => 5,
    },
  } as unknown as CachedChain;
  const { signal } = new AbortController();
  let record: CacheRecord;

  beforeEach(() => {
    send.mockReset().mockResolvedValue({ Items: [] });
    record = new CacheRecord();
  });

  test('reads one row of the partition, and records the success', async () => {
    record.recordProblem('reading', { state: 'failing', sinceMs: 1, reason: 'down' });

    await probePartition(chain, record, signal);

    expect(send.mock.calls[0]?.[0].input).toMatchObject({
      TableName: 'cache',
      ExpressionAttributeValues: { ':partition': { S: '/orders/prod' } },
      Limit: 1,
    });
    expect(send.mock.calls[0]?.[1]).toEqual({ abortSignal: signal });
    expect([record.requests, record.lastSuccessMs, record.problems.size]).toEqual([1, 5, 0]);
  });

  test.each([
    ['InternalServerError', 'failing', undefined],
    [
      'AccessDeniedException',
      'refused',
      'allow dynamodb:Query on arn:aws:dynamodb:*:*:table/cache, and create that table',
    ],
    [
      'ResourceNotFoundException',
      'refused',
      'allow dynamodb:Query on arn:aws:dynamodb:*:*:table/cache, and create that table',
    ],
  ])('records what %s means, and does not reject', async (name, state, remedy) => {
    send.mockRejectedValue(Object.assign(new Error('no'), { name }));

    await probePartition(chain, record, signal);

    expect(record.problems.get('reading')).toEqual({ state, sinceMs: 5, reason: `${name}: no`, remedy });
  });
});
