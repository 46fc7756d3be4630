'use strict';

/**
 * Compiles TypeScript, and packages that come as ES modules only, for Jest: file by file with esbuild, as the package is built.
 * Types are checked by `npm run types`. There is no hoisting: use `jest.doMock`, not `jest.mock`.
 */
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { extname } = require('node:path');
const { transformSync, version } = require('esbuild');

const options = {
  format: 'cjs',
  target: 'node20',
  // Jest cannot follow a real `import()`.
  supported: { 'dynamic-import': false },
  tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: true } },
  sourcemap: 'external',
};
const inputs = [version, JSON.stringify(options), readFileSync(__filename)];

/** @type {import('@jest/transform').SyncTransformer} */
module.exports = {
  process(source, path, { instrument }) {
    const loader = extname(path) === '.ts' ? 'ts' : 'js';
    try {
      const { code, map } = transformSync(source, { ...options, loader, sourcefile: path });
      // Jest finds the lines of the source, for coverage, in a parsed map only; it would count those of the compiled file.
      return { code, map: instrument ? JSON.parse(map) : map };
    } catch (error) {
      // Its message names file and line; Jest would print every part of esbuild's own error.
      throw new SyntaxError(error.message);
    }
  },
  getCacheKey(source, path, { instrument }) {
    const hash = createHash('sha256');
    for (const input of [...inputs, source, path, String(instrument)]) hash.update(input).update('\0');
    return hash.digest('hex');
  },
};
