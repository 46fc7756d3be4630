import { decodeAttribute } from '../aws/attribute-value';
import { rememberAttribute } from '../aws/stored-attribute';
import { Directory } from '../directory/directory';
import { DirectoryItem, sourceViaCacher } from '../item/directory-item';
import { type ConfigValue } from '../item/value';
import { type CachedChain, type CachedRow } from './cacher';
import { type AnswerRow, nowhere, type PlainRow, type RowFacts, type SealedRow } from './cache-row';

/** Gives the item of a plain row; `undefined` when the row says that the name is missing. */
export function itemOfPlainRow(chain: CachedChain, row: PlainRow): DirectoryItem | undefined {
  if (row.directory === nowhere) return undefined;
  const attribute = row.value ?? { NULL: true };
  const value = decodeAttribute(attribute) ?? null;
  const item = itemOf(chain, row, { name: row.originalName, value, secret: row.secret });
  return rememberAttribute(item, attribute);
}

/** Gives the item of a sealed row that has been opened. */
export function itemOfSealedRow(chain: CachedChain, row: SealedRow, value: string | Uint8Array): DirectoryItem {
  return itemOf(chain, row, { name: row.name, value, secret: true });
}

/**
 * Whether a row counts for a chain.
 *
 * Behind a provider that is not cacheable, the row's answer may not be the chain's.
 */
export function isTrusted({ trusted }: CachedChain, { directory, provider = '' }: RowFacts): boolean {
  if (trusted === undefined) return true;
  return directory === trusted.directory && trusted.providers.includes(provider);
}

/** Says what a row tells of itself, beside its answer. */
export function describeRow({ kind, provider, createdAt, ttl }: AnswerRow): CachedRow {
  return { kind, provider, createdAt, ttl };
}

function itemOf(
  { providerNames }: CachedChain,
  { directory, source, provider: cacheName, ttl, createdAt }: RowFacts,
  content: { readonly name: string; readonly value: ConfigValue; readonly secret: boolean },
): DirectoryItem {
  return new DirectoryItem({
    ...content,
    directory: Directory.literal(directory),
    source: sourceViaCacher(source),
    provider: cacheName === undefined ? 'unknown' : (providerNames.get(cacheName) ?? cacheName),
    cacheName,
    viaCacher: true,
    ttl,
    createdAt,
    cacheable: false,
  });
}
