import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './build/project.mjs';

/** What the build is made from, and its last results. */
const sources = ['src', '.ci/build', '.ci/build.mjs', '.ci/tsconfig.build.json', 'package.json'];
const results = [
  'dist/cjs/index.js',
  'dist/esm/package.json',
  'dist/change-handler/index.js',
  'dist/types/cdk/index.d.mts',
];

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

function isBuilt() {
  const paths = results.map((path) => join(root, path));
  if (!paths.every(existsSync)) return false;
  const builtAt = Math.min(...paths.map(changedAt));
  return sources.every((path) => newestIn(join(root, path)) <= builtAt);
}

function newestIn(path) {
  if (!statSync(path).isDirectory()) return changedAt(path);
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  return Math.max(...files.map((each) => changedAt(join(each.parentPath, each.name))));
}

function changedAt(path) {
  return statSync(path).mtimeMs;
}
