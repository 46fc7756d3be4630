import { gzipSync } from 'node:zlib';
import { build, type Metafile, type Plugin } from 'esbuild';
import { type Measured, type Result, type Table } from './result';

const kilobyte = 1024;
const ownMostBytes = 15 * kilobyte;
const allMostBytes = 52 * kilobyte;

/** What a small service says; the bundle is for Node, minified, in one file. */
const service = `
  import { config } from 'xcon';
  export const handler = async () => (await config.load(['DB_HOST', 'DB_PASSWORD'])).require('DB_HOST');
`;
const envOnly = `
  import { Config, EnvProvider } from 'xcon/core';
  const config = new Config({ providers: [EnvProvider], cacher: null });
  export const handler = () => config.get('DB_HOST');
`;
const powertools = `
  import { getParameter } from '@aws-lambda-powertools/parameters/ssm';
  import { getSecret } from '@aws-lambda-powertools/parameters/secrets';
  export const handler = () => Promise.all([getParameter('/orders/prod/DB_HOST'), getSecret('/orders/prod/DB_PASSWORD')]);
`;
const nodeConfig = `
  import config from 'config';
  export const handler = async () => config.get('DB_HOST');
`;

/** Optional peers: never in a bundle unless the service uses them. */
const optional = ['@aws-sdk/client-kms', 'dynalite', 'yaml'];
const sdk = ['@aws-sdk/*', '@smithy/*', '@aws-crypto/*'];

interface Bundle {
  /** Minified and gzipped, bytes. */
  readonly bytes: number;
  /** Minified bytes by input, those without any left out. */
  readonly inputs: Readonly<Record<string, number>>;
}

/** Measures what a service that uses the library carries with it. */
export async function measureBundle(): Promise<Measured> {
  const own = await bundle(service, [], onlyOurs);
  const all = await bundle(service, sdk);
  const lean = await bundle(envOnly, optional);
  const peer = await bundle(powertools, [...sdk, '@middy/core']);
  const files = await bundle(nodeConfig, []);
  const unwanted = Object.keys(lean.inputs).filter((file) =>
    /@aws-sdk|@smithy|(ssm|secrets|dynamo)-provider/.test(file),
  );
  const results = [
    limited('bundle: our own files, min + gzip', own, ownMostBytes),
    limited('bundle: everything but the SDK, min + gzip', all, allMostBytes),
    compared('bundle: everything but the SDK, min + gzip', all, 'Powertools', peer),
    compared('bundle: everything but the SDK, min + gzip', all, 'node-config', files),
    {
      what: 'bundle: xcon/core with env only, min + gzip',
      goal: 'no SDK, no other provider',
      ours: `${kilobytes(lean.bytes)}${unwanted.length === 0 ? '' : `, with ${unwanted.length} files too many`}`,
      peer: '',
      met: unwanted.length === 0,
    },
  ];
  return { results, details: [parts(all, packageOf), parts(own, fileOf)] };
}

async function bundle(text: string, external: readonly string[], ...plugins: readonly Plugin[]): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: text, resolveDir: __dirname, sourcefile: 'service.mjs' },
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: [...external],
    plugins: [...plugins],
    // Not the project's own, which says that `xcon` is its sources.
    tsconfigRaw: {},
    logLevel: 'error',
  });
  return { bytes: gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length, inputs: inputsOf(metafile) };
}

/** Leaves out all packages but the library. */
const onlyOurs: Plugin = {
  name: 'only-ours',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path }) => (/^xcon(\/|$)/.test(path) ? undefined : { path, external: true }));
  },
};

function inputsOf({ outputs }: Metafile): Readonly<Record<string, number>> {
  const [output] = Object.values(outputs);
  const used = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return Object.fromEntries(used.map(([file, { bytesInOutput }]) => [file, bytesInOutput]));
}

function limited(what: string, { bytes }: Bundle, most: number): Result {
  const met = bytes <= most;
  return { what, goal: `<= ${most / kilobyte} KB`, ours: kilobytes(bytes), peer: '', ratio: bytes / most, met };
}

function compared(what: string, ours: Bundle, name: string, peer: Bundle): Result {
  const ratio = ours.bytes / peer.bytes;
  return { what, goal: '', ours: kilobytes(ours.bytes), peer: `${name}: ${kilobytes(peer.bytes)}`, ratio };
}

/** Which files or packages a bundle is made of, the largest first: minified, not yet gzipped. */
function parts({ inputs }: Bundle, nameOf: (file: string) => string): Table {
  const sums: Record<string, number> = {};
  for (const [file, bytes] of Object.entries(inputs)) sums[nameOf(file)] = (sums[nameOf(file)] ?? 0) + bytes;
  const rows = Object.entries(sums).sort(([, one], [, other]) => other - one);
  return { head: ['Minified, before gzip', 'Bytes'], rows };
}

function fileOf(file: string): string {
  return file.replace(/.*dist\/esm\//, '');
}

function packageOf(file: string): string {
  return /.*node_modules\/((@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? 'xcon';
}

function kilobytes(bytes: number): string {
  return `${(bytes / kilobyte).toFixed(1)} KB`;
}
