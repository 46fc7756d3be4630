export default {
  build: { ssr: 'src/handler.mjs', outDir: 'out/vite', target: 'node20', minify: true },
  ssr: { noExternal: true },
};
