// What a comparison needs: the peers in bench/node_modules, the package in dist, and a place where `xcon` is that package.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bench = dirname(fileURLToPath(import.meta.url));
const root = dirname(bench);

/**
 * Installs the peers when one is missing, builds the package, and makes `xcon` mean what was built in a folder.
 *
 * The clients of the AWS SDK are peers of Powertools. It finds those that xcon uses, so both run on the same version.
 */
export function prepare(folder) {
  const { dependencies } = JSON.parse(readFileSync(join(bench, 'package.json'), 'utf8'));
  const missing = Object.keys(dependencies).some((name) => !existsSync(join(bench, 'node_modules', name)));
  if (missing) run('npm', 'ci', '--prefix', bench, '--no-audit', '--no-fund');
  run(process.execPath, join(root, '.ci/build.mjs'), '--js');
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/xcon'), 'dir');
}

function run(program, ...args) {
  const { error, status } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}.`);
}
