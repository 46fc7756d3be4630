import { fixedClock } from '../../../src/testing';
import { iamPolicy } from '../../../src/index';
import { iamRequestsOf } from '../../iam/iam-requests';
import { isAllowed } from '../../iam/policy-simulator';
import { useLocalAws, xcon } from '../run-xcon';

const table = 'global-all-configCache';
const local = useLocalAws();
const cache = (args: readonly string[], more: object = {}) =>
  xcon(['cache', ...args, '-s', 'orders', '-e', 'prod'], { aws: local.aws, ...more });

/** Fills the partition of the service with the answers for a value, a secret and a missing name. */
const fill = () =>
  xcon(['get', 'DB_HOST', 'SMTP_URL', 'NOWHERE', '-s', 'orders', '-e', 'prod', '--reveal'], { aws: local.aws });

describe('xcon cache status', () => {
  beforeEach(fill);

  it('sums up the rows', async () => {
    const { code, out, err } = await cache(['status']);

    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^table +global-all-configCache$/m);
    expect(out).toMatch(/^partition +\/orders\/prod$/m);
    expect(out).toMatch(/^rows +\d+: .*\bmissing\b.*\bvalue\b|^rows +\d+: .*\bvalue\b.*\bmissing\b/m);
    expect(out).toMatch(/^written +under 1 min ago/m);
    expect(out).toMatch(/^ended +0 wait to be deleted$/m);
    expect(out).toMatch(/^leases +0 held, 1 done, 0 not ended in time$/m);
    expect(Math.max(...out.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  it('gives the same as data, without a value', async () => {
    const { out } = await cache(['status', '--json']);

    expect(JSON.parse(out)).toMatchObject({
      table,
      partition: '/orders/prod',
      kinds: { missing: 1, reference: 1, lease: 1 },
      chains: 1,
      expired: 0,
      outdated: 0,
      generation: null,
      leases: { held: 0, done: 1, over: 0 },
    });
    expect(out).not.toMatch(/s3cr3t|db\.shop/);
  });

  it('counts what has ended and what may be refreshed early', async () => {
    const statusIn = async (hours: number) => {
      const clock = fixedClock(Date.now() + hours * 3_600_000);
      const { out } = await cache(['status', '--json'], { dependencies: [clock] });
      return JSON.parse(out) as { readonly early: number; readonly expired: number; readonly names: number };
    };

    const [late, over] = [await statusIn(11.4), await statusIn(13)];

    expect(late.early).toBeGreaterThan(0);
    expect(over).toMatchObject({ early: 0, expired: over.names });
  });
});

describe('xcon cache', () => {
  it('says that no service is named', async () => {
    expect(await xcon(['cache', 'status'], { aws: local.aws })).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('--service') as string,
    });
  });

  it.each(['status', 'list', 'clear'])(
    'of which %s says that the table is not there, and what to do',
    async (action) => {
      const { code, out, err } = await cache([action], { env: { XCON_CACHE_TABLE: 'none' } });

      expect({ code, out }).toEqual({ code: 3, out: '' });
      expect(err).toMatch(/^xcon: There is no cache table "none".*xcon cache create-table.*\n$/);
    },
  );
});

describe('xcon cache list', () => {
  beforeEach(fill);

  it('lists the rows, without a value', async () => {
    const { code, out, err } = await cache(['list']);

    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n')[0]).toMatch(/^NAME +KIND +AGE +ENDS +SOURCE$/);
    expect(out).toMatch(/^db_host +value +under 1 min +in 1[12] h +ssm - \/orders\/prod$/m);
    expect(out).toMatch(/^smtp_url +reference /m);
    expect(out).toMatch(/^nowhere +missing /m);
    expect(out).toMatch(/^~xcon-lease +lease +under 1 min +done/m);
    expect(out).not.toMatch(/s3cr3t|db\.shop/);
  });

  it('gives the same as data', async () => {
    const { rows } = JSON.parse((await cache(['list', '--json'])).out) as { readonly rows: readonly object[] };

    expect(rows).toContainEqual(
      expect.objectContaining({ name: 'db_host', kind: 'value', expired: false, early: false, outdated: false }),
    );
  });

  it('prints nothing for a partition without rows', async () => {
    expect(await xcon(['cache', 'list', '-s', 'billing'], { aws: local.aws })).toMatchObject({
      code: 0,
      out: '',
      err: '',
    });
  });
});

describe('xcon cache clear', () => {
  beforeEach(fill);

  const names = async () => (await local.aws.rows(table)).map((row) => row['real_name']?.S);

  it('asks, says how many rows, and deletes them', async () => {
    const before = (await names()).length;

    const { code, out, err, questions } = await cache(['clear'], { terminal: true, answers: [true] });

    expect([code, questions]).toEqual([0, [`Delete ${before} rows?`]]);
    expect(err).toBe(`Deletes ${before} rows in the partition /orders/prod of the table ${table}.\n`);
    expect(out).toBe(`Deleted ${before} rows in /orders/prod of ${table}.\n`);
    expect(await names()).toEqual(['~xcon-gen']);
  });

  it('deletes the rows of one name, in any case', async () => {
    const { code, out } = await cache(['clear', 'DB_host', '--yes', '--json']);

    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ table, partition: '/orders/prod', deleted: 1, name: 'DB_host' });
    expect(await names()).not.toContain('db_host');
    expect(await names()).toContain('smtp_url');
  });

  it('needs what a service needs for its part of the cache table, and nothing else', async () => {
    const place = { region: 'us-east-1', account: '000000000000', providers: [] };
    const policy = await iamPolicy({ service: 'orders', environment: 'prod', ...place });
    local.aws.calls.clear();

    for (const args of [['status'], ['list'], ['clear', 'DB_HOST', '--yes'], ['clear', '--yes']]) await cache(args);

    const requests = local.aws.calls.all.flatMap((call) => iamRequestsOf(call));
    expect(requests.length).toBeGreaterThan(6);
    expect(requests.filter((each) => !isAllowed(policy, each))).toEqual([]);
  });

  it.each([
    ['the answer is no', { terminal: true, answers: [false] }],
    ['it is a pipe without --yes', {}],
  ])('deletes nothing when %s', async (_, more) => {
    const before = await names();

    expect(await cache(['clear'], more)).toMatchObject({ code: 4, out: '' });
    expect(await names()).toEqual(before);
  });

  it('has nothing to ask where there is nothing to delete', async () => {
    expect(await cache(['clear', 'ABSENT'], { terminal: true })).toMatchObject({
      code: 0,
      out: `There was nothing to delete in /orders/prod of ${table}.\n`,
      questions: [],
    });
  });
});

describe('xcon cache create-table', () => {
  const create = (args: readonly string[], name: string, more: object = {}) =>
    xcon(['cache', 'create-table', ...args], { aws: local.aws, env: { XCON_CACHE_TABLE: name }, ...more });

  it('says what it will do, and makes a table that works', async () => {
    const { code, out, err } = await create(['--index', '--yes'], 'made');

    expect([code, out]).toEqual([0, 'The table made in us-east-1 is ready.\n']);
    expect(err).toMatch(
      /^Table made in us-east-1: make it, billed per request, with the keys app_key HASH and name_key RANGE/,
    );
    const doctor = await xcon(['doctor', '-s', 'orders', '-e', 'prod', '--json'], {
      aws: local.aws,
      env: { XCON_CACHE_TABLE: 'made' },
    });
    expect(doctor.out).toContain('made has the right keys, time to live, and index by name');
    expect(await create(['--index'], 'made')).toMatchObject({
      code: 0,
      out: 'The table made in us-east-1 is as it should be.\n',
      err: '',
    });
  });

  it('adds what a table lacks', async () => {
    await local.aws.seed({ tables: { bare: {} } });

    const { code, err, out } = await create(['--yes', '--json'], 'bare');

    expect(code).toBe(0);
    expect(err).toContain('switch time to live on, for ttl');
    expect(JSON.parse(out)).toEqual({
      table: 'bare',
      region: 'us-east-1',
      changes: ['switch time to live on, for ttl'],
    });
  });

  it('makes nothing without a confirmation', async () => {
    expect(await create([], 'unmade')).toMatchObject({ code: 4, out: '' });
    expect(local.aws.calls.of('CreateTable').map(({ body }) => body)).not.toContainEqual(
      expect.objectContaining({ TableName: 'unmade' }),
    );
  });

  it('says what to allow when it may not look', async () => {
    local.aws.setFaults([{ target: 'DescribeTable', type: 'AccessDeniedException' }]);

    const { code, err } = await create(['--yes'], 'unseen');
    local.aws.setFaults([]);

    expect(code).toBe(3);
    expect(err).toMatch(/"unseen" could not be described: AccessDenied.*; allow dynamodb:DescribeTable/);
  });

  it('refuses a table with other keys', async () => {
    await local.aws.seed({ tables: { other: { hashKey: 'id', rangeKey: null } } });

    expect(await create(['--yes'], 'other')).toMatchObject({
      code: 3,
      err: expect.stringContaining('has the keys id HASH') as string,
    });
  });
});
