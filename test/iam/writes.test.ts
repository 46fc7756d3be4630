import { leastPrivilegePolicy } from '../../src/iam/least-privilege-policy';
import { type PolicyOptions } from '../../src/iam/policy-options';
import { InvalidSettingsError, type PolicyDocument } from '../../src/index';
import { keyArn } from '../../src/local-aws/arn';
import { type LocalAwsCall, startLocalAws } from '../../src/local-aws/local-aws';
import { settingsDefaults } from '../../src/settings/settings-values';
import { xcon } from '../cli/run-xcon';
import { patientVariables } from '../setup/patience';
import { at, writable, WriteWorld } from '../providers/write-world';
import { changed, neighbours, refusedOf } from './neighbours';
import { iamRequestsOf } from './iam-requests';

const key = 'customer-key';
const options: PolicyOptions = {
  ...{ region: 'us-east-1', account: '000000000000', service: 'orders', environment: 'prod' },
  providers: ['ssm', 'secrets', 'dynamo'],
  kmsKeyArns: [keyArn(key)],
};
const account = { key, secrets: ['/orders/prod/X'], secureStrings: ['/orders/prod/X'] };
const service = leastPrivilegePolicy(options);
const reader = leastPrivilegePolicy({ ...options, for: 'cli-read' });
const writer = leastPrivilegePolicy({ ...options, for: 'cli-write' });

/** Writes, tags, reads, lists, removes and restores an entry of each source. */
async function recordWrites(): Promise<readonly LocalAwsCall[]> {
  const world = await WriteWorld.start();
  try {
    for (const provider of Object.keys(writable) as (keyof typeof writable)[]) {
      const entries = await world.writer(provider);
      await entries.write(at('X'), { value: 'one', secret: provider !== 'dynamo', keyId: key, tags: { team: 'a' } });
      await entries.write(at('X'), { value: 'two' });
      await entries.write(at('X'), { value: 'three', description: 'new' });
      await entries.tag(at('X'), { team: 'b' });
      const stored = await entries.read(at('X'), { withTags: true });
      for (const { version } of (await entries.history(at('X'))) ?? []) await entries.readVersion(at('X'), version);
      await entries.remove(at('X'), { expected: stored });
      await entries.restore?.(at('X'));
      await entries.remove(at('X'), { force: true });
    }
    return world.aws.calls.all;
  } finally {
    await world.close();
  }
}

let calls: readonly LocalAwsCall[];

beforeAll(async () => {
  calls = await recordWrites();
});

describe('the policy for the commands that write', () => {
  test('allows every request that they make', () => {
    expect(calls.filter(({ outcome }) => outcome !== 'ok' && outcome !== 'error')).toEqual([]);
    expect(calls.flatMap((call) => refusedOf(writer, call, account))).toEqual([]);
  });

  test.each(neighbours)('for some names allows none to a place %s', (_, change) => {
    const named = leastPrivilegePolicy({ ...options, for: 'cli-write', names: ['X'] });
    const elsewhere = calls.map((call) => changed(call, change));

    expect(calls.flatMap((call) => refusedOf(named, call, account))).toEqual([]);
    expect(elsewhere.filter((call) => refusedOf(named, call, account).length === 0)).toEqual([]);
  });

  test('allows nothing that they do not use, and lookups neither', () => {
    const used = new Set(calls.flatMap((call) => iamRequestsOf(call, account)).map(({ action }) => action));
    const ofLookups = new Set(service.Statement.flatMap(({ Action }) => Action));

    const allowed = writer.Statement.flatMap(({ Action }) => Action);

    expect(allowed.filter((each) => !used.has(each) && !ofLookups.has(each))).toEqual([]);
  });
});

test('the policy for the commands that read allows versions, and changes nothing at the sources', () => {
  const actionsOf = (operation: RegExp) => calls.filter((call) => operation.test(call.operation));
  const changes = actionsOf(/^(Put|Create|Update|Delete|Restore|Add|Tag)/);

  const versions = actionsOf(
    /^(GetParameterHistory|DescribeSecret|ListSecretVersionIds|ListTags|Query|GetSecretValue)/,
  );

  expect(changes.length).toBeGreaterThan(10);
  expect(versions.length).toBeGreaterThan(10);
  expect(versions.flatMap((call) => refusedOf(reader, call, account))).toEqual([]);
  expect(changes.filter((call) => refusedOf(reader, call, account).length === 0)).toEqual([]);
});

describe('xcon policy --for', () => {
  const at = ['-s', 'orders', '-e', 'prod', '--providers', 'ssm,secrets,dynamo'];
  const place = ['--region', 'us-east-1', '--account', '000000000000'];
  const lines = [
    'set X 1 --yes',
    'set X 2 --description new --yes',
    'set T - --secret --yes',
    'set S - --to secrets --yes',
    'set S - --yes',
    'set R [1] --to dynamo --type json --yes',
    'history X',
    'rollback X 1 --yes',
    'copy X Y --yes',
    'move Y /orders/all/Z --yes',
    'unset S --yes',
    'set S - --to secrets --restore --yes',
    'unset R --yes',
    'unset X --yes',
  ];

  test('cli-write allows every request of the commands that write, at the cache table, too', async () => {
    const aws = await startLocalAws({
      seed: { tables: { [settingsDefaults.configTable]: {}, [settingsDefaults.cacheTable]: {} } },
    });
    try {
      const { out } = await xcon(['policy', '--for', 'cli-write', ...at, ...place]);
      for (const [index, line] of lines.entries()) {
        const env = { XCON_SSM_WRITES_PER_SECOND: '1000', ...patientVariables };
        const run = await xcon([...line.split(' '), ...at], { aws, env, input: `value ${index}` });
        expect([line, run.code]).toEqual([line, 0]);
      }

      const policy = JSON.parse(out) as PolicyDocument;
      const exist = { secrets: ['/orders/prod/S'] };
      expect(aws.calls.all.flatMap((call) => refusedOf(policy, call, exist))).toEqual([]);
      expect(aws.calls.count()).toBeGreaterThan(50);
    } finally {
      await aws.close();
    }
  });

  test('cli-read allows no change of a source', async () => {
    const { out } = await xcon(['policy', '--for', 'cli-read', ...at, ...place]);

    expect(out).toContain('ssm:GetParameterHistory');
    expect(out).not.toMatch(/ssm:Put|ssm:Delete|secretsmanager:(Put|Create|Delete|Update)|dynamodb:DeleteItem/);
  });
});

test('every statement has an id of its own', () => {
  const ids = writer.Statement.map(({ Sid }) => Sid);

  expect(new Set(ids).size).toBe(ids.length);
});

test('a reader that is not known is refused', () => {
  expect(() => leastPrivilegePolicy({ ...options, for: 'operator' as 'service' })).toThrow(InvalidSettingsError);
});
