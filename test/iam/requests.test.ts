// Loaded at once, so that the first lookup does not wait for packages.
import '@aws-sdk/client-dynamodb';
import '@aws-sdk/client-kms';
import '@aws-sdk/client-secrets-manager';
import '@aws-sdk/client-ssm';
import { config, type ConfigOptions, Default, DynamoCacher, DynamoProvider } from '../../src/index';
import { leastPrivilegePolicy } from '../../src/iam/least-privilege-policy';
import { type PolicyOptions } from '../../src/iam/policy-options';
import { type SettingsValues } from '../../src/settings/settings-values';
import { keyArn } from '../../src/testing/local-aws/arn';
import { type LocalAws, type LocalAwsCall, startLocalAws } from '../../src/testing/local-aws/local-aws';
import { FleetProcess } from '../cache/fleet-process';
import { type Account, iamRequestsOf } from './iam-requests';
import { changed, neighbours, refusedOf, undeclared } from './neighbours';
import { isAllowed } from './policy-simulator';
import { withPatientSignals } from '../setup/patience';

withPatientSignals();

const cacheTable = 'global-all-configCache';
const configTable = 'global-all-config';
const secretNames = ['token', 'key_a', 'key_b', 'key_c', 'key_d', 'key_e', 'key_f'];
const names = ['db_host', 'pool_size', 'region', 'license', 'retry', 'rate', 'absent', ...secretNames];
const account: Account = {
  secureStrings: ['/orders/all/license'],
  secrets: secretNames.map((name) => `/orders/prod/${name}`),
  key: 'customer-key',
};
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

function startAws(): Promise<LocalAws> {
  return startLocalAws({
    seed: {
      ssm: {
        '/orders/prod/db_host': 'db.internal',
        '/orders/all/license': { value: 'canary-license', type: 'SecureString' },
        '/global/all/region': 'eu-west-1',
        '/billing/export/prod/rate': '7',
      },
      secrets: Object.fromEntries(secretNames.map((name) => [`/orders/prod/${name}`, `canary-${name}`])),
      tables: {
        [cacheTable]: { rows: [] },
        [configTable]: { rows: [{ app_key: '/global/prod', name_key: 'retry', value: { times: 5 } }] },
      },
    },
  });
}

const recordings = new Map<Scenario, Promise<readonly LocalAwsCall[]>>();

/** Gives the requests of a scenario, which is played once. */
function callsOf(scenario: Scenario): Promise<readonly LocalAwsCall[]> {
  const known = recordings.get(scenario) ?? record(scenario);
  recordings.set(scenario, known);
  return known;
}

async function record({ settings }: Scenario): Promise<readonly LocalAwsCall[]> {
  const aws = await startAws();
  const options: ConfigOptions = {
    directories: [Default, '/billing/export/prod'],
    providers: [Default, DynamoProvider],
  };
  const processes: FleetProcess[] = [];
  const start = (): FleetProcess => {
    const process = new FleetProcess(aws, { settings, config: options });
    processes.push(process);
    return process;
  };
  try {
    await play(start, settings.disableDefaultCacher !== true);
    expect(processes.flatMap(({ log }) => log.events)).toEqual([]);
    return aws.calls.all;
  } finally {
    await Promise.all(processes.map((each) => each.close()));
    await aws.close();
  }
}

/** Two processes start cold at once, one warm; one watches, looks at the cache and clears it; one starts cold again. */
async function play(start: () => FleetProcess, isCached: boolean): Promise<void> {
  await Promise.all([load(start()), load(start())]);
  const warm = await load(start());
  await warm.run(async () => {
    const watch = await config.watch({ everySeconds: 3600 });
    await config.explain('db_host');
    await config.refresh({ pastCache: true });
    await config.get('db_host');
    watch.stop();
  });
  if (isCached) {
    await warm.run(() => DynamoCacher.grab().entries());
    await warm.run(() => DynamoCacher.grab().clear({ name: 'db_host' }));
    await warm.run(() => DynamoCacher.grab().clear());
  }
  await load(start());
}

async function load(process: FleetProcess): Promise<FleetProcess> {
  const expected = ['db.internal', '7', { times: 5 }, 'canary-license', 'canary-key_f'];
  expect(await process.values(names)).toEqual(expect.arrayContaining(expected));
  await process.flush();
  return process;
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

/** Whether a value further down is read by name: a policy that does not name names cannot tell it from one of the directory. */
function isReadBelow({ names: declared }: PolicyOptions, { operation, body }: LocalAwsCall): boolean {
  return (
    declared === undefined &&
    /^Get(Parameters|SecretValue)$|^BatchGet/.test(operation) &&
    JSON.stringify(body).includes('/deeper')
  );
}
