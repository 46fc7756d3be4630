const config = require('./webpack.config.cjs');

module.exports = {
  ...config,
  output: { ...config.output, path: `${__dirname}/out/webpack-external` },
  externals: /^@aws-sdk\//,
  externalsType: 'commonjs',
};
