// Loaded at once, so that the first lookup does not wait for packages.
import '@aws-sdk/client-dynamodb';
import '@aws-sdk/client-kms';
import '@aws-sdk/client-secrets-manager';
import '@aws-sdk/client-ssm';
import {
  type ConfigOptions,
  Default,
  defineSettings,
  DynamoProvider,
  type PolicyDocument,
  secret,
  setting,
  type SettingsPolicyOptions,
} from '../../src/index';
import { type SettingsValues } from '../../src/settings/settings-values';
import { keyArn, secretArn } from '../../src/local-aws/arn';
import { type LocalAwsCall, startLocalAws } from '../../src/local-aws/local-aws';
import { FleetProcess } from '../cache/fleet-process';
import { type Account } from '../iam/iam-requests';
import { changed, neighbours, refusedOf, undeclared } from '../iam/neighbours';
import { withPatientSignals } from '../setup/patience';

withPatientSignals();

const configTable = 'global-all-config';
const cacheTable = 'global-all-configCache';
const secretNames = ['TOKEN', 'KEY_A', 'KEY_B', 'KEY_C', 'KEY_D', 'KEY_E'];
const managedId = 'rds!db-1234';
const account: Account = {
  secureStrings: ['/orders/all/LICENSE'],
  secrets: [...secretNames.map((name) => `/orders/prod/${name}`), managedId, secretArn('elsewhere')],
  key: 'customer-key',
};

const declared = defineSettings({
  dbHost: setting('DB_HOST'),
  license: secret('LICENSE', { sources: ['ssm'] }),
  region: setting('REGION', { directories: ['/global/all'] }),
  absent: setting('ABSENT', { optional: true }),
  keys: Object.fromEntries(secretNames.map((name) => [name.toLowerCase(), secret(name)])),
  login: secret('DB_LOGIN', { id: managedId, json: 'password' }),
  other: secret('OTHER', { id: secretArn('elsewhere') }),
  gone: secret('GONE', { id: 'rds!gone', optional: true }),
});

/** A way to look settings up, and the options of its policy. */
interface Scenario {
  readonly title: string;
  readonly settings: Partial<SettingsValues>;
  readonly options?: SettingsPolicyOptions;
}

const scenarios: readonly Scenario[] = [
  { title: 'by listing, secrets by reference', settings: {} },
  { title: 'by listing, without a cache', settings: { disableDefaultCacher: true } },
  {
    title: 'by listing, secrets sealed',
    settings: { cacheSecrets: 'encrypt', cacheKmsKeyId: keyArn('sealing-key') },
  },
  { title: 'by name', settings: { strategy: 'names' } },
  { title: 'by name, without a cache', settings: { strategy: 'names', disableDefaultCacher: true } },
];

/** Two processes load cold, one after the other's rows are there; it explains as well. */
async function record({ settings, options }: Scenario) {
  const aws = await startLocalAws({
    seed: {
      ssm: {
        '/orders/prod/DB_HOST': 'db.internal',
        '/orders/all/LICENSE': { value: 'canary-license', type: 'SecureString' },
        '/global/all/REGION': 'eu-west-1',
      },
      secrets: {
        ...Object.fromEntries(secretNames.map((name) => [`/orders/prod/${name}`, `canary-${name}`])),
        [managedId]: JSON.stringify({ password: 'canary-password' }),
        elsewhere: 'canary-elsewhere',
      },
      tables: { [configTable]: { rows: [] }, [cacheTable]: { rows: [] } },
    },
  });
  const config: ConfigOptions = { providers: [Default, DynamoProvider] };
  const processes = [1, 2, 3].map(() => new FleetProcess(aws, { settings, config }));
  const [first, second, third] = processes as [FleetProcess, FleetProcess, FleetProcess];
  try {
    await Promise.all([first, second].map((each) => each.run(() => declared.load())));
    await Promise.all([first.flush(), second.flush()]);
    const loaded = await third.run(() => declared.load());
    const explanations = await first.run(() => declared.explain());
    expect([loaded.dbHost, loaded.login.reveal()]).toEqual(['db.internal', 'canary-password']);
    expect(explanations.find('LICENSE')?.winner?.value).toBe('********');
    // Name by name, which one policy has no room for here.
    const policies = await third.run(() =>
      declared.policies({
        region: 'us-east-1',
        account: '000000000000',
        kmsKeyArns: [keyArn('customer-key')],
        ...options,
      }),
    );
    const policy: PolicyDocument = {
      Version: '2012-10-17',
      Statement: policies.flatMap(({ Statement: statements }) => statements),
    };
    await third.flush();
    expect(processes.flatMap(({ log }) => log.events)).toEqual([]);
    return { calls: aws.calls.all, policy };
  } finally {
    await Promise.all(processes.map((each) => each.close()));
    await aws.close();
  }
}

describe.each(scenarios)('$title', (scenario) => {
  let recorded: Awaited<ReturnType<typeof record>>;
  const refused = (call: LocalAwsCall): boolean => refusedOf(recorded.policy, call, account).length > 0;
  const isById = ({ body }: LocalAwsCall): boolean => /rds!|elsewhere/.test(JSON.stringify(body));

  beforeAll(async () => {
    recorded = await record(scenario);
  });

  test('every request is allowed', () => {
    expect(recorded.calls.length).toBeGreaterThan(8);
    expect(recorded.calls.flatMap((call) => refusedOf(recorded.policy, call, account))).toEqual([]);
  });

  test.each(neighbours)('the same request to a place %s is not', (_, change) => {
    const telling = recorded.calls.filter((call) => call.operation !== 'ListSecrets' && !isById(call));

    expect(telling.map((call) => changed(call, change)).filter((call) => !refused(call))).toEqual([]);
  });

  test('a name that is not declared is not', () => {
    const read = recorded.calls.filter(({ operation }) => /^GetParameters$|SecretValue$/.test(operation));
    const others = read.filter((call) => !isById(call)).map((call) => changed(call, undeclared));

    expect(others.length).toBeGreaterThan(0);
    expect(others.filter((call) => !refused(call))).toEqual([]);
  });

  test('a secret with another id is not', () => {
    const ids = recorded.calls.filter(isById);
    const others = ids.map((call) => changed(call, (body) => body.replace(/db-1234|gone|elsewhere/g, 'stranger')));

    expect(ids.length).toBeGreaterThan(0);
    expect(others.filter((call) => !refused(call))).toEqual([]);
  });
});
