import { leastPrivilegePolicy } from '../../src/iam/least-privilege-policy';
import { type PolicyDocument } from '../../src/iam/policy-document';
import { type PolicyOptions } from '../../src/iam/policy-options';
import { evaluate, type Parameters, parseTemplate, type Place, readInfra, type Resource } from './cloudformation';
import { type Deployment, resourcesOfConstruct } from './construct';
import { type FunctionSnippet, mergedTemplate, readHandler, readSnippet, type ServerlessOptions } from './serverless';
import { TerraformModule, type Variables } from './terraform';
import { asCloudFormation } from './terraform-as-cloudformation';

/** Properties of resources as CloudFormation has them, by name. */
export type Made = Readonly<Record<string, Resource['Properties']>>;

/** A way to deploy. */
export interface Way {
  /** What docs/guides/deploying.md calls it. */
  readonly title: string;
  /** Gives what it makes of tables and handler. @param place - Absent: a usual one. */
  made(deployment: Deployment, place?: Place): Made;
  /** Gives the documents of the policies of a service, where its options say where that is. */
  servicePolicies(options: PolicyOptions): readonly PolicyDocument[];
}

/** Reads the ways to deploy; the construct comes first. */
export async function readWays(): Promise<readonly Way[]> {
  return [cdk, cloudFormation, await readTerraform(), serverless];
}

const cdk: Way = {
  title: 'AWS CDK',
  made: (deployment, place) => propertiesOf(resourcesOfConstruct(deployment, place)),
  servicePolicies: (options) => [leastPrivilegePolicy(options)],
};

const cloudFormation: Way = {
  title: 'CloudFormation',
  made: (deployment, place) => {
    const template = parseTemplate(readInfra('cloudformation/template.yaml'));
    return propertiesOf(evaluate(template, { parameters: parametersOf(deployment), ...placed(place) }));
  },
  servicePolicies: (options) => {
    const template = parseTemplate(readInfra('cloudformation/service-policy.yaml'));
    const parameters = policyParametersOf(options);
    return documentsOf(evaluate(template, { parameters, ...placed(placeOf(options)) }));
  },
};

const serverless: Way = {
  title: 'Serverless',
  made: (deployment, place) => {
    const options = serverlessOptionsOf(deployment);
    const snippets = ['tables.yml', 'changes.yml'].map((file) => readSnippet(file, options));
    const template = mergedTemplate(snippets, madeByServerless(readHandler(options)));
    return propertiesOf(evaluate(template, { rename: plainName, ...placed(place) }));
  },
  servicePolicies: (options) => {
    const isDynamo = options.providers?.includes('dynamo') === true;
    const files = ['service-policy.yml', ...(isDynamo ? ['config-table-policy.yml'] : [])];
    const template = mergedTemplate(files.map((file) => readSnippet(file, serverlessPolicyOptionsOf(options))));
    return documentsOf(evaluate(template, placed(placeOf(options))));
  },
};

async function readTerraform(): Promise<Way> {
  const tablesAndHandler = await TerraformModule.read('terraform');
  const servicePolicy = await TerraformModule.read('terraform/service-policy');
  return {
    title: 'Terraform',
    made: (deployment, place) => asCloudFormation(tablesAndHandler.instances(variablesOf(deployment), place)) as Made,
    servicePolicies: (options) => [
      JSON.parse(String(servicePolicy.outputs(policyVariablesOf(options))['json'])) as PolicyDocument,
    ],
  };
}

function placed(place: Place | undefined): { readonly place?: Place } {
  return place === undefined ? {} : { place };
}

function placeOf({ region, account }: PolicyOptions): Place | undefined {
  return region === undefined || account === undefined ? undefined : { region, account };
}

function propertiesOf(resources: ReadonlyMap<string, Resource>): Made {
  return Object.fromEntries(
    [...resources].map(([name, { Properties }]) => {
      const { EventPattern: pattern } = Properties;
      // Where the code of the function is differs; a pattern may be text.
      const parsed = typeof pattern === 'string' ? { EventPattern: JSON.parse(pattern) as unknown } : {};
      return [name, { ...Properties, ...parsed, Code: undefined }];
    }),
  );
}

function documentsOf(resources: ReadonlyMap<string, Resource>): readonly PolicyDocument[] {
  return [...resources.values()].map(({ Properties }) => Properties['PolicyDocument'] as PolicyDocument);
}

/** Gives the parameters of the template of tables and handler. */
export function parametersOf(deployment: Deployment): Parameters {
  const { cacheTableName, configTableName, isExisting, streamArn, keyArn, topicArn, logRetentionDays } = deployment;
  const { nameIndex, sharedDirectories, pathPrefixes } = deployment;
  return {
    ...(cacheTableName !== undefined && { CacheTableName: cacheTableName }),
    ...(configTableName !== undefined && { ConfigTableName: configTableName }),
    ...(isExisting === true && { CreateCacheTable: 'false', CreateConfigTable: 'false' }),
    ...(streamArn !== undefined && { ConfigTableStreamArn: streamArn }),
    ...(keyArn !== undefined && { TableKeyArn: keyArn }),
    ...(topicArn !== undefined && { AlarmTopicArn: topicArn }),
    ...(logRetentionDays !== undefined && { LogRetentionInDays: logRetentionDays }),
    ...(nameIndex !== undefined && { NameIndex: `${nameIndex}` }),
    ...(sharedDirectories !== undefined && { SharedDirectories: sharedDirectories.join(',') }),
    ...(pathPrefixes !== undefined && { PathPrefixes: pathPrefixes.join(',') }),
  };
}

/** Gives the parameters of the template of the policy of a service. */
export function policyParametersOf(options: PolicyOptions): Parameters {
  const { service, environment, cacheTable, configTable, kmsKeyArns, cacheKmsKeyArn, tableKmsKeyArns } = options;
  const optional = {
    CacheTableName: cacheTable,
    ConfigTableName: configTable,
    SourceKeyArn: kmsKeyArns?.[0],
    SealingKeyArn: cacheKmsKeyArn,
    TableKeyArn: tableKmsKeyArns?.[0],
  };
  const given = Object.entries(optional).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { Service: service, Environment: environment, ...Object.fromEntries(given) };
}

function variablesOf(deployment: Deployment): Variables {
  const { cacheTableName, configTableName, isExisting, streamArn, keyArn, topicArn, logRetentionDays } = deployment;
  const { nameIndex, sharedDirectories, pathPrefixes } = deployment;
  return {
    ...(cacheTableName !== undefined && { cache_table_name: cacheTableName }),
    ...(configTableName !== undefined && { config_table_name: configTableName }),
    ...(isExisting === true && { create_cache_table: false, create_config_table: false }),
    ...(streamArn !== undefined && { config_table_stream: { arn: streamArn } }),
    ...(keyArn !== undefined && { table_key_arn: keyArn }),
    ...(topicArn !== undefined && { alarm_topic_arn: topicArn }),
    ...(logRetentionDays !== undefined && { log_retention_in_days: logRetentionDays }),
    ...(nameIndex !== undefined && { name_index: nameIndex }),
    ...(sharedDirectories !== undefined && { shared_directories: sharedDirectories }),
    ...(pathPrefixes !== undefined && { path_prefixes: pathPrefixes }),
  };
}

/** Gives the variables of the module of the policy of a service. */
export function policyVariablesOf(options: PolicyOptions): Variables {
  const optional: Variables = {
    partition: options.partition,
    region: options.region,
    account: options.account,
    directories: options.directories,
    strategy: options.strategy,
    names: options.names,
    cache_table_name: options.cacheTable,
    config_table_name: options.configTable,
    source_key_arns: options.kmsKeyArns,
    sealing_key_arn: options.cacheKmsKeyArn,
    table_key_arns: options.tableKmsKeyArns,
  };
  const given = Object.entries(optional).filter(([, each]) => each !== undefined);
  return { service: options.service, environment: options.environment, ...Object.fromEntries(given) };
}

/** Gives what Serverless itself makes of a function, the only one that is here. */
function madeByServerless(handler: FunctionSnippet): Readonly<Record<string, Resource>> {
  const variables = Object.entries(handler.environment).map(
    ([name, value]) => [name, typeof value === 'object' ? value : String(value)] as const,
  );
  return {
    XconChangeHandlerLogGroup: {
      Type: 'AWS::Logs::LogGroup',
      Properties: { RetentionInDays: handler.logRetentionInDays },
    },
    XconChangeHandlerLambdaFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Description: handler.description,
        Runtime: handler.runtime,
        Architectures: [handler.architecture],
        Handler: handler.handler,
        MemorySize: handler.memorySize,
        Timeout: handler.timeout,
        Environment: { Variables: Object.fromEntries(variables) },
        Role: { 'Fn::GetAtt': [handler.role, 'Arn'] },
        LoggingConfig: { LogGroup: { Ref: 'XconChangeHandlerLogGroup' } },
      },
    },
  };
}

function plainName(logicalId: string): string {
  return logicalId
    .replace('XconChangeHandlerLambdaFunction', 'Handler')
    .replace('XconChangeHandlerLogGroup', 'Logs')
    .replace(/^Xcon/, '');
}

function serverlessOptionsOf(deployment: Deployment): ServerlessOptions {
  const { cacheTableName, configTableName, isExisting, streamArn, keyArn, topicArn, logRetentionDays } = deployment;
  const { nameIndex, sharedDirectories, pathPrefixes } = deployment;
  return {
    ...(cacheTableName !== undefined && { cacheTable: cacheTableName }),
    ...(configTableName !== undefined && { configTable: configTableName }),
    ...(isExisting === true && { createCacheTable: false, createConfigTable: false }),
    ...(streamArn !== undefined && { configTableStreamArn: streamArn }),
    ...(keyArn !== undefined && { tableKeyArn: keyArn }),
    ...(topicArn !== undefined && { alarmTopicArn: topicArn }),
    ...(logRetentionDays !== undefined && { logRetentionInDays: logRetentionDays }),
    ...(nameIndex !== undefined && { nameIndex }),
    ...(sharedDirectories !== undefined && { sharedDirectories: sharedDirectories.join(',') }),
    ...(pathPrefixes !== undefined && { pathPrefixes: pathPrefixes.join(',') }),
  };
}

function serverlessPolicyOptionsOf(options: PolicyOptions): ServerlessOptions {
  const { environment, service, cacheTable, configTable, kmsKeyArns, cacheKmsKeyArn, tableKmsKeyArns } = options;
  const all = {
    ...(service !== 'orders' && { service }),
    ...(environment !== 'prod' && { environment }),
    cacheTable,
    configTable,
    sourceKeyArn: kmsKeyArns?.[0],
    sealingKeyArn: cacheKmsKeyArn,
    tableKeyArn: tableKmsKeyArns?.[0],
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
