import config from './rollup.config.mjs';

export default {
  ...config,
  output: { ...config.output, file: 'out/rollup-external/handler.mjs' },
  external: /^@aws-sdk\//,
};
