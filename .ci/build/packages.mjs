import { isBuiltin } from 'node:module';
import { manifest } from './project.mjs';

/**
 * Checks that what the library loads comes with it.
 *
 * @param paths - What is imported from outside: packages, Node's own modules, files of the library.
 */
export function checkPackages(paths) {
  const known = { ...manifest.dependencies, ...manifest.peerDependencies };
  const missing = [...paths]
    .filter((path) => !path.startsWith('.') && !isBuiltin(path))
    .map((path) => path.match(/^(@[^/]+\/)?[^/]+/)[0])
    .filter((name) => known[name] === undefined);
  if (missing.length > 0) throw new Error(`Not in package.json as a dependency: ${missing.join(', ')}`);
}
