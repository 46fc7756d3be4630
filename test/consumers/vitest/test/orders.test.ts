import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Config, SsmProvider } from 'xcon';
import { expectNoAws, type LocalAws, startLocalAws, testConfig, withTestConfig } from 'xcon/testing';
import { connect } from './orders';

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
      '"AWS > is out of reach of any client" called ssm GetParameter at ssm.eu-west-1.amazonaws.com.',
    );
  });

  test('is out of reach of providers', async () => {
    await expect(new Config({ providers: [SsmProvider] }).get('DB_HOST')).rejects.toThrow(
      '"AWS > is out of reach of providers" called ssm GetParametersByPath at',
    );
  });

  test('is not asked where a test forbids it', async () => {
    expectNoAws();

    expect(await withTestConfig({ DB_HOST: 'localhost' }, connect)).toBe('connected to localhost');
  });
});

describe('with a local AWS', () => {
  let aws: LocalAws;

  beforeAll(async () => {
    aws = await startLocalAws({ seed: { ssm: { '/orders/test/DB_HOST': 'db.test' } } });
    process.env['AWS_ENDPOINT_URL'] = aws.url;
  });

  afterAll(async () => {
    delete process.env['AWS_ENDPOINT_URL'];
    await aws.close();
  });

  beforeEach(() => {
    new Config({ service: 'orders', environment: 'test', providers: [SsmProvider] }).enter();
  });

  test('the host comes from the parameter store', async () => {
    expect(await connect()).toBe('connected to db.test');
    await expect('DB_HOST').toResolveFrom('ssm', '/orders/test');
    await expect('DB_HOST').not.toResolveFrom('secrets');
  });

  test('a failed expectation lists the places', async () => {
    await expect(expect('DB_HOST').toResolveFrom('ssm', '/orders/all')).rejects.toThrow(
      'Expected DB_HOST to resolve from ssm /orders/all, but it resolves from ssm /orders/test.',
    );
  });
});
