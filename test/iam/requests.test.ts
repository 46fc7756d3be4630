import { Default } from '../../src/index';
import { leastPrivilegePolicy } from '../../src/iam/least-privilege-policy';
import { type PolicyOptions } from '../../src/iam/policy-options';
import { type SettingsValues } from '../../src/settings/settings-values';
import { keyArn } from '../../src/local-aws/arn';
import { type LocalAwsCall } from '../../src/local-aws/local-aws';
import { iamRequestsOf } from './iam-requests';
import { changed, neighbours, refusedOf, undeclared } from './neighbours';
import { isAllowed } from './policy-simulator';
import { account, cacheTable, configTable, names, recordLookups } from './recorded-lookups';
import { withPatientSignals } from '../setup/patience';

withPatientSignals();

const place = { region: 'us-east-1', account: '000000000000' };
const everywhere: PolicyOptions = {
  ...place,
  service: 'orders',
  environment: 'prod',
  directories: ['/orders/prod', '/orders/all', '/global/prod', '/global/all', '/billing/export/prod'],
  providers: ['ssm', 'secrets', 'dynamo'],
  kmsKeyArns: [keyArn('customer-key')],
};

/** A way to run the library, and the policy that goes with it. */
interface Scenario {
  readonly title: string;
  readonly settings: Partial<SettingsValues>;
  readonly policy: PolicyOptions;
}

const scenarios: readonly Scenario[] = [
  { title: 'by listing, secrets by reference', settings: {}, policy: everywhere },
  { title: 'by listing of the names it declares', settings: {}, policy: { ...everywhere, names } },
  {
    title: 'by listing, without a cache',
    settings: { disableDefaultCacher: true },
    policy: { ...everywhere, cacheTable: null },
  },
  {
    title: 'by listing, secrets sealed with a KMS key',
    settings: { cacheSecrets: 'encrypt', cacheKmsKeyId: keyArn('sealing-key') },
    policy: { ...everywhere, cacheSecrets: 'encrypt', cacheKmsKeyArn: keyArn('sealing-key') },
  },
  {
    title: 'by listing, secrets in plain',
    settings: { cacheSecrets: 'plaintext' },
    policy: { ...everywhere, cacheSecrets: 'plaintext' },
  },
  {
    title: 'by listing, secrets not cached',
    settings: { cacheSecrets: 'never' },
    policy: { ...everywhere, cacheSecrets: 'never' },
  },
  { title: 'by name', settings: { strategy: 'names' }, policy: { ...everywhere, strategy: 'names' } },
  {
    title: 'by the names it declares',
    settings: { strategy: 'names' },
    policy: { ...everywhere, strategy: 'names', names },
  },
  {
    title: 'by the names it declares, without a cache',
    settings: { strategy: 'names', disableDefaultCacher: true },
    policy: { ...everywhere, strategy: 'names', names, cacheTable: null },
  },
];

const recordings = new Map<Scenario, Promise<readonly LocalAwsCall[]>>();

/** Gives the requests of a scenario, which is played once. */
function callsOf(scenario: Scenario): Promise<readonly LocalAwsCall[]> {
  const known =
    recordings.get(scenario) ??
    recordLookups(scenario.settings, { directories: [Default, '/billing/export/prod'] }, ['7']);
  recordings.set(scenario, known);
  return known;
}

describe.each(scenarios)('$title', (scenario) => {
  const { policy: options } = scenario;
  const policy = leastPrivilegePolicy(options);
  let calls: readonly LocalAwsCall[];

  beforeAll(async () => {
    calls = await callsOf(scenario);
  });

  test('every request of the library is allowed', () => {
    expect(calls.length).toBeGreaterThan(10);
    expect(calls.flatMap((call) => refusedOf(policy, call, account))).toEqual([]);
  });

  test.each(neighbours)('the same request to a place %s is not', (_, change) => {
    const telling = calls.filter(({ operation }) => operation !== 'ListSecrets').map((call) => changed(call, change));

    expect(
      telling.filter((call) => isReadBelow(options, call) === refusedOf(policy, call, account).length > 0),
    ).toEqual([]);
  });

  test.each([cacheTable, configTable, 'global-all-other'])(
    'no Scan, and no Query without a partition, of %s is',
    (TableName) => {
      const everything = ['Scan', 'Query', 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'];

      const requests = everything.flatMap((operation) =>
        iamRequestsOf({ service: 'dynamodb', operation, body: { TableName } }),
      );

      expect(requests.filter((each) => isAllowed(policy, each))).toEqual([]);
    },
  );

  test('a name that is not declared is not, when names are', () => {
    const read = calls.filter(({ operation }) => /^GetParameters$|SecretValue$/.test(operation));
    const others = read.map((call) => changed(call, undeclared));

    expect(others.length).toBeGreaterThan(0);
    for (const call of others) expect(refusedOf(policy, call, account).length > 0).toBe(options.names !== undefined);
  });

  test('no listing with all that is below is', () => {
    const body = { Path: '/orders/prod', Recursive: true, WithDecryption: false };

    expect(
      refusedOf(
        policy,
        { ...(calls[0] as LocalAwsCall), service: 'ssm', operation: 'GetParametersByPath', body },
        account,
      ),
    ).toHaveLength(1);
  });
});

test('nothing is allowed that no request needs', async () => {
  const calls = (await Promise.all(scenarios.map(callsOf))).flat();
  const used = calls.flatMap((call) => iamRequestsOf(call, account)).map(({ action }) => action);

  const granted = scenarios.flatMap(({ policy }) =>
    leastPrivilegePolicy(policy).Statement.flatMap(({ Action }) => Action),
  );

  expect(new Set(granted)).toEqual(new Set(used));
});

/** Whether a value further down is read by name: a policy without names cannot distinguish it from one of the directory. */
function isReadBelow({ names: declared }: PolicyOptions, { operation, body }: LocalAwsCall): boolean {
  return (
    declared === undefined &&
    /^Get(Parameters|SecretValue)$|^BatchGet/.test(operation) &&
    JSON.stringify(body).includes('/deeper')
  );
}
