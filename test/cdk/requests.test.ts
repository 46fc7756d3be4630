// Loaded at once, so that the first lookup does not wait for packages.
import '@aws-sdk/client-dynamodb';
import '@aws-sdk/client-secrets-manager';
import '@aws-sdk/client-ssm';
import { Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ConfigTables } from '../../src/cdk/index';
import { type PolicyDocument } from '../../src/iam/policy-document';
import { Default, DynamoProvider, type LookupStrategy } from '../../src/index';
import { type LocalAwsCall, startLocalAws } from '../../src/local-aws/local-aws';
import { FleetProcess } from '../cache/fleet-process';
import { changed, neighbours, refusedOf, undeclared } from '../iam/neighbours';
import { beyondLimits } from '../infra/attached-policies';
import { evaluate, type Template } from '../infra/cloudformation';
import { withPatientSignals } from '../setup/patience';
import { makeApp } from './make-app';

withPatientSignals();

const secretNames = ['token', 'key_a', 'key_b', 'key_c', 'key_d', 'key_e'];
const account = { secrets: secretNames.map((name) => `/orders/prod/${name}`) };
const namesOf = (count: number): readonly string[] => [
  ...secretNames,
  'db_host',
  ...Array.from({ length: count - secretNames.length - 1 }, (_, index) => `absent_${index}`),
];

/** Gives the requests of two processes of the service orders, one after the other's rows are there. */
async function recorded(names: readonly string[], strategy: LookupStrategy): Promise<readonly LocalAwsCall[]> {
  const aws = await startLocalAws({
    seed: {
      ssm: { '/orders/prod/db_host': 'db.internal' },
      secrets: Object.fromEntries(secretNames.map((name) => [`/orders/prod/${name}`, `canary-${name}`])),
      tables: { 'global-all-configCache': { rows: [] }, 'global-all-config': { rows: [] } },
    },
  });
  const processes = [1, 2].map(
    () => new FleetProcess(aws, { settings: { strategy }, config: { providers: [Default, DynamoProvider] } }),
  );
  try {
    for (const each of processes) {
      expect(await each.values(names)).toEqual(expect.arrayContaining(['db.internal', 'canary-token']));
      await each.flush();
    }
    expect(processes.flatMap(({ log }) => log.events)).toEqual([]);
    return aws.calls.all;
  } finally {
    await Promise.all(processes.map((each) => each.close()));
    await aws.close();
  }
}

/** Gives all that a role may do that has been granted to read settings of two services, as one policy. */
function granted(names: readonly string[], strategy: LookupStrategy): PolicyDocument {
  const app = makeApp();
  const stack = new Stack(app, 'Stack');
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
  const tables = new ConfigTables(stack, 'Tables');
  for (const service of ['users', 'orders']) {
    const all = service === 'orders' ? names : ['db_host'];
    const reader = {
      service,
      environment: 'prod',
      names: all,
      strategy,
      providers: ['ssm', 'secrets', 'dynamo'],
    } as const;
    expect(tables.grantRead(role, reader).success).toBe(true);
  }
  const place = { region: 'us-east-1', account: '000000000000' };
  const resources = evaluate(app.synth().getStackByName('Stack').template as Template, { place });
  expect(beyondLimits(resources)).toEqual([]);
  const policies = [...resources.values()].filter(({ Type }) => /^AWS::IAM::\w*Policy$/.test(Type));
  const documents = policies.map(({ Properties }) => Properties['PolicyDocument'] as PolicyDocument);
  return { Version: '2012-10-17', Statement: documents.flatMap(({ Statement }) => Statement) };
}

describe.each([
  ['listing', 14, true],
  ['names', 10, true],
  ['names', 60, false],
] as const)('a role that reads by %s %i names', (strategy, count, isExact) => {
  const names = namesOf(count);
  const policy = granted(names, strategy);
  let calls: readonly LocalAwsCall[];

  beforeAll(async () => {
    calls = await recorded(names, strategy);
  });

  test('may make every request that the service makes', () => {
    expect(calls.length).toBeGreaterThan(6);
    expect(calls.flatMap((call) => refusedOf(policy, call, account))).toEqual([]);
  });

  test.each(neighbours.filter(([title]) => isExact || title !== 'further down'))(
    'may not make the same for a place %s',
    (_, change) => {
      const telling = calls.filter(({ operation }) => operation !== 'ListSecrets').map((call) => changed(call, change));

      expect(telling.filter((call) => refusedOf(policy, call, account).length === 0)).toEqual([]);
    },
  );

  test(`may ${isExact ? 'not ' : ''}read names that are not declared`, () => {
    const read = calls.filter(({ operation }) => /^GetParameters$|SecretValue$/.test(operation));
    const others = read.map((call) => changed(call, undeclared));

    expect(others.length).toBeGreaterThan(0);
    for (const call of others) expect(refusedOf(policy, call, account).length > 0).toBe(isExact);
  });
});
