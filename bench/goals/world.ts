import { createHash } from 'node:crypto';
/** The chain of the service `orders` in `prod`. */
export const directories = ['/orders/prod', '/orders/all', '/global/prod', '/global/all'];

/** Ten parameters in each directory: `p2_7` is the eighth of the third. */
const parameterNames = directories.flatMap((_path, directory) =>
  Array.from({ length: 10 }, (_item, index) => `p${directory}_${index}`),
);

/** Ten secrets, over all directories. */
const secretNames = Array.from({ length: 10 }, (_item, index) => `s${index}`);

/** What a service asks for when it starts. */
export const fiftyNames = [...parameterNames, ...secretNames];

/** Full names of the parameters. */
export const parameterPaths = parameterNames.map((name) => `${directories[Number(name[1])] ?? ''}/${name}`);

/** Full names of the secrets. */
export const secretPaths = secretNames.map((name) => `${directories[Number(name.slice(1)) % 4] ?? ''}/${name}`);

/** A directory that holds far more than a service asks for. */
export const crowded = '/crowded/prod';

/** What is asked for of it. */
export const declaredNames = Array.from({ length: 20 }, (_item, index) => `c${index * 20}`);

/** Cache tables by how secrets are kept in them, and one that stays empty. */
export const cacheTables = {
  plain: 'cache-plain',
  sealed: 'cache-sealed',
  reference: 'cache-reference',
  empty: 'cache-empty',
} as const;

/** Latency of every request, milliseconds. */
export const latencyMs = 20;

/** What AWS holds. */
export const seed = {
  ssm: {
    ...Object.fromEntries(parameterPaths.map((path) => [path, `value of ${path}`])),
    ...Object.fromEntries(Array.from({ length: 400 }, (_item, index) => [`${crowded}/c${index}`, `value ${index}`])),
  },
  secrets: Object.fromEntries(secretPaths.map((path) => [path, `secret of ${path}`])),
  tables: Object.fromEntries(Object.values(cacheTables).map((name) => [name, { rows: [] }])),
};

/** Variables of a process that is the service `orders`. */
export const orders = { APP_NAME: 'orders', APP_ENV: 'prod' };

const sealingKey = createHash('sha256').update('a key for benchmarks').digest('base64');

/** Variables that say how the cache table is used. */
export const cacheVariables = {
  none: { XCON_DISABLE_DEFAULT_CACHER: 'true' },
  plain: { XCON_CACHE_TABLE: cacheTables.plain, XCON_CACHE_SECRETS: 'plaintext' },
  sealed: { XCON_CACHE_TABLE: cacheTables.sealed, XCON_CACHE_SECRETS: 'encrypt', XCON_CACHE_KEY: sealingKey },
  reference: { XCON_CACHE_TABLE: cacheTables.reference },
  empty: { XCON_CACHE_TABLE: cacheTables.empty },
} as const;
