import { AwsClients, EnvProvider } from '../../src/index';
import { type AwsWorld } from '../end-to-end/world';
import { type LocalAwsFault } from '../../src/local-aws/local-aws';
import { iamRequestsOf } from '../iam/iam-requests';
import { isAllowed } from '../iam/policy-simulator';
import { canaries, checkOf, diagnosed, startWorld, wrong } from './diagnosed-world';

let world: AwsWorld;

afterEach(() => world.close());

const denied = (target: string, body?: string): LocalAwsFault => ({
  target,
  type: 'AccessDeniedException',
  message: 'User is not authorized to perform this',
  ...(body !== undefined && { body }),
});

describe('where nothing is wrong', () => {
  it('checks versions, the caller identity, endpoints, each place, and the tables', async () => {
    world = await startWorld();

    const diagnosis = await diagnosed(world);

    expect(wrong(diagnosis)).toEqual([]);
    expect(diagnosis).toMatchObject({ ok: true, service: 'orders', environment: 'prod' });
    expect(diagnosis).not.toHaveProperty('policy');
    expect(diagnosis.checks.map(({ area, subject }) => `${area} ${subject}`)).toEqual([
      ...['xcon', 'node', 'sdk dynamodb', 'sdk secrets-manager', 'sdk ssm', 'service'].map((each) => `runtime ${each}`),
      ...['region', 'credentials', 'caller', 'clock'].map((each) => `identity ${each}`),
      ...['ssm', 'secrets', 'dynamo'].map((each) => `endpoint ${each}`),
      'permission env',
      ...['ssm', 'secrets', 'dynamo'].flatMap((provider) =>
        ['/orders/prod', '/orders/all', '/global/prod', '/global/all'].map((path) => `permission ${provider} ${path}`),
      ),
      ...['Query', 'GetItem', 'PutItem', 'BatchWriteItem'].map((action) => `permission cache ${action}`),
      'table cache table',
      'table config table',
    ]);
  });

  it('says what it has found, as text and as data', async () => {
    world = await startWorld();

    const diagnosis = await diagnosed(world);

    expect(checkOf(diagnosis, 'caller')).toMatchObject({
      result: 'arn:aws:iam::000000000000:user/local',
      facts: { account: '000000000000' },
    });
    expect(checkOf(diagnosis, 'region')).toMatchObject({ result: 'us-east-1', facts: { region: 'us-east-1' } });
    expect(checkOf(diagnosis, 'secrets').facts).toEqual({
      endpoint: world.aws.url,
      connectMs: expect.any(Number) as number,
      latencyMs: expect.any(Number) as number,
    });
    expect(checkOf(diagnosis, 'ssm /orders/prod')).toMatchObject({ result: '2 names, a secret read' });
    expect(checkOf(diagnosis, 'secrets /orders/all')).toMatchObject({ result: '0 names', facts: { names: 0 } });
    expect(checkOf(diagnosis, 'cache table').result).toBe(
      'global-all-configCache has the right keys, time to live, no index by name',
    );
  });

  it('writes nothing, and shows no value', async () => {
    world = await startWorld();

    const text = JSON.stringify(await diagnosed(world));

    expect(await world.aws.rows('global-all-configCache')).toEqual([]);
    for (const canary of canaries) expect(text).not.toContain(canary);
  });

  it('asks nothing of AWS where variables are the only source', async () => {
    world = await startWorld();

    const diagnosis = await diagnosed(world, { config: { providers: [new EnvProvider({ A: '1' })], cacher: null } });

    expect(diagnosis.ok).toBe(true);
    expect(checkOf(diagnosis, 'env').result).toBe('1 name');
    expect(world.aws.calls.count()).toBe(0);
  });

  it('does not list what is read by name', async () => {
    world = await startWorld({ strategy: 'names' });

    const diagnosis = await diagnosed(world);

    expect(checkOf(diagnosis, 'ssm /orders/prod')).toMatchObject({ state: 'skipped' });
    expect(world.aws.calls.count('GetParametersByPath')).toBe(0);
  });
});

describe('the caller identity', () => {
  const variables = ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  const files = ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_EC2_METADATA_DISABLED'];
  let kept: Readonly<Record<string, string | undefined>>;

  beforeEach(() => {
    kept = Object.fromEntries([...variables, ...files].map((name) => [name, process.env[name]]));
    for (const name of variables) delete process.env[name];
    const [config = '', shared = '', metadata = ''] = files;
    Object.assign(process.env, { [config]: '/dev/null', [shared]: '/dev/null', [metadata]: 'true' });
  });

  afterEach(() => {
    for (const [name, value] of Object.entries(kept)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it.each([
    [
      'region',
      { credentials: { accessKeyId: 'test', secretAccessKey: 'test' } },
      /Region is missing/,
      /set AWS_REGION/,
    ],
    ['credentials', { region: 'us-east-1' }, /CredentialsProviderError/, /give the process credentials/],
  ])('says that there is no %s, and asks nothing', async (subject, options, result, remedy) => {
    world = await startWorld();
    const clients = new AwsClients({ endpoint: world.aws.url, maxAttempts: 1, ...options });

    const diagnosis = await diagnosed(world, { clients });
    await clients.close();

    expect(diagnosis.ok).toBe(false);
    expect(checkOf(diagnosis, subject)).toMatchObject({
      state: 'problem',
      result: expect.stringMatching(result) as string,
      remedy: expect.stringMatching(remedy) as string,
    });
    expect(checkOf(diagnosis, 'permissions')).toMatchObject({
      state: 'skipped',
      result: expect.stringContaining('needs') as string,
    });
    expect(world.aws.calls.count()).toBe(0);
  });

  it.each([
    ['in 5 minutes', 5 * 60_000, 'note', /^end in \d min, at /],
    ['in 5 hours', 5 * 3_600_000, 'ok', /^end in \d h, at /],
    ['a minute ago', -60_000, 'problem', /^ended at /],
  ])('says that the credentials end %s', async (_, leftMs, state, result) => {
    world = await startWorld();
    const credentials = () =>
      Promise.resolve({
        accessKeyId: 'a',
        secretAccessKey: 'canary-of-a-key',
        expiration: new Date(Date.now() + leftMs),
      });
    const clients = world.makeClients({ credentials });

    const diagnosis = await diagnosed(world, { clients });

    expect(checkOf(diagnosis, 'credentials')).toMatchObject({ state, result: expect.stringMatching(result) as string });
    expect(JSON.stringify(diagnosis)).not.toContain('canary-of-a-key');
  });

  it('says that STS refuses the credentials', async () => {
    world = await startWorld();
    world.aws.setFaults([{ target: 'GetCallerIdentity', type: 'ExpiredToken', status: 403, message: 'expired' }]);

    expect(checkOf(await diagnosed(world), 'caller')).toMatchObject({
      state: 'problem',
      result: 'ExpiredToken (HTTP 403): expired',
      remedy: 'renew the credentials of the process: they have expired',
    });
  });
});

describe('clock and endpoints', () => {
  it.each([
    ['30 s ahead of', 30_000, 'note'],
    ['900 s behind', -900_000, 'problem'],
  ])('says that the clock is %s the services', async (difference, aheadMs, state) => {
    world = await startWorld();

    const diagnosis = await diagnosed(world, { with: { nowMs: () => Date.now() + aheadMs } });

    const clock = checkOf(diagnosis, 'clock');
    expect(clock).toMatchObject({ state, remedy: expect.stringContaining('NTP') as string });
    // The time of an answer has whole seconds.
    expect(Number.parseInt(clock.result)).toBeGreaterThanOrEqual(Math.abs(aheadMs) / 1000 - 2);
    expect(clock.result).toContain(difference.split(' ').at(-1) ?? 'none');
  });

  it('says which endpoint does not answer, and goes on with the others', async () => {
    world = await startWorld();
    const gone = await startWorld();
    await gone.close();
    const clients = world.makeClients();
    const broken = world.makeClients({ endpoint: gone.aws.url });
    jest.spyOn(clients, 'secretsManager').mockImplementation((settings) => broken.secretsManager(settings));

    const diagnosis = await diagnosed(world, { clients });

    expect(checkOf(diagnosis, 'secrets')).toMatchObject({
      state: 'problem',
      result: expect.stringContaining('ECONNREFUSED') as string,
      remedy: expect.stringContaining('AWS_ENDPOINT_URL') as string,
    });
    expect(checkOf(diagnosis, 'secrets /orders/prod').result).toMatch(/^failed: .*ECONNREFUSED/);
    expect(checkOf(diagnosis, 'ssm /orders/prod').state).toBe('ok');
  });

  it('ends a check after lookupBudgetMs', async () => {
    world = await startWorld({ lookupBudgetMs: 4000 });
    world.aws.setFaults([{ target: 'ListSecrets', hang: true }]);

    const diagnosis = await diagnosed(world);

    expect(checkOf(diagnosis, 'secrets /global/all').result).toMatch(/^failed: .*(no answer within 4000 ms|aborted)/);
    expect(checkOf(diagnosis, 'dynamo /global/all').state).toBe('ok');
  });
});

describe('permissions', () => {
  it('gives the statements to add for the directories that refuse, which allow what was refused', async () => {
    world = await startWorld();
    const faults = [
      denied('GetParametersByPath', '"/orders/all"'),
      denied('GetSecretValue', '/global/all/PAY_TOKEN'),
      denied('Query', '"/global/prod"'),
    ];
    world.aws.setFaults(faults);

    const { policy, ...diagnosis } = await diagnosed(world);

    expect(diagnosis.ok).toBe(false);
    expect(checkOf(diagnosis, 'ssm /orders/all')).toMatchObject({
      state: 'problem',
      remedy: 'allow ssm:GetParametersByPath on arn:aws:ssm:*:*:parameter/orders/all',
    });
    expect(checkOf(diagnosis, 'secrets /global/all').result).toMatch(/^1 name; pay_token cannot be read: AccessDenied/);
    expect(wrong(diagnosis)).toHaveLength(faults.length);
    const refused = world.aws.calls.all.filter(({ error }) => error === 'AccessDeniedException');
    const requests = refused.flatMap((call) => iamRequestsOf(call));
    expect(requests.length).toBeGreaterThanOrEqual(faults.length);
    expect(requests.filter((each) => policy === undefined || !isAllowed(policy, each))).toEqual([]);
    // Neither the cache nor other directories are in it.
    expect(JSON.stringify(policy)).not.toMatch(/configCache|\/orders\/prod/);
    expect(policy?.Statement.map(({ Sid }) => Sid)).toEqual([
      ...['ListParameters', 'ReadParameters', 'ListSecrets', 'ReadSecrets', 'ReadConfigTable'],
    ]);
    expect(policy?.Statement[0]).toMatchObject({
      Resource: ['arn:aws:ssm:us-east-1:000000000000:parameter/orders/all'],
    });
  });

  it('gives the statement for the cache table', async () => {
    world = await startWorld();
    world.aws.setFaults([denied('PutItem'), denied('BatchWriteItem')]);

    const { policy, ...diagnosis } = await diagnosed(world);

    expect(wrong(diagnosis)).toEqual([
      expect.stringMatching(/^problem cache PutItem: AccessDenied/),
      expect.stringMatching(/^problem cache BatchWriteItem: AccessDenied/),
    ]);
    expect(policy?.Statement).toMatchObject([
      {
        Sid: 'UseCacheTable',
        Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['/orders/prod'] } },
      },
    ]);
  });

  it('distinguishes failures from missing permissions', async () => {
    world = await startWorld();
    world.aws.setFaults([{ target: 'GetParametersByPath', body: '"/orders/all"', status: 500 }]);

    const diagnosis = await diagnosed(world);

    expect(wrong(diagnosis)).toEqual([expect.stringMatching(/^problem ssm \/orders\/all: failed: InternalFailure/)]);
    expect(diagnosis).not.toHaveProperty('policy');
  });

  it('names a secret whose key cannot be used', async () => {
    world = await startWorld();
    world.aws.putParameter('/orders/all/TOKEN', { type: 'SecureString', value: 'x', keyDenied: true });

    const check = checkOf(await diagnosed(world), 'ssm /orders/all');

    expect(check).toMatchObject({
      state: 'problem',
      result: expect.stringMatching(/^1 name; token cannot be read: /) as string,
    });
    expect(check.remedy).toContain('kms:Decrypt');
  });
});

describe('tables', () => {
  it('says that a table does not exist, and how to make it', async () => {
    world = await startWorld();
    await world.aws.deleteTable('global-all-configCache');

    expect(checkOf(await diagnosed(world), 'cache table')).toMatchObject({
      state: 'problem',
      result: 'global-all-configCache does not exist',
      remedy: 'xcon cache create-table',
      facts: { exists: false },
    });
  });

  it.each([
    [
      'other keys',
      { hashKey: 'id', rangeKey: null, rows: [] },
      /has the keys id HASH, not app_key HASH/,
      /XCON_CACHE_TABLE/,
    ],
    ['no time to live', { rows: [] }, /time to live off/, /xcon cache create-table switches it on/],
  ])('says that a table has %s', async (_, table, result, remedy) => {
    world = await startWorld();
    await world.aws.deleteTable('global-all-configCache');
    await world.aws.seed({ tables: { 'global-all-configCache': table } });

    expect(checkOf(await diagnosed(world), 'cache table')).toMatchObject({
      state: 'problem',
      result: expect.stringMatching(result) as string,
      remedy: expect.stringMatching(remedy) as string,
    });
  });

  it('reports that it may not describe a table, which services do not need', async () => {
    world = await startWorld();
    world.aws.setFaults([denied('DescribeTable')]);

    const diagnosis = await diagnosed(world);

    expect(checkOf(diagnosis, 'cache table')).toMatchObject({
      state: 'note',
      remedy: expect.stringContaining('dynamodb:DescribeTable') as string,
    });
    expect(diagnosis.ok).toBe(true);
  });

  it('says that nothing is cached without a service', async () => {
    world = await startWorld();

    const diagnosis = await diagnosed(world, { with: { partition: undefined } });

    expect(checkOf(diagnosis, 'cache')).toMatchObject({
      state: 'skipped',
      result: 'nothing is cached: no service is named',
    });
  });
});
