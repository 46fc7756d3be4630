import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './build/project.mjs';
import { isBuilt } from './build/current.mjs';

/**
 * Packs the project, which is built first when `dist` is missing, incomplete or older than a source.
 *
 * @param folder - Where the tarball goes.
 * @returns Its path.
 */
export function pack(folder) {
  if (!isBuilt()) {
    console.log('dist is missing or out of date: npm run build');
    execFileSync(process.execPath, [join(root, '.ci/build.mjs')], { cwd: root, stdio: 'inherit' });
  }
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  return join(folder, execFileSync('npm', args, { cwd: root, encoding: 'utf8' }).trim());
}
