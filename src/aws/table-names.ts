/** Attribute names of the keys that the config table and the cache table share. */
export const tableKeys = { partition: 'app_key', sort: 'name_key' } as const;

/** Separates name, directories and providers in the sort key of a cached row. */
export const keySeparator = '|+|';

/** Gives the ARN of a table for a remedy: that of any region and account, unless it is named by its own. */
export function tableArnText(table: string): string {
  return table.startsWith('arn:') ? table : `arn:aws:dynamodb:*:*:table/${table}`;
}
