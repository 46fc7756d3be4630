import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  ListSecretsCommand,
  type ListSecretsCommandInput,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';

import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { clientOptions, post, rejection, rejectionName } from './local-requests';

const token = (letter: string) => letter.repeat(32);

let nowMs = 1_700_000_000_000;
let aws: LocalAws;
let secrets: SecretsManagerClient;

beforeEach(async () => {
  aws = await startLocalAws({
    clock: () => nowMs,
    seed: {
      secrets: {
        '/orders/prod/password': { value: 'hunter2', previous: 'hunter1' },
        '/orders/prod/cert': { binary: 'AAEC' },
        '/Orders/prod/other': 'x',
        '/orders/prod/denied': { value: 'hunter3', denied: true },
        '/orders/prod/lagging': { value: 'late', listed: false },
        'rds!db': { value: 'r', rotation: { enabled: true, nextRotationDate: '2030-01-02T03:04:05Z' } },
        '/none/yet': {},
      },
    },
  });
  secrets = new SecretsManagerClient(clientOptions(aws));
});

afterEach(async () => {
  secrets.destroy();
  await aws.close();
});

const get = (input: GetSecretValueCommandInput) => secrets.send(new GetSecretValueCommand(input));
const textOf = async (SecretId: string, VersionStage?: string) =>
  (await get({ SecretId, ...(VersionStage === undefined ? {} : { VersionStage }) })).SecretString;
const listNames = async (input: ListSecretsCommandInput) =>
  (await secrets.send(new ListSecretsCommand(input))).SecretList?.map(({ Name }) => Name);

describe('ListSecrets', () => {
  it('gives everything in the order of creation, but what lags behind', async () => {
    expect(await listNames({})).toEqual([
      '/orders/prod/password',
      '/orders/prod/cert',
      '/Orders/prod/other',
      '/orders/prod/denied',
      'rds!db',
      '/none/yet',
    ]);
    expect((await listNames({ SortOrder: 'desc' }))?.[0]).toBe('/none/yet');
  });

  it('filters by case-sensitive prefixes of the name', async () => {
    const named = (...Values: string[]) => listNames({ Filters: [{ Key: 'name', Values }] });

    expect(await named('/orders/prod/c', '/Orders/')).toEqual(['/orders/prod/cert', '/Orders/prod/other']);
    expect(await named('/ORDERS')).toEqual([]);
    expect(await named('!/')).toEqual(['rds!db']);
  });

  it('filters by description', async () => {
    await secrets.send(new UpdateSecretCommand({ SecretId: 'rds!db', Description: 'Main database' }));

    expect(await listNames({ Filters: [{ Key: 'description', Values: ['main'] }] })).toEqual(['rds!db']);
  });

  it('gives versions and rotation, never a value', async () => {
    const answer = await secrets.send(new ListSecretsCommand({ Filters: [{ Key: 'name', Values: ['rds!'] }] }));

    const [secret] = answer.SecretList ?? [];
    expect(secret).toMatchObject({
      Name: 'rds!db',
      RotationEnabled: true,
      NextRotationDate: new Date('2030-01-02T03:04:05Z'),
      CreatedDate: new Date(nowMs),
      LastChangedDate: new Date(nowMs),
    });
    expect(secret?.ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:rds!db-[A-Za-z0-9]{6}$/);
    expect(Object.values(secret?.SecretVersionsToStages ?? {})).toEqual([['AWSCURRENT']]);
    expect(secret).not.toHaveProperty('SecretString');
  });

  it('pages by MaxResults', async () => {
    const first = await secrets.send(new ListSecretsCommand({ MaxResults: 4 }));
    const NextToken = first.NextToken ?? '';
    const second = await secrets.send(new ListSecretsCommand({ MaxResults: 4, NextToken }));

    expect([first.SecretList?.length, second.SecretList?.length, second.NextToken]).toEqual([4, 2, undefined]);
  });

  it('pages by 100 by default', async () => {
    await aws.seed({ secrets: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`/m/${index}`, 'x'])) });

    const { SecretList, NextToken } = await secrets.send(
      new ListSecretsCommand({ Filters: [{ Key: 'name', Values: ['/m/'] }] }),
    );

    expect([SecretList?.length, NextToken === undefined]).toEqual([100, false]);
  });

  it.each<[string, ListSecretsCommandInput, string]>([
    ['eleven values', { Filters: [{ Key: 'name', Values: Array.from('abcdefghijk') }] }, 'InvalidParameterException'],
    ['no values', { Filters: [{ Key: 'name', Values: [] }] }, 'InvalidParameterException'],
    ['no values at all', { Filters: [{ Key: 'name' }] }, 'InvalidParameterException'],
    ['a key that is not known', { Filters: [{ Key: 'primary-region', Values: ['x'] }] }, 'InvalidParameterException'],
    [
      'eleven filters',
      { Filters: Array.from('abcdefghijk', (each) => ({ Key: 'name' as const, Values: [each] })) },
      'InvalidParameterException',
    ],
    ['more than 100 a page', { MaxResults: 101 }, 'InvalidParameterException'],
    ['none a page', { MaxResults: 0 }, 'InvalidParameterException'],
    ['a token of its own', { NextToken: 'mine' }, 'InvalidNextTokenException'],
  ])('refuses %s', async (_, input, expected) => {
    expect(await rejectionName(secrets.send(new ListSecretsCommand(input)))).toBe(expected);
  });
});

describe('GetSecretValue', () => {
  it('gives the current version, by name, ARN or part of the ARN', async () => {
    const { ARN = '' } = await get({ SecretId: '/orders/prod/password' });

    expect(await textOf(ARN)).toBe('hunter2');
    expect(await textOf(ARN.slice(0, -7))).toBe('hunter2');
    expect(await rejectionName(textOf(`${ARN.slice(0, -1)}!`))).toBe('ResourceNotFoundException');
  });

  it('gives bytes as bytes', async () => {
    const { SecretBinary, SecretString } = await get({ SecretId: '/orders/prod/cert' });

    expect(SecretBinary).toEqual(new Uint8Array([0, 1, 2]));
    expect(SecretString).toBeUndefined();
  });

  it('gives other versions by stage and by id', async () => {
    const previous = await get({ SecretId: '/orders/prod/password', VersionStage: 'AWSPREVIOUS' });
    const VersionId = previous.VersionId ?? '';
    const byId = await get({ SecretId: '/orders/prod/password', VersionId });

    expect([previous.SecretString, byId.SecretString]).toEqual(['hunter1', 'hunter1']);
    expect(byId.VersionStages).toEqual(['AWSPREVIOUS']);
    expect(byId.CreatedDate).toEqual(new Date(nowMs));
  });

  it.each<[GetSecretValueCommandInput, string]>([
    [{ SecretId: '/missing' }, 'ResourceNotFoundException'],
    [{ SecretId: 'constructor' }, 'ResourceNotFoundException'],
    [{ SecretId: '/none/yet' }, 'ResourceNotFoundException'],
    [{ SecretId: '/orders/prod/cert', VersionStage: 'AWSPENDING' }, 'ResourceNotFoundException'],
    [{ SecretId: '/orders/prod/cert', VersionId: token('z') }, 'ResourceNotFoundException'],
    [{ SecretId: '/orders/prod/denied' }, 'AccessDeniedException'],
  ])('refuses %j with %s', async (input, expected) => {
    const error = await rejection(get(input));

    expect(error.name).toBe(expected);
    expect(error.message).not.toContain('hunter');
  });

  it('reads a secret the listing does not show yet', async () => {
    expect(await textOf('/orders/prod/lagging')).toBe('late');
  });
});

describe('BatchGetSecretValue', () => {
  it('gives values and an error for each secret that cannot be read', async () => {
    await secrets.send(new DeleteSecretCommand({ SecretId: 'rds!db' }));

    const { SecretValues, Errors } = await secrets.send(
      new BatchGetSecretValueCommand({
        SecretIdList: ['/orders/prod/password', '/missing', '/orders/prod/denied', '/orders/prod/cert', 'rds!db'],
      }),
    );

    expect(SecretValues?.map(({ Name, SecretString }) => [Name, SecretString])).toEqual([
      ['/orders/prod/password', 'hunter2'],
      ['/orders/prod/cert', undefined],
    ]);
    expect(Errors?.map(({ SecretId, ErrorCode }) => [SecretId, ErrorCode])).toEqual([
      ['/missing', 'ResourceNotFoundException'],
      ['/orders/prod/denied', 'AccessDeniedException'],
      ['rds!db', 'InvalidRequestException'],
    ]);
    expect(Errors?.every(({ Message }) => typeof Message === 'string' && Message !== '')).toBe(true);
  });

  it('gives pages of what filters find', async () => {
    const { SecretValues, NextToken } = await secrets.send(
      new BatchGetSecretValueCommand({ Filters: [{ Key: 'name', Values: ['/orders/'] }], MaxResults: 1 }),
    );

    expect(SecretValues?.map(({ Name }) => Name)).toEqual(['/orders/prod/password']);
    expect(NextToken).toBeDefined();
  });

  it.each([
    ['21 ids', { SecretIdList: Array.from({ length: 21 }, (_, index) => `/n${index}`) }],
    ['no ids', { SecretIdList: [] }],
    ['neither ids nor filters', {}],
    ['ids and filters', { SecretIdList: ['/a'], Filters: [{ Key: 'name', Values: ['/a'] }] }],
    ['ids and a page size', { SecretIdList: ['/a'], MaxResults: 3 }],
  ])('refuses %s', async (_, input) => {
    const { status, json, headers } = await post(aws, 'secretsmanager.BatchGetSecretValue', input);

    expect([status, json['__type']]).toEqual([400, 'InvalidParameterException']);
    expect(headers.get('x-amzn-errortype')).toBe('InvalidParameterException');
  });
});

describe('CreateSecret', () => {
  it('creates a secret with a version', async () => {
    const { ARN, Name, VersionId } = await secrets.send(
      new CreateSecretCommand({
        Name: '/new',
        SecretString: 'n',
        ClientRequestToken: token('a'),
        Description: 'd',
        KmsKeyId: 'k',
        Tags: [{ Key: 'team', Value: 'a' }],
      }),
    );
    const described = await secrets.send(new DescribeSecretCommand({ SecretId: ARN }));

    expect([Name, VersionId, await textOf('/new')]).toEqual(['/new', token('a'), 'n']);
    expect(described).toMatchObject({
      Description: 'd',
      KmsKeyId: 'k',
      Tags: [{ Key: 'team', Value: 'a' }],
      VersionIdsToStages: { [token('a')]: ['AWSCURRENT'] },
    });
  });

  it('creates a secret without a version', async () => {
    const { VersionId } = await secrets.send(new CreateSecretCommand({ Name: '__proto__' }));
    await secrets.send(new PutSecretValueCommand({ SecretId: '__proto__', SecretString: 'later' }));

    expect([VersionId, await textOf('__proto__')]).toEqual([undefined, 'later']);
  });

  it('answers a repeated request as the first, and refuses another of the name', async () => {
    const input = { Name: '/new', SecretString: 'n', ClientRequestToken: token('a') };
    await secrets.send(new CreateSecretCommand(input));

    const again = await secrets.send(new CreateSecretCommand(input));

    expect(again.VersionId).toBe(token('a'));
    expect(await rejectionName(secrets.send(new CreateSecretCommand({ ...input, SecretString: 'o' })))).toBe(
      'ResourceExistsException',
    );
    expect(await rejectionName(secrets.send(new CreateSecretCommand({ Name: '/new' })))).toBe(
      'ResourceExistsException',
    );
  });

  it.each([
    ['a name with a space', { Name: 'a b', SecretString: 'x' }, 'ValidationException'],
    ['a text and bytes', { Name: '/x', SecretString: 'x', SecretBinary: 'AAEC' }, 'InvalidParameterException'],
    ['bytes that are no base64', { Name: '/x', SecretBinary: 'not base64' }, 'SerializationException'],
  ])('refuses %s', async (_, input, expected) => {
    const { json } = await post(aws, 'secretsmanager.CreateSecret', input);

    expect(json['__type']).toBe(expected);
  });
});

describe('PutSecretValue', () => {
  it('makes the new version current and the former one previous', async () => {
    const put = (SecretString: string) =>
      secrets.send(new PutSecretValueCommand({ SecretId: '/orders/prod/password', SecretString }));
    await put('hunter3');
    await put('hunter4');

    const { VersionIdsToStages } = await secrets.send(new DescribeSecretCommand({ SecretId: '/orders/prod/password' }));

    expect([await textOf('/orders/prod/password'), await textOf('/orders/prod/password', 'AWSPREVIOUS')]).toEqual([
      'hunter4',
      'hunter3',
    ]);
    expect(Object.values(VersionIdsToStages ?? {}).sort()).toEqual([['AWSCURRENT'], ['AWSPREVIOUS']]);
  });

  it('keeps a pending version apart until its stage is moved', async () => {
    const SecretId = '/orders/prod/password';
    const { VersionId = '' } = await secrets.send(
      new PutSecretValueCommand({ SecretId, SecretBinary: new Uint8Array([9]), VersionStages: ['AWSPENDING'] }),
    );
    const before = await textOf(SecretId);
    const { VersionId: RemoveFromVersionId = '' } = await get({ SecretId });
    const move = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: VersionId };

    const refused = await rejectionName(secrets.send(new UpdateSecretVersionStageCommand(move)));
    await secrets.send(new UpdateSecretVersionStageCommand({ ...move, RemoveFromVersionId }));

    expect([before, refused]).toEqual(['hunter2', 'InvalidParameterException']);
    expect((await get({ SecretId })).SecretBinary).toEqual(new Uint8Array([9]));
    expect(await textOf(SecretId, 'AWSPREVIOUS')).toBe('hunter2');
  });

  it('answers a repeated request as the first, and refuses its token with another value', async () => {
    const put = (SecretString: string) =>
      secrets.send(
        new PutSecretValueCommand({ SecretId: '/orders/prod/cert', SecretString, ClientRequestToken: token('b') }),
      );
    await put('one');

    expect((await put('one')).VersionId).toBe(token('b'));
    expect(await rejectionName(put('two'))).toBe('ResourceExistsException');
  });

  it('refuses to put nothing, and to put into nothing', async () => {
    expect(await rejectionName(secrets.send(new PutSecretValueCommand({ SecretId: '/orders/prod/cert' })))).toBe(
      'InvalidParameterException',
    );
    expect(
      await rejectionName(secrets.send(new PutSecretValueCommand({ SecretId: '/missing', SecretString: 'x' }))),
    ).toBe('ResourceNotFoundException');
  });
});

describe('UpdateSecret', () => {
  it('gives a new value, or a new description alone', async () => {
    nowMs += 60_000;
    const updated = await secrets.send(new UpdateSecretCommand({ SecretId: 'rds!db', SecretString: 'new' }));
    const described = await secrets.send(new UpdateSecretCommand({ SecretId: 'rds!db', Description: 'd' }));
    const { LastChangedDate, Description } = await secrets.send(new DescribeSecretCommand({ SecretId: 'rds!db' }));

    expect([await textOf('rds!db'), await textOf('rds!db', 'AWSPREVIOUS')]).toEqual(['new', 'r']);
    expect([updated.VersionId === undefined, described.VersionId]).toEqual([false, undefined]);
    expect([LastChangedDate, Description]).toEqual([new Date(nowMs), 'd']);
  });
});

describe('UpdateSecretVersionStage', () => {
  it.each([
    ['no version at all', {}, 'ValidationException'],
    ['a version that does not exist', { MoveToVersionId: token('z') }, 'ResourceNotFoundException'],
  ])('refuses %s', async (_, members, expected) => {
    const { json } = await post(aws, 'secretsmanager.UpdateSecretVersionStage', {
      SecretId: '/orders/prod/cert',
      VersionStage: 'AWSCURRENT',
      ...members,
    });

    expect(json['__type']).toBe(expected);
  });

  it('attaches a label of its own, and takes it away', async () => {
    const SecretId = '/orders/prod/password';
    const { VersionId = '' } = await get({ SecretId });
    const mine = { SecretId, VersionStage: 'mine' };

    await secrets.send(new UpdateSecretVersionStageCommand({ ...mine, MoveToVersionId: VersionId }));
    const attached = await textOf(SecretId, 'mine');
    await secrets.send(new UpdateSecretVersionStageCommand({ ...mine, RemoveFromVersionId: VersionId }));

    expect(attached).toBe('hunter2');
    expect(await rejectionName(textOf(SecretId, 'mine'))).toBe('ResourceNotFoundException');
  });
});

describe('DeleteSecret and RestoreSecret', () => {
  const SecretId = '/orders/prod/password';

  it('schedules the deletion: hidden, not readable, restorable', async () => {
    const { DeletionDate } = await secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
    const described = await secrets.send(new DescribeSecretCommand({ SecretId }));

    expect(DeletionDate).toEqual(new Date(nowMs + 7 * 86_400_000));
    expect(described.DeletedDate).toEqual(DeletionDate);
    expect(await rejectionName(textOf(SecretId))).toBe('InvalidRequestException');
    expect(await rejectionName(secrets.send(new DeleteSecretCommand({ SecretId })))).toBe('InvalidRequestException');
    expect(await rejectionName(secrets.send(new UpdateSecretCommand({ SecretId, SecretString: 'x' })))).toBe(
      'InvalidRequestException',
    );
    expect(await rejectionName(secrets.send(new CreateSecretCommand({ Name: SecretId })))).toBe(
      'InvalidRequestException',
    );
    expect(await listNames({})).not.toContain(SecretId);
    expect(await listNames({ IncludePlannedDeletion: true })).toContain(SecretId);

    await secrets.send(new RestoreSecretCommand({ SecretId }));

    expect(await textOf(SecretId)).toBe('hunter2');
  });

  it('keeps a secret for 30 days by default', async () => {
    const { DeletionDate } = await secrets.send(new DeleteSecretCommand({ SecretId }));

    expect(DeletionDate).toEqual(new Date(nowMs + 30 * 86_400_000));
  });

  it('deletes at once when forced, also what does not exist', async () => {
    const forced = await secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
    const nothing = await secrets.send(
      new DeleteSecretCommand({ SecretId: '/missing', ForceDeleteWithoutRecovery: true }),
    );

    expect([forced.Name, nothing.Name]).toEqual([SecretId, '/missing']);
    expect(await rejectionName(textOf(SecretId))).toBe('ResourceNotFoundException');
  });

  it.each([
    ['force and a window', { ForceDeleteWithoutRecovery: true, RecoveryWindowInDays: 7 }],
    ['a window of 6 days', { RecoveryWindowInDays: 6 }],
    ['a window of 31 days', { RecoveryWindowInDays: 31 }],
  ])('refuses %s', async (_, members) => {
    expect(await rejectionName(secrets.send(new DeleteSecretCommand({ SecretId, ...members })))).toBe(
      'InvalidParameterException',
    );
  });
});
