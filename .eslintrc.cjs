'use strict';

module.exports = {
  root: true,
  parser: '@typescript-eslint/parser',
  parserOptions: { project: './tsconfig.json', tsconfigRootDir: __dirname },
  plugins: ['@typescript-eslint'],
  extends: ['eslint:recommended', 'plugin:@typescript-eslint/recommended-type-checked'],
  ignorePatterns: [
    'dist',
    'coverage',
    'node_modules',
    '*.js',
    '*.cjs',
    '*.mjs',
    '/docs',
    '/bench',
    '/test/consumers/shared',
  ],
  rules: {
    eqeqeq: 'error',
    'max-lines': ['error', { max: 450, skipBlankLines: true, skipComments: true }],
    'no-console': 'error',
    'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } }],
    'no-restricted-syntax': [
      'error',
      { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
      { selector: 'TSModuleDeclaration[declare!=true]', message: 'Use modules.' },
      { selector: 'ExportAllDeclaration', message: 'Name what is exported.' },
    ],
    '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
    '@typescript-eslint/no-explicit-any': 'error',
    '@typescript-eslint/no-non-null-assertion': 'error',
    '@typescript-eslint/no-floating-promises': 'error',
    '@typescript-eslint/switch-exhaustiveness-check': 'error',
    '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
  },
  overrides: [
    {
      // The same list twice would be two lists.
      files: ['src/index.ts'],
      rules: { 'no-restricted-syntax': 'off' },
    },
    {
      files: ['test/**/*.ts'],
      rules: {
        'max-lines': ['error', { max: 600, skipBlankLines: true, skipComments: true }],
        // A promise that is dropped may reject while another suite runs.
        '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
        'no-restricted-imports': [
          'error',
          {
            name: 'fast-check',
            message: 'Import `fc` from test/setup/fast-check: its properties have a limit of time.',
          },
        ],
        'no-restricted-properties': [
          'error',
          { object: 'jest', property: 'mock', message: 'Nothing is hoisted: use jest.doMock() before the import.' },
        ],
      },
    },
    { files: ['test/setup/fast-check.ts'], rules: { 'no-restricted-imports': 'off' } },
  ],
};
