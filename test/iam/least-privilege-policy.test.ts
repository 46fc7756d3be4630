import { InvalidDirectoryError } from '../../src/index';
import { leastPrivilegePolicy } from '../../src/iam/least-privilege-policy';
import { type PolicyOptions } from '../../src/iam/policy-options';
import { isAllowed } from './policy-simulator';

const orders: PolicyOptions = { region: 'eu-west-1', account: '111122223333', service: 'orders', environment: 'prod' };

function statement(sid: string, options: PolicyOptions) {
  return leastPrivilegePolicy(options).Statement.find(({ Sid }) => Sid === sid);
}

function sids(options: PolicyOptions): readonly string[] {
  return leastPrivilegePolicy(options).Statement.map(({ Sid }) => Sid);
}

describe('leastPrivilegePolicy', () => {
  test('of a service with nothing but a name and an environment', () => {
    expect(leastPrivilegePolicy(orders)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'ListParameters',
          Effect: 'Allow',
          Action: ['ssm:GetParametersByPath'],
          Resource: [
            'arn:aws:ssm:eu-west-1:111122223333:parameter/orders/prod',
            'arn:aws:ssm:eu-west-1:111122223333:parameter/orders/all',
            'arn:aws:ssm:eu-west-1:111122223333:parameter/global/prod',
            'arn:aws:ssm:eu-west-1:111122223333:parameter/global/all',
          ],
          Condition: { StringNotEquals: { 'ssm:Recursive': 'true' } },
        },
        {
          Sid: 'ReadParameters',
          Effect: 'Allow',
          Action: ['ssm:GetParameters'],
          Resource: [
            'arn:aws:ssm:eu-west-1:111122223333:parameter/orders/prod/*',
            'arn:aws:ssm:eu-west-1:111122223333:parameter/orders/all/*',
            'arn:aws:ssm:eu-west-1:111122223333:parameter/global/prod/*',
            'arn:aws:ssm:eu-west-1:111122223333:parameter/global/all/*',
          ],
        },
        {
          Sid: 'ListSecrets',
          Effect: 'Allow',
          Action: ['secretsmanager:ListSecrets', 'secretsmanager:BatchGetSecretValue'],
          Resource: ['*'],
        },
        {
          Sid: 'ReadSecrets',
          Effect: 'Allow',
          Action: ['secretsmanager:GetSecretValue'],
          Resource: [
            'arn:aws:secretsmanager:eu-west-1:111122223333:secret:/orders/prod/*',
            'arn:aws:secretsmanager:eu-west-1:111122223333:secret:/orders/all/*',
            'arn:aws:secretsmanager:eu-west-1:111122223333:secret:/global/prod/*',
            'arn:aws:secretsmanager:eu-west-1:111122223333:secret:/global/all/*',
          ],
        },
        {
          Sid: 'UseCacheTable',
          Effect: 'Allow',
          Action: ['dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:BatchWriteItem'],
          Resource: ['arn:aws:dynamodb:eu-west-1:111122223333:table/global-all-configCache'],
          Condition: {
            'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['/orders/prod'] },
            Null: { 'dynamodb:LeadingKeys': 'false' },
          },
        },
      ],
    });
  });

  test('names ARNs of any region and account when none is given', () => {
    const policy = leastPrivilegePolicy({
      service: 'orders',
      environment: 'prod',
      partition: 'aws-cn',
      directories: ['/a'],
    });

    expect(policy.Statement[0]?.Resource).toEqual(['arn:aws-cn:ssm:*:*:parameter/a']);
  });

  test('lists nothing for names that are looked up by name, and allows to ask for secrets that do not exist', () => {
    const options: PolicyOptions = { ...orders, directories: ['/a'], names: ['TOKEN'], strategy: 'names' };

    expect(sids(options)).toEqual(['ReadParameters', 'ReadSecrets', 'UseCacheTable']);
    expect(statement('ReadParameters', options)?.Resource).toEqual([
      'arn:aws:ssm:eu-west-1:111122223333:parameter/a/TOKEN',
    ]);
    expect(statement('ReadSecrets', options)?.Resource).toEqual([
      'arn:aws:secretsmanager:eu-west-1:111122223333:secret:/a/TOKEN-??????',
      'arn:aws:secretsmanager:eu-west-1:111122223333:secret:/a/TOKEN',
    ]);
  });

  test.each<[string, Partial<PolicyOptions>, readonly string[]]>([
    ['five secrets at most, by name', { names: ['a', 'b', 'c', 'd', 'e'], strategy: 'names' }, []],
    ['six, by name', { names: ['a', 'b', 'c', 'd', 'e', 'f'], strategy: 'names' }, ['BatchGetSecretValue']],
    [
      'two names in each of three places',
      { names: ['a', 'b'], directories: ['/a', '/b', '/c'] },
      ['ListSecrets', 'BatchGetSecretValue'],
    ],
    ['one name in each of three places', { names: ['a'], directories: ['/a', '/b', '/c'] }, ['ListSecrets']],
    ['any names', {}, ['ListSecrets', 'BatchGetSecretValue']],
    ['five by their ids', { names: [], secretIds: ['a', 'b', 'c', 'd', 'e'] }, []],
    ['six by their ids', { names: [], secretIds: ['a', 'b', 'c', 'd', 'e', 'f'] }, ['BatchGetSecretValue']],
    ['names without a provider that reads them', { providers: ['ssm'] }, []],
  ])('allows the batch call for more than five values: %s', (_, parts, actions) => {
    const options: PolicyOptions = { ...orders, directories: ['/a'], ...parts };

    expect(statement('ListSecrets', options)?.Action ?? []).toEqual(actions.map((each) => `secretsmanager:${each}`));
  });

  test('passes over names that a parameter or secret cannot have', () => {
    const options: PolicyOptions = {
      ...orders,
      directories: ['/a'],
      names: ['*', 'a@b', '${x}', 'what?'],
      strategy: 'names',
    };

    expect(statement('ReadParameters', options)).toBeUndefined();
    expect(statement('ReadSecrets', options)?.Resource).toEqual([
      'arn:aws:secretsmanager:eu-west-1:111122223333:secret:/a/a@b-??????',
      'arn:aws:secretsmanager:eu-west-1:111122223333:secret:/a/a@b',
    ]);
  });

  test('has no statement without a resource', () => {
    const options: PolicyOptions = { ...orders, names: [], strategy: 'names', cacheTable: null };

    expect(leastPrivilegePolicy(options).Statement).toEqual([]);
  });

  test('lists nothing when no name is looked up', () => {
    const options: PolicyOptions = { ...orders, providers: ['ssm', 'secrets', 'dynamo'], names: [], cacheTable: null };

    expect(leastPrivilegePolicy(options).Statement).toEqual([]);
  });

  test.each([
    [
      'rds!db-1',
      [
        'arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-1-??????',
        'arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds!db-1',
      ],
    ],
    [
      'arn:aws:secretsmanager:us-east-1:444455556666:secret:x/y-AbCd12',
      [
        'arn:aws:secretsmanager:us-east-1:444455556666:secret:x/y-AbCd12-??????',
        'arn:aws:secretsmanager:us-east-1:444455556666:secret:x/y-AbCd12',
      ],
    ],
    [
      'arn:aws:secretsmanager:us-east-1:4:secret:x',
      ['arn:aws:secretsmanager:us-east-1:4:secret:x-??????', 'arn:aws:secretsmanager:us-east-1:4:secret:x'],
    ],
    ['arn:aws:secretsmanager:*:*:secret:x', []],
    ['*', []],
  ])('allows to read the secret %s wherever it is', (id, resources) => {
    const options: PolicyOptions = { ...orders, names: [], secretIds: [id], cacheTable: null };

    expect(statement('ReadSecrets', options)?.Resource ?? []).toEqual(resources);
    expect(sids({ ...options, providers: ['ssm'] })).toEqual([]);
  });

  test('allows to read a secret whose ARN is given without its suffix, and ends as if it had one', () => {
    const id = 'arn:aws:secretsmanager:us-east-1:444455556666:secret:app/db-master';
    const policy = leastPrivilegePolicy({ ...orders, names: [], secretIds: [id], cacheTable: null });

    const read = (resource: string) => ({ action: 'secretsmanager:GetSecretValue', resource, context: {} });
    expect(isAllowed(policy, read(`${id}-AbCd12`))).toBe(true);
    expect(isAllowed(policy, read(`${id}-too-AbCd12`))).toBe(false);
    expect(isAllowed(policy, read(`${id}2-AbCd12`))).toBe(false);
  });

  test.each<[string, Partial<PolicyOptions>, boolean]>([
    ['any names', {}, true],
    ['five names in one directory', { names: ['a', 'b', 'c', 'd', 'e'], directories: ['/a'] }, false],
    ['six names in one directory', { names: ['a', 'b', 'c', 'd', 'e', 'f'], directories: ['/a'] }, true],
    ['two names in four directories', { names: ['a', 'b'] }, true],
    ['five secrets elsewhere', { names: [], secretIds: ['a', 'b', 'c', 'd', 'e'] }, false],
    ['six secrets elsewhere', { names: [], secretIds: ['a', 'b', 'c', 'd', 'e', 'f'] }, true],
  ])('allows to read values in batches where there may be more than five: %s', (_, options, isBatched) => {
    const actions = leastPrivilegePolicy({ ...orders, ...options }).Statement.flatMap(({ Action }) => Action);

    expect(actions.includes('secretsmanager:BatchGetSecretValue')).toBe(isBatched);
  });

  test('names the region and account of a provider that reads elsewhere, and both services that use keys', () => {
    const kmsKeyArns = ['arn:aws:kms:*:111122223333:key/sources'];
    const elsewhere = { provider: 'ssm', region: 'us-east-1', account: '444455556666' } as const;
    const options: PolicyOptions = { ...orders, directories: ['/a'], providers: ['ssm', elsewhere], kmsKeyArns };

    expect(statement('ListParameters', options)?.Resource).toEqual([
      'arn:aws:ssm:eu-west-1:111122223333:parameter/a',
      'arn:aws:ssm:us-east-1:444455556666:parameter/a',
    ]);
    expect(statement('DecryptParameters', options)?.Condition?.['StringLike']).toEqual({
      'kms:ViaService': ['ssm.eu-west-1.amazonaws.com*', 'ssm.us-east-1.amazonaws.com*'],
      'kms:EncryptionContext:PARAMETER_ARN': [
        'arn:aws:ssm:eu-west-1:111122223333:parameter/a/*',
        'arn:aws:ssm:us-east-1:444455556666:parameter/a/*',
      ],
    });
  });

  test('treats a wildcard in a directory as a character', () => {
    const options: PolicyOptions = { ...orders, directories: ['/a*/b?'], providers: ['ssm', 'dynamo'] };

    expect(statement('ListParameters', options)?.Resource).toEqual([
      'arn:aws:ssm:eu-west-1:111122223333:parameter/a${*}/b${?}',
    ]);
    expect(statement('ReadConfigTable', options)?.Condition?.['ForAllValues:StringEquals']).toEqual({
      'dynamodb:LeadingKeys': ['/a*/b?'],
    });
  });

  test('fills in placeholders, and names each directory once', () => {
    const directories = ['/{service}/{environment}', '/orders/prod/', '/{service}/export/{environment}'];

    expect(statement('ListParameters', { ...orders, directories })?.Resource).toEqual([
      'arn:aws:ssm:eu-west-1:111122223333:parameter/orders/prod',
      'arn:aws:ssm:eu-west-1:111122223333:parameter/orders/export/prod',
    ]);
    expect(() => leastPrivilegePolicy({ ...orders, directories: ['relative'] })).toThrow(InvalidDirectoryError);
  });

  test('leaves out providers that are not asked, and tables that have another name', () => {
    const options: PolicyOptions = { ...orders, providers: ['dynamo'], configTable: 'settings', cacheTable: 'cache' };

    expect(leastPrivilegePolicy(options).Statement.map(({ Sid, Resource }) => [Sid, ...Resource])).toEqual([
      ['ReadConfigTable', 'arn:aws:dynamodb:eu-west-1:111122223333:table/settings'],
      ['UseCacheTable', 'arn:aws:dynamodb:eu-west-1:111122223333:table/cache'],
    ]);
    expect(sids({ ...orders, providers: [], cacheTable: null })).toEqual([]);
  });

  test('has no partition of the cache table for the service global', () => {
    const cacheKmsKeyArn = 'arn:aws:kms:eu-west-1:111122223333:key/sealing';

    expect(sids({ ...orders, service: 'global', providers: ['dynamo'], cacheKmsKeyArn })).toEqual(['ReadConfigTable']);
    expect(sids({ ...orders, providers: [], cacheTable: null, cacheKmsKeyArn })).toEqual([]);
  });

  test.each(['encrypt', 'never', 'plaintext'] as const)(
    'reads no parameter by name with secrets cached as: %s',
    (cacheSecrets) => {
      expect(sids({ ...orders, cacheSecrets })).not.toContain('ReadParameters');
      expect(sids({ ...orders, cacheSecrets, strategy: 'names' })).toContain('ReadParameters');
    },
  );

  test('uses the partition that it is given', () => {
    expect(
      statement('UseCacheTable', { ...orders, environ: '/job/all' })?.Condition?.['ForAllValues:StringEquals'],
    ).toEqual({
      'dynamodb:LeadingKeys': ['/job/all'],
    });
  });

  test('allows each key for its purpose only', () => {
    const key = (id: string) => `arn:aws:kms:eu-west-1:111122223333:key/${id}`;
    const options: PolicyOptions = {
      ...orders,
      directories: ['/a'],
      kmsKeyArns: [key('sources')],
      cacheKmsKeyArn: key('sealing'),
      tableKmsKeyArns: [key('tables')],
    };

    const statements = leastPrivilegePolicy(options).Statement.filter(({ Action }) => Action.includes('kms:Decrypt'));

    expect(statements).toEqual([
      {
        Sid: 'DecryptParameters',
        Effect: 'Allow',
        Action: ['kms:Decrypt'],
        Resource: [key('sources')],
        Condition: {
          StringLike: {
            'kms:ViaService': 'ssm.eu-west-1.amazonaws.com*',
            'kms:EncryptionContext:PARAMETER_ARN': ['arn:aws:ssm:eu-west-1:111122223333:parameter/a/*'],
          },
        },
      },
      {
        Sid: 'DecryptSecrets',
        Effect: 'Allow',
        Action: ['kms:Decrypt'],
        Resource: [key('sources')],
        Condition: {
          StringLike: {
            'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com*',
            'kms:EncryptionContext:SecretARN': ['arn:aws:secretsmanager:eu-west-1:111122223333:secret:/a/*'],
          },
        },
      },
      {
        Sid: 'SealSecrets',
        Effect: 'Allow',
        Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
        Resource: [key('sealing')],
        Condition: { StringEquals: { 'kms:EncryptionContext:environ': '/orders/prod' } },
      },
      {
        Sid: 'UseTableKeys',
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:DescribeKey'],
        Resource: [key('tables')],
        Condition: { StringLike: { 'kms:ViaService': 'dynamodb.eu-west-1.amazonaws.com*' } },
      },
    ]);
  });
});

describe('AppConfig', () => {
  const all = 'arn:aws:appconfig:eu-west-1:111122223333:application/*/environment/*/configuration/*';
  const one = 'arn:aws:appconfig:eu-west-1:111122223333:application/a1/environment/e1/configuration/p1';

  it.each<[string, Partial<PolicyOptions>, readonly string[]]>([
    ['all configurations of the place, whose ids are unknown', { providers: ['appconfig'] }, [all]],
    ['those that are named', { providers: ['appconfig'], appConfigArns: [one] }, [one]],
    [
      'those of another region',
      { providers: [{ provider: 'appconfig', region: 'us-east-1' }] },
      [all.replace('eu-west-1', 'us-east-1')],
    ],
  ])('is allowed for %s', (_, options, resources) => {
    expect(statement('ReadConfigurations', { ...orders, ...options })).toEqual({
      Sid: 'ReadConfigurations',
      Effect: 'Allow',
      Action: ['appconfig:StartConfigurationSession', 'appconfig:GetLatestConfiguration'],
      Resource: resources,
    });
  });

  it('is not allowed where it is not asked', () => {
    expect(sids({ ...orders, appConfigArns: [one] })).not.toContain('ReadConfigurations');
  });
});

describe('a provider that assumes a role', () => {
  const roleArn = 'arn:aws:iam::999988887777:role/reader';

  it('needs to be allowed to assume it, and nothing of what the role may do', () => {
    const options: PolicyOptions = {
      ...orders,
      providers: [
        { provider: 'ssm', roleArn },
        { provider: 'secrets', roleArn },
      ],
    };

    expect(statement('AssumeRoles', options)).toMatchObject({ Action: ['sts:AssumeRole'], Resource: [roleArn] });
    expect(sids(options)).not.toContain('ListParameters');
    expect(sids(options)).not.toContain('ReadSecrets');
  });

  it('leaves the permissions of the provider beside it as they are', () => {
    const options: PolicyOptions = { ...orders, providers: ['ssm', { provider: 'ssm', roleArn }], cacheTable: null };

    expect(sids(options)).toEqual(['ListParameters', 'AssumeRoles']);
    expect(statement('ListParameters', options)).toEqual(statement('ListParameters', { ...orders, cacheTable: null }));
  });
});
