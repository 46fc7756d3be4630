'use strict';

// Every operation of AWS that the library uses to look things up, once: what a version of Node or of the SDK must support.
const assert = require('node:assert/strict');

const row = { app_key: '/orders/prod', name_key: 'RETRY', real_name: 'RETRY', value: { times: 5 } };
const secrets = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`SECRET${index}`, `value ${index}`]));

/**
 * Looks settings up in a local AWS, by listing and by name, first without rows in the cache table and then with them.
 *
 * @param xcon - What `xcon` exports.
 * @param testing - What `xcon/testing` exports.
 */
exports.lookUpEverywhere = async (xcon, { startLocalAws }) => {
  const { config, Config, DynamoCacher, DynamoProvider, EnvProvider, LocalCache, SecretsProvider, SsmProvider } = xcon;
  const aws = await startLocalAws({
    seed: {
      ssm: { '/orders/prod/HOST': 'db.internal', '/orders/all/KEY': { value: 'sealed', type: 'SecureString' } },
      secrets: Object.fromEntries(Object.entries(secrets).map(([name, value]) => [`/orders/prod/${name}`, value])),
      tables: { 'global-all-config': { rows: [row] } },
    },
  });
  Object.assign(process.env, aws.environment, { APP_NAME: 'orders', APP_ENV: 'prod', XCON_LOG_LEVEL: 'error' });
  const expected = { HOST: 'db.internal', KEY: 'sealed', RETRY: { times: 5 }, NOWHERE: undefined, ...secrets };
  const providers = [EnvProvider, SsmProvider, SecretsProvider, DynamoProvider];
  try {
    await config.warm();
    await DynamoCacher.grab().ensureCacheTable({ index: true });
    for (const strategy of ['listing', 'names']) {
      for (const from of ['sources', 'cache']) {
        const child = new Config({ providers, strategy });
        await xcon.withDependencies([new LocalCache(), child], async () => {
          const now = await config.load(Object.keys(expected));
          const found = Object.fromEntries(Object.keys(expected).map((name) => [name, now.get(name)]));
          assert.deepEqual(found, expected, `${strategy} from ${from}`);
          assert.equal(now.getItem('HOST').viaCacher, from === 'cache', `${strategy} from ${from}`);
          assert.equal((await config.health({ probe: true })).ok, true);
          await config.flush();
        });
      }
    }
    await DynamoCacher.grab().clear();
    const operations = new Set(aws.calls.all.map(({ operation }) => operation));
    for (const operation of ['GetParametersByPath', 'GetParameters', 'ListSecrets', 'BatchGetSecretValue', 'Query']) {
      assert.ok(operations.has(operation), `no ${operation} among ${[...operations].join(', ')}`);
    }
  } finally {
    await config.close();
    await aws.close();
  }
};
