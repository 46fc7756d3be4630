/** Attribute names of the keys that the config table and the cache table share. */
export const tableKeys = { partition: 'app_key', sort: 'name_key' } as const;

/** Attribute that says when a row ends, **seconds** since the Unix epoch. */
export const ttlAttribute = 'ttl';

/** Separates name, directories and providers in the sort key of a cached row. */
export const keySeparator = '|+|';

/** Gives the name of a setting in a row: `real_name`, else `name`, else its sort key up to the first separator. */
export function nameOfRow(row: Readonly<Record<string, { readonly S?: string | undefined }>>): string | undefined {
  const names = [row['real_name']?.S, row['name']?.S, row[tableKeys.sort]?.S?.split(keySeparator, 1)[0]];
  return names.find((each) => each !== undefined && each !== '');
}

/**
 * Makes the attributes of a new row of the config table, but for its value, so that the Python library reads it, too: one without a name and a
 * directory makes it raise for the whole directory.
 *
 * @param sort - Its sort key. Default: its name.
 */
export function newRow(directory: string, name: string, sort = name): Readonly<Record<string, { readonly S: string }>> {
  return {
    [tableKeys.partition]: { S: directory },
    [tableKeys.sort]: { S: sort },
    real_name: { S: name },
    real_directory: { S: directory },
  };
}

/** Gives the ARN of a table for a message: of any region and account, unless the table is given by its ARN. */
export function tableArnText(table: string): string {
  return table.startsWith('arn:') ? table : `arn:aws:dynamodb:*:*:table/${table}`;
}

/**
 * The optional index of the cache table by name: it finds the rows of a name in all partitions without reading the table.
 *
 * `real_name` is in every row, whichever library has written it.
 */
export const nameIndex = {
  name: 'xcon-names',
  partition: 'real_name',
  sort: 'app_key',
  /** Attributes that are in the index beside the keys. */
  attributes: ['real_directory', 'cache_concat_directory_paths', 'xcon_chain', 'xcon_directories'],
  /** Name of the rows that hold generations. */
  generationName: '~xcon-gen',
} as const;

/** Most bytes that DynamoDB takes in a sort key. */
const maxSortKeyBytes = 1024;

/** Whether a sort key is short enough for DynamoDB. */
export function fitsSortKey(key: string): boolean {
  return Buffer.byteLength(key) <= maxSortKeyBytes;
}
