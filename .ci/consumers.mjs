/**
 * Runs the tests of projects that use the package as its users do: each installed from the tarball, outside the repository.
 *
 * Usage: node .ci/consumers.mjs [--tarball file] [project...]      without a tarball, the project is packed as it is built
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './build/project.mjs';
import { pack } from './pack.mjs';

const consumers = join(root, 'test/consumers');
/** What several projects have in their folders. */
const shared = 'shared';
const { positionals, values } = parseArgs({ allowPositionals: true, options: { tarball: { type: 'string' } } });
const all = readdirSync(consumers).filter((name) => name !== shared);

const folder = mkdtempSync(join(tmpdir(), 'xcon-consumers-'));
try {
  const tarball = values.tarball ?? pack(folder);
  const failed = (positionals.length > 0 ? positionals : all).filter((name) => !passes(name, tarball));
  if (failed.length > 0) console.error(`\nFailed: ${failed.join(', ')}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Installs a project and runs its tests. @returns Whether all of that went well. */
function passes(name, tarball) {
  console.log(`\n== ${name}`);
  const project = join(folder, name);
  cpSync(join(consumers, name), project, { recursive: true });
  cpSync(join(consumers, shared), join(project, shared), { recursive: true });
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify(lockOf(project)));
  return (
    npm(project, 'install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', tarball) &&
    npm(project, 'test')
  );
}

/** Makes a lockfile: what the repository has, too, is installed in the versions of the repository. */
function lockOf(project) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  return { ...lock, name: manifest.name, packages: { ...lock.packages, '': manifest } };
}

function npm(project, ...args) {
  const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  const { error, status } = spawnSync('npm', args, { cwd: project, env, stdio: 'inherit' });
  if (error !== undefined) throw error;
  return status === 0;
}
