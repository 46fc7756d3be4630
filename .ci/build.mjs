/**
 * Builds the package.
 *
 *   dist/cjs    what Node loads: core.js holds the library once, with what it loads later in later.js; index.js and testing.js
 *               share it; *.mjs for `import`
 *   dist/esm    what bundlers load: one file per source file, so that what is not used is left out
 *   dist/types  declarations
 *               both with maps to the sources, which are in the package beside dist
 *   dist/change-handler  a function of AWS Lambda, in one file, with the licences of what is in it; also as a zip file
 *
 * Usage: node .ci/build.mjs [--js] [--out <folder>] [--reuse] [--check]
 *
 *   --js     no declarations, which take most of the time
 *   --reuse  nothing is built when dist is up to date; it is copied where `--out` says another folder
 *   --check  only checks that the bundles can be built of these sources
 */
import { cp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildCommonJs } from './build/commonjs.mjs';
import { isBuilt } from './build/current.mjs';
import { buildDeclarations } from './build/declarations.mjs';
import { buildEsm } from './build/esm.mjs';
import { buildFunctions } from './build/functions.mjs';
import { checkImports } from './build/imports.mjs';
import { pointToSources } from './build/maps.mjs';
import { checkPackages } from './build/packages.mjs';
import { root } from './build/project.mjs';

const flag = { type: 'boolean', default: false };
const { values: options } = parseArgs({
  options: { check: flag, js: flag, out: { type: 'string', default: 'dist' }, reuse: flag },
});
const dist = join(root, 'dist');
const out = resolve(root, options.out);

if (options.check) await checkImports();
else if (!options.reuse || !isBuilt(options)) await build();
else if (out !== dist) await cp(dist, out, { recursive: true });

async function build() {
  await checkImports();
  await rm(out, { recursive: true, force: true });
  const declarations = options.js ? undefined : buildDeclarations(`${out}/types`);
  const { files, packages } = await buildCommonJs(`${out}/cjs`);
  checkPackages(packages);
  await buildEsm(`${out}/esm`, files);
  await buildFunctions(out);
  await pointToSources(out);
  await declarations;
}
