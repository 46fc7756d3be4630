import { settingsDefaults } from '../../src/settings/settings-values';

describe('settingsDefaults', () => {
  it('are what the library does by default', () => {
    expect(settingsDefaults).toEqual({
      service: 'global',
      environment: 'all',
      directories: undefined,
      providers: undefined,
      defaults: {},
      onlyEnvProvider: false,
      disableDefaultCacher: false,
      internalCacheExpirationMinutes: 15,
      configTable: 'global-all-config',
      cacheTable: 'global-all-configCache',
      cacheTtlSeconds: 43_200,
      negativeTtlSeconds: 900,
      secretTtlSeconds: 900,
      cacheSecrets: 'reference',
      cacheForeignRows: 'use',
      cacheKeys: [],
      cacheKmsKeyId: undefined,
      refreshLease: true,
      refusals: 'warn',
      staleIfErrorSeconds: 3600,
      lastKnownGood: undefined,
      failurePauseMs: 1000,
      connectTimeoutMs: 1000,
      requestTimeoutMs: 3000,
      lookupBudgetMs: 5000,
      strategy: 'listing',
      ssmWritesPerSecond: 3,
      logLevel: 'warn',
    });
  });

  it('are frozen', () => {
    expect([settingsDefaults, settingsDefaults.defaults, settingsDefaults.cacheKeys].map(Object.isFrozen)).toEqual([
      true,
      true,
      true,
    ]);
  });
});
