import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { Config, config, SecretsProvider, SsmProvider } from 'xcon';
import { startLocalAws } from 'xcon/testing';

beforeEach(() => {
  mock.timers.enable();
});

afterEach(() => {
  mock.timers.reset();
});

test('values come while timers are fake', async () => {
  process.env.STAGE = 'test';

  assert.equal(await config.get('STAGE'), 'test');
});

for (const strategy of ['listing', 'names']) {
  test(`a local AWS answers while timers are fake: ${strategy}`, async () => {
    const seed = { ssm: { '/orders/test/DB_HOST': 'db.test' }, secrets: { '/orders/test/DB_PASSWORD': 'secret' } };
    const aws = await startLocalAws({ seed });
    process.env.AWS_ENDPOINT_URL = aws.url;
    const providers = [SsmProvider, SecretsProvider];
    const orders = new Config({ service: 'orders', environment: 'test', providers, strategy });

    const settings = await orders.load(['DB_HOST', 'DB_PASSWORD']);

    assert.deepEqual([settings.get('DB_HOST'), settings.get('DB_PASSWORD')], ['db.test', 'secret']);
    delete process.env.AWS_ENDPOINT_URL;
    await aws.close();
  });
}
