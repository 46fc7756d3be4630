/**
 * Compiles a service (`test/types`) against the packed package with each supported version of TypeScript, in each kind
 * of module, declarations of the package and its dependencies included (`skipLibCheck: false`). Prints a table.
 *
 * Usage: node .ci/type-matrix.mjs [--tarball file]      without a tarball, the project is packed, and built if need be
 */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { manifest, root } from './build/project.mjs';
import { pack } from './pack.mjs';
import { forEachOf, inFolder, install, run } from './projects.mjs';

/** The oldest one that is supported comes first; README.md states it, and a test compares them. */
const versions = ['5.4', '5.6', '5.8', '5.9', 'latest'];

/** Kinds of modules, by the compiler run that checks them: each file is what an author writes in it. */
const programs = [
  {
    options: ['--module', 'node16', '--moduleResolution', 'node16'],
    files: { 'node16 CJS': 'cts', 'node16 ESM': 'mts' },
  },
  {
    options: ['--module', 'nodenext', '--moduleResolution', 'nodenext'],
    files: { 'nodenext CJS': 'cts', 'nodenext ESM': 'mts' },
  },
  { options: ['--module', 'esnext', '--moduleResolution', 'bundler'], files: { bundler: 'ts' } },
];
const sources = ['service', 'integrations', 'wrong-uses', 'matchers'];

/** What the service uses beside the package, in the versions of the repository. */
const packages = ['@nestjs/common', '@opentelemetry/api', '@types/aws-lambda', '@types/jest', '@types/node', 'zod'];

const common = [
  ...['--noEmit', '--pretty', 'false', '--strict', '--skipLibCheck', 'false'],
  ...['--target', 'es2022', '--lib', 'es2023,esnext.disposable', '--types', 'node,jest'],
];

const { values } = parseArgs({ options: { tarball: { type: 'string' } } });

await inFolder(async (folder) => {
  await prepare(folder, values.tarball ?? pack(folder));
  const runs = versions.flatMap((version) => programs.map((program) => ({ version, program })));
  const results = (await forEachOf(runs, (each) => compile(folder, each))).flat();
  printTable(results);
  const failed = results.filter(({ errors }) => errors.length > 0);
  for (const { version, kind, errors } of failed) {
    console.error(`\nTypeScript ${version}, ${kind}:\n${errors.slice(0, 20).join('\n')}`);
  }
  process.exitCode = failed.length > 0 ? 1 : 0;
});

/** Installs the package, what the service uses, and the compilers; writes the sources in each kind of module. */
async function prepare(folder, tarball) {
  const compilers = versions.map((version) => {
    const range = version === 'latest' ? 'latest' : `~${version}.0`;
    return [aliasOf(version), `npm:typescript@${range}`];
  });
  const others = packages.map((name) => [name, manifest.devDependencies[name]]);
  const devDependencies = Object.fromEntries([...others, ...compilers]);
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'typed-service', private: true, devDependencies }),
  );
  const { passes, output } = await install(folder, tarball);
  if (!passes) throw new Error(`The project cannot be installed.\n${output}`);
  for (const source of sources) {
    for (const extension of ['ts', 'cts', 'mts']) {
      copyFileSync(join(root, 'test/types', `${source}.ts`), join(folder, `${source}.${extension}`));
    }
  }
}

/** @returns For each kind of module of a program: the errors in its files, and those that are in the files of none. */
async function compile(folder, { version, program: { files, options } }) {
  const tsc = join('node_modules', aliasOf(version), 'bin/tsc');
  const extensions = Object.values(files);
  const paths = sources.flatMap((source) => extensions.map((extension) => `${source}.${extension}`));
  const { passes, output } = await run(process.execPath, [tsc, ...common, ...options, ...paths], { cwd: folder });
  const errors = output.split('\n').filter((line) => /error TS\d+:/.test(line));
  if (!passes && errors.length === 0) errors.push(output);
  return Object.entries(files).map(([kind, extension]) => {
    const elsewhere = extensions.filter((each) => each !== extension);
    const own = errors.filter((line) => !elsewhere.some((each) => new RegExp(`^[\\w-]+\\.${each}\\(`).test(line)));
    return { version: installedVersion(folder, version), kind, errors: own };
  });
}

function aliasOf(version) {
  return `typescript-${version}`;
}

function installedVersion(folder, version) {
  return JSON.parse(readFileSync(join(folder, 'node_modules', aliasOf(version), 'package.json'), 'utf8')).version;
}

function printTable(results) {
  const kinds = [...new Set(results.map(({ kind }) => kind))];
  console.log(`| TypeScript | ${kinds.join(' | ')} |`);
  console.log(`| ---------- | ${kinds.map((kind) => '-'.repeat(kind.length)).join(' | ')} |`);
  for (const version of new Set(results.map((each) => each.version))) {
    const texts = kinds.map((kind) => {
      const { errors } = results.find((each) => each.version === version && each.kind === kind);
      return (errors.length === 0 ? 'ok' : `${errors.length} errors`).padEnd(kind.length);
    });
    console.log(`| ${version.padEnd(10)} | ${texts.join(' | ')} |`);
  }
}
