import {
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';

import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { clientOptions, post, rejection, rejectionName } from './local-requests';

const numbered = Object.fromEntries(Array.from({ length: 23 }, (_, index) => [`/many/p${23 - index}`, `${index}`]));

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
        ...numbered,
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
  it('gives what lies directly under the path, in the order of creation', async () => {
    const { Parameters, NextToken } = await ssm.send(
      new GetParametersByPathCommand({ Path: '/orders/prod', WithDecryption: true }),
    );

    expect(Parameters?.map(({ Name, Type, Value }) => [Name, Type, Value])).toEqual([
      ['/orders/prod/host', 'String', 'db.internal'],
      ['/orders/prod/hosts', 'StringList', 'a,b'],
      ['/orders/prod/password', 'SecureString', 'hunter2'],
    ]);
    expect(NextToken).toBeUndefined();
  });

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

  it('gives what lies at any depth when asked recursively', async () => {
    const { Parameters } = await ssm.send(new GetParametersByPathCommand({ Path: '/orders', Recursive: true }));

    expect(Parameters?.map(({ Name }) => Name)).toEqual([
      '/orders/prod/host',
      '/orders/prod/deep/port',
      '/orders/prod/hosts',
      '/orders/prod/password',
      '/orders/production/other',
    ]);
  });

  it('gives a name without a slash under the root', async () => {
    const { Parameters } = await ssm.send(new GetParametersByPathCommand({ Path: '/' }));

    expect(Parameters?.map(({ Name, Value }) => [Name, Value])).toEqual([
      ['plain', 'no slash'],
      ['__proto__', 'own'],
    ]);
  });

  it('gives a ciphertext for a SecureString that is not decrypted', async () => {
    const read = () => ssm.send(new GetParametersByPathCommand({ Path: '/orders/prod' }));
    const [first, second] = [await read(), await read()];

    const values = first.Parameters?.map(({ Value }) => Value);
    expect(values?.slice(0, 2)).toEqual(['db.internal', 'a,b']);
    expect(values?.[2]).toMatch(/^AQICAHh[A-Za-z0-9+/]{80,}==$/);
    expect(second.Parameters?.[2]?.Value).toBe(values?.[2]);
  });

  it('pages by ten, and by MaxResults', async () => {
    const names: (string | undefined)[] = [];
    const sizes: (number | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await ssm.send(
        new GetParametersByPathCommand({ Path: '/many', ...(NextToken === undefined ? {} : { NextToken }) }),
      );
      names.push(...(page.Parameters ?? []).map(({ Name }) => Name));
      sizes.push(page.Parameters?.length);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    const small = await ssm.send(new GetParametersByPathCommand({ Path: '/many', MaxResults: 2 }));

    expect(sizes).toEqual([10, 10, 3]);
    expect(names).toEqual(Object.keys(numbered));
    expect(small.Parameters).toHaveLength(2);
    expect(small.NextToken).toBeDefined();
  });

  it.each([
    [{ Path: '/many', MaxResults: 11 }, 'ValidationException'],
    [{ Path: '/many', MaxResults: 0 }, 'ValidationException'],
    [{ Path: 'many' }, 'ValidationException'],
    [{ Path: '/many//x' }, 'ValidationException'],
    [{ Path: '/with space' }, 'ValidationException'],
    [{ Path: '/many', NextToken: 'mine' }, 'InvalidNextToken'],
    [{ Path: '/many', ParameterFilters: [{ Key: 'Name', Values: ['x'] }] }, 'InvalidFilterKey'],
    [
      { Path: '/many', ParameterFilters: [{ Key: 'Label', Option: 'BeginsWith', Values: ['x'] }] },
      'InvalidFilterOption',
    ],
  ])('refuses %j', async (input, expected) => {
    expect(await rejectionName(ssm.send(new GetParametersByPathCommand(input)))).toBe(expected);
  });

  it('filters by type and label', async () => {
    const byType = await ssm.send(
      new GetParametersByPathCommand({
        Path: '/orders/prod',
        ParameterFilters: [{ Key: 'Type', Values: ['SecureString', 'StringList'] }],
      }),
    );
    const byLabel = await ssm.send(
      new GetParametersByPathCommand({ Path: '/orders/prod', ParameterFilters: [{ Key: 'Label', Values: ['live'] }] }),
    );

    expect(byType.Parameters?.map(({ Name }) => Name)).toEqual(['/orders/prod/hosts', '/orders/prod/password']);
    expect(byLabel.Parameters?.map(({ Name }) => Name)).toEqual(['/orders/prod/host']);
  });

  it('refuses the whole page when the key of one parameter is denied, but reads it undecrypted', async () => {
    const error = await rejection(ssm.send(new GetParametersByPathCommand({ Path: '/locked', WithDecryption: true })));
    const { Parameters } = await ssm.send(new GetParametersByPathCommand({ Path: '/locked' }));

    expect(error.name).toBe('AccessDeniedException');
    expect(error.message).toContain('kms:Decrypt');
    expect(error.message).not.toContain('hunter3');
    expect(Parameters?.map(({ Name }) => Name)).toEqual(['/locked/plain', '/locked/sealed', '/locked/string']);
  });

  it('keeps names that mean something to JavaScript', async () => {
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
    ['eleven names', Array.from({ length: 11 }, (_, index) => `/n${index}`)],
    ['no names', []],
    ['one name with a bad character', ['/orders/prod/host', 'a b']],
    ['one name with two selectors', ['/orders/prod/host:1:2']],
    ['one name with an empty selector', ['/orders/prod/host:']],
    ['one empty name', ['']],
  ])('refuses a batch with %s', async (_, Names) => {
    expect(await rejectionName(ssm.send(new GetParametersCommand({ Names })))).toBe('ValidationException');
  });

  it('refuses the batch when the key of one parameter is denied', async () => {
    const names = ['/locked/plain', '/locked/sealed'];

    const error = await rejection(ssm.send(new GetParametersCommand({ Names: names, WithDecryption: true })));
    const { Parameters } = await ssm.send(new GetParametersCommand({ Names: names }));

    expect([error.name, error.message.includes('kms:Decrypt')]).toEqual(['AccessDeniedException', true]);
    expect(Parameters).toHaveLength(2);
  });

  it('says what is missing or of another type', async () => {
    const missing = await post(aws, 'AmazonSSM.GetParameters', {});
    const wrong = await post(aws, 'AmazonSSM.GetParameters', { Names: 'one' });

    expect(missing.json['__type']).toBe('ValidationException');
    expect(wrong.json['__type']).toBe('SerializationException');
  });
});

describe('GetParameter', () => {
  it('gives one parameter, by name, version, label or ARN', async () => {
    const names = [
      '/orders/prod/password',
      '/orders/prod/password:1',
      'arn:aws:ssm:us-east-1:000000000000:parameter/orders/prod/password',
    ];

    const read = await Promise.all(
      names.map((Name) => ssm.send(new GetParameterCommand({ Name, WithDecryption: true }))),
    );

    expect(read.map(({ Parameter }) => Parameter?.Value)).toEqual(['hunter2', 'hunter2', 'hunter2']);
  });

  it.each([
    ['/missing', 'ParameterNotFound'],
    ['/orders/prod/host:2', 'ParameterVersionNotFound'],
    ['a b', 'ValidationException'],
  ])('refuses %s with %s', async (Name, expected) => {
    expect(await rejectionName(ssm.send(new GetParameterCommand({ Name })))).toBe(expected);
  });

  it('refuses to decrypt with a key that is denied', async () => {
    const command = new GetParameterCommand({ Name: '/locked/sealed', WithDecryption: true });

    expect(await rejectionName(ssm.send(command))).toBe('AccessDeniedException');
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
