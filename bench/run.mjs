// Bundles a benchmark and runs it: node bench/run.mjs herd
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runBundled } from '../.ci/run-bundled.mjs';
import { prepare } from './prepare.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const [name = '', ...args] = process.argv.slice(2);
// `goals` is a folder: it measures what is built, beside the peers. The others measure the sources.
const comparison = existsSync(join(here, name, 'main.ts'));
const own = existsSync(join(here, `${name}-process.ts`)) ? [`${name}-process.ts`] : [];
const entries = comparison ? [join(name, 'main.ts'), ...processesIn(name)] : [`${name}.ts`, ...own];
process.exitCode = await runBundled(here, [...entries, 'local-aws-process.ts'], args, comparison ? { prepare } : {});

/** What a benchmark starts as processes of their own. */
function processesIn(folder) {
  return readdirSync(join(here, folder))
    .filter((file) => file.endsWith('-process.ts'))
    .map((file) => join(folder, file));
}
