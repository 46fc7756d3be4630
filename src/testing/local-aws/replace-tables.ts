import { isDeepStrictEqual } from 'node:util';

import { areSameKeys, createTable } from './apply-seed';
import { type CheckedTable } from './check-seed';
import { type DynamoTables, keyOf, type TableKeys } from './dynamo-tables';
import { type Entries, replaceEntries, type SeedChange } from './replace-entries';
import { type WireItem } from './wire-attribute';

/** Tables of a seed, by name. */
export type SeedTables = ReadonlyMap<string, CheckedTable>;

/** Tables as entries: one with other keys is made anew. */
export function tableEntries(tables: DynamoTables, dropTable: (name: string) => Promise<void>): Entries<CheckedTable> {
  return {
    remove: async (name) => {
      const exists = (await tables.find(name)) !== undefined;
      await dropTable(name);
      return exists;
    },
    put: async (name, { keys }) => {
      const existing = await tables.keysOf(name);
      if (existing !== undefined && areSameKeys(existing, keys)) return 'same';
      await dropTable(name);
      await createTable(tables, name, keys);
      return existing === undefined ? 'added' : 'changed';
    },
  };
}

/** Replaces the rows that a former seed gave to tables of the next one. */
export async function replaceRows(former: SeedTables, next: SeedTables, tables: DynamoTables): Promise<SeedChange> {
  const total = { added: 0, changed: 0, removed: 0 };
  for (const [name, { keys, rows }] of next) {
    const existing = byKey(await tables.rows(name), keys);
    const change = await replaceEntries(
      byKey(former.get(name)?.rows ?? [], keys),
      byKey(rows, keys),
      rowEntries(tables, name, existing),
    );
    total.added += change.added;
    total.changed += change.changed;
    total.removed += change.removed;
  }
  return total;
}

function rowEntries(
  tables: DynamoTables,
  TableName: string,
  existing: ReadonlyMap<string, WireItem>,
): Entries<WireItem> {
  return {
    remove: async (key, row) => {
      if (!existing.has(key)) return false;
      await tables.deleteRows(TableName, [row]);
      return true;
    },
    put: async (key, Item) => {
      const known = existing.get(key);
      if (isDeepStrictEqual(known, Item)) return 'same';
      await tables.write('PutItem', { TableName, Item });
      return known === undefined ? 'added' : 'changed';
    },
  };
}

function byKey(rows: readonly WireItem[], keys: TableKeys): ReadonlyMap<string, WireItem> {
  return new Map(rows.map((row) => [JSON.stringify(keyOf(row, keys)), row]));
}
