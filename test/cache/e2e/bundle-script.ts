import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { build, stop } from 'esbuild';

/** A script that processes of their own can run. */
export interface BundledScript {
  readonly path: string;
  /** Where the script finds packages. */
  readonly environment: { readonly NODE_PATH: string };
  remove(): Promise<void>;
}

/** Bundles a source file with all of ours that it imports. */
export async function bundleScript(entry: string): Promise<BundledScript> {
  const folder = await mkdtemp(join(tmpdir(), 'xcon-fleet-'));
  const path = join(folder, basename(entry).replace(/\.ts$/, '.js'));
  await build({
    entryPoints: [entry],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    // The package says which of its built files have side effects; these are sources.
    ignoreAnnotations: true,
    supported: { 'dynamic-import': false },
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
  });
  await stop();
  const environment = { NODE_PATH: join(resolve(__dirname, '../../..'), 'node_modules') };
  return { path, environment, remove: () => rm(folder, { recursive: true, force: true }) };
}
