/**
 * Runs the tests of projects that use the package as its users do: each installed from the tarball, outside the repository, two at
 * a time.
 *
 * Usage: node .ci/consumers.mjs [--tarball file] [project...]      without a tarball, the project is packed, and built if need be
 */
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { root } from './build/project.mjs';
import { pack } from './pack.mjs';
import { forEachOf, inFolder, install, run } from './projects.mjs';

const consumers = join(root, 'test/consumers');
/** What several projects have in their folders. */
const shared = 'shared';
const { positionals, values } = parseArgs({ allowPositionals: true, options: { tarball: { type: 'string' } } });
const all = readdirSync(consumers).filter((name) => name !== shared);
const chosen = positionals.length > 0 ? positionals : all;
const unknown = chosen.filter((name) => !all.includes(name));
if (unknown.length > 0) throw new Error(`No such project: ${unknown.join(', ')}. There are: ${all.join(', ')}.`);

await inFolder(async (folder) => {
  const tarball = values.tarball ?? pack(folder);
  const results = await forEachOf(chosen, (name) => test(name, tarball, folder));
  const failed = chosen.filter((_, index) => !results[index]);
  if (failed.length > 0) console.error(`\nFailed: ${failed.join(', ')}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
});

/** Installs a project and runs its tests; says what they say when they have ended. @returns Whether all of that went well. */
async function test(name, tarball, folder) {
  const begin = performance.now();
  const project = join(folder, name);
  cpSync(join(consumers, name), project, { recursive: true });
  cpSync(join(consumers, shared), join(project, shared), { recursive: true });
  const { xcon = {} } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const installed = await install(project, tarball, { isLocked: xcon.lockfile !== false });
  const tested = installed.passes ? await run('npm', ['test'], { cwd: project }) : { passes: false, output: '' };
  const seconds = Math.round((performance.now() - begin) / 1000);
  console.log(`\n== ${name} (${seconds} s)\n${installed.output}${tested.output}`);
  return tested.passes;
}
