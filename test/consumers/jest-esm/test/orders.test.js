import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { jest } from '@jest/globals';
import { Config, config, SsmProvider, withDependencies } from 'xcon';
import { expectNoAws, fixedClock, startLocalAws, testConfig, withTestConfig } from 'xcon/testing';
import { connect } from '../shared/orders.cjs';

describe('connect', () => {
  test('uses the host it is given', async () => {
    expect(await withTestConfig({ DB_HOST: 'localhost' }, connect)).toBe('connected to localhost');
  });

  test('uses what is entered, to the end of the test', async () => {
    testConfig({ DB_HOST: 'entered' }).enter();

    expect(await connect()).toBe('connected to entered');
  });

  test('has no state of the previous test', async () => {
    await expect(connect()).rejects.toThrow('No value for "DB_HOST"');
  });
});

describe('AWS', () => {
  test('is out of reach of any client', async () => {
    const client = new SSMClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    });

    await expect(client.send(new GetParameterCommand({ Name: '/a' }))).rejects.toThrow(
      '"AWS is out of reach of any client" called ssm GetParameter at ssm.eu-west-1.amazonaws.com.',
    );
  });

  test('is out of reach of providers', async () => {
    await expect(new Config({ providers: [SsmProvider] }).get('DB_HOST')).rejects.toThrow(
      '"AWS is out of reach of providers" called ssm GetParametersByPath at',
    );
  });

  test('is not asked where a test forbids it', async () => {
    expectNoAws();

    expect(await withTestConfig({ DB_HOST: 'localhost' }, connect)).toBe('connected to localhost');
  });
});

describe('with a local AWS', () => {
  const region = process.env.AWS_REGION;
  let aws;

  beforeAll(async () => {
    aws = await startLocalAws({ seed: { ssm: { '/orders/test/DB_HOST': 'db.test' } } });
    Object.assign(process.env, aws.environment);
  });

  afterAll(async () => {
    for (const name of Object.keys(aws.environment)) delete process.env[name];
    if (region !== undefined) process.env.AWS_REGION = region;
    await aws.close();
  });

  beforeEach(() => {
    new Config({ service: 'orders', environment: 'test', providers: [SsmProvider] }).enter();
  });

  test('the host comes from the parameter store', async () => {
    expect(await connect()).toBe('connected to db.test');
    await expect('DB_HOST').toResolveFrom('ssm', '/orders/test');
  });

  test('it is read while timers are fake', async () => {
    jest.useFakeTimers();

    expect(await connect()).toBe('connected to db.test');

    jest.useRealTimers();
  });
});

test('time passes as a test says', async () => {
  const clock = fixedClock('2030-01-01');
  const read = async () => {
    const before = await config.get('STAGE');
    process.env.STAGE = 'later';
    clock.advance(15 * 60_000 - 1);
    const same = await config.get('STAGE');
    clock.advance(1);
    return [before, same, await config.get('STAGE')];
  };

  expect(await withDependencies([clock], read)).toEqual([undefined, undefined, 'later']);
  delete process.env.STAGE;
});
