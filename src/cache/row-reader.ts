import { decodeAttribute } from '../aws/attribute-value';
import { rememberAttribute } from '../aws/stored-attribute';
import { Directory } from '../directory/directory';
import { DirectoryItem, viaCacherSuffix } from '../item/directory-item';
import { type ConfigValue } from '../item/value';
import { type CachedChain, type CachedRow } from './cacher';
import { type AnswerRow, nowhere, type PlainRow, type RowFacts, type SealedRow } from './cache-row';

/** Gives the item of a plain row; `undefined` when the row says that the name is missing. */
export function itemOfPlainRow(row: PlainRow): DirectoryItem | undefined {
  if (row.directory === nowhere) return undefined;
  const attribute = row.value ?? { NULL: true };
  const item = itemOf(row, { name: row.originalName, value: decodeAttribute(attribute) ?? null, secret: row.secret });
  return rememberAttribute(item, attribute);
}

/** Gives the item of a sealed row that has been opened. */
export function itemOfSealedRow(row: SealedRow, value: string | Uint8Array): DirectoryItem {
  return itemOf(row, { name: row.name, value, secret: true });
}

/**
 * Whether a row counts for a chain.
 *
 * Behind a provider that is not cacheable, the row's answer may not be the chain's.
 */
export function isTrusted({ trusted }: CachedChain, { directory, source }: RowFacts): boolean {
  if (trusted === undefined) return true;
  return directory === trusted.directory && trusted.providers.includes(source?.split(' ', 1)[0] ?? '');
}

/** Says what a row tells of itself, beside its answer. */
export function describeRow({ kind, directory, source, createdAt, ttl }: AnswerRow): CachedRow {
  const provider = directory === nowhere ? undefined : source?.split(' ', 1)[0];
  return { kind, provider, createdAt, ttl };
}

function itemOf(
  { directory, source, ttl, createdAt }: RowFacts,
  content: { readonly name: string; readonly value: ConfigValue; readonly secret: boolean },
): DirectoryItem {
  return new DirectoryItem({
    ...content,
    directory: Directory.literal(directory),
    source: `${source ?? 'unknown'}${viaCacherSuffix}`,
    ttl,
    createdAt,
    cacheable: false,
  });
}
