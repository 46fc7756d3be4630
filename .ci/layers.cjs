'use strict';

/**
 * The layers of `src`, lowest first: folders and files by what they are for. A module imports from its own layer and the ones before
 * it, never from one after it, whether by a static import, for a type alone, or by `import()`. A file named here is not of the
 * layer of its folder: `Config` has methods for what is built on its lookups.
 *
 * Held by dependency-cruiser (`npm run lint`); drawn in docs/images/architecture.svg (`node .ci/architecture.mjs`).
 */
module.exports = [
  { base: 'time limits, error descriptions, text that is safe to print' },
  {
    errors: 'every error and its code',
    options: 'the check of options objects',
    directory: 'a directory, and a chain of them',
    item: 'a value with its origin, a listing, a secret',
  },
  { di: 'contexts, containers, clock, chance', settings: 'one table of the library’s settings' },
  { aws: 'SDK clients, credentials, kinds of errors', logging: 'the log' },
  { providers: 'env, envfile, ssm, secrets, dynamo, appconfig: the contract and six sources', iam: 'policies' },
  { memory: 'what this process has read: values, failures, stale values' },
  { cache: 'the DynamoDB table that the fleet shares: rows, lease, generation' },
  { chain: 'the lookup order: places, walk, answers that may be cached' },
  { config: 'the scope of a lookup, coercion, snapshots, health, watches' },
  { explain: 'every place tried, as data, table and page' },
  { 'config/config': 'Config', 'config/config-parts': 'what its methods load', 'config/current-config': 'config' },
  { declared: 'defineSettings: schemas, problems, rotation' },
  { doctor: 'what keeps a Config from finding its settings' },
  { 'local-aws': 'SSM, Secrets Manager, DynamoDB, KMS, STS, AppConfig on a loopback port' },
  {
    compose: 'the default wiring',
    parts: 'code that bundles hold where it is provided',
    'all-parts': 'all of it, for Node',
    index: 'xcon',
    core: 'xcon/core',
    testing: 'xcon/testing, runners, fakes',
    events: 'xcon/events',
    http: 'xcon/http',
    lambda: 'xcon/lambda',
    middy: 'xcon/middy',
    otel: 'xcon/otel',
    nestjs: 'xcon/nestjs',
    cdk: 'xcon/cdk',
    entries: 'xcon/entries: plan and apply what should be configured',
    cli: 'xcon and xcon-local, the commands',
  },
];
