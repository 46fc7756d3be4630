import {
  DescribeParametersCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';

import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { clientOptions, post, rejection, rejectionName } from './local-requests';

let aws: LocalAws;
let ssm: SSMClient;

beforeAll(async () => {
  aws = await startLocalAws({
    clock: () => 1_700_000_000_500,
    seed: {
      ssm: {
        '/orders/prod/host': { value: 'db.internal', labels: ['live'] },
        '/orders/prod/deep/port': '5432',
        '/orders/prod/hosts': { value: 'a,b', type: 'StringList' },
        '/orders/prod/password': { value: 'hunter2', type: 'SecureString' },
        '/orders/production/other': 'x',
        '/locked/plain': 'open',
        '/locked/sealed': { value: 'hunter3', type: 'SecureString', keyDenied: true },
        '/locked/string': { value: 'open too', keyDenied: true },
        '/empty/value': '',
        plain: 'no slash',
        '/odd/__proto__': 'p',
        '/odd/constructor': 'c',
        ['__proto__']: 'own',
      },
    },
  });
  ssm = new SSMClient(clientOptions(aws));
});

afterAll(async () => {
  ssm.destroy();
  await aws.close();
});

describe('GetParametersByPath', () => {
  it('gives every field of a parameter', async () => {
    const { Parameters } = await ssm.send(new GetParametersByPathCommand({ Path: '/orders/production/' }));

    expect(Parameters).toEqual([
      {
        Name: '/orders/production/other',
        Type: 'String',
        Value: 'x',
        Version: 1,
        LastModifiedDate: new Date(1_700_000_000_500),
        ARN: 'arn:aws:ssm:us-east-1:000000000000:parameter/orders/production/other',
        DataType: 'text',
      },
    ]);
  });

  it('gives a name without a slash under the root', async () => {
    const { Parameters } = await ssm.send(new GetParametersByPathCommand({ Path: '/' }));

    expect(Parameters?.map(({ Name, Value }) => [Name, Value])).toEqual([
      ['plain', 'no slash'],
      ['__proto__', 'own'],
    ]);
  });

  it.each([{ Path: '/orders', MaxResults: 0 }, { Path: '/orders//x' }, { Path: '/with space' }])(
    'refuses %j',
    async (input) => {
      expect(await rejectionName(ssm.send(new GetParametersByPathCommand(input)))).toBe('ValidationException');
    },
  );

  it('refuses the whole page when the key of one parameter is denied, but reads it undecrypted', async () => {
    const error = await rejection(ssm.send(new GetParametersByPathCommand({ Path: '/locked', WithDecryption: true })));
    const { Parameters } = await ssm.send(new GetParametersByPathCommand({ Path: '/locked' }));

    expect(error.name).toBe('AccessDeniedException');
    expect(error.message).toContain('kms:Decrypt');
    expect(error.message).not.toContain('hunter3');
    expect(Parameters?.map(({ Name }) => Name)).toEqual(['/locked/plain', '/locked/sealed', '/locked/string']);
  });

  it('keeps names such as __proto__ and constructor', async () => {
    const { Parameters } = await ssm.send(new GetParametersByPathCommand({ Path: '/odd' }));

    expect(Parameters?.map(({ Name, Value }) => [Name, Value])).toEqual([
      ['/odd/__proto__', 'p'],
      ['/odd/constructor', 'c'],
    ]);
  });

  it('gives the empty value of a seed', async () => {
    const { Parameters } = await ssm.send(new GetParametersByPathCommand({ Path: '/empty' }));

    expect(Parameters?.[0]?.Value).toBe('');
  });
});

describe('GetParameters', () => {
  it('gives what exists and names what does not', async () => {
    const { Parameters, InvalidParameters } = await ssm.send(
      new GetParametersCommand({
        Names: ['/orders/prod/host', '/missing', '/orders/prod/host:9', '/orders/prod/host:live', '/orders/prod/host'],
      }),
    );

    expect(Parameters?.map(({ Name, Selector }) => [Name, Selector])).toEqual([
      ['/orders/prod/host', undefined],
      ['/orders/prod/host', ':live'],
    ]);
    expect(InvalidParameters).toEqual(['/missing', '/orders/prod/host:9']);
  });

  it.each([
    ['one name with two selectors', ['/orders/prod/host:1:2']],
    ['one name with an empty selector', ['/orders/prod/host:']],
    ['one empty name', ['']],
  ])('refuses a batch with %s', async (_, Names) => {
    expect(await rejectionName(ssm.send(new GetParametersCommand({ Names })))).toBe('ValidationException');
  });

  it('says what is missing or of another type', async () => {
    const missing = await post(aws, 'AmazonSSM.GetParameters', {});
    const wrong = await post(aws, 'AmazonSSM.GetParameters', { Names: 'one' });

    expect(missing.json['__type']).toBe('ValidationException');
    expect(wrong.json['__type']).toBe('SerializationException');
  });
});

describe('DescribeParameters', () => {
  it('gives facts without values, 50 a page', async () => {
    const { Parameters } = await ssm.send(new DescribeParametersCommand({ MaxResults: 1 }));

    expect(Parameters).toEqual([
      {
        Name: '/orders/prod/host',
        ARN: 'arn:aws:ssm:us-east-1:000000000000:parameter/orders/prod/host',
        Type: 'String',
        Version: 1,
        LastModifiedDate: new Date(1_700_000_000_500),
        LastModifiedUser: 'arn:aws:iam::000000000000:user/local',
        Tier: 'Standard',
        Policies: [],
        DataType: 'text',
      },
    ]);
    expect(await rejectionName(ssm.send(new DescribeParametersCommand({ MaxResults: 51 })))).toBe(
      'ValidationException',
    );
  });

  it.each([
    [{ Key: 'Name', Values: ['plain'] }, ['plain']],
    [{ Key: 'Name', Option: 'BeginsWith', Values: ['/locked/s'] }, ['/locked/sealed', '/locked/string']],
    [{ Key: 'Name', Option: 'Contains', Values: ['__'] }, ['/odd/__proto__', '__proto__']],
    [{ Key: 'Path', Values: ['/orders'] }, []],
    [{ Key: 'Path', Option: 'Recursive', Values: ['/orders/prod/deep/'] }, ['/orders/prod/deep/port']],
  ])('filters by %j', async (filter, names) => {
    const { Parameters } = await ssm.send(new DescribeParametersCommand({ ParameterFilters: [filter] }));

    expect(Parameters?.map(({ Name }) => Name)).toEqual(names);
  });

  it.each([
    [{ Key: 'Path', Option: 'BeginsWith', Values: ['/x'] }, 'InvalidFilterOption'],
    [{ Key: 'Label', Values: ['x'] }, 'InvalidFilterKey'],
    [{ Key: 'tag:', Values: ['x'] }, 'InvalidFilterKey'],
    [{ Key: 'toString', Values: ['x'] }, 'InvalidFilterKey'],
    [{ Key: 'Name' }, 'InvalidFilterValue'],
  ])('answers the filter %j with %s', async (filter, expected) => {
    const { json } = await post(aws, 'AmazonSSM.DescribeParameters', { ParameterFilters: [filter] });

    expect(json['__type']).toBe(expected);
  });
});
