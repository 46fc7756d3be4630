// Bundles a benchmark with the sources and runs it: node bench/run.mjs herd
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const [name = '', ...args] = process.argv.slice(2);
// Inside the checkout, so that packages are found.
const folder = mkdtempSync(join(here, '.build-'));
try {
  for (const entry of [name, 'local-aws-process']) {
    await build({
      entryPoints: [join(here, `${entry}.ts`)],
      outfile: join(folder, `${entry}.cjs`),
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      packages: 'external',
      ignoreAnnotations: true,
      logLevel: 'warning',
    });
  }
  const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  const run = spawnSync(process.execPath, [join(folder, `${name}.cjs`), ...args], { stdio: 'inherit', env });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
