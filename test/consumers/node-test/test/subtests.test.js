import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { config } from 'xcon';
import { testConfig, withTestConfig } from 'xcon/testing';

test('a subtest shares the context of its test', async (t) => {
  testConfig({ A: 1 }).enter();

  await t.test('sees what is entered', async () => {
    assert.equal(await config.get('A'), 1);
  });

  await t.test('still does', async () => {
    assert.equal(await config.get('A'), 1);
  });

  assert.equal(await config.get('A'), 1);
});

test('nothing of it is left', async () => {
  assert.equal(await config.get('A'), undefined);
});

describe('concurrent tests', { concurrency: true }, () => {
  for (const name of ['one', 'two', 'three']) {
    test(`${name} has values of its own by run()`, async () => {
      await withTestConfig({ NAME: name }, async () => {
        for (let round = 0; round < 5; round += 1) {
          assert.equal(await config.get('NAME'), name);
          await pause(5);
        }
      });
    });
  }

  test('are named in errors', async () => {
    const client = new SSMClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    });

    await assert.rejects(
      client.send(new GetParameterCommand({ Name: '/a' })),
      /"concurrent tests > are named in errors".* called ssm GetParameter/,
    );
  });
});

test('nothing of them is left', async () => {
  assert.equal(await config.get('NAME'), undefined);
  assert.equal(config.resolvedService, 'testing');
});
