import { type Bundle, bundle, onlyOurs } from './bundler';
import { type Measured, type Result, type Table } from './result';

const kilobyte = 1024;
const ownMostBytes = 41 * kilobyte;
const firstMostBytes = 31 * kilobyte;
const leanMostBytes = 15 * kilobyte;
const allMostBytes = 52 * kilobyte;

/** What a small service says. */
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
const optional = ['@aws-sdk/client-kms', 'dynalite'];
const sdk = ['@aws-sdk/*', '@smithy/*', '@aws-crypto/*'];

/** Measures what a service that uses the library carries with it. */
export async function measureBundle(): Promise<Measured> {
  const own = await bundle(service, { plugins: [onlyOurs] });
  const first = await bundle(service, { plugins: [onlyOurs], splitting: true });
  const all = await bundle(service, { external: sdk });
  const lean = await bundle(envOnly, { external: optional });
  const leanOwn = await bundle(envOnly, { plugins: [onlyOurs] });
  const leanFirst = await bundle(envOnly, { plugins: [onlyOurs], splitting: true });
  const peer = await bundle(powertools, { external: [...sdk, '@middy/core'] });
  const files = await bundle(nodeConfig);
  const unwanted = Object.keys(lean.inputs).filter((file) =>
    /@aws-sdk|@smithy|(ssm|secrets|dynamo)-provider/.test(file),
  );
  const results = [
    limited('bundle: our own files, min + gzip', own, ownMostBytes),
    limited('bundle: our own files, those loaded at once', first, firstMostBytes),
    limited('bundle: everything but the SDK, min + gzip', all, allMostBytes),
    compared('bundle: everything but the SDK, min + gzip', all, 'Powertools', peer),
    compared('bundle: everything but the SDK, min + gzip', all, 'node-config', files),
    limited('bundle: xcon/core with env only, our own files', leanOwn, leanMostBytes),
    limited('bundle: xcon/core with env only, those loaded at once', leanFirst, leanMostBytes),
    {
      what: 'bundle: xcon/core with env only, everything',
      goal: 'no SDK, no other provider',
      ours: `${kilobytes(lean.bytes)}${unwanted.length === 0 ? '' : `, with ${unwanted.length} files too many`}`,
      peer: '',
      met: unwanted.length === 0,
    },
  ];
  return { results, details: [parts(all, packageOf), parts(first, fileOf)] };
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
