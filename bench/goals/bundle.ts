import { type Bundle, bundle, onlyOurs } from './bundler';
import { purposesOf } from './purposes';
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
const coreDefault = `
  import { Config, DynamoCacher, EnvProvider, SecretsProvider, SsmProvider } from 'xcon/core';
  const config = new Config({ providers: [EnvProvider, SsmProvider, SecretsProvider], cacher: DynamoCacher });
  export const handler = () => config.get('DB_HOST');
`;
const coreParameters = `
  import { Config, EnvProvider, SsmProvider } from 'xcon/core';
  const config = new Config({ providers: [EnvProvider, SsmProvider], cacher: null });
  export const handler = () => config.get('DB_HOST');
`;
const declared = `
  import { defineSettings, secret, setting } from 'xcon';
  const settings = defineSettings({ host: setting('DB_HOST'), password: secret('DB_PASSWORD') });
  export const handler = async () => (await settings.load()).host;
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
  const defaultOwn = await bundle(coreDefault, { plugins: [onlyOurs] });
  const parametersOwn = await bundle(coreParameters, { plugins: [onlyOurs] });
  const declaredOwn = await bundle(declared, { plugins: [onlyOurs] });
  const declaredFirst = await bundle(declared, { plugins: [onlyOurs], splitting: true });
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
    known('bundle: xcon/core with the default providers and cacher, our own files', defaultOwn),
    known('bundle: xcon/core with env and ssm, no cache, our own files', parametersOwn),
    known('bundle: xcon with defineSettings, our own files', declaredOwn),
    known('bundle: xcon with defineSettings, those loaded at once', declaredFirst),
  ];
  const purposes = purposesOf({
    'xcon, one file': own,
    'xcon, at once': first,
    'xcon with defineSettings, one file': declaredOwn,
    'xcon/core with the default providers and cacher, one file': defaultOwn,
    'xcon/core with env, one file': leanOwn,
    'xcon/core with env, at once': leanFirst,
  });
  return {
    results,
    details: [parts(all, packageOf), parts(first, fileOf)],
    sections: { 'bundle purposes': purposes },
  };
}

function limited(what: string, { bytes }: Bundle, most: number): Result {
  const met = bytes <= most;
  return { what, goal: `<= ${most / kilobyte} KB`, ours: kilobytes(bytes), peer: '', ratio: bytes / most, met };
}

function known(what: string, { bytes }: Bundle): Result {
  return { what, goal: '', ours: kilobytes(bytes), peer: '' };
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
