import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { ChangeHandler, type ChangeHandlerProps, ConfigTables, type ConfigTablesProps } from '../../src/cdk/index';
import { InvalidDirectoryError, InvalidSettingsError } from '../../src/index';
import { isAllowed, type SimulatedPolicy } from '../iam/policy-simulator';
import { beyondLimits } from '../infra/attached-policies';
import { evaluate, type EvaluatedResources, type Template } from '../infra/cloudformation';
import { makeApp } from './make-app';

const env = { account: '111122223333', region: 'eu-west-1' };
const code = Code.fromInline('exports.handler = () => undefined;');

/** Makes tables and handler, as they are deployed, within what the services take. */
function made(
  propsOf: (stack: Stack) => Partial<ChangeHandlerProps>,
  tablesOf: (stack: Stack) => ConfigTablesProps = () => ({}),
): EvaluatedResources {
  const app = makeApp();
  const stack = new Stack(app, 'Stack', { env });
  const tables = new ConfigTables(stack, 'Tables', tablesOf(stack));
  new ChangeHandler(stack, 'Changes', { tables, code, ...propsOf(stack) });
  const resources = evaluate(app.synth().getStackByName('Stack').template as Template);
  expect(beyondLimits(resources)).toEqual([]);
  return resources;
}

function ofType(resources: EvaluatedResources, type: string) {
  return [...resources.values()].filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
}

function variablesIn(resources: EvaluatedResources): Readonly<Record<string, string>> {
  const [handler] = ofType(resources, 'AWS::Lambda::Function');
  return (handler?.['Environment'] as { readonly Variables: Readonly<Record<string, string>> }).Variables;
}

test('a handler without prefixes has no variable for them', () => {
  expect(Object.keys(variablesIn(made(() => ({})))).sort()).toEqual([
    'CACHE_INDEX',
    'SHARED_DIRECTORIES',
    'XCON_CACHE_TABLE',
    'XCON_CONFIG_TABLE',
  ]);
});

test('the prefixes of paths are in the rules and in the variables of the handler, without a slash at their ends', () => {
  const resources = made(() => ({ pathPrefixes: ['/orders/', '/billing'] }));

  expect(variablesIn(resources)['PATH_PREFIXES']).toBe('/global,/orders,/billing');
  const patterns = ofType(resources, 'AWS::Events::Rule').map(({ EventPattern }) => JSON.stringify(EventPattern));
  expect(patterns).toHaveLength(4);
  expect(patterns.filter((each) => !each.includes('{"prefix":"/orders/"}') || each.includes('{"prefix":"/"}'))).toEqual(
    [],
  );
});

test('a prefix may be a token', () => {
  const resources = made((stack) => ({
    pathPrefixes: [new CfnParameter(stack, 'Path', { default: '/orders' }).valueAsString],
  }));

  expect(variablesIn(resources)['PATH_PREFIXES']).toBe('/global,/orders');
});

test('without a configuration table there is neither a stream nor an alarm for it', () => {
  const resources = made(
    () => ({}),
    () => ({ configTable: null }),
  );

  expect(ofType(resources, 'AWS::DynamoDB::Table')).toHaveLength(1);
  expect(ofType(resources, 'AWS::Lambda::EventSourceMapping')).toHaveLength(1);
  expect(Object.keys(variablesIn(resources))).not.toContain('XCON_CONFIG_TABLE');
  expect(JSON.stringify(ofType(resources, 'AWS::CloudWatch::Alarm'))).not.toContain('IteratorAge');
  expect(JSON.stringify(ofType(resources, 'AWS::IAM::Role'))).not.toContain('dynamodb:GetRecords');
});

test('a cache table of another account is named, and allowed, by its ARN', () => {
  const arn = 'arn:aws:dynamodb:eu-west-1:444455556666:table/cache';
  const resources = made(
    () => ({}),
    (stack) => ({ cacheTable: Table.fromTableArn(stack, 'Cache', arn), nameIndex: true }),
  );

  expect(variablesIn(resources)['XCON_CACHE_TABLE']).toBe(arn);
  const [role] = ofType(resources, 'AWS::IAM::Role');
  const [{ PolicyDocument: policy } = { PolicyDocument: { Statement: [] } }] = role?.['Policies'] as readonly {
    readonly PolicyDocument: SimulatedPolicy;
  }[];
  const asks = (resource: string) => isAllowed(policy, { action: 'dynamodb:Query', resource, context: {} });
  expect([arn, `${arn}/index/xcon-names`, arn.replace('4444', '1111')].map(asks)).toEqual([true, true, false]);
});

test.each<[string, object, new (...given: never) => Error, string]>([
  ['an unknown option', { pathPrefix: ['/a'] }, InvalidSettingsError, 'Did you mean pathPrefixes?'],
  ['a relative path', { pathPrefixes: ['a'] }, InvalidDirectoryError, 'is relative'],
  ['a relative directory', { sharedDirectories: ['a/b'] }, InvalidDirectoryError, 'is relative'],
])('%s is an error', (_, props, error, message) => {
  expect(() => made(() => props)).toThrow(error);
  expect(() => made(() => props)).toThrow(message);
});

test('a cache table of another region is an error that names both', () => {
  const arn = 'arn:aws:dynamodb:us-east-1:111122223333:table/cache';

  expect(() =>
    made(
      () => ({}),
      (stack) => ({ cacheTable: Table.fromTableArn(stack, 'Cache', arn) }),
    ),
  ).toThrow('the cache table is in us-east-1, and the handler in eu-west-1');
});
