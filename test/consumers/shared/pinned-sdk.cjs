'use strict';

// The clients of the AWS SDK that a project names are the only ones in it, and do all that the library asks of them.
const assert = require('node:assert/strict');
const { lookUpEverywhere } = require('./lookups.cjs');
const { installedClients, packagesWithout } = require('./sdk.cjs');

/** @param manifest - The package.json of the project. */
exports.testPinnedSdk = async ({ dependencies }) => {
  const { xcon: ours, ...clients } = dependencies;
  assert.ok(ours, 'the package is installed');
  assert.deepEqual(
    installedClients(),
    Object.entries(clients).map((each) => each.join(' ')),
  );
  assert.deepEqual(packagesWithout(Number(process.versions.node.split('.')[0])), []);
  await lookUpEverywhere(require('xcon'), require('xcon/testing'));
  await timeOut(require('xcon'), require('xcon/testing'));
  console.log('All lookups work with', clients);
};

/** An attempt that gets no answer ends after its own time, long before the lookup does. */
async function timeOut({ AwsClients, Config, LocalCache, SsmProvider, withDependencies }, { startLocalAws }) {
  const aws = await startLocalAws({ seed: { ssm: { '/orders/prod/HOST': 'db.internal' } } });
  Object.assign(process.env, aws.environment, { XCON_REQUEST_TIMEOUT_MS: '200', XCON_LOOKUP_BUDGET_MS: '60000' });
  aws.setLatency(60_000);
  const clients = new AwsClients({ maxAttempts: 1 });
  const config = new Config({ service: 'orders', environment: 'prod', providers: [SsmProvider], cacher: null });
  try {
    const lookup = withDependencies([clients, config, new LocalCache()], () => config.get('HOST'));
    await assert.rejects(lookup, { name: 'ProviderError', message: /TimeoutError/ });
  } finally {
    await clients.close();
    await aws.close();
  }
}
