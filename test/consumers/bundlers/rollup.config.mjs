import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import resolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';

export default {
  input: 'src/handler.mjs',
  output: { file: 'out/rollup/handler.mjs', format: 'es', inlineDynamicImports: true },
  plugins: [resolve({ exportConditions: ['module', 'node'], preferBuiltins: true }), commonjs(), json(), terser()],
};
