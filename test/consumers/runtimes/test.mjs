// Each supported version of Node runs the package, as CommonJS and as ES modules, with the newest AWS SDK that the package allows.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import sdk from './shared/sdk.cjs';

const { optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const place = `${process.platform}-${process.arch}`;
const names = Object.keys(optionalDependencies).filter((name) => name.endsWith(place));
assert.ok(names.length > 0, `package.json names no Node for ${place}.`);
const versions = sdk.installedClients();
assert.equal(versions.length, 3, versions.join());
console.log(versions.join('\n'));

for (const name of names) {
  const node = `node_modules/${name}/bin/node`;
  assert.ok(existsSync(node), `${name} is not installed.`);
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  const major = Number(name.split('-')[1]);
  assert.equal(version.split('.')[0], `v${major}`);
  const refusing = sdk.packagesWithout(major);
  if (refusing.length > 0) {
    // The project sdk-node-20 has a version that does not.
    console.log(`${version} is not for the newest AWS SDK: ${refusing.join(', ')}`);
    continue;
  }
  for (const program of ['service.cjs', 'service.mjs']) {
    const { output, status } = spawnSync(node, ['--throw-deprecation', program], { encoding: 'utf8' });
    assert.equal(status, 0, `${version} ${program}\n${output.join('')}`);
    console.log(version, output[1].trim());
  }
}
