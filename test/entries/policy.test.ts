import { builtInKinds, entriesPolicy, type EntriesPolicyOptions } from 'xcon/entries';
import { isAllowed } from '../iam/policy-simulator';
import { fileOf } from './sessions';

const file = fileOf(
  `service: orders
environments: [staging, prod]
entries:
  /orders/{environment}:
    A: 1
    B: { secret: { generate: {} } }
  /global/all:
    C: { dynamo: 1 }
`,
  builtInKinds,
);
const place = { region: 'eu-west-1', account: '123456789012' };
const policy = (options: Omit<EntriesPolicyOptions, 'region' | 'account'>) =>
  entriesPolicy(file, { ...place, ...options });
const parameter = (name: string) => `arn:aws:ssm:eu-west-1:123456789012:parameter${name}`;
const secret = (name: string) => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbCdEf`;
const table = (name: string) => `arn:aws:dynamodb:eu-west-1:123456789012:table/${name}`;
const keys = (partition: string) => ({ 'dynamodb:LeadingKeys': [partition] });
const owned = { 'aws:ResourceTag/xcon:stack': 'orders' };

type Request = readonly [
  action: string,
  resource: string,
  context?: Readonly<Record<string, string | readonly string[]>>,
];
const allows = (given: ReturnType<typeof policy>, [action, resource, context = {}]: Request) =>
  isAllowed(given, { action, resource, context });

const reads: readonly Request[] = [
  ['ssm:DescribeParameters', '*'],
  ['ssm:GetParameters', parameter('/orders/prod/A')],
  ['ssm:ListTagsForResource', parameter('/orders/staging/A')],
  ['secretsmanager:ListSecrets', '*'],
  ['secretsmanager:BatchGetSecretValue', '*'],
  ['secretsmanager:GetSecretValue', secret('/orders/prod/B')],
  ['dynamodb:Query', table('global-all-config'), keys('/global/all')],
];
const writes: readonly Request[] = [
  ['ssm:PutParameter', parameter('/orders/prod/A')],
  ['ssm:AddTagsToResource', parameter('/orders/prod/A')],
  ['ssm:DeleteParameter', parameter('/orders/prod/A'), owned],
  ['secretsmanager:CreateSecret', secret('/orders/prod/B')],
  ['secretsmanager:PutSecretValue', secret('/orders/prod/B')],
  ['secretsmanager:DeleteSecret', secret('/orders/prod/B'), owned],
  ['secretsmanager:RestoreSecret', secret('/orders/prod/B'), owned],
  ['dynamodb:BatchGetItem', table('global-all-config'), keys('/global/all')],
  ['dynamodb:PutItem', table('global-all-config'), keys('/global/all')],
  ['dynamodb:DeleteItem', table('global-all-config'), keys('/global/all')],
  ['dynamodb:BatchWriteItem', table('global-all-configCache'), keys('/orders/prod')],
];
const never: readonly Request[] = [
  ['ssm:DeleteParameter', parameter('/orders/prod/A')],
  ['ssm:DeleteParameter', parameter('/orders/prod/A'), { 'aws:ResourceTag/xcon:stack': 'billing' }],
  ['ssm:PutParameter', parameter('/billing/prod/A'), owned],
  ['ssm:GetParameters', parameter('/billing/prod/A')],
  ['secretsmanager:DeleteSecret', secret('/orders/prod/B')],
  ['secretsmanager:GetSecretValue', secret('/billing/prod/B')],
  ['dynamodb:PutItem', table('global-all-config'), keys('/orders/prod')],
  ['dynamodb:Scan', table('global-all-config')],
  ['dynamodb:PutItem', table('global-all-config'), keys('~xcon|state|orders')],
  ['kms:Decrypt', 'arn:aws:kms:eu-west-1:123456789012:key/k'],
];

const titled = (all: readonly Request[]) => all.map((each) => [each[0], each[1], each] as const);

it.each(titled(reads))('a plan may %s on %s', (_, __, request) => {
  expect(allows(policy({ for: 'plan' }), request)).toBe(true);
  expect(allows(policy({ for: 'apply' }), request)).toBe(true);
});

it.each(titled(writes))('an apply may %s on %s, and a plan may not', (_, __, request) => {
  expect(allows(policy({ for: 'apply' }), request)).toBe(true);
  expect(allows(policy({ for: 'plan' }), request)).toBe(false);
});

it.each(titled(never))('neither may %s on %s with %j', (_, __, request) => {
  expect(allows(policy({ for: 'apply' }), request)).toBe(false);
  expect(allows(policy({ for: 'plan' }), request)).toBe(false);
});

it('a state in the table, environments and keys widen and narrow it', () => {
  const state: Request = ['dynamodb:PutItem', table('global-all-config'), keys('~xcon|state|orders')];
  expect(allows(policy({ for: 'apply', state: 'table' }), state)).toBe(true);
  expect(allows(policy({ for: 'plan', state: 'table' }), state)).toBe(false);
  expect(
    allows(policy({ for: 'plan', state: 'table' }), [
      'dynamodb:Query',
      table('global-all-config'),
      keys('~xcon|state|orders'),
    ]),
  ).toBe(true);

  const prod = policy({ for: 'apply', environments: ['prod'] });
  expect(allows(prod, ['ssm:PutParameter', parameter('/orders/staging/A')])).toBe(false);
  expect(allows(prod, ['ssm:PutParameter', parameter('/orders/prod/A')])).toBe(true);

  const key = 'arn:aws:kms:eu-west-1:123456789012:key/k';
  const via = {
    'kms:ViaService': 'ssm.eu-west-1.amazonaws.com',
    'kms:EncryptionContext:PARAMETER_ARN': parameter('/orders/prod/A'),
  };
  expect(allows(policy({ for: 'apply', kmsKeyArns: [key] }), ['kms:Encrypt', key, via])).toBe(true);
  expect(allows(policy({ for: 'plan', kmsKeyArns: [key] }), ['kms:Encrypt', key, via])).toBe(false);
  expect(allows(policy({ for: 'plan', kmsKeyArns: [key] }), ['kms:Decrypt', key, via])).toBe(true);
  expect(JSON.stringify(policy({ for: 'apply', cacheTable: null }))).not.toContain('configCache');
});
