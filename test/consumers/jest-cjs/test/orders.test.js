const { GetParameterCommand, SSMClient } = require('@aws-sdk/client-ssm');
const { Config, config, SsmProvider, xconSettings } = require('xcon');
const { expectNoAws, startLocalAws, testConfig, withTestConfig } = require('xcon/testing');
const { connect } = require('../shared/orders.cjs');

describe('connect', () => {
  test('uses the host it is given', async () => {
    expect(await withTestConfig({ DB_HOST: 'localhost' }, connect)).toBe('connected to localhost');
  });

  test('uses what is entered, to the end of the test', async () => {
    testConfig({ DB_HOST: 'entered' }).enter();
    xconSettings.service = 'orders';

    expect(await connect()).toBe('connected to entered');
  });

  test('has no state of the previous test', async () => {
    expect(config.resolvedService).toBe('testing');
    await expect(connect()).rejects.toThrow('No value for "DB_HOST"');
  });
});

describe('AWS', () => {
  const message =
    /^"AWS is out of reach of [a-z ]+" called ssm (\w+) at ssm\.eu-west-1\.amazonaws\.com\. AWS is out of reach/;

  test('is out of reach of any client', async () => {
    const client = new SSMClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    });

    await expect(client.send(new GetParameterCommand({ Name: '/a' }))).rejects.toThrow(message);
  });

  test('is out of reach of providers', async () => {
    process.env.AWS_REGION = 'eu-west-1';
    const error = await new Config({ providers: [SsmProvider] }).get('DB_HOST').catch((thrown) => thrown);
    delete process.env.AWS_REGION;

    expect(error.cause.message).toMatch(message);
  });

  test('is not asked where a test forbids it', async () => {
    expectNoAws();

    expect(await withTestConfig({ DB_HOST: 'localhost' }, connect)).toBe('connected to localhost');
  });
});

describe('with a local AWS', () => {
  let aws;

  beforeAll(async () => {
    aws = await startLocalAws({
      seed: { ssm: { '/orders/test/DB_HOST': 'db.test' }, tables: { 'global-all-configCache': {} } },
    });
    process.env.AWS_ENDPOINT_URL = aws.url;
  });

  afterAll(async () => {
    delete process.env.AWS_ENDPOINT_URL;
    await aws.close();
  });

  beforeEach(() => {
    const { DynamoCacher } = require('xcon');
    new Config({ service: 'orders', environment: 'test', providers: [SsmProvider], cacher: DynamoCacher }).enter();
    xconSettings.service = 'orders';
    xconSettings.environment = 'test';
  });

  test('the host comes from the parameter store', async () => {
    expect(await connect()).toBe('connected to db.test');
    await expect('DB_HOST').toResolveFrom('ssm', '/orders/test');
    await expect('DB_HOST').not.toResolveFrom('secrets');
    await config.flush();
  });

  test('the host comes from the cache table in the next process', async () => {
    const listings = aws.calls.count('GetParametersByPath');

    expect((await config.getItem('DB_HOST')).viaCacher).toBe(true);
    expect(aws.calls.count('GetParametersByPath')).toBe(listings);
  });

  test('a failed expectation lists the places', async () => {
    await expect(expect('DB_HOST').toResolveFrom('ssm', '/orders/all')).rejects.toThrow(
      'Expected DB_HOST to resolve from ssm /orders/all, but it resolves from ssm /orders/test.',
    );
  });
});
