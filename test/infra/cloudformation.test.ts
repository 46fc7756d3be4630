import { Validations } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EvaluatedResources,
  evaluate,
  type Parameters,
  parseTemplate,
  readInfra,
  refusals,
  type Template,
} from './cloudformation';
import { deployments, resourcesOfConstruct } from './construct';
import { serviceInputs } from './service-inputs';
import { synthesize } from './synthesize';
import { parametersOf, policyParametersOf } from './ways';

const template = parseTemplate(readInfra('cloudformation/template.yaml'));
const servicePolicy = parseTemplate(readInfra('cloudformation/service-policy.yaml'));

describe('the template of tables and handler', () => {
  test('keeps and drops what the construct keeps and drops', () => {
    const policies = (resources: EvaluatedResources) =>
      Object.fromEntries(
        [...resources].map(([name, { Type, DeletionPolicy, UpdateReplacePolicy }]) => {
          return [name, { Type, DeletionPolicy, UpdateReplacePolicy }];
        }),
      );

    expect(policies(evaluate(template))).toEqual(policies(resourcesOfConstruct()));
  });

  test('takes the code of the handler from the package', () => {
    expect(template.Resources['Handler']?.Properties['Code']).toBe('../../dist/change-handler');
  });

  test.each(['template.yaml', 'service-policy.yaml'])('keeps to the limits of templates: %s', (file) => {
    const text = readInfra(`cloudformation/${file}`);
    const { Parameters = {}, Resources, Outputs = {} } = parseTemplate(text);

    // Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(51_200);
    expect(Object.keys(Parameters).length).toBeLessThanOrEqual(200);
    expect(Object.keys(Resources).length).toBeLessThanOrEqual(500);
    expect(Object.keys(Outputs).length).toBeLessThanOrEqual(200);
  });

  test('gives what it has made as outputs', () => {
    expect(Object.keys(template.Outputs ?? {})).toEqual([
      'CacheTableName',
      'ConfigTableName',
      'HandlerName',
      'FailuresQueueUrl',
      'FailuresQueueArn',
      'ChangesQueueArn',
    ]);
  });

  test.each(deployments)('refuses no parameter, %s', (_, deployment) => {
    expect(refusals(template, parametersOf(deployment))).toEqual([]);
  });

  test.each<[string, Parameters, string]>([
    ['a table name with a wildcard', { CacheTableName: 'global-*' }, 'CacheTableName'],
    ['a table name that is too short', { ConfigTableName: 'ab' }, 'ConfigTableName'],
    ['every stream', { CreateConfigTable: 'false', ConfigTableStreamArn: '*' }, 'ConfigTableStreamArn'],
    ['every key', { TableKeyArn: '*' }, 'TableKeyArn'],
    ['a prefix that would end the pattern of a rule', { PathPrefixes: '/a"},{"prefix":"/' }, 'PathPrefixes'],
    ['a prefix with a slash at its end', { PathPrefixes: '/orders/' }, 'PathPrefixes'],
    ['a shared directory that is relative', { SharedDirectories: '/a/b,c/d' }, 'SharedDirectories'],
    [
      'the stream of a table that it makes',
      { ConfigTableStreamArn: 'arn:aws:dynamodb:eu-west-1:111122223333:table/settings/stream/2026-01-01T00:00:00.000' },
      'ConfigTableStreamArn is of a table that exists. Set CreateConfigTable=false, or leave it out.',
    ],
  ])('refuses %s', (_, parameters, refusal) => {
    expect(refusals(template, parameters)).toEqual([refusal]);
  });
});

describe('the template of the policy of a service', () => {
  test.each(serviceInputs)('refuses no parameter, %s', (_, options) => {
    expect(refusals(servicePolicy, policyParametersOf(options))).toEqual([]);
  });

  test.each<[string, Parameters, string]>([
    ['a wildcard in the name of the service', { Service: '*' }, 'Service'],
    ['a policy variable in the environment', { Environment: '${aws:username}' }, 'Environment'],
    ['a wildcard in the name of a table', { ConfigTableName: 'global-*' }, 'ConfigTableName'],
    ['every key', { SourceKeyArn: '*' }, 'SourceKeyArn'],
  ])('refuses %s', (_, parameters, refusal) => {
    expect(refusals(servicePolicy, parameters)).toEqual([refusal]);
  });
});

describe('CloudFormation', () => {
  test.each([
    ['template.yaml', template],
    ['service-policy.yaml', servicePolicy],
  ])('accepts every property, reference and value of %s', (_, each) => {
    expect(findingsIn(withUploadedCode(each))).toEqual([]);
  });

  test.each<[string, object, RegExp]>([
    ['a property that it does not know', { Nonsense: 1 }, /F3002: Nonsense/],
    ['a value that is too large', { VisibilityTimeout: 99_999_999 }, /F3034: VisibilityTimeout/],
  ])('rejects %s', (_, properties, finding) => {
    jest.spyOn(console, 'error').mockImplementation();

    expect(findingsIn(withChanged('Changes', properties))).toEqual([expect.stringMatching(finding)]);
  });

  test.each<[string, object, string]>([
    ['a reference to nothing', { TableName: { Ref: 'Nothing' } }, 'Nothing'],
    ['a property that is missing', { KeySchema: undefined }, 'keySchema'],
    ['a value of the wrong type', { KeySchema: 'app_key' }, 'keySchema'],
  ])('cannot parse %s', (_, properties, message) => {
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
  try {
    const templateFile = join(folder, 'template.json');
    writeFileSync(templateFile, JSON.stringify(given));
    const { findings } = synthesize((stack) => {
      new CfnInclude(stack, 'Template', { templateFile });
      const reason = 'a parameter that is empty by default is used only when it is not';
      Validations.of(stack).acknowledge({ id: 'CloudFormation-Validate::W1030', reason });
    });
    return findings;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
