/**
 * Checks what is in dist as those who install it will see it: entry points, formats and types.
 *
 * Usage: node .ci/check-package.mjs [tarball]      without one, the project is packed as it is
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './build/project.mjs';
import { pack } from './pack.mjs';

const folder = mkdtempSync(join(tmpdir(), 'xcon-package-'));
try {
  const tarball = process.argv[2] ?? pack(folder);
  // Both, so that one run shows all problems.
  const codes = [run('publint', 'run', tarball, '--strict'), run('attw', tarball)];
  process.exitCode = Math.max(...codes);
} finally {
  rmSync(folder, { recursive: true });
}

function run(tool, ...args) {
  const { error, status } = spawnSync(join(root, 'node_modules/.bin', tool), args, { cwd: root, stdio: 'inherit' });
  if (error !== undefined) throw error;
  return status ?? 1;
}
