const { Config, config, SecretsProvider, SsmProvider, withDependencies } = require('xcon');
const { fakeProvider, startLocalAws } = require('xcon/testing');

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

test('values come while timers are fake', async () => {
  process.env.STAGE = 'test';

  expect(await config.get('STAGE')).toBe('test');
  expect(jest.getTimerCount()).toBe(0);
});

test('changed variables are seen while timers are fake', async () => {
  expect(await config.get('XCON_ONLY_ENV_PROVIDER')).toBeUndefined();
  const orders = new Config({ providers: [SsmProvider] });
  expect([...orders.providerChain].map(({ name }) => name)).toEqual(['ssm']);

  process.env.XCON_ONLY_ENV_PROVIDER = 'true';
  expect([...orders.providerChain].map(({ name }) => name)).toEqual(['env']);
  delete process.env.XCON_ONLY_ENV_PROVIDER;
});

test.each(['listing', 'names'])('a local AWS answers while timers are fake: %s', async (strategy) => {
  const seed = { ssm: { '/orders/test/DB_HOST': 'db.test' }, secrets: { '/orders/test/DB_PASSWORD': 'secret' } };
  const aws = await startLocalAws({ seed });
  process.env.AWS_ENDPOINT_URL = aws.url;
  const providers = [SsmProvider, SecretsProvider];
  const orders = new Config({ service: 'orders', environment: 'test', providers, strategy });

  const settings = await orders.load(['DB_HOST', 'DB_PASSWORD']);
  const again = await orders.get('DB_HOST', undefined, { fresh: true });

  expect([settings.get('DB_HOST'), settings.get('DB_PASSWORD'), again]).toEqual(['db.test', 'secret', 'db.test']);
  delete process.env.AWS_ENDPOINT_URL;
  await aws.close();
});

test('a time limit passes as fake timers do', async () => {
  const ssm = fakeProvider({ DB_HOST: 'late' }, { as: SsmProvider, latencyMs: 60_000 });
  const orders = new Config({ service: 'orders', providers: [SsmProvider] });

  const reading = withDependencies([ssm], () => orders.get('DB_HOST'));
  const expectation = expect(reading).rejects.toMatchObject({ code: 'PROVIDER_FAILED' });
  await jest.advanceTimersByTimeAsync(5_000);
  await expectation;
});
