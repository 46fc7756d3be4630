import { type AttributeMap } from '../../src/aws/attribute-value';
import { CacheKey } from '../../src/cache/cache-key';
import { type PlainRow, type ReferenceRow, type SealedRow } from '../../src/cache/rows';
import { Directory, DirectoryChain } from '../../src/index';
import { startMs } from './doubles';

/** The cache table by default. */
export const table = 'global-all-configCache';
/** The directories of the service `orders` in `prod`, as keys hold them. */
export const paths = '/orders/prod|/orders/all|/global/prod|/global/all';
/** Seconds since the Unix epoch at which tests begin. */
export const startSeconds = startMs / 1000;

/** Makes the key of a chain. */
export function cacheKey(directories: string = paths, providers = 'ssm|secrets', environ = '/orders/prod'): CacheKey {
  const chain = directories === '' ? [] : directories.split('|').map((path) => Directory.literal(path));
  return new CacheKey(environ, new DirectoryChain(chain), providers);
}

const key = cacheKey();
const facts = {
  name: 'db_host',
  directory: '/orders/prod',
  source: 'ssm - /orders/prod',
  provider: 'ssm',
  ttl: startSeconds + 3600 * 11,
  createdAt: '2026-03-01T11:00:00.000+00:00',
};

/** Makes a plain row of the chain of `cacheKey()`. */
export function plainRow(more: Partial<PlainRow> = {}): PlainRow {
  const { name = facts.name } = more;
  return {
    ...facts,
    kind: 'plain',
    nameKey: key.nameKey(name),
    chain: key.chain,
    originalName: name,
    value: { S: 'cached' },
    secret: false,
    ...more,
  };
}

/** Makes a reference row of the chain of `cacheKey()`. */
export function referenceRow(more: Partial<ReferenceRow> = {}): ReferenceRow {
  const { name = facts.name } = more;
  return {
    ...facts,
    kind: 'reference',
    nameKey: `${key.nameKey(name)}|+|xcon:ref`,
    chainHash: key.chainHash,
    provider: 'secrets',
    exactName: `/orders/prod/${name}`,
    ...more,
  };
}

/** Makes a sealed row of the chain of `cacheKey()`, with a box that nothing opens. */
export function sealedRow(more: Partial<SealedRow> = {}): SealedRow {
  const { name = facts.name, keyId = '0123456789abcdef' } = more;
  return {
    ...facts,
    kind: 'sealed',
    nameKey: `${key.nameKey(name)}|+|xcon:sealed:${keyId}`,
    chainHash: key.chainHash,
    keyId,
    sealed: Uint8Array.of(1, 2, 3),
    ...more,
  };
}

/** Makes a row as the Python library writes it. */
export function pythonRow(more: AttributeMap = {}): AttributeMap {
  const name = more['real_name']?.S ?? 'db_host';
  return {
    app_key: { S: '/orders/prod' },
    name_key: { S: `${name}|+|${paths}|+|ssm|secrets` },
    real_name: { S: name },
    original_name: { S: name },
    real_directory: { S: '/orders/prod' },
    source: { S: 'ssm - /orders/prod' },
    ttl: { N: `${startSeconds + 3600 * 11}` },
    created_at: { S: '2026-03-01T11:00:00.123456+00:00' },
    cache_concat_directory_paths: { S: paths },
    cache_concat_provider_names: { S: 'ssm|secrets' },
    value: { S: 'cached' },
    ...more,
  };
}
