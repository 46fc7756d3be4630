module.exports = {
  mode: 'production',
  target: 'node20',
  entry: './src/handler.mjs',
  output: { path: `${__dirname}/out/webpack`, filename: 'handler.cjs', library: { type: 'commonjs2' } },
};
