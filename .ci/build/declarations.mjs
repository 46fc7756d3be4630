import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { deployments, entries, onlyImported, root } from './project.mjs';

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** Builds the declarations: `.d.ts` for `require`, and `.d.mts` for `import`, which are about the same classes. */
export async function buildDeclarations(out) {
  const child = spawn(process.execPath, [tsc, '-p', `${root}/.ci/tsconfig.build.json`, '--outDir', out], {
    stdio: 'inherit',
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error('The declarations cannot be built.');

  const all = { ...entries, ...deployments };
  const wanted = Object.fromEntries(
    Object.entries(all).map(([name, entry]) => [name, join(out, entry.replace(/^src\/(.*)\.ts$/, '$1.d.ts'))]),
  );
  await removeOthers(out, await reachable(Object.values(wanted)));
  for (const [name, file] of Object.entries(wanted)) {
    const forImport = onlyImported.has(name) ? withExtensions(await readFile(file, 'utf8')) : reexport(file);
    await writeFile(file.replace(/\.ts$/, '.mts'), forImport);
  }
}

function reexport(file) {
  return `export * from './${basename(file, '.d.ts')}.js';\n`;
}

/** Makes declarations those of an ES module, which adds to the ES modules of others and not to their CommonJS twins. */
function withExtensions(text) {
  return text.replace(/((?:from |import )['"]\.[^'"]+)/g, '$1.js');
}

/** Follows the imports of declarations. */
async function reachable(files) {
  const found = new Set(files);
  for (const file of found) {
    const text = await readFile(file, 'utf8');
    for (const [, path] of text.matchAll(/(?:from |import |import\()['"](\.[^'"]+)['"]/g))
      found.add(`${join(dirname(file), path)}.d.ts`);
  }
  return found;
}

async function removeOthers(out, kept) {
  for (const each of await readdir(out, { recursive: true, withFileTypes: true })) {
    const file = join(each.parentPath, each.name);
    if (each.isFile() && !kept.has(file)) await rm(file);
  }
}
