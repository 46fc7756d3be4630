// Prints what is loaded once `xcon` is: packages, and modules of Node's that a bare process has not loaded.
import { createRequire } from 'node:module';

const load = createRequire(__filename);
const before = new Set(builtins());
const cachedBefore = new Set(Object.keys(load.cache));

load('xcon');

const packages = Object.keys(load.cache)
  .filter((file) => !cachedBefore.has(file))
  .map((file) => /.*node_modules[\\/]((@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1] ?? 'xcon');
const added = builtins().filter((name) => !before.has(name));
process.stdout.write(JSON.stringify({ packages: [...new Set(packages)].sort(), builtins: added }));

function builtins(): readonly string[] {
  const { moduleLoadList } = process as unknown as { readonly moduleLoadList: readonly string[] };
  return moduleLoadList.flatMap((each) => /^NativeModule ([^/]+)$/.exec(each)?.[1] ?? []);
}
