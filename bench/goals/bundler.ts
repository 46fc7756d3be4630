import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile, type OutputFile, type Plugin } from 'esbuild';

/** What a service carries with it. */
export interface Bundle {
  /** Minified and gzipped, bytes. */
  readonly bytes: number;
  /** Minified bytes by input, those without any left out. */
  readonly inputs: Readonly<Record<string, number>>;
}

/** How a service is bundled. */
export interface BundleOptions {
  readonly external?: readonly string[];
  readonly plugins?: readonly Plugin[];
  /** Puts what is loaded later into files of its own, which do not count. Absent: one file, in which all of it counts. */
  readonly splitting?: boolean;
}

/** Leaves out all packages but the library. */
export const onlyOurs: Plugin = {
  name: 'only-ours',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path }) => (/^xcon(\/|$)/.test(path) ? undefined : { path, external: true }));
  },
};

/** Bundles a service for Node, minified. */
export async function bundle(text: string, options: BundleOptions = {}): Promise<Bundle> {
  const { external = [], plugins = [], splitting = false } = options;
  const { outputFiles, metafile } = await build({
    stdin: { contents: text, resolveDir: __dirname, sourcefile: 'service.mjs' },
    absWorkingDir: __dirname,
    outdir: 'out',
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: splitting ? 'esm' : 'cjs',
    splitting,
    external: [...external],
    plugins: [...plugins],
    // Not the project's own, which says that `xcon` is its sources.
    tsconfigRaw: {},
    logLevel: 'error',
  });
  const names = loadedAtOnce(metafile);
  const all = Buffer.concat(outputFiles.filter((file) => isOneOf(file, names)).map(({ contents }) => contents));
  return { bytes: gzipSync(all, { level: 9 }).length, inputs: inputsOf(metafile, names) };
}

/** The file of the service, and those that it imports before anything runs. */
function loadedAtOnce({ outputs }: Metafile): ReadonlySet<string> {
  const names = new Set(Object.keys(outputs).filter((name) => outputs[name]?.entryPoint === 'service.mjs'));
  for (const name of names) {
    for (const { kind, path, external } of outputs[name]?.imports ?? []) {
      if (kind === 'import-statement' && external !== true) names.add(path);
    }
  }
  if (names.size === 0) throw new Error('The bundle has no entry.');
  return names;
}

function isOneOf({ path }: OutputFile, names: ReadonlySet<string>): boolean {
  return [...names].some((name) => join(__dirname, name) === path);
}

function inputsOf({ outputs }: Metafile, names: ReadonlySet<string>): Readonly<Record<string, number>> {
  const used = [...names].flatMap((name) => Object.entries(outputs[name]?.inputs ?? {}));
  return Object.fromEntries(
    used.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file, { bytesInOutput }]) => [file, bytesInOutput]),
  );
}
