import { Validations } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leastPrivilegePolicy } from '../../src/iam/least-privilege-policy';
import { type PolicyOptions } from '../../src/iam/policy-options';
import {
  type EvaluatedResources,
  evaluate,
  type Parameters,
  parseTemplate,
  readInfra,
  type Template,
} from './cloudformation';
import { type Deployment, deployments, resourcesOfConstruct } from './construct';
import { normalized } from './normalized';
import { serviceInputs } from './service-inputs';
import { synthesize } from './synthesize';

const template = parseTemplate(readInfra('cloudformation/template.yaml'));
const servicePolicy = parseTemplate(readInfra('cloudformation/service-policy.yaml'));

/** Gives resources as they can be compared: the code of the function is elsewhere, and order of dependencies is implied. */
function comparable(resources: EvaluatedResources) {
  return Object.fromEntries(
    [...resources].map(([name, { Type, Properties, DeletionPolicy, UpdateReplacePolicy }]) => {
      const properties = normalized({ ...Properties, Code: undefined });
      return [name, { Type, properties, DeletionPolicy, UpdateReplacePolicy }];
    }),
  );
}

function parametersOf(deployment: Deployment): Parameters {
  const { cacheTableName, configTableName, isExisting, streamArn, keyArn, topicArn, logRetentionDays } = deployment;
  const { nameIndex, sharedDirectories } = deployment;
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
  };
}

describe('the template of tables and handler', () => {
  test.each(deployments)('makes what the construct makes, %s', (_, deployment) => {
    const made = evaluate(template, { parameters: parametersOf(deployment) });

    expect(comparable(made)).toEqual(comparable(resourcesOfConstruct(deployment)));
  });

  test('takes the code of the handler from the package', () => {
    expect(template.Resources['Handler']?.Properties['Code']).toBe('../../dist/change-handler');
  });

  test('tells what it has made', () => {
    expect(Object.keys(template.Outputs ?? {})).toEqual([
      'CacheTableName',
      'ConfigTableName',
      'HandlerName',
      'FailuresQueueUrl',
    ]);
  });
});

function policyParametersOf(options: PolicyOptions): Parameters {
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

describe('the template of the policy of a service', () => {
  test.each(serviceInputs)('says what the library needs, %s', (_, options) => {
    const made = evaluate(servicePolicy, { parameters: policyParametersOf(options) });

    const { PolicyDocument } = made.get('Policy')?.Properties ?? {};
    expect(normalized(PolicyDocument)).toEqual(normalized(leastPrivilegePolicy(options)));
  });
});

describe('CloudFormation', () => {
  test.each([
    ['template.yaml', template],
    ['service-policy.yaml', servicePolicy],
  ])('takes every property, reference and value of %s', (_, each) => {
    expect(findingsIn(withUploadedCode(each))).toEqual([]);
  });

  test.each<[string, object, RegExp]>([
    ['a property that it does not know', { Nonsense: 1 }, /F3002: Nonsense/],
    ['a value that is too large', { VisibilityTimeout: 99_999_999 }, /F3034: VisibilityTimeout/],
  ])('would not take %s', (_, properties, finding) => {
    jest.spyOn(console, 'error').mockImplementation();

    expect(findingsIn(withChanged('Changes', properties))).toEqual([expect.stringMatching(finding)]);
  });

  test.each<[string, object, string]>([
    ['a reference to nothing', { TableName: { Ref: 'Nothing' } }, 'Nothing'],
    ['a property that is missing', { KeySchema: undefined }, 'keySchema'],
    ['a value of the wrong type', { KeySchema: 'app_key' }, 'keySchema'],
  ])('would not read %s', (_, properties, message) => {
    expect(() => findingsIn(withChanged('CacheTable', properties))).toThrow(message);
  });
});

/** Gives a template as `aws cloudformation package` makes it. */
function withUploadedCode(given: Template): Template {
  const { Handler } = given.Resources;
  if (Handler === undefined) return given;
  const uploaded = { ...Handler.Properties, Code: { S3Bucket: 'bucket', S3Key: 'key' } };
  return { ...given, Resources: { ...given.Resources, Handler: { ...Handler, Properties: uploaded } } };
}

function withChanged(name: string, properties: object): Template {
  const { Type = '', Properties } = template.Resources[name] ?? {};
  const changed = { Type, Properties: { ...Properties, ...properties } };
  return withUploadedCode({ ...template, Resources: { ...template.Resources, [name]: changed } });
}

/** Lints a template with the rules and the schema of CloudFormation that the CDK brings along. */
function findingsIn(given: Template): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'xcon-template-'));
  const templateFile = join(folder, 'template.json');
  writeFileSync(templateFile, JSON.stringify(given));
  const { findings } = synthesize((stack) => {
    new CfnInclude(stack, 'Template', { templateFile });
    const reason = 'a parameter that is empty by default is used only when it is not';
    Validations.of(stack).acknowledge({ id: 'CloudFormation-Validate::W1030', reason });
  });
  rmSync(folder, { recursive: true });
  return findings;
}
