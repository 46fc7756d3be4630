import { readFile, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { common, manifest, mapped } from './project.mjs';

/**
 * Builds what bundlers load: one ES module per source file.
 *
 * @param files - The source files, as paths within the project.
 */
export async function buildEsm(out, files) {
  await build({
    ...common,
    ...mapped,
    entryPoints: files,
    outbase: 'src',
    outdir: out,
    format: 'esm',
    plugins: [filesStayApart],
  });
  // Bundlers look into the nearest package.json.
  const prefix = './dist/esm/';
  const sideEffects = manifest.sideEffects
    .filter((each) => each.startsWith(prefix))
    .map((each) => each.replace(prefix, './'));
  await writeFile(`${out}/package.json`, `${JSON.stringify({ type: 'module', sideEffects }, undefined, 2)}\n`);
}

const filesStayApart = {
  name: 'files-stay-apart',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path: `${path}.js`, external: true },
    );
    // A file without exports would be taken for CommonJS, which is the type in package.json.
    onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      contents: `${await readFile(path, 'utf8')}\nexport {};`,
      loader: 'ts',
    }));
  },
};
