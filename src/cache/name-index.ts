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
  /** Name of the rows that tell generations. */
  generationName: '~xcon-gen',
} as const;
