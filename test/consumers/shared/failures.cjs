'use strict';

// Half of these tests fail, each in another way; the other half must not notice.
const assert = require('node:assert/strict');
const { GetParameterCommand, SSMClient } = require('@aws-sdk/client-ssm');
const { config, xconSettings } = require('xcon');
const { expectNoAws, testConfig } = require('xcon/testing');

/** @param runner - `describe`, `test`, `beforeEach`; `testWithin(ms, name, fn)`: a test that has a time limit. */
exports.describeFailures = ({ beforeEach, describe, test, testWithin }) => {
  const passes = (what) =>
    test(`passes after ${what}`, async () => {
      assert.equal(await config.get('LEFT_BEHIND'), undefined);
      assert.equal(await config.get('FROM_HOOK'), 'hook');
      assert.equal(config.resolvedService, 'testing');
    });

  beforeEach(() => {
    testConfig({ FROM_HOOK: 'hook' }).enter();
  });

  test('fails having entered something', async () => {
    xconSettings.service = 'orders';
    testConfig({ LEFT_BEHIND: 'yes' }).enter();
    assert.equal(await config.get('LEFT_BEHIND'), 'no');
  });

  passes('a failure');

  test('fails leaving out of order', () => {
    const outer = testConfig({ LEFT_BEHIND: 'yes' }).enter();
    testConfig({ LEFT_BEHIND: 'yes' }).enter();
    outer.exit();
  });

  passes('scopes out of order');

  testWithin(50, 'fails by its time limit', async () => {
    testConfig({ LEFT_BEHIND: 'yes' }).enter();
    await new Promise((resolve) => setTimeout(resolve, 500));
  });

  passes('a time limit');

  test('fails because of a call whose refusal was swallowed', async () => {
    expectNoAws();
    const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
    const client = new SSMClient({ region: 'eu-west-1', credentials });
    await client.send(new GetParameterCommand({ Name: '/a' })).catch(() => undefined);
  });

  passes('a call');

  describe('a suite', () => {
    beforeEach(() => {
      testConfig({ LEFT_BEHIND: 'yes' }).enter();
      throw new Error('no such database');
    });

    test('fails in a hook', () => undefined);
  });

  passes('a hook that failed');
};
