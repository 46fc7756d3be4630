import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './documents';

interface LockedPackage {
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The packages that a production install brings, with their licences, as the lockfile has them. */
export function installedPackages(): ReadonlyMap<string, string> {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  const licences = new Map<string, string>();
  const seen = new Set<string>();
  const visit = (from: string): void => {
    const { dependencies, optionalDependencies } = lock.packages[from] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const path = locate(lock.packages, from, name);
      if (path === undefined) throw new Error(`${name}, needed by ${from}, is not in the lockfile.`);
      if (seen.has(path)) continue;
      seen.add(path);
      licences.set(name, lock.packages[path]?.license ?? 'none');
      visit(path);
    }
  };
  visit('');
  return licences;
}

/** Finds a package as Node does: in the folder of the one that needs it, then further up. */
function locate(packages: Readonly<Record<string, unknown>>, from: string, name: string): string | undefined {
  const above = from.split('/node_modules/').map((_, index, parts) => parts.slice(0, index + 1).join('/node_modules/'));
  const folders = ['', ...above.filter((path) => path !== '')].reverse();
  return folders
    .map((folder) => (folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`))
    .find((path) => packages[path] !== undefined);
}
