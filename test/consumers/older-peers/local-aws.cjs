// The local AWS beside older versions of its optional peers: each works, or says which version it needs.
const assert = require('node:assert/strict');
const { config, DynamoCacher } = require('xcon');
const { fakeClients, startLocalAws } = require('xcon/testing');

async function main() {
  const aws = await startLocalAws({ seed: { ssm: { '/orders/prod/a': '1' } } });
  Object.assign(process.env, aws.environment, { APP_NAME: 'orders', APP_ENV: 'prod' });
  try {
    await DynamoCacher.grab().ensureCacheTable();
    assert.equal(await config.get('A'), '1');
    await config.flush();
    const names = (await DynamoCacher.grab().entries()).map(({ name }) => name);
    assert.ok(names.includes('a'), `rows: ${names}`);
    assert.equal(typeof (await fakeClients({ ssm: { '/orders/prod/a': '1' } })).ssm, 'object');
    const seeded = await startLocalAws({ seed: 'seed.yaml' });
    await seeded.close();
  } finally {
    await config.close();
    await aws.close();
  }
  for (const name of ['aws-cdk-lib', 'dynalite', 'vitest', 'yaml']) {
    const wanted = require('./package.json').devDependencies[name].replace('^', '').split('.')[0];
    const installed = require('node:fs').readFileSync(`node_modules/${name}/package.json`, 'utf8');
    assert.equal(JSON.parse(installed).version.split('.')[0], wanted, name);
  }
  console.log('The local AWS works beside older peers.');
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
