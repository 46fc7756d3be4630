// Bundles a benchmark and runs it: node bench/run.mjs herd
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { prepare } from './prepare.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const [name = '', ...args] = process.argv.slice(2);
// `goals` is a folder: it measures what is built, beside the peers. The others measure the sources.
const comparison = existsSync(join(here, name, 'main.ts'));
const entries = comparison ? [join(name, 'main.ts'), ...processesIn(name)] : [`${name}.ts`];
// Inside the checkout, so that packages are found.
const folder = mkdtempSync(join(here, '.build-'));
try {
  if (comparison) prepare(folder);
  await build({
    entryPoints: [...entries, 'local-aws-process.ts'].map((entry) => join(here, entry)),
    outdir: folder,
    entryNames: '[name]',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    ignoreAnnotations: true,
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
    logLevel: 'warning',
  });
  const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  const program = join(folder, comparison ? 'main.cjs' : `${name}.cjs`);
  const { status } = spawnSync(process.execPath, [program, ...args], { stdio: 'inherit', env });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** What a benchmark starts as processes of their own. */
function processesIn(folder) {
  return readdirSync(join(here, folder))
    .filter((file) => file.endsWith('-process.ts'))
    .map((file) => join(folder, file));
}
