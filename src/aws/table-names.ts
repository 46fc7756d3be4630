/** Attribute names of the keys that the config table and the cache table share. */
export const tableKeys = { partition: 'app_key', sort: 'name_key' } as const;

/** Separates name, directories and providers in the sort key of a cached row. */
export const keySeparator = '|+|';
