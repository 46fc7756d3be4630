import { Config, config, EnvProvider } from 'xcon';
import { testConfig, withTestConfig } from 'xcon/testing';

describe('withTestConfig', () => {
  it('gives values to what a function calls and awaits, and to nothing else', async () => {
    const read = async (): Promise<unknown> => {
      await Promise.resolve();
      return config.get('db_host');
    };

    expect(await withTestConfig({ DB_HOST: 'test' }, read)).toBe('test');
    expect(config.getOverride('DB_HOST')).not.toBe('test');
  });

  it('passes the Config to the function, so that values can be changed', async () => {
    const seen = await withTestConfig({ A: 1 }, async (test) => {
      const before = await config.get('A');
      test.setOverride('A', 2);
      return [before, await config.get('A')];
    });

    expect(seen).toEqual([1, 2]);
  });

  it('keeps values of the ones around it', async () => {
    const seen = await withTestConfig({ A: 'outer', B: 'outer' }, () =>
      withTestConfig({ B: 'inner' }, () => Promise.all([config.get('A'), config.get('B')])),
    );

    expect(seen).toEqual(['outer', 'inner']);
  });
});

describe('testConfig', () => {
  it('may differ in more than values', async () => {
    const providers = [new EnvProvider({ B: 'env' })];

    const seen = await testConfig({ A: 1 }, { service: 'orders', providers, cacher: null }).run(() =>
      Promise.all([config.get('A'), config.get('B'), Promise.resolve(config.resolvedService)]),
    );

    expect(seen).toEqual([1, 'env', 'orders']);
  });

  it('is a Config', () => {
    expect(testConfig({})).toBeInstanceOf(Config);
  });

  it('is left at the end of a block', () => {
    const before = Config.grab();

    {
      using scope = testConfig({ A: 1 }).enter();
      expect([config.getOverride('A'), typeof scope.exit]).toEqual([1, 'function']);
    }

    expect(Config.grab()).toBe(before);
  });
});
