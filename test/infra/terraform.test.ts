import { leastPrivilegePolicy } from '../../src/iam/least-privilege-policy';
import { type PolicyOptions } from '../../src/iam/policy-options';
import { type EvaluatedResources } from './cloudformation';
import { type Deployment, deployments, resourcesOfConstruct } from './construct';
import { normalized } from './normalized';
import { serviceInputs } from './service-inputs';
import { TerraformModule, type Variables } from './terraform';
import { asCloudFormation } from './terraform-as-cloudformation';

let tablesAndHandler: TerraformModule;
let servicePolicy: TerraformModule;

beforeAll(async () => {
  tablesAndHandler = await TerraformModule.read('terraform');
  servicePolicy = await TerraformModule.read('terraform/service-policy');
});

function variablesOf(deployment: Deployment): Variables {
  const { cacheTableName, configTableName, isExisting, streamArn, keyArn, topicArn, logRetentionDays } = deployment;
  const { nameIndex, sharedDirectories } = deployment;
  return {
    ...(cacheTableName !== undefined && { cache_table_name: cacheTableName }),
    ...(configTableName !== undefined && { config_table_name: configTableName }),
    ...(isExisting === true && { create_cache_table: false, create_config_table: false }),
    ...(streamArn !== undefined && { config_table_stream_arn: streamArn }),
    ...(keyArn !== undefined && { table_key_arn: keyArn }),
    ...(topicArn !== undefined && { alarm_topic_arn: topicArn }),
    ...(logRetentionDays !== undefined && { log_retention_in_days: logRetentionDays }),
    ...(nameIndex !== undefined && { name_index: nameIndex }),
    ...(sharedDirectories !== undefined && { shared_directories: sharedDirectories }),
  };
}

/** Gives what the construct makes; where the code of the function is, is another matter. */
function propertiesOf(resources: EvaluatedResources) {
  const withoutCode = [...resources].map(
    ([name, { Properties }]) => [name, { ...Properties, Code: undefined }] as const,
  );
  return normalized(Object.fromEntries(withoutCode));
}

describe('the module of tables and handler', () => {
  test.each(deployments)('makes what the construct makes, %s', (_, deployment) => {
    const made = asCloudFormation(tablesAndHandler.instances(variablesOf(deployment)));

    expect(normalized(made)).toEqual(propertiesOf(resourcesOfConstruct(deployment)));
  });

  test('tells what it has made', () => {
    expect(tablesAndHandler.outputs({ cache_table_name: 'cache' })).toEqual({
      cache_table_name: 'cache',
      config_table_name: 'global-all-config',
      handler_name: '<aws_lambda_function.handler.function_name>',
      failures_queue_url: '<aws_sqs_queue.failures.url>',
    });
  });
});

describe('the module of the policy of a service', () => {
  const more: readonly (readonly [string, PolicyOptions])[] = [
    [
      'with other directories',
      { service: 'orders', environment: 'prod', directories: ['/orders/prod', '/billing/export/prod'] },
    ],
    [
      'of the service global',
      { service: 'global', environment: 'prod', cacheKmsKeyArn: 'arn:aws:kms:*:*:key/sealing' },
    ],
  ];

  test.each([...serviceInputs, ...more])('says what the library needs, %s', (_, options) => {
    const { json } = servicePolicy.outputs(policyVariablesOf(options));

    expect(JSON.parse(json as string)).toEqual(leastPrivilegePolicy(options));
  });
});

function policyVariablesOf(options: PolicyOptions): Variables {
  const optional: Variables = {
    region: options.region,
    account: options.account,
    directories: options.directories,
    cache_table_name: options.cacheTable,
    config_table_name: options.configTable,
    source_key_arns: options.kmsKeyArns,
    sealing_key_arn: options.cacheKmsKeyArn,
    table_key_arns: options.tableKmsKeyArns,
  };
  const given = Object.entries(optional).filter(([, each]) => each !== undefined);
  return { service: options.service, environment: options.environment, ...Object.fromEntries(given) };
}
