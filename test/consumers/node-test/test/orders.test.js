import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { Config, SsmProvider } from 'xcon';
import { assertResolvesFrom, expectNoAws, startLocalAws, testConfig, withTestConfig } from 'xcon/testing';
import { connect } from '../shared/orders.cjs';

describe('connect', () => {
  test('uses the host it is given', async () => {
    assert.equal(await withTestConfig({ DB_HOST: 'localhost' }, connect), 'connected to localhost');
  });

  test('uses what is entered, to the end of the test', async () => {
    testConfig({ DB_HOST: 'entered' }).enter();

    assert.equal(await connect(), 'connected to entered');
  });

  test('has no state of the previous test', async () => {
    await assert.rejects(connect(), /No value for "DB_HOST"/);
  });
});

describe('AWS', () => {
  test('is out of reach of any client', async () => {
    const client = new SSMClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    });

    await assert.rejects(client.send(new GetParameterCommand({ Name: '/a' })), {
      code: 'AWS_OUT_OF_REACH',
      message: /^"AWS > is out of reach of any client" called ssm GetParameter at ssm\.eu-west-1\.amazonaws\.com\./,
    });
  });

  test('is out of reach of providers', async () => {
    await assert.rejects(
      new Config({ providers: [SsmProvider] }).get('DB_HOST'),
      /"AWS > is out of reach of providers" called ssm GetParametersByPath at/,
    );
  });

  test('is not asked where a test forbids it', async () => {
    expectNoAws();

    assert.equal(await withTestConfig({ DB_HOST: 'localhost' }, connect), 'connected to localhost');
  });
});

describe('with a local AWS', () => {
  let aws;

  before(async () => {
    aws = await startLocalAws({ seed: { ssm: { '/orders/test/DB_HOST': 'db.test' } } });
    process.env.AWS_ENDPOINT_URL = aws.url;
  });

  after(async () => {
    delete process.env.AWS_ENDPOINT_URL;
    await aws.close();
  });

  beforeEach(() => {
    new Config({ service: 'orders', environment: 'test', providers: [SsmProvider] }).enter();
  });

  test('the host comes from the parameter store', async () => {
    assert.equal(await connect(), 'connected to db.test');
    await assertResolvesFrom('DB_HOST', 'ssm', '/orders/test');
  });

  test('a failed assertion lists the places', async () => {
    await assert.rejects(assertResolvesFrom('DB_HOST', 'ssm', '/orders/all'), {
      name: 'AssertionError',
      message: /^Expected DB_HOST to resolve from ssm \/orders\/all, but it resolves from ssm \/orders\/test\./,
    });
  });
});
