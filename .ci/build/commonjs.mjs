import { writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { build } from 'esbuild';
import { common, entries, root } from './project.mjs';

/**
 * Builds what Node loads, for `require` and for `import`.
 *
 * @returns The source files that are in it, and the packages it loads.
 */
export async function buildCommonJs(out) {
  const owners = new Map();
  const packages = new Set();
  let shared;
  for (const [name, entry] of Object.entries(entries)) {
    const { inputs, outputs } = await bundle(entry, `${out}/${name}.js`, shared && [sharing(shared)]);
    const files = Object.keys(inputs).filter((file) => file.startsWith('src/'));
    for (const file of files) claim(owners, file, name);
    for (const { path } of Object.values(outputs).flatMap(({ imports }) => imports)) packages.add(path);
    const names = await exportsOf(entry);
    await writeFile(`${out}/${name}.mjs`, wrapper(name, names));
    shared ??= { files: new Set(files), names };
  }
  return { files: [...owners.keys()], packages };
}

async function bundle(entry, outfile, plugins = []) {
  const { metafile } = await build({
    ...common,
    entryPoints: [entry],
    outfile,
    plugins,
    format: 'cjs',
    metafile: true,
    // A real import() fails in code that Jest has loaded.
    supported: { 'dynamic-import': false },
  });
  return metafile;
}

/**
 * Makes a bundle use what `core.js` contains instead of containing it again: each class exists once.
 *
 * The build fails when something that `core.js` does not export is wanted from one of its files.
 */
function sharing({ files, names }) {
  const namespace = 'core';
  return {
    name: 'sharing',
    setup({ onLoad, onResolve, resolve }) {
      onResolve({ filter: /^\.\.?\// }, async ({ path, pluginData, ...options }) => {
        if (options.namespace === namespace) return { path, external: true };
        if (pluginData === namespace) return undefined;
        const resolved = await resolve(path, { ...options, pluginData: namespace });
        return files.has(relative(root, resolved.path)) ? { path: 'core', namespace } : resolved;
      });
      onLoad({ filter: /.*/, namespace }, () => ({ contents: `export { ${names.join(', ')} } from './core.js';` }));
    },
  };
}

/** Lists what a file exports; types are gone by then. */
async function exportsOf(entry) {
  const options = { ...common, entryPoints: [entry], format: 'esm', metafile: true, write: false, outfile: 'all.js' };
  const { metafile } = await build(options);
  return Object.values(metafile.outputs)[0].exports;
}

/** An ES module that gives what the CommonJS one has: both are one instance. */
function wrapper(name, names) {
  const list = names.map((each) => `  ${each},\n`).join('');
  return `import commonJs from './${name}.js';\n\nexport const {\n${list}} = commonJs;\n`;
}

function claim(owners, file, name) {
  const owner = owners.get(file);
  owners.set(file, name);
  if (owner === undefined) return;
  throw new Error(`${file} is in ${owner}.js and in ${name}.js: export what both need from ${entries.core}.`);
}
