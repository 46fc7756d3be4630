import { type Fields, isFields } from './fields';

/** Members of requests, of any service, that hold the value of a parameter or a secret. */
const secretMembers: readonly string[] = ['Value', 'SecretString', 'SecretBinary', 'Plaintext'];
/** Members that hold attributes of rows, by name. */
const rowMembers: readonly string[] = ['Item', 'ExpressionAttributeValues', 'AttributeUpdates', 'Expected'];
/** Attributes of the tables of the library that say what a row is about: keys, places and times. All others may be values. */
const factAttributes: readonly string[] = [
  ...['app_key', 'name_key', 'name', 'real_name', 'original_name', 'real_directory', 'source', 'ttl', 'created_at'],
  ...['cache_concat_directory_paths', 'cache_concat_provider_names', ':partition'],
];
const hidden = '***';
/** Requests are no deeper; what is, cannot be logged. */
const mostLevels = 40;

/** Replaces the values that a request carries, so that the call log can be printed. What a row is about stays. */
export function redact(fields: Fields): Fields {
  return redactMembers(fields, mostLevels);
}

function redactMembers(fields: Fields, levels: number): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (secretMembers.includes(name)) return [name, hidden];
      return [name, rowMembers.includes(name) ? redactRow(value) : redactAll(value, levels - 1)];
    }),
  );
}

function redactAll(value: unknown, levels: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (levels <= 0) return hidden;
  return Array.isArray(value)
    ? value.map((each) => redactAll(each, levels - 1))
    : redactMembers(value as Fields, levels);
}

function redactRow(row: unknown): unknown {
  if (!isFields(row)) return hidden;
  return Object.fromEntries(
    Object.entries(row).map(([name, attribute]) => [name, isFact(name, attribute) ? attribute : hidden]),
  );
}

/** Rows of our own kinds have facts under names of ours. */
function isFact(name: string, attribute: unknown): boolean {
  if (!isFields(attribute)) return false;
  const [kind = '', ...others] = Object.keys(attribute);
  if (others.length > 0 || !['S', 'N', 'BOOL', 'NULL'].includes(kind)) return false;
  return factAttributes.includes(name) || name.startsWith('xcon_');
}
