import {
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  type DescribeParametersCommandInput,
  GetParameterCommand,
  GetParametersByPathCommand,
  type GetParametersByPathCommandInput,
  GetParametersCommand,
  LabelParameterVersionCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
} from '@aws-sdk/client-ssm';

import { rejectionName } from '../local-requests';
import { type OperationCase, type ServiceCases } from './world';

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
  expect(await names(filter('Label', 'live'))).toEqual(['/a/host']);
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
  const beginsWith = { ParameterFilters: [{ Key: 'Type', Option: 'BeginsWith', Values: ['S'] }] };
  expect(await rejectionName(get(beginsWith))).toBe('InvalidFilterOption');
};

const describeParameters: OperationCase = async ({ aws, ssm }) => {
  const describe = (input: DescribeParametersCommandInput) => ssm.send(new DescribeParametersCommand(input));
  const names = async (Key: string, Option: string, value: string) => {
    const { Parameters } = await describe({ ParameterFilters: [{ Key, Option, Values: [value] }] });
    return Parameters?.map(({ Name }) => Name);
  };

  expect(await names('Name', 'Equals', '/a/host')).toEqual(['/a/host']);
  expect(await names('Name', 'BeginsWith', '/a/')).toEqual(['/a/host', '/a/token', '/a/deep/port']);
  expect(await names('Name', 'Contains', 'tok')).toEqual(['/a/token']);
  expect(await names('Type', 'Equals', 'SecureString')).toEqual(['/a/token', '/locked/key']);
  expect(await names('Path', 'Recursive', '/a')).toEqual(['/a/host', '/a/token', '/a/deep/port']);
  expect(await names('Path', 'OneLevel', '/a')).toEqual(['/a/host', '/a/token']);
  for (let index = 0; index < 50; index += 1) aws.putParameter(`/more/${index}`, 'x');
  const first = await describe({});
  const second = await describe({ NextToken: `${first.NextToken}` });
  expect([first.Parameters?.length, second.Parameters?.length]).toEqual([50, 17]);
  expect(first.Parameters?.some((each) => 'Value' in each)).toBe(false);
  expect((await describe({ MaxResults: 3 })).Parameters).toHaveLength(3);
  expect(await rejectionName(describe({ MaxResults: 51 }))).toBe('ValidationException');
  expect(await rejectionName(describe({ NextToken: 'mine' }))).toBe('InvalidNextToken');
  expect(await rejectionName(names('Tier', 'Equals', 'Standard'))).toBe('InvalidFilterKey');
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
  for (const wrong of [
    { Value: 'x'.repeat(4097) },
    { Value: 'x'.repeat(8193), Tier: 'Advanced' as const },
    { Value: '' },
    { Name: '/aws/x' },
    { Name: 'ssm-x' },
    { Name: '/a b' },
  ]) {
    expect([wrong, await rejectionName(put({ Name: '/new/two', ...wrong }))]).toEqual([wrong, 'ValidationException']);
  }
  expect(await rejectionName(again({ Name: '/new/untyped' }))).toBe('ValidationException');
  expect(await rejectionName(put({ Name: '/a'.repeat(16) }))).toBe('HierarchyLevelLimitExceededException');
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
};

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `/many/${index}`);
}

/** The rows of Parameter Store. */
export const ssmCases: ServiceCases = {
  seed: {
    ssm: {
      '/a/host': { value: 'db', labels: ['live'] },
      '/a/token': { value: 'hidden', type: 'SecureString' },
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
  },
};
