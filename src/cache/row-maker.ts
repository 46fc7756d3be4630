import { attributeOfItem } from '../aws/stored-attribute';
import { type DirectoryItem } from '../item/directory-item';
import { type CachedChain, type CertainAnswer } from './cacher';
import {
  isoTime,
  nowhere,
  type PlainRow,
  type ReferenceRow,
  referenceKey,
  type SealedRow,
  sealedKey,
} from './cache-row';
import { alignedExpiry, jitteredExpiry, jitterFor } from './expiry';
import { isReadableByPython, latestReadableTtl } from './python-reader';
import { sealSecret, type SealingKey } from './secret-box';

/** What the ends of new rows depend on. */
export interface RowClock {
  readonly nowMs: number;
  /** In `[0, 1)`. */
  readonly random: number;
  /** Latest end among the rows of found names, **seconds** since the Unix epoch; `undefined` when there is none. */
  readonly latestTtl: number | undefined;
  /** Generation of the partition that the reads behind the answer have seen; 0 before the first. */
  readonly generation?: number | undefined;
}

/**
 * Makes the row for an answer.
 *
 * @param sealingKey - Needed for secrets when they are sealed.
 * @returns `undefined` for what is not to be cached: a secret, when secrets never are; a value that cannot be stored.
 */
export function makeRow(
  chain: CachedChain,
  answer: CertainAnswer,
  clock: RowClock,
  sealingKey: SealingKey | undefined,
): PlainRow | SealedRow | ReferenceRow | undefined {
  const { item, provider } = answer;
  // The Python library fails for the whole partition at a row without a name, or with braces in its directory.
  if (answer.name === '' || /[{}]/.test(item?.directory.path ?? '')) return undefined;
  if (item === undefined || provider === undefined) return missingRow(chain, answer, clock);
  const facts = {
    name: answer.name.toLowerCase(),
    directory: item.directory.path,
    source: `${provider} - ${item.directory.path}`,
    provider,
    ttl: ownTtl(item) ?? ordinaryTtl(chain, clock),
    createdAt: isoTime(clock.nowMs),
    ...stampOf(answer, clock),
  };
  const { key, session } = chain;
  const { cacheSecrets } = session.settings;
  if (!item.secret || cacheSecrets === 'plaintext') {
    const value = attributeOfItem(item);
    if (value === undefined || !isReadableByPython(value)) return undefined;
    const { originalName, secret } = item;
    return {
      ...facts,
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
    return { ...facts, kind: 'reference', nameKey, chainHash, exactName: item.exactName };
  }
  const plain = secretValue(item);
  if (cacheSecrets !== 'encrypt' || sealingKey === undefined || plain === undefined) return undefined;
  const nameKey = sealedKey(key, answer.name, sealingKey.id);
  const sealedFacts = { ...facts, nameKey, environ: key.environ, ttl: secretTtl(chain, item, clock, sealingKey) };
  const sealed = sealSecret(plain, sealingKey, sealedFacts);
  return { ...facts, kind: 'sealed', nameKey, chainHash, ttl: sealedFacts.ttl, keyId: sealingKey.id, sealed };
}

/** The end that an item brings with it, in whole seconds; `undefined` for none, and for one beyond all dates, such as milliseconds. */
function ownTtl({ ttl }: Pick<DirectoryItem, 'ttl'>): number | undefined {
  return ttl === undefined || !(ttl <= latestReadableTtl) ? undefined : Math.floor(ttl);
}

/** Gives the end of a row that lives for a certain time, in whole seconds. */
function endAfter(seconds: number, nowMs: number): number {
  return Math.min(Math.floor(nowMs / 1000 + seconds), latestReadableTtl);
}

/** Says what the reads behind an answer have seen. Before the first change, there is no generation to be told. */
function stampOf(
  { readAt }: CertainAnswer,
  { generation = 0, nowMs }: RowClock,
): Pick<PlainRow, 'generation' | 'readAtMs'> {
  return { ...(generation > 0 && { generation }), readAtMs: Math.floor(readAt?.atMs ?? nowMs) };
}

function missingRow({ key, session }: CachedChain, answer: CertainAnswer, clock: RowClock): PlainRow {
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
    createdAt: isoTime(nowMs),
    value: undefined,
    secret: false,
  };
}

function ordinaryTtl({ session }: CachedChain, { nowMs, random, latestTtl }: RowClock): number {
  const { cacheTtlSeconds: ttlSeconds } = session.settings;
  const fresh = jitteredExpiry(nowMs, random, { ttlSeconds, jitterSeconds: jitterFor(ttlSeconds) });
  return alignedExpiry(nowMs, Math.min(fresh, latestReadableTtl), latestTtl, ttlSeconds);
}

/** A sealed secret lives briefly, never past the moment when it rotates, and no longer than what opens it. */
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

/** Secrets are text or binary at every source that has them; anything else is not sealed but left out. */
function secretValue({ value }: DirectoryItem): string | Uint8Array | undefined {
  return typeof value === 'string' || value instanceof Uint8Array ? value : undefined;
}
