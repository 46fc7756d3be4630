import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** What package.json says. */
export const manifest = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));

/** What `xcon`, `xcon/core`, ... are made from. Each is built on those before it: `core` comes first. */
export const entries = {
  core: 'src/core.ts',
  index: 'src/index.ts',
  runner: 'src/testing/runner.ts',
  testing: 'src/testing/index.ts',
  jest: 'src/testing/jest.ts',
  vitest: 'src/testing/vitest.ts',
  'node-test': 'src/testing/node-test.ts',
  events: 'src/events/index.ts',
  entries: 'src/entries/index.ts',
  http: 'src/http/index.ts',
  invocations: 'src/lambda/invocation-settings.ts',
  lambda: 'src/lambda/index.ts',
  middy: 'src/middy/index.ts',
  nestjs: 'src/nestjs/index.ts',
  otel: 'src/otel/index.ts',
};

/** Sources with nothing but functions, of which an entry may have a copy: what is in them twice remembers nothing. */
export const copied = new Set(
  [
    'aws/attribute-value',
    'aws/aws-errors',
    'aws/batches',
    'aws/caller-identity',
    'aws/open-connection',
    'aws/pages',
    'aws/requests/action-rates',
    'aws/requests/known-failures',
    'aws/requests/parameters',
    'aws/requests/rows',
    'aws/requests/secrets',
    'aws/requests/service-request',
    'aws/sign-request',
    'aws/table-client',
    'aws/table-description',
    'aws/table-names',
    'aws/tags',
    'base/describe-error',
    'base/digest',
    'base/get-or-make',
    'base/printable',
    'base/seal',
    'base/start-work',
    'base/text-table',
    'base/time',
    'base/token-bucket',
    'base/unfaked-timers',
    'cache/changes',
    'cache/current-session',
    'cache/generation',
    'cache/rows',
    'config/last-known-good/private-file',
    'directory/default-directories',
    'explain/shown-value',
    'iam/arn',
    'iam/policy-document',
    'iam/policy-providers',
    'item/decimal',
    'item/value',
    'options',
  ].map((name) => `src/${name}.ts`),
);

/** Entries that use packages which can only be imported; `require` of such an entry says so. */
export const onlyImported = new Set(['vitest']);

/** What is used while a service is deployed, and nothing else of the package beside it: built on no other entry. */
export const deployments = {
  cdk: 'src/cdk/index.ts',
};

/** Functions of AWS Lambda that are deployed as they are. */
export const functions = {
  'change-handler': 'src/events/shipped-function.ts',
};

/** The commands of the package: programs that use the entries. */
export const commands = {
  xcon: 'src/cli/xcon.ts',
  'xcon-local': 'src/cli/xcon-local.ts',
};

/** What all builds of JavaScript have in common. */
export const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  packages: 'external',
  charset: 'utf8',
  logLevel: 'warning',
  // `sideEffects` in package.json is about dist; read as if about src it would drop the wiring.
  ignoreAnnotations: true,
};

/** For what is loaded by name: maps to the sources, which are published, too, and need not be in them again. */
export const mapped = { sourcemap: 'linked', sourcesContent: false };
