import { parse } from 'yaml';
import { leastPrivilegePolicy } from '../../src/iam/least-privilege-policy';
import { evaluate, parseTemplate, readInfra, type Resource, type Template } from './cloudformation';
import { resourcesOfConstruct } from './construct';
import { normalized } from './normalized';

/** Reads a snippet as Serverless does, for the stage `prod` of the service `orders`. */
function snippet(file: string): Template {
  const text = readInfra(`serverless/${file}`);
  return parseTemplate(text.replaceAll('${self:service}', 'orders').replaceAll('${sls:stage}', 'prod'));
}

interface FunctionSnippet {
  readonly handler: string;
  readonly description: string;
  readonly runtime: string;
  readonly architecture: string;
  readonly memorySize: number;
  readonly timeout: number;
  readonly logRetentionInDays: number;
  readonly role: string;
  readonly environment: Readonly<Record<string, string>>;
}

const handler = parse(readInfra('serverless/change-handler.yml')) as FunctionSnippet;

/** What Serverless itself makes of a function, the only one that is here. */
const madeByServerless: Readonly<Record<string, Resource>> = {
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
      Handler: handler.handler.slice(handler.handler.lastIndexOf('/') + 1),
      MemorySize: handler.memorySize,
      Timeout: handler.timeout,
      Environment: { Variables: handler.environment },
      Role: { 'Fn::GetAtt': [handler.role, 'Arn'] },
      LoggingConfig: { LogGroup: { Ref: 'XconChangeHandlerLogGroup' } },
    },
  },
};

function plainName(logicalId: string): string {
  return logicalId
    .replace('XconChangeHandlerLambdaFunction', 'Handler')
    .replace('XconChangeHandlerLogGroup', 'Logs')
    .replace(/^Xcon/, '');
}

test('the snippets of tables and handler make what the construct makes', () => {
  const Resources = { ...snippet('tables.yml').Resources, ...snippet('changes.yml').Resources, ...madeByServerless };

  const made = evaluate({ Resources }, { rename: plainName });

  const propertiesOf = (resources: typeof made) =>
    normalized(
      Object.fromEntries([...resources].map(([name, { Properties }]) => [name, { ...Properties, Code: undefined }])),
    );
  expect(propertiesOf(made)).toEqual(propertiesOf(resourcesOfConstruct()));
});

test('the rows of the configuration table are kept', () => {
  expect(snippet('tables.yml').Resources['XconConfigTable']).toMatchObject({
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
  });
});

test('the code of the handler is that of the package', () => {
  expect(handler.handler).toBe('node_modules/xcon/dist/change-handler/index.handler');
});

test('the snippets of policies say what the library needs', () => {
  const place = { partition: 'aws', region: 'eu-west-1', account: '111122223333' };
  const files = [
    snippet('service-policy.yml').Resources['XconServicePolicy'],
    snippet('config-table-policy.yml').Resources['XconConfigTablePolicy'],
  ];
  const policies = files.map((policy) => {
    const Resources = {
      Policy: policy as Resource,
      IamRoleLambdaExecution: { Type: 'AWS::IAM::Role', Properties: {} },
    };
    return evaluate({ Resources }).get('Policy')?.Properties;
  });

  const expected = leastPrivilegePolicy({
    ...place,
    service: 'orders',
    environment: 'prod',
    providers: ['ssm', 'secrets', 'dynamo'],
  });
  const statements = policies.flatMap(
    (each) => (each?.['PolicyDocument'] as { Statement: { Sid: string }[] }).Statement,
  );
  const bySid = (all: readonly { readonly Sid: string }[]) =>
    normalized(Object.fromEntries(all.map((each) => [each.Sid, each])));
  expect(bySid(statements)).toEqual(bySid(expected.Statement));
  for (const policy of policies) expect(policy?.['Roles']).toEqual(['<IamRoleLambdaExecution.Ref>']);
});
