import { mergedTemplate, readHandler, readSnippet } from './serverless';

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

  test('tell where a redrive starts and leads to', () => {
    expect(Object.values(readSnippet('changes.yml').Outputs ?? {})).toMatchObject([
      { Value: { 'Fn::GetAtt': ['XconFailures', 'Arn'] } },
      { Value: { 'Fn::GetAtt': ['XconChanges', 'Arn'] } },
    ]);
  });

  test('name a runtime that Serverless 3 knows, and deploy another', () => {
    expect(readHandler().runtime).toBe('nodejs20.x');
    expect(readSnippet('changes.yml').extensions).toEqual({
      XconChangeHandlerLambdaFunction: { Properties: { Runtime: 'nodejs22.x' } },
    });
  });
});

test('the snippets of the policy of a service are policies that any role can be given', () => {
  const { Resources } = mergedTemplate([readSnippet('service-policy.yml'), readSnippet('config-table-policy.yml')]);

  expect(Object.values(Resources).map(({ Type, Properties }) => [Type, Properties['Roles']])).toEqual([
    ['AWS::IAM::ManagedPolicy', undefined],
    ['AWS::IAM::ManagedPolicy', undefined],
  ]);
});
