import { attributeOfItem, rememberAttribute } from '../aws/stored-attribute';
import { DirectoryItem, sourceViaCacher } from '../item/directory-item';
import { type CachedChain, type CachedRow, type CacheableAnswer } from './cacher';
import {
  type AnswerRow,
  isForeign,
  rowTime,
  isReadableByPython,
  latestReadableTtl,
  nowhere,
  type PlainRow,
  referenceKey,
  type ReferenceRow,
  type RowBase,
  sealedKey,
  type SealedRow,
} from './rows';
import { alignedExpiry, jitteredExpiry, jitterFor } from './expiry';
import { type SealingKey, sealSecret } from './keyring';
import { decodeAttribute } from '../aws/attribute-value';
import { Directory } from '../directory/directory';
import { type ConfigValue } from '../item/value';

/** What the expiry of new rows depends on. */
export interface RowClock {
  readonly nowMs: number;
  /** In `[0, 1)`. */
  readonly random: number;
  /** Latest expiry among the rows of found names, **seconds** since the Unix epoch; `undefined` when there is none. */
  readonly latestTtl: number | undefined;
  /** Generation of the partition at the time of the reads behind the answer; 0 before the first. */
  readonly generation?: number | undefined;
}

/**
 * Makes the row for an answer.
 *
 * @param sealingKey - Needed for secrets when they are sealed.
 * @returns `undefined` for an answer that is not cached: a secret with `cacheSecrets: 'never'`, a value that cannot be stored.
 */
export function makeRow(
  chain: CachedChain,
  answer: CacheableAnswer,
  clock: RowClock,
  sealingKey: SealingKey | undefined,
): PlainRow | SealedRow | ReferenceRow | undefined {
  const { item, provider } = answer;
  // A row without a name, or with braces in its directory, makes the Python library fail for the whole partition.
  if (answer.name === '' || /[{}]/.test(item?.directory.path ?? '')) return undefined;
  if (item === undefined || provider === undefined) return missingRow(chain, answer, clock);
  const base = {
    name: answer.name.toLowerCase(),
    directory: item.directory.path,
    source: `${provider} - ${item.directory.path}`,
    provider,
    ttl: ownTtl(item) ?? ordinaryTtl(chain, clock),
    createdAt: rowTime(clock.nowMs),
    ...stampOf(answer, clock),
  };
  const { key, session } = chain;
  const { cacheSecrets } = session.settings;
  if (!item.secret || cacheSecrets === 'plaintext') {
    const value = attributeOfItem(item);
    if (value === undefined || !isReadableByPython(value)) return undefined;
    const { originalName, secret } = item;
    return {
      ...base,
      kind: 'plain',
      nameKey: key.nameKey(answer.name),
      chain: key.chain,
      originalName,
      value,
      secret,
    };
  }
  const { chainHash } = key;
  if (cacheSecrets === 'reference' && item.exactName !== undefined) {
    const nameKey = referenceKey(key, answer.name);
    return { ...base, kind: 'reference', nameKey, chainHash, exactName: item.exactName };
  }
  const plain = secretValue(item);
  if (cacheSecrets !== 'encrypt' || sealingKey === undefined || plain === undefined) return undefined;
  const nameKey = sealedKey(key, answer.name, sealingKey.id);
  const binding = { ...base, nameKey, environ: key.environ, ttl: secretTtl(chain, item, clock, sealingKey) };
  const sealed = sealSecret(plain, sealingKey, binding);
  return { ...base, kind: 'sealed', nameKey, chainHash, ttl: binding.ttl, keyId: sealingKey.id, sealed };
}

/** The `ttl` of an item in whole seconds; `undefined` for none, and for one beyond the range of dates, such as milliseconds. */
function ownTtl({ ttl }: Pick<DirectoryItem, 'ttl'>): number | undefined {
  return ttl === undefined || !(ttl <= latestReadableTtl) ? undefined : Math.floor(ttl);
}

/** Gives the expiry of a row with a certain life, in whole seconds. */
function endAfter(seconds: number, nowMs: number): number {
  return Math.min(Math.floor(nowMs / 1000 + seconds), latestReadableTtl);
}

/** Gives generation and time of the reads behind an answer. Before the first change, there is no generation. */
function stampOf(
  { readAt }: CacheableAnswer,
  { generation = 0, nowMs }: RowClock,
): Pick<PlainRow, 'generation' | 'readAtMs'> {
  return { ...(generation > 0 && { generation }), readAtMs: Math.floor(readAt?.atMs ?? nowMs) };
}

function missingRow({ key, session }: CachedChain, answer: CacheableAnswer, clock: RowClock): PlainRow {
  const { nowMs } = clock;
  const { name } = answer;
  return {
    ...stampOf(answer, clock),
    kind: 'plain',
    nameKey: key.nameKey(name),
    chain: key.chain,
    name: name.toLowerCase(),
    originalName: name,
    directory: nowhere,
    source: `none - ${nowhere}`,
    ttl: endAfter(session.settings.negativeTtlSeconds, nowMs),
    createdAt: rowTime(nowMs),
    value: undefined,
    secret: false,
  };
}

function ordinaryTtl({ session }: CachedChain, { nowMs, random, latestTtl }: RowClock): number {
  const { cacheTtlSeconds: ttlSeconds } = session.settings;
  const fresh = jitteredExpiry(nowMs, random, { ttlSeconds, jitterSeconds: jitterFor(ttlSeconds) });
  return alignedExpiry(nowMs, Math.min(fresh, latestReadableTtl), latestTtl, ttlSeconds);
}

/** A sealed secret has a short life, which ends before it rotates, and before the key that opens it expires. */
function secretTtl(
  { session }: CachedChain,
  { ttl, nextRotationMs }: DirectoryItem,
  { nowMs }: RowClock,
  { endsAt = Number.POSITIVE_INFINITY }: SealingKey,
): number {
  const own = ownTtl({ ttl }) ?? endAfter(session.settings.secretTtlSeconds, nowMs);
  const rotatesAt = nextRotationMs === undefined ? Number.POSITIVE_INFINITY : Math.floor(nextRotationMs / 1000);
  return Math.min(own, rotatesAt, endsAt);
}

/** Secrets are text or binary at every source; other values are not cached. */
function secretValue({ value }: DirectoryItem): string | Uint8Array | undefined {
  return typeof value === 'string' || value instanceof Uint8Array ? value : undefined;
}

/** Gives the item of a plain row; `undefined` when the row says that the name is missing. */
export function itemOfPlainRow(chain: CachedChain, row: PlainRow): DirectoryItem | undefined {
  if (row.directory === nowhere) return undefined;
  const attribute = row.value ?? { NULL: true };
  const value = decodeAttribute(attribute) ?? null;
  const secret = row.secret || isOfSecrets(chain, row);
  const item = itemOf(chain, row, { name: row.originalName, value, secret });
  return rememberAttribute(item, attribute);
}

/** Gives the item of a sealed row that has been opened. */
export function itemOfSealedRow(chain: CachedChain, row: SealedRow, value: string | Uint8Array): DirectoryItem {
  return itemOf(chain, row, { name: row.name, value, secret: true });
}

/**
 * Filters rows that may answer for a name by the rules of a chain.
 *
 * Left out are
 * - rows behind a provider that is not cacheable: the chain may have another answer;
 * - plain rows of secrets, unless `cacheSecrets` is `plaintext`. Rows of the Python library do not record whether the value is a secret:
 *   then the provider decides, or a row of this library for the same value;
 * - rows without a value, of a provider that never gives null: the Python library writes them for refused and deleted secrets.
 */
export function usableRows(chain: CachedChain, rows: readonly AnswerRow[]): readonly AnswerRow[] {
  return rows.filter((row) => {
    if (!isTrusted(chain, row)) return false;
    return row.kind !== 'plain' || row.directory === nowhere || isUsable(chain, row, rows);
  });
}

function isTrusted({ trusted }: CachedChain, { directory, provider = '' }: RowBase): boolean {
  if (trusted === undefined) return true;
  return directory === trusted.directory && trusted.providers.includes(provider);
}

function isUsable(chain: CachedChain, row: PlainRow, rows: readonly AnswerRow[]): boolean {
  const isSecret = isOfSecrets(chain, row);
  if (chain.session.settings.cacheSecrets === 'plaintext') return row.value !== undefined || !isSecret;
  if (row.secret || isSecret || (isForeign(row) && rows.some((other) => isSecretBeside(row, other)))) return false;
  return row.value !== undefined || mayBeNull(chain, row);
}

function isOfSecrets({ providers }: CachedChain, { provider = '' }: PlainRow): boolean {
  return providers.get(provider)?.holdsOnlySecrets === true;
}

/** Whether another row keeps the value of a row sealed or by reference, so that it is a secret. */
function isSecretBeside({ directory, provider }: PlainRow, other: AnswerRow): boolean {
  return other.kind !== 'plain' && other.directory === directory && other.provider === provider;
}

/** Whether the provider of a row may give null; where the row names no provider, whether all of the chain may. */
function mayBeNull({ providers }: CachedChain, { provider = '' }: PlainRow): boolean {
  const known = providers.get(provider);
  return known === undefined ? [...providers.values()].every(({ givesNull }) => givesNull) : known.givesNull;
}

/** Gives the kind, provider and times of a row. */
export function describeRow({ kind, provider, createdAt, ttl }: AnswerRow): CachedRow {
  return { kind, provider, createdAt, ttl };
}

function itemOf(
  { providers }: CachedChain,
  { directory, source, provider: cacheName, ttl, createdAt }: RowBase,
  content: { readonly name: string; readonly value: ConfigValue; readonly secret: boolean },
): DirectoryItem {
  return new DirectoryItem({
    ...content,
    directory: Directory.literal(directory),
    source: sourceViaCacher(source),
    provider: cacheName === undefined ? 'unknown' : (providers.get(cacheName)?.name ?? cacheName),
    cacheName,
    viaCacher: true,
    ttl,
    createdAt,
    cacheable: false,
  });
}
