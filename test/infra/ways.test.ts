import { leastPrivilegePolicy } from '../../src/iam/least-privilege-policy';
import { type PolicyDocument, type PolicyStatement } from '../../src/iam/policy-document';
import { type PolicyOptions } from '../../src/iam/policy-options';
import { keyArn } from '../../src/local-aws/arn';
import { type LocalAwsCall } from '../../src/local-aws/local-aws';
import { iamRequestsOf } from '../iam/iam-requests';
import { changed, neighbours, refusedOf } from '../iam/neighbours';
import { isAllowed } from '../iam/policy-simulator';
import { recordChanges } from '../iam/recorded-changes';
import { account, recordLookups } from '../iam/recorded-lookups';
import { withPatientSignals } from '../setup/patience';
import { type Deployment, deployments } from './construct';
import { faultsOf, inlinePolicies, policyFaults, policySizes } from './limits';
import { normalized } from './normalized';
import { serviceInputs } from './service-inputs';
import { type Made, readWays, type Way } from './ways';

withPatientSignals();

const titles = ['AWS CDK', 'CloudFormation', 'Terraform', 'Serverless'];
const others = titles.slice(1);
const cases = titles.flatMap((title) => deployments.map(([name, each]) => [title, name, each] as const));

/** Where the local AWS says that it is. */
const localAws = { region: 'us-east-1', account: '000000000000' };

const longest: readonly [string, PolicyOptions] = [
  'with the longest names and every key',
  {
    partition: 'aws',
    region: 'ap-southeast-1',
    account: '111122223333',
    service: 's'.repeat(64),
    environment: 'e'.repeat(64),
    providers: ['ssm', 'secrets', 'dynamo'],
    cacheTable: 'c'.repeat(255),
    configTable: 't'.repeat(255),
    kmsKeyArns: ['arn:aws:kms:ap-southeast-1:111122223333:key/11111111-2222-3333-4444-555555555555'],
    cacheKmsKeyArn: 'arn:aws:kms:ap-southeast-1:111122223333:key/11111111-2222-3333-4444-666666666666',
    tableKmsKeyArns: ['arn:aws:kms:ap-southeast-1:111122223333:key/11111111-2222-3333-4444-777777777777'],
  },
];

let ways: ReadonlyMap<string, Way>;

beforeAll(async () => {
  ways = new Map((await readWays()).map((way) => [way.title, way]));
});

function wayOf(title: string): Way {
  const way = ways.get(title);
  if (way === undefined) throw new Error(`There is no way called ${title}.`);
  return way;
}

const known = new Map<string, Made>();

/** Gives what a way makes, once: the construct takes its time. */
function madeBy(title: string, deployment: Deployment): Made {
  const key = `${title} ${JSON.stringify(deployment)}`;
  const made = known.get(key) ?? wayOf(title).made(deployment);
  known.set(key, made);
  return made;
}

function servicePolicy(title: string, options: PolicyOptions): PolicyDocument {
  const statements = wayOf(title)
    .servicePolicies(options)
    .flatMap(({ Statement }) => Statement);
  return { Version: '2012-10-17', Statement: statements };
}

function bySid(statements: readonly PolicyStatement[]): unknown {
  return normalized(Object.fromEntries(statements.map((each) => [each.Sid, each])));
}

describe('tables and handler', () => {
  test.each(cases.filter(([title]) => title !== 'AWS CDK'))(
    'of %s are what the construct makes, %s',
    (title, _, deployment) => {
      expect(normalized(madeBy(title, deployment))).toEqual(normalized(madeBy('AWS CDK', deployment)));
    },
  );

  test.each(cases)('of %s keep to the limits of the services, %s', (title, _, deployment) => {
    expect(faultsOf(madeBy(title, deployment))).toEqual([]);
  });

  test('would not keep to the limits with values that are too large, or a statement twice', () => {
    const made = madeBy('CloudFormation', {});
    const [policy] = inlinePolicies(made);
    const statements = policy?.Statement ?? [];
    const twice = { ...policy, Statement: [...statements, statements[0]] };
    const long = { ...policy, Statement: Array<unknown>(20).fill({ Sid: 'A'.repeat(600) }) };
    const faulty: Made = {
      ...made,
      Role: { Policies: [{ PolicyDocument: twice }, { PolicyDocument: long }] },
      FromQueue: { BatchSize: 20_000 },
      Changes: { ...made['Changes'], VisibilityTimeout: 60 },
      SecretLabels: { EventPattern: { source: ['x'.repeat(2048)] } },
    };

    expect(faultsOf(faulty)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('FromQueue.BatchSize: 20000'),
        expect.stringContaining('SecretLabels.EventPattern: 2063 of 2048'),
        expect.stringMatching(/\d+ of 10240 characters/),
        statements[0]?.Sid,
        'A message may be seen again while it is worked on.',
        'More than ten messages need a window.',
      ]),
    );
  });

  test.each(titles.flatMap((title) => [false, true].map((nameIndex) => [title, nameIndex] as const)))(
    'of %s allow the handler what it asks for, with an index: %s',
    async (title, nameIndex) => {
      const calls = await recordedChanges(nameIndex);

      const [policy] = inlinePolicies(wayOf(title).made({ nameIndex }, localAws));
      const requests = calls.flatMap((call) => iamRequestsOf(call));
      expect(policy).toBeDefined();
      expect(requests.filter((each) => policy === undefined || !isAllowed(policy, each))).toEqual([]);
    },
  );

  test('hold twenty prefixes in the patterns of rules', () => {
    const pathPrefixes = Array.from({ length: 20 }, (_each, index) => `/service-of-team-${index + 10}`);

    expect(pathPrefixes.join(',').length).toBeLessThanOrEqual(400);
    for (const title of titles) {
      const made = madeBy(title, { pathPrefixes });
      expect(faultsOf(made)).toEqual([]);
      expect(JSON.stringify(made['SecretCalls'])).toContain('{"prefix":"/service-of-team-29/"}');
    }
  });

  test.each(titles)('of %s send what EventBridge cannot deliver where a redrive of SQS can start', (title) => {
    const made = madeBy(title, {});

    const rules = ['ParameterChanges', 'SecretCalls', 'SecretLabels'].map((name) => made[name]?.['Targets']);
    // SQS moves messages only from queues that are the dead-letter queue of another queue.
    const deadLetters = (made['Changes']?.['RedrivePolicy'] as { readonly deadLetterTargetArn: string })
      .deadLetterTargetArn;
    for (const targets of rules) expect(targets).toMatchObject([{ DeadLetterConfig: { Arn: deadLetters } }]);
  });
});

describe('the policy of a service', () => {
  test.each(others.flatMap((title) => serviceInputs.map(([name, options]) => [title, name, options] as const)))(
    'of %s says what the library needs, %s',
    (title, _, options) => {
      expect(bySid(servicePolicy(title, options).Statement)).toEqual(bySid(leastPrivilegePolicy(options).Statement));
    },
  );

  test.each(titles.flatMap((title) => [...serviceInputs, longest].map(([name, each]) => [title, name, each] as const)))(
    'of %s keeps to the limits of IAM, %s',
    (title, _, options) => {
      for (const each of wayOf(title).servicePolicies(options)) {
        expect(policyFaults([each], policySizes.managed)).toEqual([]);
      }
    },
  );

  test.each(titles)('of %s allows what the library asks for, and the same of no neighbour', async (title) => {
    const calls = await recordedLookups();

    const policy = servicePolicy(title, {
      ...localAws,
      service: 'orders',
      environment: 'prod',
      providers: ['ssm', 'secrets', 'dynamo'],
      configTable: 'global-all-config',
      kmsKeyArns: [keyArn('customer-key')],
    });
    expect(calls.length).toBeGreaterThan(10);
    expect(calls.flatMap((call) => refusedOf(policy, call, account))).toEqual([]);
    // A list of secrets names none; what is further down is the same resource to a policy without names.
    const listing = calls.filter(({ operation }) => operation !== 'ListSecrets');
    for (const [neighbour, change] of neighbours.filter(([name]) => name !== 'further down')) {
      const allowed = listing.filter((call) => refusedOf(policy, changed(call, change), account).length === 0);
      expect([neighbour, allowed]).toEqual([neighbour, []]);
    }
  });
});

const lookups: Promise<readonly LocalAwsCall[]>[] = [];

function recordedLookups(): Promise<readonly LocalAwsCall[]> {
  if (lookups.length === 0) lookups.push(recordLookups({}));
  return lookups[0] ?? Promise.resolve([]);
}

const changes = new Map<boolean, Promise<readonly LocalAwsCall[]>>();

function recordedChanges(nameIndex: boolean): Promise<readonly LocalAwsCall[]> {
  const recording = changes.get(nameIndex) ?? recordChanges(nameIndex);
  changes.set(nameIndex, recording);
  return recording;
}
