import {
  Aws,
  CfnOutput,
  CfnParameter,
  CfnWaitConditionHandle,
  Fn,
  SecretValue,
  Stack,
  Token,
  Tokenization,
} from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import {
  Group,
  type IGrantable,
  ManagedPolicy,
  Policy,
  PolicyStatement,
  Role,
  ServicePrincipal,
  User,
} from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { type ConfigTablesProps, ConfigTables, grantConfigRead } from '../../src/cdk/index';
import { leastPrivilegePolicy } from '../../src/iam/least-privilege-policy';
import { type PolicyOptions } from '../../src/iam/policy-options';
import { Directory, InvalidSettingsError } from '../../src/index';
import { isAllowed, type SimulatedPolicy } from '../iam/policy-simulator';
import { evaluate, type EvaluatedResources, type Parameters, type Template } from '../infra/cloudformation';
import { beyondLimits } from '../infra/attached-policies';
import { normalized } from '../infra/normalized';
import { makeApp } from './make-app';

const place = { partition: 'aws', region: 'eu-west-1', account: '111122223333' };
const orders: PolicyOptions = { service: 'orders', environment: 'prod' };
const billing: PolicyOptions = { service: 'billing', environment: 'prod' };

/** Puts something into a stack that no test is about: CloudFormation does not take an empty one. */
function filled(stack: Stack): Stack {
  new CfnWaitConditionHandle(stack, 'Filler');
  return stack;
}

/** A stack, and what it comes to. */
class World {
  readonly app = makeApp();
  readonly stack = filled(new Stack(this.app, 'Stack'));
  private deployed: EvaluatedResources | undefined;

  role(id = 'Role'): Role {
    return new Role(this.stack, id, { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
  }

  /** Resources as they are deployed, within what the services take. The first call ends the stack. */
  resources(parameters: Parameters = {}): EvaluatedResources {
    this.deployed ??= evaluate(this.app.synth().getStackByName('Stack').template as Template, { parameters });
    expect(beyondLimits(this.deployed)).toEqual([]);
    return this.deployed;
  }

  /** All statements of all policies of identities, as one. */
  policy(parameters: Parameters = {}): SimulatedPolicy {
    return policyIn(this.resources(parameters));
  }

  get warnings(): readonly string[] {
    return warningsOf(this.stack);
  }
}

function policyIn(resources: EvaluatedResources): SimulatedPolicy {
  const policies = [...resources.values()].filter(({ Type }) => /^AWS::IAM::\w*Policy$/.test(Type));
  const documents = policies.map(({ Properties }) => Properties['PolicyDocument'] as SimulatedPolicy);
  return { Statement: documents.flatMap(({ Statement }) => Statement) };
}

/** The warnings of this package at a stack and what is in it. */
function warningsOf(stack: Stack): readonly string[] {
  const found = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
  return found.map(({ entry }) => JSON.stringify(entry.data)).filter((each) => each.includes('xcon:'));
}

/** Whether a policy allows to read parameters and secrets by their full names. */
function isReadable(policy: SimulatedPolicy, fullName: string): boolean {
  const { region, account } = place;
  const requests = [
    ['ssm:GetParameters', `arn:aws:ssm:${region}:${account}:parameter${fullName}`],
    ['secretsmanager:GetSecretValue', `arn:aws:secretsmanager:${region}:${account}:secret:${fullName}-AbCdEf`],
  ] as const;
  const answers = requests.map(([action, resource]) => isAllowed(policy, { action, resource, context: {} }));
  expect(answers[0]).toBe(answers[1]);
  return answers[0] ?? false;
}

/** Statements without what makes their ids unique. */
function plain({ Statement: statements }: SimulatedPolicy): unknown {
  return statements.map((each) => normalized({ ...each, Sid: undefined }));
}

/** What statements allow, each action on each resource under its conditions, however they are parted. */
function allowed({ Statement: statements }: SimulatedPolicy): readonly string[] {
  const list = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value);
  const all = statements.flatMap(({ Action, Condition: { StringLike: likes = {}, ...others } = {}, Resource }) => {
    const [key = '', contexts = ''] = Object.entries(likes).find(([name]) => name.includes('Context')) ?? [];
    const rest = Object.entries(likes).flatMap(([name, each]) => (name === key ? [] : [name, list(each)]));
    const conditions = JSON.stringify([normalized({ Effect: 'Allow', Action, Condition: others }), rest]);
    const pairs = list(Resource).flatMap((resource) =>
      list(contexts).map((context) => `${resource} ${key} ${context}`),
    );
    return pairs.map((pair) => `${list(Action).join()} ${pair} ${conditions}`);
  });
  return all.sort();
}

/** Gives what something throws, by one try: a construct cannot be made twice. */
function errorOf(make: () => unknown): unknown {
  try {
    make();
  } catch (error) {
    return error;
  }
  return undefined;
}

let world: World;

beforeEach(() => {
  world = new World();
});

describe('several grants to one role', () => {
  test('have statements of different ids, and all of them count', () => {
    const role = world.role();
    const grants = [orders, billing, { ...orders, environment: 'test' }].map((each) => grantConfigRead(role, each));

    expect(grants.map(({ success }) => success)).toEqual([true, true, true]);
    for (const each of ['/orders/prod/A', '/billing/prod/A', '/orders/test/A', '/global/test/A']) {
      expect([each, isReadable(world.policy(), each)]).toEqual([each, true]);
    }
    expect(isReadable(world.policy(), '/billing/test/A')).toBe(false);
    expect(world.warnings).toEqual([]);
  });

  test('that are the same are one', () => {
    const once = new World();
    grantConfigRead(once.role(), orders);
    const role = world.role();
    for (const each of [orders, { ...orders }]) grantConfigRead(role, each);

    expect(world.policy()).toEqual(once.policy());
  });

  test('have the same ids whatever else is in the app', () => {
    const sids = (each: World) => each.policy().Statement.map((statement) => (statement as { Sid?: string }).Sid);
    grantConfigRead(world.role(), orders);
    const other = new World();
    for (let index = 0; index < 20; index += 1) Token.asString({ index });
    new CfnOutput(other.stack, 'Used', { value: new CfnParameter(other.stack, 'Other').valueAsString });
    grantConfigRead(other.role(), orders);

    expect(sids(other)).toEqual(sids(world));
    expect(sids(world)).toEqual(expect.arrayContaining([expect.stringMatching(/^ReadParameters[0-9A-F]{8}$/)]));
  });
});

describe('many names', () => {
  const namesOf = (count: number) => Array.from({ length: count }, (_, index) => `DB_SETTING_${index}`);

  test.each([
    ['listing', 1, true],
    ['listing', 7, true],
    ['listing', 18, true],
    ['listing', 60, false],
    ['names', 5, true],
    ['names', 10, true],
    ['names', 60, false],
    ['names', 500, false],
  ] as const)('by %s: %i are allowed one by one: %s; otherwise there is a warning', (strategy, count, isExact) => {
    const options: PolicyOptions = { ...orders, strategy, names: namesOf(count) };
    grantConfigRead(world.role(), options);

    for (const name of namesOf(count)) expect(isReadable(world.policy(), `/orders/prod/${name}`)).toBe(true);
    expect(isReadable(world.policy(), '/orders/prod/UNDECLARED')).toBe(!isExact);
    expect(isReadable(world.policy(), '/billing/prod/DB_SETTING_0')).toBe(false);
    expect(world.warnings).toEqual(
      isExact ? [] : [expect.stringContaining(`The ${count} names that orders reads are too many`)],
    );
  });

  test('allow the same together as one policy would, with keys, however they are split', () => {
    const kmsKeyArns = ['arn:aws:kms:eu-west-1:111122223333:key/sources'];
    const options: PolicyOptions = { ...orders, strategy: 'names', names: namesOf(6), kmsKeyArns };
    grantConfigRead(world.role(), options);

    expect(world.warnings).toEqual([]);
    expect(allowed(world.policy())).toEqual(allowed(leastPrivilegePolicy({ ...place, ...options })));
  });

  test('of several services on one role are allowed one by one as long as the role has room for them', () => {
    const role = world.role();
    const services = ['orders', 'billing', 'users', 'search', 'mail', 'shop'];
    for (const service of services) grantConfigRead(role, { ...orders, service, names: namesOf(5) });

    const exact = services.filter((service) => !isReadable(world.policy(), `/${service}/prod/UNDECLARED`));
    expect(exact).toEqual(['orders', 'billing', 'users']);
    expect(world.warnings).toHaveLength(3);
  });

  test.each<[string, () => IGrantable]>([
    ['a user', () => new User(world.stack, 'User')],
    ['a group', () => new Group(world.stack, 'Group')],
    ['an imported user', () => User.fromUserName(world.stack, 'User', 'imported')],
    ['a managed policy', () => new ManagedPolicy(world.stack, 'Policy')],
    ['a policy', () => new Policy(world.stack, 'Policy', { roles: [world.role()] })],
    ['an imported role', () => Role.fromRoleName(world.stack, 'Imported', 'imported')],
  ])('fit what %s can have', (_, make) => {
    const grantee = make();
    const names = namesOf(12);
    const grants = [orders, billing].map((each) =>
      grantConfigRead(grantee, { ...each, names, providers: ['ssm', 'secrets', 'dynamo'] }),
    );

    expect(grants.map(({ success }) => success)).toEqual([true, true]);
    expect(isReadable(world.policy(), '/billing/prod/DB_SETTING_7')).toBe(true);
    expect(world.warnings).not.toEqual([]);
  });
});

describe('tokens', () => {
  const parameters = {
    Service: 'orders',
    Environment: 'prod',
    Path: '/shared/prod',
    Name: 'DB_HOST',
    Managed: 'db-1234',
    Shared: 'arn:aws:secretsmanager:eu-west-1:444455556666:secret:token-AbCdEf',
    Rate: '/rates/eur',
    Cache: 'cache',
    Region: 'us-east-1',
    Key: 'arn:aws:kms:eu-west-1:111122223333:key/sources',
  };
  type Name = keyof typeof parameters;

  test('may be in every text', () => {
    const text = (name: Name): string => new CfnParameter(world.stack, name).valueAsString;
    const [service, environment, path, name, region] = (
      ['Service', 'Environment', 'Path', 'Name', 'Region'] as const
    ).map(text) as [string, string, string, string, string];
    const options = (has: (name: Name, token: string) => string): PolicyOptions => ({
      service: has('Service', service),
      environment: has('Environment', environment),
      directories: [
        '/{service}/{environment}',
        has('Path', path),
        `/exports/${has('Environment', environment)}`,
        Directory.literal(`/literal/${has('Service', service)}`),
      ],
      names: [has('Name', name), `${has('Name', name)}_PORT`, 'PLAIN'],
      providers: ['ssm', { provider: 'secrets', region: has('Region', region) }, 'dynamo'],
      kmsKeyArns: [has('Key', keyArn)],
      parameterIds: [has('Rate', rate)],
      cacheTable: has('Cache', cache),
    });
    const [keyArn, rate, cache] = (['Key', 'Rate', 'Cache'] as const).map(text) as [string, string, string];
    const withoutIds = options((_, token) => token);
    grantConfigRead(world.role(), { ...withoutIds, secretIds: [`rds!${text('Managed')}`, text('Shared')] });

    const expected = { ...options((each) => parameters[each]), secretIds: ['rds!db-1234', parameters.Shared] };
    expect(allowed(world.policy(parameters))).toEqual(allowed(leastPrivilegePolicy({ ...place, ...expected })));
  });

  test('of secrets and parameters of the stack are ARNs and names', () => {
    const secret = new Secret(world.stack, 'Secret', { secretStringValue: SecretValue.unsafePlainText('x') });
    const partial = Secret.fromSecretNameV2(world.stack, 'Partial', 'partial');
    const parameter = new StringParameter(world.stack, 'Rate', { stringValue: '1', parameterName: '/rates/eur' });
    grantConfigRead(world.role(), {
      ...orders,
      names: [],
      secretIds: [secret.secretArn, partial.secretArn, partial.secretName, secret.secretName],
      parameterIds: [parameter.parameterName],
    });

    const statements = plain(world.policy()) as readonly { readonly Action: string[]; readonly Resource: string[] }[];
    const resources = statements.flatMap(({ Action, Resource }) =>
      Action.includes('secretsmanager:GetSecretValue') ? Resource : [],
    );
    expect(resources.slice(0, 4)).toEqual([
      expect.stringMatching(/^arn:aws:secretsmanager:eu-west-1:111122223333:secret:Secret\w+-AbCdEf-\?{6}$/),
      expect.stringMatching(/^arn:aws:secretsmanager:eu-west-1:111122223333:secret:Secret\w+-AbCdEf$/),
      'arn:aws:secretsmanager:eu-west-1:111122223333:secret:partial-??????',
      'arn:aws:secretsmanager:eu-west-1:111122223333:secret:partial',
    ]);
    expect(resources.slice(4)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^arn:aws:secretsmanager:eu-west-1:111122223333:secret:/)]),
    );
    expect(JSON.stringify(statements)).toContain('arn:aws:ssm:eu-west-1:111122223333:parameter<Rate');
  });

  test.each<[string, (list: string[]) => Partial<PolicyOptions>]>([
    ['names', (names) => ({ names })],
    ['directories', (directories) => ({ directories })],
    ['secretIds', (secretIds) => ({ secretIds })],
    ['kmsKeyArns', (kmsKeyArns) => ({ kmsKeyArns })],
  ])('that are a list as a whole are an error that names %s', (option, optionsOf) => {
    const list = new CfnParameter(world.stack, 'List', { type: 'CommaDelimitedList' }).valueAsList;

    expect(() => grantConfigRead(world.role(), { ...orders, ...optionsOf(list) })).toThrow(
      `grantConfigRead() option ${option}: is a list whose length is known only when the stack is deployed.`,
    );
  });

  test('that are not texts are an error', () => {
    const resolvable = Tokenization.reverseCompleteString(Fn.importValue('x')) as unknown as string;

    expect(() => grantConfigRead(world.role(), { ...orders, environment: resolvable })).toThrow(InvalidSettingsError);
  });

  test('do not hide errors in the rest', () => {
    expect(() => grantConfigRead(world.role(), { ...orders, directories: [`relative/${Aws.REGION}`] })).toThrow(
      'is relative',
    );
  });
});

describe('a principal whose policies the app does not manage', () => {
  const foreign = 'arn:aws:iam::444455556666:role/theirs';

  test.each<[string, () => IGrantable]>([
    ['a role of another account', () => Role.fromRoleArn(stackOf('111122223333'), 'Imported', foreign)],
    ['a role that is not to be changed', () => Role.fromRoleName(world.stack, 'Imported', 'mine', { mutable: false })],
    ['a role that is not to be changed any more', () => world.role().withoutPolicyUpdates()],
    [
      'a function without its role',
      () => LambdaFunction.fromFunctionArn(world.stack, 'Imported', 'arn:aws:lambda:eu-west-1:111122223333:function:x'),
    ],
  ])('is granted nothing, which a warning and the result say: %s', (_, make) => {
    const grantee = make();

    const grant = grantConfigRead(grantee, orders);

    expect(grant.success).toBe(false);
    expect(() => grant.assertSuccess()).toThrow('could not be added');
    expect(world.policy().Statement).toEqual([]);
    expect(warningsOf(Stack.of(grantee as Role))).toEqual([
      expect.stringContaining('Nothing was granted for the settings of orders'),
    ]);
  });

  test('is granted nothing when it is a service', () => {
    expect(grantConfigRead(new ServicePrincipal('ecs.amazonaws.com'), orders).success).toBe(false);
  });

  test('differs from an imported role of the same account, which gets a policy', () => {
    const grant = grantConfigRead(Role.fromRoleName(world.stack, 'Imported', 'mine'), orders);

    expect(grant.success).toBe(true);
    expect(isReadable(world.policy(), '/orders/prod/A')).toBe(true);
    expect(world.warnings).toEqual([]);
  });

  function stackOf(account: string): Stack {
    return filled(new Stack(world.app, 'OfAccount', { env: { account, region: 'eu-west-1' } }));
  }
});

describe('a grant', () => {
  test('can be a dependency of other resources', () => {
    const role = world.role();
    const grant = grantConfigRead(role, orders);
    const table = new Table(world.stack, 'Late', { partitionKey: { name: 'a', type: 'S' as never } });
    grant.applyBefore(table);

    const { template } = world.app.synth().getStackByName('Stack') as { readonly template: Template };
    const late = Object.entries(template.Resources).find(([id]) => id.startsWith('Late'))?.[1];
    expect(JSON.stringify(late)).toMatch(/"DependsOn":\["RoleDefaultPolicy/);
  });

  test('of nothing adds nothing', () => {
    const grant = grantConfigRead(world.role(), { ...orders, providers: [], cacheTable: null });

    expect([grant.success, world.policy().Statement, world.warnings]).toEqual([false, [], []]);
  });

  test('treats an undefined option as absent', () => {
    const left = { region: undefined, account: undefined, partition: undefined, names: undefined };
    grantConfigRead(world.role(), { ...orders, ...left });

    expect(plain(world.policy())).toEqual(plain(leastPrivilegePolicy({ ...place, ...orders })));
  });

  test('keeps the other statements of a role', () => {
    const role = world.role();
    role.addToPolicy(new PolicyStatement({ sid: 'ReadParameters', actions: ['s3:GetObject'], resources: ['*'] }));
    grantConfigRead(role, orders);

    expect(isAllowed(world.policy(), { action: 's3:GetObject', resource: 'arn:aws:s3:::a/b', context: {} })).toBe(true);
  });
});

describe('options that are unknown', () => {
  test.each<[string, () => unknown, string]>([
    [
      'grantConfigRead',
      () => grantConfigRead(world.role(), { ...orders, direktories: [] } as never),
      'Did you mean directories?',
    ],
    [
      'grantRead',
      () => new ConfigTables(world.stack, 'Tables').grantRead(world.role(), { ...orders, secretId: [] } as never),
      'Did you mean secretIds?',
    ],
    [
      'grantRead of tables',
      () => new ConfigTables(world.stack, 'Tables').grantRead(world.role(), { ...orders, cacheTable: 'x' } as never),
      'option cacheTable',
    ],
    [
      'ConfigTables',
      () => new ConfigTables(world.stack, 'Tables', { cacheTablename: 'x' } as never),
      'Did you mean cacheTableName?',
    ],
  ])('are an error of %s', (_, make, message) => {
    const error = errorOf(make);

    expect(error).toBeInstanceOf(InvalidSettingsError);
    expect(error).toMatchObject({ message: expect.stringContaining(message) as string });
  });
});

describe('tables', () => {
  const stream = { action: 'dynamodb:Query', context: { 'dynamodb:LeadingKeys': ['/orders/prod'] } };
  const elsewhere = (name: string) => `arn:aws:dynamodb:us-east-1:444455556666:table/${name}`;
  const readsAll = { ...orders, providers: ['ssm', 'dynamo'] as const };

  test.each<[string, (name: string) => ReturnType<typeof Table.fromTableArn>]>([
    ['by their ARNs', (name) => Table.fromTableArn(world.stack, name, elsewhere(name))],
    [
      'by ARNs that are tokens',
      (name) => Table.fromTableArn(world.stack, name, new CfnParameter(world.stack, `${name}Arn`).valueAsString),
    ],
  ])('of another account and region are allowed %s, and so is their key', (_, table) => {
    const encryptionKey = Key.fromKeyArn(world.stack, 'Key', 'arn:aws:kms:us-east-1:444455556666:key/tables');
    const tables = new ConfigTables(world.stack, 'Tables', {
      cacheTable: table('cache'),
      configTable: table('settings'),
    });
    tables.grantRead(world.role(), readsAll);
    const own = new ConfigTables(world.stack, 'Own', { encryptionKey });
    own.grantRead(world.role('Other'), billing);

    const parameters = { cacheArn: elsewhere('cache'), settingsArn: elsewhere('settings') };
    for (const each of ['cache', 'settings']) {
      const policy = world.policy(parameters);
      expect(isAllowed(policy, { ...stream, resource: elsewhere(each) })).toBe(true);
      expect(isAllowed(policy, { ...stream, resource: `arn:aws:dynamodb:eu-west-1:111122223333:table/${each}` })).toBe(
        false,
      );
    }
  });

  test('of another region are decrypted through that region', () => {
    const tableKmsKeyArns = ['arn:aws:kms:us-east-1:444455556666:key/tables'];
    grantConfigRead(world.role(), { ...orders, cacheTable: elsewhere('cache'), tableKmsKeyArns });

    const decrypt = { action: 'kms:Decrypt', resource: tableKmsKeyArns[0] ?? '' };
    const through = (region: string) => ({
      ...decrypt,
      context: { 'kms:ViaService': `dynamodb.${region}.amazonaws.com` },
    });
    expect(isAllowed(world.policy(), through('us-east-1'))).toBe(true);
    expect(isAllowed(world.policy(), through('eu-central-1'))).toBe(false);
  });

  test('of another stack in another region are named by their ARNs', () => {
    const env = { account: '111122223333', region: 'us-east-1' };
    const tables = new ConfigTables(new Stack(world.app, 'Tables', { env }), 'Tables', { configTable: null });
    const services = new Stack(world.app, 'Services', { env: { ...env, region: 'eu-west-1' } });
    const role = new Role(services, 'Role', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
    tables.grantRead(role, orders);

    const { template } = world.app.synth().getStackByName('Services') as { readonly template: Template };
    expect(JSON.stringify(template)).toContain(':dynamodb:us-east-1:111122223333:table/global-all-configCache');
  });

  test('that exist in the account are named as those that are made', () => {
    const tables = new ConfigTables(world.stack, 'Tables', {
      cacheTable: Table.fromTableName(world.stack, 'Cache', 'cache'),
      configTable: Table.fromTableName(world.stack, 'Settings', 'settings'),
    });
    tables.grantRead(world.role(), readsAll);

    const options: PolicyOptions = { ...place, ...readsAll, cacheTable: 'cache', configTable: 'settings' };
    expect(plain(world.policy())).toEqual(plain(leastPrivilegePolicy(options)));
  });

  test('need no configuration table, and then no grant can include it', () => {
    const tables = new ConfigTables(world.stack, 'Tables', { configTable: null });

    expect(tables.configTable).toBeUndefined();
    expect(tables.grantRead(world.role(), orders).success).toBe(true);
    expect([...world.resources().values()].filter(({ Type }) => Type === 'AWS::DynamoDB::Table')).toHaveLength(1);
    expect(() => tables.grantRead(world.role('Other'), readsAll)).toThrow('configTable is null');
  });

  test.each<[string, (stack: Stack) => ConfigTablesProps]>([
    ['cacheTableName', (stack) => ({ cacheTable: Table.fromTableName(stack, 'T', 't'), cacheTableName: 'x' })],
    ['configTableName', () => ({ configTable: null, configTableName: 'x' })],
  ])('are not given twice: %s', (name, propsOf) => {
    const error = errorOf(() => new ConfigTables(world.stack, 'Tables', propsOf(world.stack)));

    expect(error).toBeInstanceOf(InvalidSettingsError);
    expect(error).toMatchObject({ message: expect.stringContaining(name) as string });
  });

  test.each([
    'arn:aws:dynamodb:*:444455556666:table/x',
    'arn:aws:s3:::x',
    'arn:aws:dynamodb:eu-west-1:4:table/x/index/y',
  ])('are not named by %s', (cacheTable) => {
    expect(() => leastPrivilegePolicy({ ...orders, cacheTable })).toThrow('is not the ARN of a table');
  });
});
