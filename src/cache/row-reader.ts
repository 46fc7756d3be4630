import { decodeAttribute } from '../aws/attribute-value';
import { rememberAttribute } from '../aws/stored-attribute';
import { Directory } from '../directory/directory';
import { DirectoryItem, sourceViaCacher } from '../item/directory-item';
import { type ConfigValue } from '../item/value';
import { type CachedChain, type CachedRow } from './cacher';
import { type AnswerRow, isForeign, nowhere, type PlainRow, type RowFacts, type SealedRow } from './cache-row';

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
 * Gives the rows that count for a chain, of those that may answer for a name.
 *
 * Left out are
 * - rows behind a provider that is not cacheable: their answer may not be the chain's;
 * - plain rows of secrets, unless secrets are cached in plain here, too. A row does not say that its value is a secret when the
 *   Python library has written it: then the provider tells, or a row of this library beside it;
 * - rows of a provider that never gives null that have no value: the Python library writes them for secrets that were refused or gone.
 */
export function usableRows(chain: CachedChain, rows: readonly AnswerRow[]): readonly AnswerRow[] {
  return rows.filter((row) => {
    if (!isTrusted(chain, row)) return false;
    return row.kind !== 'plain' || row.directory === nowhere || isUsable(chain, row, rows);
  });
}

function isTrusted({ trusted }: CachedChain, { directory, provider = '' }: RowFacts): boolean {
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

/** Whether another row says that the value of a row is a secret: it keeps it sealed, or by reference. */
function isSecretBeside({ directory, provider }: PlainRow, other: AnswerRow): boolean {
  return other.kind !== 'plain' && other.directory === directory && other.provider === provider;
}

/** Whether the provider of a row may give null; where the row does not say which it is, whether all of the chain may. */
function mayBeNull({ providers }: CachedChain, { provider = '' }: PlainRow): boolean {
  const known = providers.get(provider);
  return known === undefined ? [...providers.values()].every(({ givesNull }) => givesNull) : known.givesNull;
}

/** Says what a row tells of itself, beside its answer. */
export function describeRow({ kind, provider, createdAt, ttl }: AnswerRow): CachedRow {
  return { kind, provider, createdAt, ttl };
}

function itemOf(
  { providers }: CachedChain,
  { directory, source, provider: cacheName, ttl, createdAt }: RowFacts,
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
