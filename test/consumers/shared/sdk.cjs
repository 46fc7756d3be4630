'use strict';

// What a project has installed of the AWS SDK.
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const client = /^@aws-sdk\/client-(dynamodb|secrets-manager|ssm)$/;
const partOfSdk = /^@(aws|aws-crypto|aws-sdk|smithy)\//;

/** Lists the clients that the library uses, each copy of each. */
exports.installedClients = () =>
  packagesIn('node_modules')
    .filter(({ name }) => client.test(name))
    .map(({ name, version }) => `${name} ${version}`)
    .sort();

/** Lists the packages of the SDK whose `engines` leave a major version of Node out. */
exports.packagesWithout = (major) =>
  packagesIn('node_modules')
    .filter(({ engines, name }) => partOfSdk.test(name) && Number(/^>=\s*(\d+)/.exec(engines?.node)?.[1]) > major)
    .map(({ engines, name, version }) => `${name} ${version} needs Node ${engines.node}`);

/** Reads the manifests of all packages in a folder, and in the folders of those. */
function packagesIn(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  const paths = names.flatMap((name) => {
    const path = join(folder, name);
    return name.startsWith('@') ? readdirSync(path).map((each) => join(path, each)) : [path];
  });
  return paths.flatMap((path) => [
    JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')),
    ...packagesIn(join(path, 'node_modules')),
  ]);
}
