const { existsSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const { join } = require('node:path');

// The SDK says with every import that it will not support Node 20 for ever; children and workers inherit this.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** Suites that `npm test` leaves to `npm run test:all`: folders and files of `test`. */
const long = [
  // Many inputs, many random worlds.
  'fuzz',
  'cache/properties',
  'events/properties',
  'canary',
  'end-to-end/hostile-names.test.ts',
  // Every fault of every service.
  'reliability',
  // Many processes.
  'cache/e2e/herd.test.ts',
  'cache/e2e/processes.test.ts',
  'events/e2e/ten-processes.test.ts',
  // Entries at services that are asked over HTTP, and applies that are killed.
  'entries/e2e',
  'cli/commands/entries.test.ts',
  // Many writes at the rate of a service.
  'cli/commands/import.test.ts',
  // A process that is frozen for seconds.
  'config/frozen-process.test.ts',
  // The command and Jest itself, as processes.
  'cli/xcon-local.test.ts',
  'cli/terminal.test.ts',
  'cli/completion/bash.test.ts',
  'cli/completion/shells.test.ts',
  'cli/examples.test.ts',
  'cli/export-formats.test.ts',
  'cli/first-steps.test.ts',
  'cli/json-documents.test.ts',
  'cli/start.test.ts',
  'cli/xcon.test.ts',
  'setup',
  // Policies, held against every request that the library makes; the local AWS, against the schemas of the SDK.
  'iam/requests.test.ts',
  'iam/writes.test.ts',
  'declared/policy-requests.test.ts',
  'local-aws/operations',
  // The TypeScript compiler.
  'types',
  // The package as it is published, the examples of its pages compiled and run, and templates as they are deployed.
  'package/package.test.ts',
  'docs/examples.test.ts',
  'docs/getting-started.test.ts',
  'infra',
  'cdk',
];

for (const path of long) if (!existsSync(join(__dirname, 'test', path))) throw new Error(`There is no test/${path}.`);

const longSuites = long.map((path) => `**/test/${path}${path.endsWith('.ts') ? '' : '/**/*.test.ts'}`);
/** Packages that come as ES modules only. */
const modulesOnly = '(arktype|arkregex|@ark)/';

/** @type {import('jest').Config} */
const project = {
  testEnvironment: '<rootDir>/test/setup/environment.cjs',
  roots: ['<rootDir>/test'],
  // Projects of their own, which .ci/consumers.mjs runs.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/consumers/'],
  modulePathIgnorePatterns: ['<rootDir>/test/consumers/'],
  transform: { [`(\\.ts|/node_modules/${modulesOnly}.+\\.js)$`]: '<rootDir>/test/setup/transform.cjs' },
  transformIgnorePatterns: [`/node_modules/(?!${modulesOnly})`],
  moduleNameMapper: {
    '^xcon$': '<rootDir>/src/index.ts',
    '^xcon/core$': '<rootDir>/src/core.ts',
    '^xcon/testing$': '<rootDir>/src/testing/index.ts',
    '^xcon/cdk$': '<rootDir>/src/cdk/index.ts',
    '^xcon/events$': '<rootDir>/src/events/index.ts',
    '^xcon/entries$': '<rootDir>/src/entries/index.ts',
    '^xcon/(http|lambda|middy|nestjs|otel)$': '<rootDir>/src/$1/index.ts',
    '^xcon/(jest|vitest|node-test)$': '<rootDir>/src/testing/$1.ts',
  },
};
/** @type {import('jest').Config} */
module.exports = {
  projects: [
    { ...project, displayName: 'behaviour', testMatch: ['**/*.test.ts', ...longSuites.map((glob) => `!${glob}`)] },
    { ...project, displayName: 'long', testMatch: longSuites },
  ],
  // Jest leaves a core idle unless it is asked not to; and while some suites wait, others can use the cores.
  maxWorkers: availableParallelism() + 1,
  reporters: ['<rootDir>/test/setup/first-line.cjs', 'default'],
  testSequencer: '<rootDir>/test/setup/sequencer.cjs',
  // For a busy machine; nothing is measured by it.
  testTimeout: 180_000,
  collectCoverageFrom: ['src/**/*.ts'],
  coverageReporters: ['text', 'lcovonly'],
  coverageThreshold: { global: { lines: 95, branches: 95 } },
};
