import {
  GetParameterCommand,
  GetParametersByPathCommand,
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

  it.each<[string, PutParameterCommandInput]>([
    ['a name that ends in a slash', { Name: '/a/', Value: 'x', Type: 'String' }],
    ['an unknown type', { Name: '/a/x', Value: 'x', Type: 'Text' as 'String' }],
  ])('refuses %s', async (_, input) => {
    expect(await rejectionName(ssm.send(new PutParameterCommand(input)))).toBe('ValidationException');
    expect(await valueOf('/a/one')).toBe('1');
  });

  it('says which member is missing or of another type', async () => {
    const missing = await post(aws, 'AmazonSSM.PutParameter', { Name: '/a/x' });
    const wrong = await post(aws, 'AmazonSSM.PutParameter', { Name: '/a/x', Value: 5 });
    const flag = await post(aws, 'AmazonSSM.PutParameter', { Name: '/a/one', Value: 'x', Overwrite: 'yes' });

    expect(missing.json['message']).toContain("at 'value'");
    expect([wrong.json['__type'], flag.json['__type']]).toEqual(['SerializationException', 'SerializationException']);
  });
});
