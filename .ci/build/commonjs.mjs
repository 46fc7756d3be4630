import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, extname, relative } from 'node:path';
import { build, transform } from 'esbuild';
import { commands, common, copied, deployments, entries, mapped, onlyImported, root } from './project.mjs';

/**
 * Builds what Node loads, for `require` and for `import`.
 *
 * @returns The source files that are in it, and the packages it loads.
 */
export async function buildCommonJs(out) {
  const packages = new Set();
  const built = [];
  for (const [name, entry] of Object.entries(entries)) {
    const isLibrary = built.length === 0;
    const files = isLibrary
      ? await bundleLibrary(entry, out, packages)
      : await bundle(entry, `${out}/${name}.js`, built, packages);
    const names = await exportsOf(entry);
    if (onlyImported.has(name)) await bundle(entry, `${out}/${name}.mjs`, built, packages);
    else await writeWrapper(out, name, names);
    built.push({ name, files: new Set(files), names });
  }
  for (const [name, entry] of Object.entries(deployments)) {
    await bundle(entry, `${out}/${name}.js`, [], packages);
    await writeWrapper(out, name, await exportsOf(entry));
  }
  for (const [name, entry] of Object.entries(commands))
    await bundle(entry, `${out}/${name}.js`, built, packages, { isCommand: true });
  return { files: built.flatMap(({ files }) => [...files]), packages };
}

/**
 * Makes one file: an ES module when it is called `.mjs`, else CommonJS.
 *
 * @param built - What was made before it, and is used instead of being made again.
 * @param packages - Takes the packages that it loads.
 * @param isCommand - Whether it is a program of its own.
 * @returns The source files that are in it.
 */
async function bundle(entry, outfile, built, packages, { isCommand = false } = {}) {
  const extension = extname(outfile);
  const { metafile } = await build({
    ...common,
    ...mapped,
    entryPoints: [entry],
    outfile,
    plugins: [loadedLate, sharing(built, extension, { isCommand }), ...(isCommand ? [required] : [])],
    ...(extension === '.mjs' ? { format: 'esm' } : { format: 'cjs', banner: { js: "'use strict';" } }),
    metafile: true,
    // A real import() fails in code that Jest has loaded; commands load packages that are ES modules only.
    supported: { 'dynamic-import': isCommand },
  });
  if (extension === '.js') await writeFile(outfile, withoutCopies(await readFile(outfile, 'utf8')));
  const { inputs, outputs } = metafile;
  const imported = Object.values(outputs).flatMap(({ imports }) => imports);
  for (const { path } of imported.filter(({ external }) => external)) packages.add(path);
  return Object.keys(inputs).filter((file) => file.startsWith('src/'));
}

/**
 * Makes the library: `shared.js` with what is loaded at once, which `core.js` exports, and `later.js` with everything that sources
 * import by `import()`. Node parses a file whole when it loads it.
 *
 * Each use of what another file exports calls a getter, which made a lookup in memory twice as slow: what is loaded at once is in
 * one file, although the entry alone uses some of it.
 *
 * @returns The source files that are in them.
 */
async function bundleLibrary(entry, out, packages) {
  const name = basename(entry, '.ts');
  const later = 'later-entry';
  const files = await importedLater(entry);
  const parts = {
    name: 'parts',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^\.\.?\// }, ({ kind }) =>
        kind === 'dynamic-import' ? { path: './later.js', external: true } : undefined,
      );
      onResolve({ filter: new RegExp(`^${later}$`) }, () => ({ path: later, namespace: later }));
      const contents = [`import './${entry}';`, ...files.map((file) => `export * from './${file}';`)].join('\n');
      onLoad({ filter: /.*/, namespace: later }, () => ({ contents, resolveDir: root }));
    },
  };
  const { metafile, outputFiles } = await build({
    ...common,
    ...mapped,
    sourcemap: 'inline',
    entryPoints: { [name]: entry, later },
    outdir: out,
    format: 'esm',
    splitting: true,
    chunkNames: 'shared',
    plugins: [loadedLate, parts],
    metafile: true,
    write: false,
  });
  await checkNames(files);
  checkOneFile(metafile.outputs, name);
  await mkdir(out, { recursive: true });
  for (const { path, text } of outputFiles) {
    // The entry has no code of its own to point to.
    const isEntry = basename(path, '.js') === name;
    const { code, map } = await transform(text, {
      format: 'cjs',
      platform: common.platform,
      target: common.target,
      charset: common.charset,
      banner: "'use strict';",
      sourcefile: path,
      sourcemap: isEntry ? false : 'external',
      sourcesContent: false,
      supported: { 'dynamic-import': false },
    });
    await writeFile(path, isEntry ? code : `${withoutCopies(code)}//# sourceMappingURL=${basename(path)}.map\n`);
    if (!isEntry) await writeFile(`${path}.map`, map);
  }
  const { inputs, outputs } = metafile;
  const imported = Object.values(outputs).flatMap(({ imports }) => imports);
  for (const { path } of imported.filter(({ external }) => external)) packages.add(path);
  return Object.keys(inputs).filter((file) => file.startsWith('src/'));
}

/** Lists the source files that others import by `import()`. */
async function importedLater(entry) {
  const { metafile } = await build({ ...common, entryPoints: [entry], write: false, outdir: 'out', metafile: true });
  const all = Object.values(metafile.inputs).flatMap(({ imports }) => imports);
  const later = all.filter(({ kind, path }) => kind === 'dynamic-import' && path.startsWith('src/'));
  return [...new Set(later.map(({ path }) => path))].sort();
}

/** Refuses an entry that holds code of its own beside what it shares. */
function checkOneFile(outputs, name) {
  const [, { inputs }] = Object.entries(outputs).find(([path]) => basename(path) === `${name}.js`);
  const own = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  if (own.length > 0)
    throw new Error(`${name}.js holds what belongs into shared.js: ${own.map(([file]) => file).join(', ')}`);
}

/** What is loaded later is in one file: two modules must not export the same name. */
async function checkNames(files) {
  const names = (await Promise.all(files.map(exportsOf))).flat();
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) throw new Error(`Exported by two modules that are loaded by import(): ${twice.join(', ')}`);
}

/**
 * Lets `import()` give what it has loaded as it is. esbuild makes a copy with a getter for each export, at each call, and a client of
 * the SDK has a thousand. Of these modules names are imported, never `default`. The code stays as long, so that its map holds.
 */
function withoutCopies(code) {
  const copied = /(=>\s+)__toESM(?=\(require\("(?:@aws-sdk\/|\.\/later\.js"))/g;
  return code.replace(copied, (_, arrow) => `${arrow}${' '.repeat('__toESM'.length)}`);
}

/** Loads the parser of YAML by `require`, also where a command imports it: the loader of ES modules takes time of its own. */
const required = {
  name: 'required',
  setup({ onLoad, onResolve }) {
    const namespace = 'required';
    onResolve({ filter: /^yaml$/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, namespace } : { path, external: true },
    );
    onLoad({ filter: /.*/, namespace }, ({ path }) => ({ contents: `module.exports = require('${path}');` }));
  },
};

/** Loads tsyringe when a container is first asked for: it takes longer than all the rest, and most processes never ask. */
const loadedLate = {
  name: 'loaded-late',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]di[\\/]tsyringe\.ts$/ }, () => ({
      contents: `
        export function tsyringe() {
          require('reflect-metadata');
          return require('tsyringe');
        }`,
    }));
  },
};

/**
 * Makes a bundle use what earlier ones contain instead of containing it again: each class exists once.
 *
 * The build fails when something that an earlier bundle does not export is wanted from one of its files.
 *
 * @param isCommand - Whether an earlier bundle is loaded when something of it is first used, as the help of a command uses nothing.
 */
function sharing(built, extension, { isCommand }) {
  const namespace = 'built';
  return {
    name: 'sharing',
    setup({ onLoad, onResolve, resolve }) {
      onResolve({ filter: /^\.\.?\// }, async ({ path, pluginData, ...options }) => {
        if (options.namespace === namespace) return { path, external: true };
        if (pluginData === namespace) return undefined;
        const resolved = await resolve(path, { ...options, pluginData: namespace });
        const file = relative(root, resolved.path);
        const owner = copied.has(file) ? undefined : built.find(({ files }) => files.has(file));
        return owner === undefined ? resolved : { path: owner.name, namespace };
      });
      onLoad({ filter: /.*/, namespace }, ({ path }) => {
        const { names } = built.find(({ name }) => name === path);
        const file = `./${path}${extension}`;
        if (!isCommand) return { contents: `export { ${names.join(', ')} } from '${file}';` };
        const getters = names.map((name) => `get ${name}() { return require('${file}').${name}; },`);
        return { contents: `module.exports = {\n__esModule: true,\n${getters.join('\n')}\n};` };
      });
    },
  };
}

/** Lists what a file exports; types are gone by then. Of one that exports nothing, esbuild says `default`. */
async function exportsOf(entry) {
  const options = { ...common, entryPoints: [entry], format: 'esm', metafile: true, write: false, outfile: 'all.js' };
  const { metafile } = await build(options);
  return Object.values(metafile.outputs)[0].exports.filter((name) => name !== 'default');
}

/** Writes an ES module that gives what the CommonJS one has: both are one instance. */
async function writeWrapper(out, name, names) {
  if (names.length === 0) {
    await writeFile(`${out}/${name}.mjs`, `import './${name}.js';\n`);
    return;
  }
  const list = names.map((each) => `  ${each},\n`).join('');
  // Node reads a CommonJS file that is imported for the names it exports, and those that it requires; not behind this.
  const door = `'use strict';\nconst loaded = require('./${name}.js');\nmodule.exports = loaded;\n`;
  await writeFile(`${out}/${name}.entry.js`, door);
  await writeFile(
    `${out}/${name}.mjs`,
    `import commonJs from './${name}.entry.js';\n\nexport const {\n${list}} = commonJs;\n`,
  );
}
