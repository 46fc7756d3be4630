import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/**
 * Bundles sources of ours into programs, each with all of ours that it imports, and runs the first.
 *
 * @param folder - Where the entries are, and the programs for a while: inside the checkout, so that packages are found.
 * @param options - `prepare` puts beside the programs what they need; absent: nothing. `plugins`: of esbuild; absent: none.
 * @returns Its exit code.
 */
export async function runBundled(folder, entries, args, { prepare = () => undefined, plugins = [] } = {}) {
  const target = mkdtempSync(join(folder, '.build-'));
  try {
    prepare(target);
    await build({
      entryPoints: entries.map((entry) => join(folder, entry)),
      outdir: target,
      entryNames: '[name]',
      outExtension: { '.js': '.cjs' },
      bundle: true,
      plugins,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      packages: 'external',
      ignoreAnnotations: true,
      tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
      logLevel: 'warning',
    });
    const env = { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
    const program = join(target, `${basename(entries[0], '.ts')}.cjs`);
    const { status } = spawnSync(process.execPath, [program, ...args], { stdio: 'inherit', env });
    return status ?? 1;
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}
