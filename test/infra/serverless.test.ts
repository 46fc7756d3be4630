import { refusals } from './cloudformation';
import { mergedTemplate, readHandler, readSnippet, type ServerlessOptions } from './serverless';

describe('the snippets of tables and handler', () => {
  test('keep the rows of the configuration table', () => {
    expect(readSnippet('tables.yml').Resources['XconConfigTable']).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('take the code of the handler from the package, or from elsewhere', () => {
    expect(readHandler().package['artifact']).toBe('node_modules/xcon/dist/change-handler.zip');
    expect(readHandler({ handlerFile: 'own.zip' }).package['artifact']).toBe('own.zip');
  });

  test.each<[string, ServerlessOptions, readonly string[]]>([
    ['nothing that is absent', {}, []],
    ['a table name with a wildcard', { cacheTable: 'global-*' }, ['XconCacheTableName']],
    ['every key', { tableKeyArn: '*' }, ['XconTableKeyArn']],
    ['every stream', { createConfigTable: false, configTableStreamArn: '*' }, ['XconConfigTableStreamArn']],
    ['a prefix that would end the pattern of a rule', { pathPrefixes: '/a"},{"prefix":"/' }, ['XconPathPrefixes']],
  ])('refuse %s', (_, options, refused) => {
    expect(refusals(mergedTemplate([readSnippet('tables.yml', options)]), {})).toEqual(refused);
  });

  test('output the queues of a redrive', () => {
    expect(Object.values(readSnippet('changes.yml').Outputs ?? {})).toMatchObject([
      { Value: { 'Fn::GetAtt': ['XconFailures', 'Arn'] } },
      { Value: { 'Fn::GetAtt': ['XconChanges', 'Arn'] } },
    ]);
  });

  test('name a runtime that Serverless 3 accepts, and deploy another', () => {
    expect(readHandler().runtime).toBe('nodejs20.x');
    expect(readSnippet('changes.yml').extensions).toEqual({
      XconChangeHandlerLambdaFunction: { Properties: { Runtime: 'nodejs22.x' } },
    });
  });
});

describe('the snippets of the policy of a service', () => {
  test('are policies that any role can be given', () => {
    const { Resources } = mergedTemplate([readSnippet('service-policy.yml'), readSnippet('config-table-policy.yml')]);

    expect(Object.values(Resources).map(({ Type, Properties }) => [Type, Properties['Roles']])).toEqual([
      ['AWS::IAM::ManagedPolicy', undefined],
      ['AWS::IAM::ManagedPolicy', undefined],
    ]);
  });

  test.each<[string, ServerlessOptions, readonly string[]]>([
    ['nothing that is absent', {}, []],
    ['a wildcard in the name of the service', { service: '*' }, ['XconService']],
    ['a policy variable in the environment', { environment: '${aws:username}' }, ['XconEnvironment']],
    ['a wildcard in the name of a table', { configTable: 'global-*' }, ['XconConfigTableName']],
    ['every key', { sourceKeyArn: '*' }, ['XconSourceKeyArn']],
  ])('refuse %s', (_, options, refused) => {
    const snippets = ['service-policy.yml', 'config-table-policy.yml'].map((file) => readSnippet(file, options));

    expect(refusals(mergedTemplate(snippets), {})).toEqual(refused);
  });
});
