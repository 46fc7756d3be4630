import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import { common, functions, manifest, root } from './project.mjs';

/**
 * Builds functions of AWS Lambda: each is a folder with one file, with everything in it but the AWS SDK, which Lambda brings
 * along, and with the licences of the packages that are in it. A zip file beside it holds the same, for tools that take one.
 */
export async function buildFunctions(out) {
  for (const [name, entry] of Object.entries(functions)) {
    const { metafile } = await build({
      ...common,
      entryPoints: [entry],
      outfile: `${out}/${name}/index.js`,
      format: 'cjs',
      packages: 'bundle',
      external: ['@aws-sdk/*'],
      // Lambda has the SDK on NODE_PATH, where import() does not look.
      supported: { 'dynamic-import': false },
      minify: true,
      keepNames: true,
      legalComments: 'inline',
      metafile: true,
    });
    const notices = `${out}/${name}/${noticesFile}`;
    await writeFile(notices, await noticesOf(metafile));
    const files = [`${out}/${name}/index.js`, notices];
    await writeFile(`${out}/${name}.zip`, await zipped(files));
  }
}

const noticesFile = 'THIRD-PARTY-NOTICES.txt';

/** Gives the licences of the packages whose code is in a bundle. A package without one fails the build. */
async function noticesOf({ outputs }) {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => packageFolder(path));
  const folders = [...new Set(used.filter((folder) => folder !== undefined))].sort();
  const own = `index.js holds ${manifest.name} ${manifest.version} (${manifest.license}), and code of these packages:`;
  const sections = await Promise.all(['.', ...folders].map(noticeOf));
  return [own, ...sections].join(`\n\n${'-'.repeat(80)}\n\n`);
}

async function noticeOf(folder) {
  const path = resolve(root, folder);
  const { name, version, license } = JSON.parse(await readFile(`${path}/package.json`, 'utf8'));
  const files = (await readdir(path)).filter((each) => /^(licen[cs]e|copying|copyright|notice)/i.test(each)).sort();
  if (files.length === 0) throw new Error(`${name} is in the bundle of a function and has no file with its licence.`);
  const texts = await Promise.all(files.map((each) => readFile(`${path}/${each}`, 'utf8')));
  return [`${name} ${version} (${license})`, ...texts.map((text) => text.replaceAll('\r\n', '\n').trim())].join('\n\n');
}

/** Gives the folder of the package that a file is of; `undefined` for a file of the project. */
function packageFolder(path) {
  return /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path.split(sep).join('/'))?.[0];
}

/** Gives files of one folder as a zip file, byte for byte the same for the same content. */
async function zipped(files) {
  const folder = dirname(files[0]);
  const entries = files.map(async (file) => [relative(folder, file), await readFile(file)]);
  // The format has local times that begin in 1980.
  return zipSync(Object.fromEntries(await Promise.all(entries)), { level: 9, mtime: new Date(1980, 0, 1) });
}
