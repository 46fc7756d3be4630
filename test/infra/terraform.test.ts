import { leastPrivilegePolicy } from '../../src/iam/least-privilege-policy';
import { type PolicyOptions } from '../../src/iam/policy-options';
import { fittingPolicy } from '../../src/iam/policy-size';
import { Unknown } from './hcl';
import { policyFaults, policySizes } from './limits';
import { TerraformModule, type Variables } from './terraform';
import { policyVariablesOf } from './ways';

let tablesAndHandler: TerraformModule;
let servicePolicy: TerraformModule;

beforeAll(async () => {
  tablesAndHandler = await TerraformModule.read('terraform');
  servicePolicy = await TerraformModule.read('terraform/service-policy');
});

describe('the module of tables and handler', () => {
  test('gives what it has made as outputs', () => {
    expect(tablesAndHandler.outputs({ cache_table_name: 'cache' })).toEqual({
      cache_table_name: 'cache',
      config_table_name: 'global-all-config',
      handler_name: '<aws_lambda_function.handler.function_name>',
      failures_queue_url: '<aws_sqs_queue.failures.url>',
      failures_queue_arn: '<aws_sqs_queue.failures.arn>',
      changes_queue_arn: '<aws_sqs_queue.changes.arn>',
    });
  });

  test('plans all resources before its inputs exist', () => {
    const unknown = new Unknown();
    const variables = { create_config_table: false, config_table_stream: { arn: unknown }, alarm_topic_arn: unknown };

    const made = tablesAndHandler.instances({ ...variables, table_key_arn: unknown });

    expect(made.map(({ address }) => address)).toContain('aws_lambda_event_source_mapping.from_stream[0]');
  });

  test('takes the code of the handler from the package, or from elsewhere', () => {
    const codeOf = (variables: Variables) =>
      tablesAndHandler.instances(variables).find(({ type }) => type === 'aws_lambda_function')?.attributes;

    expect(codeOf({})).toMatchObject({
      filename: '<module>/../../dist/change-handler.zip',
      source_code_hash: '<hash of <module>/../../dist/change-handler.zip>',
    });
    expect(codeOf({ handler_file: 'own.zip' })).toMatchObject({ filename: 'own.zip' });
  });

  test.each<[string, Variables, RegExp]>([
    ['a table name with a wildcard', { cache_table_name: '*' }, /name of a table/],
    ['a name that is too long for a role', { name: 'x'.repeat(38) }, /1 to 37/],
    ['a shared directory with a comma', { shared_directories: ['/a/b,/c'] }, /shared directory/],
    ['a prefix that is no path', { path_prefixes: ['orders'] }, /parts of letters/],
    ['the stream of a table that it makes', { config_table_stream: { arn: 'a' } }, /a table that exists/],
  ])('refuses %s', (_, variables, message) => {
    expect(() => tablesAndHandler.outputs(variables)).toThrow(message);
  });
});

test('the module of tables and handler refuses more prefixes than the pattern of a rule holds', () => {
  const prefixes = Array.from({ length: 60 }, (_each, index) => `/service-${index}`);

  expect(() => tablesAndHandler.instances({ path_prefixes: prefixes })).toThrow('2,048');
});

describe('the module of the policy of a service', () => {
  const place = { region: 'eu-west-1', account: '111122223333' };
  const kmsKeyArns = ['arn:aws:kms:eu-west-1:111122223333:key/sources'];
  const more: readonly (readonly [string, PolicyOptions])[] = [
    [
      'with other directories',
      { ...place, service: 'orders', environment: 'prod', directories: ['/orders/prod', '/billing/export/prod'] },
    ],
    [
      'with placeholders, and a directory twice',
      {
        ...place,
        service: 'orders',
        environment: 'prod',
        directories: ['/{service}/{environment}', '/orders/prod', '/x-{service}/export/{environment}'],
      },
    ],
    [
      'with characters that are wildcards elsewhere',
      {
        ...place,
        service: 'orders',
        environment: 'prod',
        directories: ['/a*/b?'],
        providers: ['ssm', 'secrets', 'dynamo'],
        configTable: 'settings',
        kmsKeyArns: ['arn:aws:kms:eu-west-1:111122223333:key/sources'],
      },
    ],
    ['with names', { ...place, service: 'orders', environment: 'prod', names: ['DB_HOST', 'TOKEN'], kmsKeyArns }],
    [
      'with few names, by name',
      {
        ...place,
        service: 'orders',
        environment: 'prod',
        directories: ['/a'],
        names: ['TOKEN'],
        strategy: 'names',
        kmsKeyArns,
      },
    ],
    ['by name', { ...place, service: 'orders', environment: 'prod', strategy: 'names', kmsKeyArns }],
    [
      'of the service global',
      { ...place, service: 'global', environment: 'prod', cacheKmsKeyArn: 'arn:aws:kms:*:*:key/sealing' },
    ],
    [
      'elsewhere than the provider',
      { partition: 'aws-cn', region: 'cn-north-1', account: '444455556666', service: 'orders', environment: 'prod' },
    ],
  ];

  test.each(more)('says what the library needs, %s', (_, options) => {
    const { json } = servicePolicy.outputs(policyVariablesOf(options));

    expect(JSON.parse(json as string)).toEqual(leastPrivilegePolicy(options));
  });

  test.each([
    ['listing', 25],
    ['listing', 60],
    ['names', 60],
  ] as const)('allows any name where a policy does not hold all: by %s, %i', (strategy, length) => {
    const names = Array.from({ length }, (_each, index) => `SETTING_${index}`);
    const options: PolicyOptions = { ...place, service: 'orders', environment: 'prod', strategy, names };

    const { json } = servicePolicy.outputs(policyVariablesOf(options));

    const { policy, widened } = fittingPolicy(options);
    expect(widened).toBeDefined();
    expect(JSON.parse(json as string)).toEqual(policy);
    expect(policyFaults([policy], policySizes.managed)).toEqual([]);
  });

  test('reaches the region and account of the provider only, unless others are given', () => {
    const { json } = servicePolicy.outputs({ service: 'orders', environment: 'prod' });

    const policy = leastPrivilegePolicy({ ...place, partition: 'aws', service: 'orders', environment: 'prod' });
    expect(JSON.parse(json as string)).toEqual(policy);
  });

  test.each<[string, Variables, RegExp]>([
    ['a wildcard in the name of the service', { service: '*' }, /name of a service/],
    ['a policy variable in the environment', { environment: '${aws:username}' }, /name of an environment/],
    ['any region', { region: '*' }, /region/],
    ['any account', { account: '*' }, /12 digits/],
    ['a wildcard in the name of a table', { config_table_name: 'global-*' }, /name of a table/],
    ['a name with a wildcard', { names: ['*'] }, /at least one name/],
    ['no names', { names: [] }, /at least one name/],
    ['an unknown strategy', { strategy: 'guessing' }, /listing or names/],
    ['a relative directory', { directories: ['orders/prod'] }, /absolute path/],
    ['a directory with an empty part', { directories: ['/orders//prod'] }, /absolute path/],
    ['an unknown placeholder', { directories: ['/{team}/prod'] }, /absolute path/],
    [
      'sixty directories, which no policy holds',
      { directories: Array.from({ length: 60 }, (_each, index) => `/orders-${index}/prod`) },
      /6,144/,
    ],
  ])('refuses %s', (_, variables, message) => {
    expect(() => servicePolicy.outputs({ service: 'orders', environment: 'prod', ...variables })).toThrow(message);
  });
});
