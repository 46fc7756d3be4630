import {
  CreateSecretCommand,
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  ListSecretsCommand,
  type ListSecretsCommandInput,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { clientOptions, post, rejection, rejectionName } from './local-requests';

const nowMs = 1_700_000_000_000;
let aws: LocalAws;
let secrets: SecretsManagerClient;

beforeEach(async () => {
  aws = await startLocalAws({
    clock: () => nowMs,
    seed: {
      secrets: {
        '/orders/prod/password': { value: 'hunter2', previous: 'hunter1' },
        '/orders/prod/denied': { value: 'hunter3', denied: true },
        'rds!db': { value: 'r', rotation: { enabled: true, nextRotationDate: '2030-01-02T03:04:05Z' } },
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

describe('ListSecrets', () => {
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

  it.each<[string, ListSecretsCommandInput]>([
    ['a filter with an empty list of values', { Filters: [{ Key: 'name', Values: [] }] }],
    ['a filter without values', { Filters: [{ Key: 'name' }] }],
    ['a page of no secrets', { MaxResults: 0 }],
  ])('refuses %s', async (_, input) => {
    expect(await rejectionName(secrets.send(new ListSecretsCommand(input)))).toBe('InvalidParameterException');
  });
});

describe('GetSecretValue', () => {
  it('gives other versions by stage and by id', async () => {
    const previous = await get({ SecretId: '/orders/prod/password', VersionStage: 'AWSPREVIOUS' });
    const VersionId = previous.VersionId ?? '';
    const byId = await get({ SecretId: '/orders/prod/password', VersionId });

    expect([previous.SecretString, byId.SecretString]).toEqual(['hunter1', 'hunter1']);
    expect(byId.VersionStages).toEqual(['AWSPREVIOUS']);
    expect(byId.CreatedDate).toEqual(new Date(nowMs));
  });

  it.each<[GetSecretValueCommandInput, string]>([
    [{ SecretId: 'constructor' }, 'ResourceNotFoundException'],
    [{ SecretId: '/orders/prod/denied' }, 'AccessDeniedException'],
  ])('refuses %j with %s', async (input, expected) => {
    const error = await rejection(get(input));

    expect(error.name).toBe(expected);
    expect(error.message).not.toContain('hunter');
  });
});

describe('CreateSecret', () => {
  it('creates a secret without a version', async () => {
    const { VersionId } = await secrets.send(new CreateSecretCommand({ Name: '__proto__' }));
    await secrets.send(new PutSecretValueCommand({ SecretId: '__proto__', SecretString: 'later' }));

    expect([VersionId, (await get({ SecretId: '__proto__' })).SecretString]).toEqual([undefined, 'later']);
  });

  it('refuses bytes that are not base64', async () => {
    const { json } = await post(aws, 'secretsmanager.CreateSecret', { Name: '/x', SecretBinary: 'not base64' });

    expect(json['__type']).toBe('SerializationException');
  });
});
