// What a comparison needs: the peers in bench/node_modules, and a place where `xcon` is the package as it is built now.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bench = dirname(fileURLToPath(import.meta.url));
const root = dirname(bench);

/**
 * Installs the peers when one is missing, and puts the package, built, into the `node_modules` of a folder.
 *
 * The clients of the AWS SDK are peers of Powertools. It finds those that xcon uses, so both run on the same version.
 */
export function prepare(folder) {
  const { dependencies } = JSON.parse(readFileSync(join(bench, 'package.json'), 'utf8'));
  const missing = Object.keys(dependencies).some((name) => !existsSync(join(bench, 'node_modules', name)));
  if (missing) run('npm', 'ci', '--prefix', bench, '--no-audit', '--no-fund');
  const installed = join(folder, 'node_modules/xcon');
  mkdirSync(installed, { recursive: true });
  copyFileSync(join(root, 'package.json'), join(installed, 'package.json'));
  run(process.execPath, join(root, '.ci/build.mjs'), '--js', '--out', join(installed, 'dist'));
}

function run(program, ...args) {
  const { error, status } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}.`);
}
