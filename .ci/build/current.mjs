import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './project.mjs';

/** What the build is made from, and its last results. */
const sources = ['src', '.ci/build', '.ci/build.mjs', '.ci/tsconfig.build.json', 'package.json'];
const scripts = ['dist/cjs/index.js', 'dist/esm/package.json', 'dist/change-handler/index.js'];
const declarations = ['dist/types/cdk/index.d.mts'];

/**
 * Whether `dist` is there, complete and newer than every source.
 *
 * @param options - `js`: whether the declarations may be missing.
 */
export function isBuilt({ js = false } = {}) {
  const paths = [...scripts, ...(js ? [] : declarations)].map((path) => join(root, path));
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
