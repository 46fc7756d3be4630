import {
  BatchGetSecretValueCommand,
  type BatchGetSecretValueCommandInput,
  CreateSecretCommand,
  type CreateSecretCommandInput,
  DeleteSecretCommand,
  type DeleteSecretCommandInput,
  DescribeSecretCommand,
  type FilterNameStringType,
  GetRandomPasswordCommand,
  type GetRandomPasswordCommandInput,
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  ListSecretsCommand,
  type ListSecretsCommandInput,
  ListSecretVersionIdsCommand,
  type ListSecretVersionIdsCommandInput,
  PutSecretValueCommand,
  type PutSecretValueCommandInput,
  RestoreSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  type UpdateSecretCommandInput,
  UpdateSecretVersionStageCommand,
  type UpdateSecretVersionStageCommandInput,
} from '@aws-sdk/client-secrets-manager';

import { rejectionName } from '../local-requests';
import { type OperationCase, type ServiceCases, type World } from './world';

const startMs = 1_700_000_000_000;
const dayMs = 86_400_000;
const token = (letter: string) => letter.repeat(32);
const byName = (...Values: string[]) => ({ Filters: [{ Key: 'name' as const, Values }] });

const get = ({ secrets }: World, SecretId: string, more: Partial<GetSecretValueCommandInput> = {}) =>
  secrets.send(new GetSecretValueCommand({ SecretId, ...more }));
const textOf = async (world: World, name: string, VersionStage = 'AWSCURRENT') =>
  (await get(world, name, { VersionStage })).SecretString;
const schedule = ({ secrets }: World, SecretId: string) => secrets.send(new DeleteSecretCommand({ SecretId }));

const listSecrets: OperationCase = async (world) => {
  const list = (input: ListSecretsCommandInput) => world.secrets.send(new ListSecretsCommand(input));
  const names = async (input: ListSecretsCommandInput) => (await list(input)).SecretList?.map(({ Name }) => Name);
  await schedule(world, '/b/deleted');
  await world.secrets.send(new UpdateSecretCommand({ SecretId: '/a/cert', Description: 'Main certificate' }));

  expect(await names({})).toEqual(['/a/token', '/a/cert', '/a/denied', '/b/empty']);
  expect(await names({ SortOrder: 'desc', MaxResults: 1 })).toEqual(['/b/empty']);
  expect(await names({ IncludePlannedDeletion: true, ...byName('/b') })).toEqual(['/b/deleted', '/b/empty']);
  expect(await names(byName('/a/t', '/b'))).toEqual(['/a/token', '/b/empty']);
  expect(await names(byName('/A'))).toEqual([]);
  expect(await names(byName('!/a'))).toEqual(['/b/empty']);
  const by = (Key: FilterNameStringType, ...Values: string[]) => ({ Filters: [{ Key, Values }] });
  expect(await names(by('description', 'main'))).toEqual(['/a/cert']);
  expect(await names(by('tag-key', 'te'))).toEqual(['/a/token', '/a/cert']);
  expect(await names(by('tag-key', 'Te'))).toEqual([]);
  expect(await names(by('tag-value', 'orders'))).toEqual(['/a/token']);
  expect(await names(by('tag-value', '!orders'))).toEqual(['/a/cert', '/a/denied', '/b/empty']);
  expect(await names(by('all', 'CERT main'))).toEqual(['/a/cert']);
  expect(await names(by('all', 'billing'))).toEqual(['/a/cert']);
  expect(await names({ Filters: [...by('tag-key', 'team').Filters, ...byName('/a/t').Filters] })).toEqual(['/a/token']);
  expect(await names({ SortBy: 'name' })).toEqual(['/a/cert', '/a/denied', '/a/token', '/b/empty']);
  world.passTime(dayMs);
  await get(world, '/a/cert');
  await world.secrets.send(new UpdateSecretCommand({ SecretId: '/a/token', Description: 'later' }));
  expect((await names({ SortBy: 'last-changed-date' }))?.at(-1)).toBe('/a/token');
  expect((await names({ SortBy: 'last-accessed-date', SortOrder: 'desc' }))?.[0]).toBe('/a/cert');
  await world.aws.seed({ secrets: Object.fromEntries(numbers(101).map((name) => [name, 'x'])) });
  const first = await list(byName('/many'));
  const second = await list({ ...byName('/many'), NextToken: `${first.NextToken}` });
  expect([first.SecretList?.length, second.SecretList?.length]).toEqual([100, 1]);
  expect(first.SecretList?.some((each) => 'SecretString' in each)).toBe(false);
  for (const wrong of [
    byName(...numbers(11)),
    { Filters: numbers(11).map((each) => ({ Key: 'name' as const, Values: [each] })) },
    { Filters: [{ Key: 'primary-region' as const, Values: ['x'] }] },
    { SortBy: 'size' as 'name' },
    { MaxResults: 101 },
  ]) {
    expect(await rejectionName(list(wrong))).toBe('InvalidParameterException');
  }
  expect(await rejectionName(list({ NextToken: 'mine' }))).toBe('InvalidNextTokenException');
};

const describeSecret: OperationCase = async (world) => {
  const describe = (SecretId: string) => world.secrets.send(new DescribeSecretCommand({ SecretId }));
  await schedule(world, '/b/deleted');

  const described = await describe('/a/token');

  expect(described).toMatchObject({
    Name: '/a/token',
    Tags: [{ Key: 'team', Value: 'orders' }],
    RotationEnabled: true,
    NextRotationDate: new Date('2030-01-02T03:04:05Z'),
  });
  expect(Object.values(described.VersionIdsToStages ?? {}).sort()).toEqual([['AWSCURRENT'], ['AWSPREVIOUS']]);
  expect((await describe(`${described.ARN}`)).Name).toBe('/a/token');
  expect((await describe('/a/denied')).Name).toBe('/a/denied');
  expect(described.LastAccessedDate).toBeUndefined();
  await get(world, '/a/token');
  expect((await describe('/a/token')).LastAccessedDate).toEqual(new Date('2023-11-14T00:00:00Z'));
  expect((await describe('/b/deleted')).DeletedDate).toBeInstanceOf(Date);
  expect(await rejectionName(describe('/none'))).toBe('ResourceNotFoundException');
};

const getSecretValue: OperationCase = async (world) => {
  const { ARN = '', VersionId = '' } = await get(world, '/a/token');
  await schedule(world, '/b/deleted');

  expect([await textOf(world, '/a/token'), await textOf(world, ARN), await textOf(world, ARN.slice(0, -7))]).toEqual([
    'hidden',
    'hidden',
    'hidden',
  ]);
  expect(await textOf(world, '/a/token', 'AWSPREVIOUS')).toBe('former');
  expect((await get(world, '/a/token', { VersionId })).SecretString).toBe('hidden');
  expect((await get(world, '/a/cert')).SecretBinary).toEqual(new Uint8Array([0, 1, 2]));
  expect(await textOf(world, '/a/lagging')).toBe('late');
  for (const wrong of ['/none', '/A/token', '/b/empty']) {
    expect(await rejectionName(get(world, wrong))).toBe('ResourceNotFoundException');
  }
  expect(await rejectionName(textOf(world, '/a/token', 'AWSPENDING'))).toBe('ResourceNotFoundException');
  const previous = { VersionId, VersionStage: 'AWSPREVIOUS' };
  expect(await rejectionName(get(world, '/a/token', previous))).toBe('InvalidRequestException');
  expect(await rejectionName(get(world, '/a/token', { VersionId: token('z') }))).toBe('ResourceNotFoundException');
  expect(await rejectionName(get(world, '/a/denied'))).toBe('AccessDeniedException');
  expect(await rejectionName(get(world, '/b/deleted'))).toBe('InvalidRequestException');
};

const batchGetSecretValue: OperationCase = async (world) => {
  const batch = (input: BatchGetSecretValueCommandInput) => world.secrets.send(new BatchGetSecretValueCommand(input));
  await schedule(world, '/b/deleted');

  const { SecretValues, Errors } = await batch({
    SecretIdList: ['/a/token', '/none', '/a/denied', '/b/deleted', '/a/cert'],
  });
  const page = await batch({ ...byName('/a'), MaxResults: 1 });
  const next = await batch({ ...byName('/a'), MaxResults: 1, NextToken: `${page.NextToken}` });

  expect(SecretValues?.map(({ Name }) => Name)).toEqual(['/a/token', '/a/cert']);
  expect(Errors?.map(({ SecretId, ErrorCode }) => [SecretId, ErrorCode])).toEqual([
    ['/none', 'ResourceNotFoundException'],
    ['/a/denied', 'AccessDeniedException'],
    ['/b/deleted', 'InvalidRequestException'],
  ]);
  expect([page, next].map((each) => each.SecretValues?.[0]?.Name)).toEqual(['/a/token', '/a/cert']);
  expect((await batch({ SecretIdList: numbers(20) })).Errors).toHaveLength(20);
  for (const wrong of [
    { SecretIdList: numbers(21) },
    { SecretIdList: [] },
    {},
    { SecretIdList: ['/a/token'], ...byName('/a') },
    { SecretIdList: ['/a/token'], MaxResults: 1 },
    { ...byName('/a'), MaxResults: 21 },
  ]) {
    expect(await rejectionName(batch(wrong))).toBe('InvalidParameterException');
  }
  expect(await rejectionName(batch({ ...byName('/a'), NextToken: 'mine' }))).toBe('InvalidNextTokenException');
};

const createSecret: OperationCase = async (world) => {
  const create = (input: Partial<CreateSecretCommandInput>) =>
    world.secrets.send(new CreateSecretCommand({ Name: '/new/one', ...input }));
  const first = { SecretString: 'x', ClientRequestToken: token('a') };
  const facts = { Description: 'd', KmsKeyId: 'k', Tags: [{ Key: 'team', Value: 'a' }] };

  await create({ ...first, ...facts });
  await create({ Name: '/new/bytes', SecretBinary: new Uint8Array([1]) });
  await create({ Name: '/new/empty' });

  expect((await create(first)).VersionId).toBe(token('a'));
  expect(await world.secrets.send(new DescribeSecretCommand({ SecretId: '/new/one' }))).toMatchObject(facts);
  expect((await get(world, '/new/bytes')).SecretBinary).toEqual(new Uint8Array([1]));
  expect(await rejectionName(get(world, '/new/empty'))).toBe('ResourceNotFoundException');
  expect(await rejectionName(create({ SecretString: 'y' }))).toBe('ResourceExistsException');
  expect(await rejectionName(create({ Name: 'a b' }))).toBe('ValidationException');
  expect(await rejectionName(create({ Name: 'x'.repeat(513) }))).toBe('ValidationException');
  const both = { Name: '/new/two', SecretString: 'x', SecretBinary: new Uint8Array([1]) };
  expect(await rejectionName(create(both))).toBe('InvalidParameterException');
  const many = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: 'v' }));
  expect(await rejectionName(create({ Name: '/new/two', Tags: many }))).toBe('InvalidParameterException');
  expect(await rejectionName(create({ Name: '/new/two', ClientRequestToken: 'short' }))).toBe('ValidationException');
  await create({ Name: '/new/large', SecretString: 'x'.repeat(65_536) });
  expect(await rejectionName(create({ SecretString: 'x'.repeat(65_537) }))).toBe('ValidationException');
  await schedule(world, '/new/one');
  expect(await rejectionName(create({ SecretString: 'x' }))).toBe('InvalidRequestException');
};

const putSecretValue: OperationCase = async (world) => {
  const put = (input: Partial<PutSecretValueCommandInput>) =>
    world.secrets.send(new PutSecretValueCommand({ SecretId: '/a/token', ...input }));
  const repeated = { SecretString: 'third', ClientRequestToken: token('a') };

  await put({ SecretString: 'second' });
  const stages = [await textOf(world, '/a/token'), await textOf(world, '/a/token', 'AWSPREVIOUS')];
  await put({ SecretBinary: new Uint8Array([1]), VersionStages: ['AWSPENDING'] });
  await put(repeated);

  expect(stages).toEqual(['second', 'hidden']);
  expect((await get(world, '/a/token', { VersionStage: 'AWSPENDING' })).SecretBinary).toEqual(new Uint8Array([1]));
  expect((await put(repeated)).VersionId).toBe(token('a'));
  expect(await rejectionName(put({ ...repeated, SecretString: 'other' }))).toBe('ResourceExistsException');
  expect(await rejectionName(put({}))).toBe('InvalidParameterException');
  expect(await rejectionName(put({ SecretId: '/none', SecretString: 'x' }))).toBe('ResourceNotFoundException');
  const labels = Array.from({ length: 20 }, (_, index) => `label-${index}`);
  expect(await rejectionName(put({ SecretString: 'x', VersionStages: labels }))).toBe('LimitExceededException');
  const ofCert = (index: number) => put({ SecretId: '/a/cert', SecretString: `${index}` });
  for (let index = 2; index <= 100; index += 1) await ofCert(index);
  expect(await rejectionName(ofCert(101))).toBe('LimitExceededException');
  world.passTime(dayMs);
  await ofCert(101);
  await schedule(world, '/a/token');
  expect(await rejectionName(put({ SecretString: 'x' }))).toBe('InvalidRequestException');
};

const updateSecret: OperationCase = async (world) => {
  const update = (input: Partial<UpdateSecretCommandInput>) =>
    world.secrets.send(new UpdateSecretCommand({ SecretId: '/a/token', ...input }));
  const repeated = { SecretString: 'third', ClientRequestToken: token('a') };

  const described = await update({ Description: 'd', KmsKeyId: 'k' });
  await update({ SecretBinary: new Uint8Array([1]) });
  await update(repeated);

  expect(described.VersionId).toBeUndefined();
  expect(await world.secrets.send(new DescribeSecretCommand({ SecretId: '/a/token' }))).toMatchObject({
    Description: 'd',
    KmsKeyId: 'k',
  });
  expect(await textOf(world, '/a/token')).toBe('third');
  expect((await get(world, '/a/token', { VersionStage: 'AWSPREVIOUS' })).SecretBinary).toEqual(new Uint8Array([1]));
  expect(await rejectionName(update({ ...repeated, SecretString: 'other' }))).toBe('ResourceExistsException');
  const both = { SecretString: 'x', SecretBinary: new Uint8Array([1]) };
  expect(await rejectionName(update(both))).toBe('InvalidParameterException');
  expect(await rejectionName(update({ SecretId: '/none', SecretString: 'x' }))).toBe('ResourceNotFoundException');
  await schedule(world, '/a/token');
  expect(await rejectionName(update({ SecretString: 'x' }))).toBe('InvalidRequestException');
};

const updateSecretVersionStage: OperationCase = async (world) => {
  const move = (input: Partial<UpdateSecretVersionStageCommandInput>) =>
    world.secrets.send(
      new UpdateSecretVersionStageCommand({ SecretId: '/a/token', VersionStage: 'AWSCURRENT', ...input }),
    );
  const idOf = async (VersionStage: string) => `${(await get(world, '/a/token', { VersionStage })).VersionId}`;
  const [current, previous] = [await idOf('AWSCURRENT'), await idOf('AWSPREVIOUS')];

  await move({ MoveToVersionId: previous, RemoveFromVersionId: current });
  await move({ VersionStage: 'mine', MoveToVersionId: current });

  expect([await textOf(world, '/a/token'), await textOf(world, '/a/token', 'AWSPREVIOUS')]).toEqual([
    'former',
    'hidden',
  ]);
  expect(await textOf(world, '/a/token', 'mine')).toBe('hidden');
  await move({ VersionStage: 'mine', RemoveFromVersionId: current });
  expect(await rejectionName(textOf(world, '/a/token', 'mine'))).toBe('ResourceNotFoundException');
  expect(await rejectionName(move({ MoveToVersionId: current }))).toBe('InvalidParameterException');
  expect(await rejectionName(move({ RemoveFromVersionId: previous }))).toBe('InvalidParameterException');
  const unattached = { VersionStage: 'mine', RemoveFromVersionId: current };
  expect(await rejectionName(move(unattached))).toBe('InvalidParameterException');
  const labels = Array.from({ length: 18 }, (_, index) => `label-${index}`);
  for (const VersionStage of labels) await move({ VersionStage, MoveToVersionId: current });
  const more = { VersionStage: 'more', MoveToVersionId: current };
  expect(await rejectionName(move(more))).toBe('LimitExceededException');
  expect(await rejectionName(move({ MoveToVersionId: token('z') }))).toBe('ResourceNotFoundException');
  expect(await rejectionName(move({}))).toBe('ValidationException');
  await schedule(world, '/a/token');
  expect(await rejectionName(move({ MoveToVersionId: current }))).toBe('InvalidRequestException');
};

const deleteSecret: OperationCase = async (world) => {
  const remove = (input: Partial<DeleteSecretCommandInput>) =>
    world.secrets.send(new DeleteSecretCommand({ SecretId: '/a/token', ...input }));
  const daysFromNow = (days: number) => new Date(startMs + days * dayMs);

  expect((await remove({ RecoveryWindowInDays: 7 })).DeletionDate).toEqual(daysFromNow(7));
  expect((await remove({ SecretId: '/a/cert' })).DeletionDate).toEqual(daysFromNow(30));
  expect(await rejectionName(textOf(world, '/a/token'))).toBe('InvalidRequestException');
  expect(await rejectionName(remove({}))).toBe('InvalidRequestException');
  await remove({ ForceDeleteWithoutRecovery: true });
  expect(await rejectionName(textOf(world, '/a/token'))).toBe('ResourceNotFoundException');
  expect((await remove({ SecretId: '/none', ForceDeleteWithoutRecovery: true })).Name).toBe('/none');
  expect(await rejectionName(remove({ SecretId: '/none' }))).toBe('ResourceNotFoundException');
  for (const wrong of [
    { RecoveryWindowInDays: 6 },
    { RecoveryWindowInDays: 31 },
    { RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true },
  ]) {
    expect(await rejectionName(remove({ SecretId: '/b/empty', ...wrong }))).toBe('InvalidParameterException');
  }
};

const restoreSecret: OperationCase = async (world) => {
  const restore = (SecretId: string) => world.secrets.send(new RestoreSecretCommand({ SecretId }));
  await schedule(world, '/a/token');

  await restore('/a/token');

  expect(await textOf(world, '/a/token')).toBe('hidden');
  expect(await rejectionName(restore('/none'))).toBe('ResourceNotFoundException');
  await schedule(world, '/a/token');
  world.passTime(30 * dayMs);
  expect(await rejectionName(restore('/a/token'))).toBe('ResourceNotFoundException');
};

const listSecretVersionIds: OperationCase = async (world) => {
  const list = (input: Partial<ListSecretVersionIdsCommandInput> = {}) =>
    world.secrets.send(new ListSecretVersionIdsCommand({ SecretId: '/a/token', ...input }));
  const stages = async (input: Partial<ListSecretVersionIdsCommandInput>) =>
    (await list(input)).Versions?.map(({ VersionStages }) => VersionStages);
  const ClientRequestToken = token('a');
  const put = { SecretId: '/a/token', SecretString: 'third', ClientRequestToken };
  await world.secrets.send(new PutSecretValueCommand(put));

  const { Name, Versions } = await list();

  expect([Name, Versions?.length]).toEqual(['/a/token', 2]);
  expect(Versions?.at(-1)).toEqual({
    ...{ VersionId: ClientRequestToken, VersionStages: ['AWSCURRENT'] },
    ...{ CreatedDate: new Date(startMs), KmsKeyIds: ['DefaultEncryptionKey'] },
  });
  expect(await stages({ IncludeDeprecated: true })).toEqual([[], ['AWSPREVIOUS'], ['AWSCURRENT']]);
  const first = await list({ MaxResults: 1 });
  expect(await stages({ MaxResults: 1, NextToken: `${first.NextToken}` })).toEqual([['AWSCURRENT']]);
  expect(await stages({ SecretId: '/b/empty' })).toEqual([]);
  expect(await rejectionName(list({ MaxResults: 101 }))).toBe('InvalidParameterException');
  expect(await rejectionName(list({ NextToken: 'mine' }))).toBe('InvalidNextTokenException');
  expect(await rejectionName(list({ SecretId: '/none' }))).toBe('ResourceNotFoundException');
};

const tagsOf = async ({ secrets }: World, SecretId: string) =>
  (await secrets.send(new DescribeSecretCommand({ SecretId }))).Tags;

const tagResource: OperationCase = async (world) => {
  const tag = (count: number, SecretId = '/a/token') => {
    const Tags = Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: 'v' }));
    return world.secrets.send(new TagResourceCommand({ SecretId, Tags }));
  };
  const named = new TagResourceCommand({ SecretId: '/a/token', Tags: [{ Key: 'team', Value: 'billing' }] });

  await world.secrets.send(named);
  await tag(1);

  expect(await tagsOf(world, '/a/token')).toEqual([
    { Key: 'team', Value: 'billing' },
    { Key: 'k0', Value: 'v' },
  ]);
  expect(await rejectionName(tag(50))).toBe('InvalidParameterException');
  expect(await rejectionName(tag(1, '/none'))).toBe('ResourceNotFoundException');
  await schedule(world, '/b/deleted');
  expect(await rejectionName(tag(1, '/b/deleted'))).toBe('InvalidRequestException');
};

const untagResource: OperationCase = async (world) => {
  const untag = (SecretId: string) =>
    world.secrets.send(new UntagResourceCommand({ SecretId, TagKeys: ['team', 'none'] }));

  await untag('/a/token');

  expect(await tagsOf(world, '/a/token')).toEqual([]);
  expect(await rejectionName(untag('/none'))).toBe('ResourceNotFoundException');
  await schedule(world, '/b/deleted');
  expect(await rejectionName(untag('/b/deleted'))).toBe('InvalidRequestException');
};

const getRandomPassword: OperationCase = async ({ secrets }) => {
  const password = async (input: GetRandomPasswordCommandInput) =>
    `${(await secrets.send(new GetRandomPasswordCommand(input))).RandomPassword}`;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[!-/:-@[-`{-~]/];
  const only = { ExcludeLowercase: true, ExcludeUppercase: true, ExcludePunctuation: true };

  const usual = await password({});

  expect(usual).toHaveLength(32);
  expect(kinds.every((kind) => kind.test(usual))).toBe(true);
  expect(await password({})).not.toBe(usual);
  const short = await password({ PasswordLength: 4 });
  expect(kinds.every((kind) => kind.test(short))).toBe(true);
  expect(await password({ ...only, PasswordLength: 4096 })).toMatch(/^\d{4096}$/);
  expect(await password({ ...only, ExcludeCharacters: '012345678' })).toBe('9'.repeat(32));
  expect(
    await password({ ExcludeNumbers: true, ExcludePunctuation: true, IncludeSpace: true, PasswordLength: 4096 }),
  ).toMatch(/^(?=.* )[A-Za-z ]{4096}$/);
  expect(await password({ PasswordLength: 1, RequireEachIncludedType: false })).toHaveLength(1);
  for (const wrong of [
    { PasswordLength: 3 },
    { PasswordLength: 0 },
    { PasswordLength: 4097 },
    { ...only, ExcludeNumbers: true },
  ]) {
    expect(await rejectionName(password(wrong))).toBe('InvalidParameterException');
  }
};

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `/many/${index}`);
}

/** The rows of Secrets Manager. */
export const secretsManagerCases: ServiceCases = {
  seed: {
    secrets: {
      '/a/token': {
        value: 'hidden',
        previous: 'former',
        tags: { team: 'orders' },
        rotation: { enabled: true, nextRotationDate: '2030-01-02T03:04:05Z' },
      },
      '/a/cert': { binary: 'AAEC', tags: { team: 'billing' } },
      '/a/denied': { value: 'hidden', denied: true },
      '/a/lagging': { value: 'late', listed: false },
      '/b/deleted': 'x',
      '/b/empty': {},
    },
  },
  cases: {
    ListSecrets: listSecrets,
    DescribeSecret: describeSecret,
    GetSecretValue: getSecretValue,
    BatchGetSecretValue: batchGetSecretValue,
    CreateSecret: createSecret,
    PutSecretValue: putSecretValue,
    UpdateSecret: updateSecret,
    UpdateSecretVersionStage: updateSecretVersionStage,
    DeleteSecret: deleteSecret,
    RestoreSecret: restoreSecret,
    ListSecretVersionIds: listSecretVersionIds,
    TagResource: tagResource,
    UntagResource: untagResource,
    GetRandomPassword: getRandomPassword,
  },
};
