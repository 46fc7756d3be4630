import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Config, config, SecretsProvider, SsmProvider, withDependencies } from 'xcon';
import { fakeProvider, startLocalAws } from 'xcon/testing';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('values come while timers are fake', async () => {
  process.env['STAGE'] = 'test';

  expect(await config.get('STAGE')).toBe('test');
  expect(vi.getTimerCount()).toBe(0);
});

test('changed variables are seen while timers are fake, and after', async () => {
  const orders = new Config({ providers: [SsmProvider] });
  const providers = () => [...orders.providerChain].map(({ name }) => name);
  await config.get('STAGE');
  vi.useRealTimers();
  await new Promise((resolve) => setImmediate(resolve));

  process.env['XCON_ONLY_ENV_PROVIDER'] = 'true';
  expect(await orders.get('STAGE')).toBe('test');
  expect(providers()).toEqual(['env']);
  delete process.env['XCON_ONLY_ENV_PROVIDER'];
});

test.each(['listing', 'names'] as const)('a local AWS answers while timers are fake: %s', async (strategy) => {
  const seed = { ssm: { '/orders/test/DB_HOST': 'db.test' }, secrets: { '/orders/test/DB_PASSWORD': 'secret' } };
  const aws = await startLocalAws({ seed });
  process.env['AWS_ENDPOINT_URL'] = aws.url;
  const providers = [SsmProvider, SecretsProvider];
  const orders = new Config({ service: 'orders', environment: 'test', providers, strategy });

  const settings = await orders.load(['DB_HOST', 'DB_PASSWORD']);
  const again = await orders.get('DB_HOST', undefined, { fresh: true });

  expect([settings.get('DB_HOST'), settings.get('DB_PASSWORD'), again]).toEqual(['db.test', 'secret', 'db.test']);
  delete process.env['AWS_ENDPOINT_URL'];
  await aws.close();
});

test('a time limit passes as fake timers do', async () => {
  const ssm = fakeProvider({ DB_HOST: 'late' }, { as: SsmProvider, latencyMs: 60_000 });
  const orders = new Config({ service: 'orders', providers: [SsmProvider] });

  const reading = withDependencies([ssm], () => orders.get('DB_HOST'));
  const expectation = expect(reading).rejects.toMatchObject({ code: 'PROVIDER_FAILED' });
  await vi.advanceTimersByTimeAsync(5_000);
  await expectation;
});
