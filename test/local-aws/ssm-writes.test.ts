import {
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  LabelParameterVersionCommand,
  PutParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
} from '@aws-sdk/client-ssm';

import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { clientOptions, post, rejectionName } from './local-requests';

let aws: LocalAws;
let ssm: SSMClient;

beforeEach(async () => {
  aws = await startLocalAws({ seed: { ssm: { '/a/one': '1', '/a/two': { value: '2', type: 'SecureString' } } } });
  ssm = new SSMClient(clientOptions(aws));
});

afterEach(async () => {
  ssm.destroy();
  await aws.close();
});

const valueOf = async (Name: string) =>
  (await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }))).Parameter?.Value;

describe('PutParameter', () => {
  it('creates a parameter', async () => {
    const { Version, Tier } = await ssm.send(
      new PutParameterCommand({ Name: '/a/three', Value: '3', Type: 'StringList', Description: 'third' }),
    );
    const { Parameters } = await ssm.send(new DescribeParametersCommand({}));

    expect([Version, Tier]).toEqual([1, 'Standard']);
    expect(Parameters?.at(-1)).toMatchObject({ Name: '/a/three', Type: 'StringList', Description: 'third' });
  });

  it('overwrites only when asked to, keeps the type and the place in listings', async () => {
    const put = { Name: '/a/two', Value: 'two' };

    const refused = await rejectionName(ssm.send(new PutParameterCommand(put)));
    const { Version } = await ssm.send(new PutParameterCommand({ ...put, Overwrite: true }));
    await ssm.send(new PutParameterCommand({ Name: '/a/one', Value: 'one', Overwrite: true }));
    const { Parameters } = await ssm.send(new GetParametersByPathCommand({ Path: '/a', WithDecryption: true }));

    expect(refused).toBe('ParameterAlreadyExists');
    expect(Version).toBe(2);
    expect(Parameters?.map((each) => [each.Name, each.Value, each.Type, each.Version])).toEqual([
      ['/a/one', 'one', 'String', 2],
      ['/a/two', 'two', 'SecureString', 2],
    ]);
  });

  it.each<[string, PutParameterCommandInput, string]>([
    ['an empty value', { Name: '/a/x', Value: '', Type: 'String' }, 'ValidationException'],
    ['a value over 4 KB', { Name: '/a/x', Value: 'x'.repeat(4097), Type: 'String' }, 'ValidationException'],
    ['a name with a space', { Name: '/a/x y', Value: 'x', Type: 'String' }, 'ValidationException'],
    ['a name that ends in a slash', { Name: '/a/', Value: 'x', Type: 'String' }, 'ValidationException'],
    ['a reserved name', { Name: '/aws/x', Value: 'x', Type: 'String' }, 'ValidationException'],
    ['sixteen levels', { Name: '/a'.repeat(16), Value: 'x', Type: 'String' }, 'HierarchyLevelLimitExceededException'],
    ['no type', { Name: '/a/x', Value: 'x' }, 'ValidationException'],
    ['an unknown type', { Name: '/a/x', Value: 'x', Type: 'Text' as 'String' }, 'ValidationException'],
    [
      'another type than before',
      { Name: '/a/one', Value: 'x', Type: 'SecureString', Overwrite: true },
      'HierarchyTypeMismatchException',
    ],
  ])('refuses %s', async (_, input, expected) => {
    expect(await rejectionName(ssm.send(new PutParameterCommand(input)))).toBe(expected);
    expect(await valueOf('/a/one')).toBe('1');
  });

  it('takes up to 8 KB in the advanced tier', async () => {
    const Value = 'x'.repeat(8192);

    await ssm.send(new PutParameterCommand({ Name: '/a/big', Value, Type: 'String', Tier: 'Advanced' }));

    expect(await valueOf('/a/big')).toBe(Value);
  });

  it('says which member is missing or of another type', async () => {
    const missing = await post(aws, 'AmazonSSM.PutParameter', { Name: '/a/x' });
    const wrong = await post(aws, 'AmazonSSM.PutParameter', { Name: '/a/x', Value: 5 });
    const flag = await post(aws, 'AmazonSSM.PutParameter', { Name: '/a/one', Value: 'x', Overwrite: 'yes' });

    expect(missing.json['message']).toContain("at 'value'");
    expect([wrong.json['__type'], flag.json['__type']]).toEqual(['SerializationException', 'SerializationException']);
  });
});

describe('DeleteParameter', () => {
  it('deletes a parameter, once', async () => {
    const command = new DeleteParameterCommand({ Name: '/a/one' });

    await ssm.send(command);

    expect(await rejectionName(valueOf('/a/one'))).toBe('ParameterNotFound');
    expect(await rejectionName(ssm.send(command))).toBe('ParameterNotFound');
  });
});

describe('DeleteParameters', () => {
  it('deletes what exists and names what does not', async () => {
    const answer = await ssm.send(new DeleteParametersCommand({ Names: ['/a/one', '/a/none', '/a/two'] }));

    expect(answer).toMatchObject({ DeletedParameters: ['/a/one', '/a/two'], InvalidParameters: ['/a/none'] });
  });

  it.each([[Array.from({ length: 11 }, (_, index) => `/n${index}`)], [[]], [undefined]])(
    'refuses %j',
    async (Names) => {
      const { json } = await post(aws, 'AmazonSSM.DeleteParameters', { Names });

      expect(json['__type']).toBe('ValidationException');
    },
  );
});

describe('LabelParameterVersion', () => {
  const label = (Labels: string[], ParameterVersion?: number) =>
    ssm.send(
      new LabelParameterVersionCommand({
        Name: '/a/one',
        Labels,
        ...(ParameterVersion === undefined ? {} : { ParameterVersion }),
      }),
    );

  it('moves a label from version to version', async () => {
    await ssm.send(new PutParameterCommand({ Name: '/a/one', Value: 'one', Overwrite: true }));

    const { ParameterVersion } = await label(['live']);
    const latest = await valueOf('/a/one:live');
    await label(['live'], 1);
    const first = await valueOf('/a/one:live');

    expect([ParameterVersion, latest, first]).toEqual([2, 'one', '1']);
  });

  it('names the labels no version can have', async () => {
    const { InvalidLabels } = await label(['1st', 'aws-x', 'ssm', 'a b', 'good']);
    const none = await label(['a b']);

    expect(InvalidLabels).toEqual(['1st', 'aws-x', 'ssm', 'a b']);
    expect(none.InvalidLabels).toEqual(['a b']);
    expect(await valueOf('/a/one:good')).toBe('1');
  });

  it('refuses an eleventh label', async () => {
    await label(Array.from('abcdefghij'));

    expect(await rejectionName(label(['k']))).toBe('ParameterVersionLabelLimitExceeded');
  });

  it('refuses versions and parameters that do not exist', async () => {
    const missing = await post(aws, 'AmazonSSM.LabelParameterVersion', { Name: '/none', Labels: ['a'] });
    const noLabels = await post(aws, 'AmazonSSM.LabelParameterVersion', { Name: '/a/one' });
    const fraction = await post(aws, 'AmazonSSM.LabelParameterVersion', {
      Name: '/a/one',
      Labels: ['a'],
      ParameterVersion: 1.5,
    });

    expect(await rejectionName(label(['a'], 9))).toBe('ParameterVersionNotFound');
    expect([missing, noLabels, fraction].map(({ json }) => json['__type'])).toEqual([
      'ParameterNotFound',
      'ValidationException',
      'SerializationException',
    ]);
  });
});
