import {
  AddTagsToResourceCommand,
  type AddTagsToResourceCommandInput,
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  type DescribeParametersCommandInput,
  GetParameterCommand,
  GetParameterHistoryCommand,
  type GetParameterHistoryCommandInput,
  GetParametersByPathCommand,
  type GetParametersByPathCommandInput,
  GetParametersCommand,
  LabelParameterVersionCommand,
  ListTagsForResourceCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  RemoveTagsFromResourceCommand,
  type ResourceTypeForTagging,
  UnlabelParameterVersionCommand,
} from '@aws-sdk/client-ssm';

import { rejectionName } from '../local-requests';
import { type OperationCase, type ServiceCases, type World } from './world';

const keyArn = 'arn:aws:kms:us-east-1:000000000000:key/k1';
const userArn = 'arn:aws:iam::000000000000:user/local';
const parameterArn = 'arn:aws:ssm:us-east-1:000000000000:parameter/a/host';

const getParameter: OperationCase = async ({ ssm }) => {
  const get = (Name: string, WithDecryption = false) => ssm.send(new GetParameterCommand({ Name, WithDecryption }));
  const named = ['/a/host', '/a/host:1', '/a/host:live', parameterArn, `${parameterArn}:live`];

  const answers = await Promise.all(named.map((name) => get(name)));

  expect(answers.map(({ Parameter }) => Parameter?.Value)).toEqual(named.map(() => 'db'));
  expect((await get('/a/token', true)).Parameter?.Value).toBe('hidden');
  expect((await get('/a/token')).Parameter?.Value).toMatch(/^AQICAH/);
  expect((await get('/locked/key')).Parameter?.Type).toBe('SecureString');
  expect(await rejectionName(get('/locked/key', true))).toBe('AccessDeniedException');
  expect(await rejectionName(get('/none'))).toBe('ParameterNotFound');
  expect(await rejectionName(get('/a/host:2'))).toBe('ParameterVersionNotFound');
  expect(await rejectionName(get('a b'))).toBe('ValidationException');
};

const getParameters: OperationCase = async ({ ssm }) => {
  const get = (Names: string[], WithDecryption = false) =>
    ssm.send(new GetParametersCommand({ Names, WithDecryption }));

  const { Parameters, InvalidParameters } = await get(['/a/token', '/none', '/a/host:live', '/a/host:9'], true);

  expect(Parameters?.map(({ Value }) => Value)).toEqual(['hidden', 'db']);
  expect(InvalidParameters).toEqual(['/none', '/a/host:9']);
  expect((await get(numbers(10))).Parameters).toHaveLength(10);
  expect(await rejectionName(get(numbers(11)))).toBe('ValidationException');
  expect(await rejectionName(get([]))).toBe('ValidationException');
  expect(await rejectionName(get(['/a/host', 'a b']))).toBe('ValidationException');
  expect((await get(['/a/host', '/locked/key'])).Parameters).toHaveLength(2);
  expect(await rejectionName(get(['/a/host', '/locked/key'], true))).toBe('AccessDeniedException');
};

const getParametersByPath: OperationCase = async ({ ssm }) => {
  const get = (input: Partial<GetParametersByPathCommandInput>) =>
    ssm.send(new GetParametersByPathCommand({ Path: '/a', ...input }));
  const names = async (input: Partial<GetParametersByPathCommandInput>) =>
    (await get(input)).Parameters?.map(({ Name }) => Name);
  const filter = (Key: string, ...Values: string[]) => ({ ParameterFilters: [{ Key, Values }] });

  expect(await names({})).toEqual(['/a/host', '/a/token']);
  expect(await names({ Recursive: true })).toEqual(['/a/host', '/a/token', '/a/deep/port']);
  expect(await names(filter('Type', 'SecureString'))).toEqual(['/a/token']);
  await ssm.send(new PutParameterCommand({ Name: '/a/host', Value: 'db2', Overwrite: true }));
  expect((await get(filter('Label', 'live'))).Parameters?.map(({ Name, Version }) => [Name, Version])).toEqual([
    ['/a/host', 1],
  ]);
  expect(await names(filter('KeyId', 'alias/aws/ssm'))).toEqual(['/a/token']);
  expect((await get({ WithDecryption: true })).Parameters?.[1]?.Value).toBe('hidden');
  const first = await get({ Path: '/many' });
  const second = await get({ Path: '/many', NextToken: `${first.NextToken}` });
  expect([first.Parameters?.length, second.Parameters?.length, second.NextToken]).toEqual([10, 2, undefined]);
  expect((await get({ MaxResults: 1 })).Parameters).toHaveLength(1);
  expect(await names({ Path: '/locked' })).toEqual(['/locked/key', '/locked/open']);
  expect(await rejectionName(get({ Path: '/locked', WithDecryption: true }))).toBe('AccessDeniedException');
  expect(await rejectionName(get({ MaxResults: 11 }))).toBe('ValidationException');
  expect(await rejectionName(get({ Path: 'a' }))).toBe('ValidationException');
  expect(await rejectionName(get({ NextToken: 'mine' }))).toBe('InvalidNextToken');
  expect(await rejectionName(get(filter('Name', '/a/host')))).toBe('InvalidFilterKey');
  const beginsWith = (Key: string) => ({ ParameterFilters: [{ Key, Option: 'BeginsWith', Values: ['S'] }] });
  expect(await names(beginsWith('Type'))).toEqual(['/a/host', '/a/token']);
  expect(await rejectionName(get(beginsWith('Label')))).toBe('InvalidFilterOption');
  expect(await rejectionName(get(filter('Label')))).toBe('InvalidFilterValue');
};

const describeParameters: OperationCase = async ({ aws, ssm }) => {
  const describe = (input: DescribeParametersCommandInput) => ssm.send(new DescribeParametersCommand(input));
  const names = async (Key: string, Option: string, ...Values: string[]) => {
    const { Parameters } = await describe({ ParameterFilters: [{ Key, Option, Values }] });
    return Parameters?.map(({ Name }) => Name);
  };
  await ssm.send(
    new PutParameterCommand({ Name: '/a/big', Value: 'x', Type: 'SecureString', KeyId: 'k1', Tier: 'Advanced' }),
  );

  expect(await names('Name', 'Equals', '/a/host')).toEqual(['/a/host']);
  expect(await names('Name', 'BeginsWith', '/a/')).toEqual(['/a/host', '/a/token', '/a/deep/port', '/a/big']);
  expect(await names('Name', 'Contains', 'tok')).toEqual(['/a/token']);
  expect(await names('Type', 'Equals', 'SecureString')).toEqual(['/a/token', '/locked/key', '/a/big']);
  expect(await names('Type', 'BeginsWith', 'StringL')).toEqual([]);
  expect(await names('Path', 'Recursive', '/a')).toEqual(['/a/host', '/a/token', '/a/deep/port', '/a/big']);
  expect(await names('Path', 'OneLevel', '/a')).toEqual(['/a/host', '/a/token', '/a/big']);
  expect(await names('KeyId', 'Equals', 'alias/aws/ssm')).toEqual(['/a/token', '/locked/key']);
  expect(await names('Tier', 'Equals', 'Advanced')).toEqual(['/a/big']);
  expect(await names('DataType', 'Equals', 'text', 'other')).toHaveLength(18);
  expect(await names('tag:team', 'Equals', 'orders')).toEqual(['/a/host']);
  expect(await names('tag:team', 'BeginsWith', 'or', 'bill')).toEqual(['/a/host', '/a/token']);
  expect(await names('tag:team', 'Equals')).toEqual(['/a/host', '/a/token']);
  expect(await names('tag:none', 'Equals', 'orders')).toEqual([]);
  expect((await describe({ Shared: true })).Parameters).toEqual([]);
  const [big] = (await describe({ ParameterFilters: [{ Key: 'Name', Values: ['/a/big'] }] })).Parameters ?? [];
  expect(big).toMatchObject({ Tier: 'Advanced', KeyId: 'k1', LastModifiedUser: userArn, DataType: 'text' });
  for (let index = 0; index < 50; index += 1) aws.putParameter(`/more/${index}`, 'x');
  const first = await describe({});
  const second = await describe({ NextToken: `${first.NextToken}` });
  expect([first.Parameters?.length, second.Parameters?.length]).toEqual([50, 18]);
  expect(first.Parameters?.some((each) => 'Value' in each)).toBe(false);
  expect((await describe({ MaxResults: 3 })).Parameters).toHaveLength(3);
  expect(await rejectionName(describe({ MaxResults: 51 }))).toBe('ValidationException');
  expect(await rejectionName(describe({ NextToken: 'mine' }))).toBe('InvalidNextToken');
  expect(await rejectionName(names('Label', 'Equals', 'live'))).toBe('InvalidFilterKey');
  expect(await rejectionName(names('Name', 'Equals'))).toBe('InvalidFilterValue');
  const twice = [
    { Key: 'Name', Values: ['a'] },
    { Key: 'Name', Values: ['b'] },
  ];
  expect(await rejectionName(describe({ ParameterFilters: twice }))).toBe('ValidationException');
  expect(await rejectionName(names('Path', 'BeginsWith', '/a'))).toBe('InvalidFilterOption');
};

const putParameter: OperationCase = async ({ ssm }) => {
  const put = (input: Partial<PutParameterCommandInput>) =>
    ssm.send(new PutParameterCommand({ Name: '/new/one', Value: 'x', Type: 'String', ...input }));
  const again = (input: Partial<PutParameterCommandInput>) =>
    ssm.send(new PutParameterCommand({ Name: '/new/one', Value: 'x', ...input }));

  const created = await put({ Description: 'first' });
  const changed = await again({ Overwrite: true });
  const { Parameters } = await ssm.send(new DescribeParametersCommand({}));
  const read = ['/new/one', '/new/one:1'].map((Name) => ssm.send(new GetParameterCommand({ Name })));

  expect([created.Version, changed.Version]).toEqual([1, 2]);
  expect(Parameters?.at(-1)).toMatchObject({ Name: '/new/one', Type: 'String', Description: 'first', Version: 2 });
  expect((await Promise.all(read)).map(({ Parameter }) => Parameter?.Version)).toEqual([2, 1]);
  expect(await rejectionName(again({}))).toBe('ParameterAlreadyExists');
  expect(await rejectionName(put({ Type: 'SecureString', Overwrite: true }))).toBe('HierarchyTypeMismatchException');
  await put({ Name: '/new/4-kb', Value: 'x'.repeat(4096) });
  await put({ Name: '/new/8-kb', Value: 'x'.repeat(8192), Tier: 'Advanced' });
  await put({ Name: '/a'.repeat(15) });
  const secure = { Name: '/new/key', Type: 'SecureString' } as const;
  await put({ ...secure, KeyId: keyArn });
  expect(await rejectionName(put({ ...secure, Name: '/new/no-key', KeyId: 'none' }))).toBe('InvalidKeyId');
  expect(await rejectionName(put({ Name: '/new/text', KeyId: 'k1' }))).toBe('ValidationException');
  await put({ Name: '/new/digits', Value: '1', AllowedPattern: '^\\d+$', DataType: 'text' });
  const letters = { Name: '/new/digits', Overwrite: true };
  expect(await rejectionName(again(letters))).toBe('ParameterPatternMismatchException');
  expect(await rejectionName(put({ Name: '/new/odd', AllowedPattern: '[' }))).toBe('InvalidAllowedPatternException');
  const Tags = [{ Key: 'team', Value: 'a' }];
  await put({ Name: '/new/tagged', Tags });
  expect(await rejectionName(again({ Tags, Overwrite: true }))).toBe('ValidationException');
  const many = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
  expect(await rejectionName(put({ Name: '/new/many', Tags: many }))).toBe('TooManyTagsError');
  const large = { Name: '/new/large', Value: 'x'.repeat(4097), Tier: 'Intelligent-Tiering' } as const;
  expect((await put(large)).Tier).toBe('Advanced');
  expect((await again({ Name: '/new/large', Overwrite: true })).Tier).toBe('Advanced');
  const smaller = { Name: '/new/large', Overwrite: true, Tier: 'Standard' } as const;
  expect(await rejectionName(again(smaller))).toBe('ValidationException');
  for (const wrong of [
    { Value: 'x'.repeat(4097) },
    { Value: 'x'.repeat(8193), Tier: 'Advanced' as const },
    { Value: '' },
    { Name: '/aws/x' },
    { Name: 'ssm-x' },
    { Name: '/a b' },
    { Value: 'see {{ssm:/a/host}}' },
    { Tier: 'Free' as 'Standard' },
    { DataType: 'aws:ec2:image' },
    { Description: 'x'.repeat(1025) },
    { Tags: [{ Key: 'aws:x', Value: 'y' }] },
  ]) {
    expect([wrong, await rejectionName(put({ Name: '/new/two', ...wrong }))]).toEqual([wrong, 'ValidationException']);
  }
  expect(await rejectionName(again({ Name: '/new/untyped' }))).toBe('ValidationException');
  expect(await rejectionName(put({ Name: '/a'.repeat(16) }))).toBe('HierarchyLevelLimitExceededException');
  for (let version = 3; version <= 101; version += 1) await again({ Overwrite: true, Value: `${version}` });
  const oldest = async () =>
    (await ssm.send(new GetParameterHistoryCommand({ Name: '/new/one' }))).Parameters?.[0]?.Version;
  expect(await oldest()).toBe(2);
  await ssm.send(new LabelParameterVersionCommand({ Name: '/new/one', ParameterVersion: 2, Labels: ['kept'] }));
  expect(await rejectionName(again({ Overwrite: true }))).toBe('ParameterMaxVersionLimitExceeded');
};

const getParameterHistory: OperationCase = async ({ aws, ssm }) => {
  const history = async (input: Partial<GetParameterHistoryCommandInput>) =>
    ssm.send(new GetParameterHistoryCommand({ Name: '/a/token', ...input }));
  const put = (input: Partial<PutParameterCommandInput>) =>
    ssm.send(new PutParameterCommand({ Name: '/a/token', Value: 'second', Overwrite: true, ...input }));
  await put({ Description: 'd', KeyId: 'k1', Tier: 'Advanced', AllowedPattern: '^s' });
  await ssm.send(new LabelParameterVersionCommand({ Name: '/a/token', Labels: ['live'] }));

  const { Parameters } = await history({ WithDecryption: true });

  expect(Parameters).toEqual([
    expect.objectContaining({ Version: 1, Value: 'hidden', KeyId: 'alias/aws/ssm', Tier: 'Standard', Labels: [] }),
    {
      ...{ Name: '/a/token', Type: 'SecureString', Version: 2, Value: 'second', Labels: ['live'], DataType: 'text' },
      ...{ Description: 'd', KeyId: 'k1', Tier: 'Advanced', AllowedPattern: '^s', Policies: [] },
      ...{ LastModifiedDate: new Date(1_700_000_000_000), LastModifiedUser: userArn },
    },
  ]);
  expect((await history({})).Parameters?.map(({ Value }) => Value?.slice(0, 6))).toEqual(['AQICAH', 'AQICAH']);
  const first = await history({ MaxResults: 1 });
  const second = await history({ MaxResults: 1, NextToken: `${first.NextToken}` });
  expect([first, second].map((each) => each.Parameters?.[0]?.Version)).toEqual([1, 2]);
  expect(second.NextToken).toBeUndefined();
  aws.deleteParameter('/a/host');
  expect(await rejectionName(history({ Name: '/a/host' }))).toBe('ParameterNotFound');
  expect(await rejectionName(history({ Name: '/locked/key', WithDecryption: true }))).toBe('AccessDeniedException');
  expect(await rejectionName(history({ Name: '/a/token:1' }))).toBe('ValidationException');
  expect(await rejectionName(history({ MaxResults: 51 }))).toBe('ValidationException');
  expect(await rejectionName(history({ NextToken: 'mine' }))).toBe('InvalidNextToken');
};

const deleteParameter: OperationCase = async ({ ssm }) => {
  const remove = () => ssm.send(new DeleteParameterCommand({ Name: '/a/host' }));

  await remove();

  expect(await rejectionName(ssm.send(new GetParameterCommand({ Name: '/a/host' })))).toBe('ParameterNotFound');
  expect(await rejectionName(remove())).toBe('ParameterNotFound');
};

const deleteParameters: OperationCase = async ({ ssm }) => {
  const remove = (Names: string[]) => ssm.send(new DeleteParametersCommand({ Names }));

  expect(await remove(['/a/host', '/none'])).toMatchObject({
    DeletedParameters: ['/a/host'],
    InvalidParameters: ['/none'],
  });
  expect((await remove(numbers(10))).DeletedParameters).toHaveLength(10);
  expect(await rejectionName(remove(numbers(11)))).toBe('ValidationException');
  expect(await rejectionName(remove([]))).toBe('ValidationException');
};

const labelParameterVersion: OperationCase = async ({ aws, ssm }) => {
  const label = (Labels: string[], ParameterVersion?: number, Name = '/a/host') =>
    ssm.send(
      new LabelParameterVersionCommand({ Name, Labels, ...(ParameterVersion !== undefined && { ParameterVersion }) }),
    );
  const versionOf = async (selector: string) =>
    (await ssm.send(new GetParameterCommand({ Name: `/a/host:${selector}` }))).Parameter?.Version;
  aws.putParameter('/a/host', 'db2');

  await label(['live', 'next']);
  await label(['next'], 1);

  expect([await versionOf('live'), await versionOf('next')]).toEqual([2, 1]);
  expect((await label(['1st', 'aws-x', 'ssm-x', 'good'])).InvalidLabels).toEqual(['1st', 'aws-x', 'ssm-x']);
  await label(Array.from('abcdefgh'));
  expect(await rejectionName(label(['i']))).toBe('ParameterVersionLabelLimitExceeded');
  expect(await rejectionName(label(['x'], 9))).toBe('ParameterVersionNotFound');
  expect(await rejectionName(label(['x'], 1, '/none'))).toBe('ParameterNotFound');
  expect(await rejectionName(label(['x'], 1, 'a b'))).toBe('ValidationException');
  expect(await rejectionName(label(['x'], 1, '/a/host:1'))).toBe('ValidationException');
};

const unlabelParameterVersion: OperationCase = async ({ ssm }) => {
  const unlabel = (Labels: string[], ParameterVersion = 1, Name = '/a/host') =>
    ssm.send(new UnlabelParameterVersionCommand({ Name, Labels, ParameterVersion }));
  const read = (Name: string) => ssm.send(new GetParameterCommand({ Name }));

  expect((await read('/a/host:live')).Parameter?.Version).toBe(1);
  expect(await unlabel(['live', 'none'])).toMatchObject({ RemovedLabels: ['live'], InvalidLabels: ['none'] });
  expect(await rejectionName(read('/a/host:live'))).toBe('ParameterVersionNotFound');
  expect(await rejectionName(unlabel(['live'], 9))).toBe('ParameterVersionNotFound');
  expect(await rejectionName(unlabel(['live'], 1, '/none'))).toBe('ParameterNotFound');
  expect(await rejectionName(unlabel([]))).toBe('ValidationException');
};

const ofParameter = { ResourceType: 'Parameter', ResourceId: '/a/host' } as const;
const tagsOf = async ({ ssm }: World, more: { ResourceType?: ResourceTypeForTagging; ResourceId?: string } = {}) =>
  (await ssm.send(new ListTagsForResourceCommand({ ...ofParameter, ...more }))).TagList;

const addTagsToResource: OperationCase = async (world) => {
  const add = (Tags: AddTagsToResourceCommandInput['Tags'], more = {}) =>
    world.ssm.send(new AddTagsToResourceCommand({ ...ofParameter, Tags, ...more }));
  const numbered = (count: number) => Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: 'v' }));

  await add([
    { Key: 'team', Value: 'billing' },
    { Key: 'empty', Value: '' },
  ]);

  expect(await tagsOf(world)).toEqual([
    { Key: 'team', Value: 'billing' },
    { Key: 'empty', Value: '' },
  ]);
  await add(numbered(48));
  expect(await rejectionName(add([{ Key: 'more', Value: 'v' }]))).toBe('TooManyTagsError');
  expect(await rejectionName(add([], { ResourceId: '/none' }))).toBe('InvalidResourceId');
  expect(await rejectionName(add([], { ResourceType: 'Document' }))).toBe('InvalidResourceType');
  expect(await rejectionName(add([{ Key: 'x'.repeat(129), Value: '' }]))).toBe('ValidationException');
};

const removeTagsFromResource: OperationCase = async (world) => {
  const remove = (TagKeys: string[], more = {}) =>
    world.ssm.send(new RemoveTagsFromResourceCommand({ ...ofParameter, TagKeys, ...more }));

  await remove(['team', 'none']);

  expect(await tagsOf(world)).toEqual([]);
  expect(await rejectionName(remove(['team'], { ResourceId: '/none' }))).toBe('InvalidResourceId');
  expect(await rejectionName(remove(['team'], { ResourceType: 'OpsItem' }))).toBe('InvalidResourceType');
};

const listTagsForResource: OperationCase = async (world) => {
  expect(await tagsOf(world)).toEqual([{ Key: 'team', Value: 'orders' }]);
  expect(await tagsOf(world, { ResourceId: '/a/deep/port' })).toEqual([]);
  expect(await rejectionName(tagsOf(world, { ResourceId: '/none' }))).toBe('InvalidResourceId');
  expect(await rejectionName(tagsOf(world, { ResourceType: 'OpsItem' }))).toBe('InvalidResourceType');
};

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `/many/${index}`);
}

/** The rows of Parameter Store. */
export const ssmCases: ServiceCases = {
  seed: {
    kmsKeys: ['k1'],
    ssm: {
      '/a/host': { value: 'db', labels: ['live'], tags: { team: 'orders' } },
      '/a/token': { value: 'hidden', type: 'SecureString', tags: { team: 'billing' } },
      '/a/deep/port': '5432',
      '/locked/key': { value: 'hidden', type: 'SecureString', keyDenied: true },
      '/locked/open': 'x',
      ...Object.fromEntries(numbers(12).map((name) => [name, 'x'])),
    },
  },
  cases: {
    GetParameter: getParameter,
    GetParameters: getParameters,
    GetParametersByPath: getParametersByPath,
    DescribeParameters: describeParameters,
    PutParameter: putParameter,
    DeleteParameter: deleteParameter,
    DeleteParameters: deleteParameters,
    LabelParameterVersion: labelParameterVersion,
    UnlabelParameterVersion: unlabelParameterVersion,
    GetParameterHistory: getParameterHistory,
    AddTagsToResource: addTagsToResource,
    RemoveTagsFromResource: removeTagsFromResource,
    ListTagsForResource: listTagsForResource,
  },
};
