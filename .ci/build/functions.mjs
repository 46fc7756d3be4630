import { build } from 'esbuild';
import { common, functions } from './project.mjs';

/** Builds functions of AWS Lambda: each is one file, with everything in it but the AWS SDK, which Lambda brings along. */
export async function buildFunctions(out) {
  for (const [name, entry] of Object.entries(functions)) {
    await build({
      ...common,
      entryPoints: [entry],
      outfile: `${out}/${name}/index.js`,
      format: 'cjs',
      packages: 'bundle',
      external: ['@aws-sdk/*'],
      // Lambda has the SDK on NODE_PATH, where import() does not look.
      supported: { 'dynamic-import': false },
      minify: true,
      keepNames: true,
      legalComments: 'inline',
    });
  }
}
