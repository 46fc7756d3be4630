import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './build/project.mjs';

/**
 * Packs the project as it is built.
 *
 * @param folder - Where the tarball goes.
 * @returns Its path.
 */
export function pack(folder) {
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  return join(folder, execFileSync('npm', args, { cwd: root, encoding: 'utf8' }).trim());
}
