// The SDK says with every import that it will not support Node 20 for ever; children and workers inherit this.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const compilerOptions = {
  target: 'ES2022',
  module: 'commonjs',
  moduleResolution: 'node10',
  ignoreDeprecations: '5.0',
  esModuleInterop: true,
  experimentalDecorators: true,
  isolatedModules: true,
  resolveJsonModule: true,
  skipLibCheck: true,
};

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  // For a busy machine; nothing is measured by it.
  testTimeout: 30_000,
  testMatch: ['**/*.test.ts'],
  // Projects of their own, which .ci/consumers.mjs runs.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/consumers/'],
  modulePathIgnorePatterns: ['<rootDir>/test/consumers/'],
  transform: {
    '^.+\\.ts$': ['ts-jest', { tsconfig: compilerOptions, diagnostics: false }],
    // arktype comes as ES modules only.
    '/node_modules/(arktype|arkregex|@ark)/.+\\.js$': [
      'ts-jest',
      { tsconfig: { ...compilerOptions, allowJs: true }, diagnostics: false },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!(arktype|arkregex|@ark)/)'],
  moduleNameMapper: {
    '^xcon$': '<rootDir>/src/index.ts',
    '^xcon/core$': '<rootDir>/src/core.ts',
    '^xcon/testing$': '<rootDir>/src/testing/index.ts',
    '^xcon/cdk$': '<rootDir>/src/cdk/index.ts',
    '^xcon/events$': '<rootDir>/src/events/index.ts',
    '^xcon/(jest|vitest|node-test)$': '<rootDir>/src/testing/$1.ts',
  },
  collectCoverageFrom: ['src/**/*.ts'],
  coverageReporters: ['text', 'lcovonly'],
  coverageThreshold: { global: { lines: 95, branches: 95 } },
};
