const xcon = require('xcon');
const { expectNoAws, fakeProvider, testConfig, withTestConfig } = require('xcon/testing');

// Every test has its own copies of what it requires.
beforeEach(() => {
  jest.resetModules();
});

test('the copy that a test loads is another one', () => {
  expect(require('xcon').Config).not.toBe(xcon.Config);
});

test('it has the context of the test', async () => {
  const { config } = require('xcon');

  expect(config.resolvedService).toBe('testing');
  expect([...config.providerChain].map(({ name }) => name)).toEqual(['env']);
});

test('it sees what is entered and run by another copy', async () => {
  testConfig({ A: 'entered' }).enter();
  const { config } = require('xcon');

  expect(await config.get('A')).toBe('entered');
  expect(await withTestConfig({ A: 'run' }, () => config.get('A'))).toBe('run');
});

test('what it enters is seen by the other, and gone after the test', async () => {
  require('xcon/testing').testConfig({ A: 'entered' }).enter();

  expect(await xcon.config.get('A')).toBe('entered');
});

test('nothing of the one before is left', async () => {
  expect(await xcon.config.get('A')).toBeUndefined();
  expect(await require('xcon').config.get('A')).toBeUndefined();
});

test('a Config of one copy reads what providers of the other have', async () => {
  process.env.STAGE = 'test';
  const { Config, SsmProvider } = require('xcon');
  const ssm = fakeProvider({ '/orders/prod/A': 'fake', '/orders/prod/B': { c: 1 } }, { as: SsmProvider });
  const copy = new Config({ service: 'orders', environment: 'prod', providers: [xcon.EnvProvider, SsmProvider] });

  expect(await xcon.config.get('STAGE')).toBe('test');
  const values = await xcon.withDependencies([ssm], () =>
    Promise.all(['STAGE', 'A', 'B', 'C'].map((name) => copy.get(name))),
  );

  expect(values).toEqual(['test', 'fake', { c: 1 }, undefined]);
  delete process.env.STAGE;
});

test('AWS is out of reach of every copy, and forbidden by any', async () => {
  const { Config, SsmProvider, isConfigError } = require('xcon');
  const scope = require('xcon/testing').expectNoAws();

  const error = await new Config({ providers: [SsmProvider] }).get('A').catch((thrown) => thrown);

  expect([isConfigError(error), xcon.isConfigError(error)]).toEqual([true, true]);
  expect(error.message).toContain('"AWS is out of reach of every copy, and forbidden by any" called ssm');
  expect(() => scope.exit()).toThrow('expectNoAws() allows no call');
  expect(() => expectNoAws()).toThrow('expectNoAws() allows no call');
});
