import { isDeepStrictEqual } from 'node:util';

import { type Configuration, type ConfigurationStore } from './app-config';
import { type CheckedSecret, type CheckedSeed, type CheckedTable } from './check-seed';
import { DynamoTables, keyOf, type TableKeys } from './dynamo-tables';
import { type KeyStore } from './kms';
import { LocalAwsError } from './local-aws-error';
import { type SeedChange, type SeedChanges } from './local-aws-seed';
import { type Parameter, type ParameterInput, type ParameterStore } from './parameter-store';
import { type Secret, type SecretPatch, type SecretStore } from './secret-store';
import { ServiceError } from './service-error';
import { type WireItem } from './wire-attribute';

/** Where a seed goes. */
export interface SeedStores {
  readonly parameters: ParameterStore;
  readonly secrets: SecretStore;
  readonly tables: DynamoTables;
  readonly keys: KeyStore;
  readonly configurations: ConfigurationStore;
}

/**
 * Applies a seed: adds entries, and overwrites those with the same names.
 *
 * @param seed - As `rehearse` gives it.
 * @param source - Name of the seed in messages.
 * @throws LocalAwsError when a table exists with other keys; nothing is applied then.
 */
export async function applySeed(seed: CheckedSeed, stores: SeedStores, source: string): Promise<void> {
  for (const [name, { keys }] of seed.tables) {
    const existing = await stores.tables.keysOf(name);
    if (existing === undefined || areSameKeys(existing, keys)) continue;
    throw new LocalAwsError(`${source}: tables["${name}"] exists with other keys: ${[...existing.keys()].join(', ')}.`);
  }
  for (const id of seed.kmsKeys) stores.keys.add(id);
  for (const [name, each] of seed.configurations) stores.configurations.put(name, each);
  for (const [name, input] of seed.parameters) stores.parameters.put(name, input);
  for (const [name, secret] of seed.secrets) putSecret(stores.secrets, name, secret);
  for (const [name, table] of seed.tables) await fillTable(stores.tables, name, table, source);
}

/**
 * Fills separate tables, so that the engine can reject the seed before anything is changed.
 *
 * @returns The seed with its rows as the engine keeps them.
 * @throws LocalAwsError when DynamoDB would refuse a table or a row.
 */
export async function rehearse(seed: CheckedSeed, source: string): Promise<CheckedSeed> {
  const stage = new DynamoTables({ clock: Date.now, changed: () => undefined });
  const tables = new Map<string, CheckedTable>();
  for (const [name, table] of seed.tables) {
    await fillTable(stage, name, table, source);
    tables.set(name, { ...table, rows: await stage.rows(name) });
  }
  return { ...seed, tables };
}

/** A seed without anything in it. */
export const noSeed: CheckedSeed = {
  parameters: new Map(),
  secrets: new Map(),
  tables: new Map(),
  kmsKeys: [],
  configurations: new Map(),
};

/** Merges two seeds: entries of the second replace those of the first. */
export function mergeSeeds(first: CheckedSeed, second: CheckedSeed): CheckedSeed {
  const tables = new Map(first.tables);
  for (const [name, table] of second.tables) {
    const before = tables.get(name);
    tables.set(name, { ...table, ttl: table.ttl ?? before?.ttl, rows: [...(before?.rows ?? []), ...table.rows] });
  }
  return {
    parameters: new Map([...first.parameters, ...second.parameters]),
    secrets: new Map([...first.secrets, ...second.secrets]),
    tables,
    kmsKeys: [...first.kmsKeys, ...second.kmsKeys],
    configurations: new Map([...first.configurations, ...second.configurations]),
  };
}

/** Whether two tables have the same key attributes, of the same types, in the same order. */
function areSameKeys(one: TableKeys, other: TableKeys): boolean {
  return JSON.stringify([...one]) === JSON.stringify([...other]);
}

async function fillTable(
  tables: DynamoTables,
  name: string,
  { keys, rows }: CheckedTable,
  source: string,
): Promise<void> {
  const where = `${source}: tables[${JSON.stringify(name)}]`;
  const known = await orRefuse(where, tables.find(name));
  if (known === undefined) await orRefuse(where, tables.createWithKeys(name, keys));
  for (const [index, Item] of rows.entries()) {
    await orRefuse(`${where}.rows[${index}]`, tables.write('PutItem', { TableName: name, Item }));
  }
}

async function orRefuse<T>(where: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!(cause instanceof ServiceError)) throw cause;
    throw new LocalAwsError(`${where} is refused by DynamoDB: ${cause.message}`, { cause });
  }
}

/** Writes a secret of a seed, whatever its former state. */
export function putSecret(store: SecretStore, name: string, { contents, patch }: CheckedSecret): void {
  const former = store.find(name);
  const secret = former ?? store.create(name, patch);
  const versions = contents.reduce(
    (before, content) => store.versionsWith({ ...secret, versions: before }, content),
    secret.versions,
  );
  store.update(secret, { ...patch, versions }, former === undefined ? 'CreateSecret' : 'PutSecretValue');
}

/** A seed and the one it replaces, both as `rehearse` gives them. */
export interface SeedReplacement {
  readonly former: CheckedSeed;
  readonly next: CheckedSeed;
}

/**
 * Replaces a seed by another one.
 *
 * Entries of the new seed get its values, also where clients have changed them; entries of only the former seed are deleted; others stay.
 * Entries that already have the values of the new seed are not written again.
 *
 * @param dropTable - Deletes a table with its settings.
 */
export async function replaceSeed(
  { former, next }: SeedReplacement,
  stores: SeedStores,
  dropTable: (name: string) => Promise<void>,
): Promise<SeedChanges> {
  return {
    parameters: await replaceEntries(former.parameters, next.parameters, parameterEntries(stores.parameters)),
    secrets: await replaceEntries(former.secrets, next.secrets, secretEntries(stores.secrets)),
    tables: await replaceEntries(former.tables, next.tables, tableEntries(stores.tables, dropTable)),
    rows: await replaceRows(former.tables, next.tables, stores.tables),
    kmsKeys: stores.keys.replaceAll(next.kmsKeys),
    configurations: await replaceEntries(
      former.configurations,
      next.configurations,
      configurationEntries(stores.configurations),
    ),
  };
}

function parameterEntries(store: ParameterStore): Entries<ParameterInput> {
  return {
    remove: (name) => store.delete(name),
    put: (name, wanted) => {
      const known = store.find(name);
      if (known !== undefined && isParameterAs(known, wanted)) return 'same';
      store.put(name, wanted);
      return known === undefined ? 'added' : 'changed';
    },
  };
}

function isParameterAs({ latest, type, keyDenied, tags }: Parameter, wanted: ParameterInput): boolean {
  const { description = latest.description, labels = [] } = wanted;
  return isDeepStrictEqual(
    { value: latest.value, description: latest.description, labels: latest.labels, type, keyDenied, tags },
    { value: wanted.value, description, labels, type: wanted.type, keyDenied: wanted.keyDenied, tags: wanted.tags },
  );
}

function secretEntries(store: SecretStore): Entries<CheckedSecret> {
  return {
    remove: (name) => {
      const known = store.find(name);
      if (known !== undefined) store.remove(known);
      return known !== undefined;
    },
    put: (name, wanted) => {
      const known = store.find(name);
      if (known !== undefined && isSecretAs(known, wanted)) return 'same';
      // A secret that is to have no version cannot be made of one that has some.
      if (known !== undefined && wanted.contents.length === 0) store.remove(known);
      putSecret(store, name, wanted);
      return known === undefined ? 'added' : 'changed';
    },
  };
}

function isSecretAs(secret: Secret, { contents, patch }: CheckedSecret): boolean {
  const contentOf = (stage: string) => secret.versions.find(({ stages }) => stages.includes(stage))?.content;
  const [current, previous] = contents.toReversed();
  if (!isDeepStrictEqual(contentOf('AWSCURRENT'), current)) return false;
  if (previous !== undefined && !isDeepStrictEqual(contentOf('AWSPREVIOUS'), previous)) return false;
  return Object.entries(patch).every(([key, value]) => isDeepStrictEqual(secret[key as keyof SecretPatch], value));
}

function configurationEntries(store: ConfigurationStore): Entries<Configuration> {
  return {
    remove: (name) => store.delete(name),
    put: (name, wanted) => {
      const known = store.find(name);
      if (isDeepStrictEqual(known, wanted)) return 'same';
      store.put(name, wanted);
      return known === undefined ? 'added' : 'changed';
    },
  };
}

/** Tables of a seed, by name. */
type SeedTables = ReadonlyMap<string, CheckedTable>;

/** Tables as entries: a table with other keys is created again. */
function tableEntries(tables: DynamoTables, dropTable: (name: string) => Promise<void>): Entries<CheckedTable> {
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
      await tables.createWithKeys(name, keys);
      return existing === undefined ? 'added' : 'changed';
    },
  };
}

/** Replaces the rows that a former seed gave to tables of the next one. */
async function replaceRows(former: SeedTables, next: SeedTables, tables: DynamoTables): Promise<SeedChange> {
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

/** How an entry was written. */
type Outcome = 'added' | 'changed' | 'same';

/** How entries of one kind are written. */
interface Entries<T> {
  /** Writes an entry. */
  readonly put: (name: string, wanted: T) => Outcome | Promise<Outcome>;
  /** Removes an entry; false when there was none. */
  readonly remove: (name: string, former: T) => boolean | Promise<boolean>;
}

/** Writes the entries of the next seed, and removes those that only the former one has. */
async function replaceEntries<T>(
  former: ReadonlyMap<string, T>,
  next: ReadonlyMap<string, T>,
  { put, remove }: Entries<T>,
): Promise<SeedChange> {
  const counts = { added: 0, changed: 0, removed: 0, same: 0 };
  for (const [name, entry] of former) if (!next.has(name) && (await remove(name, entry))) counts.removed += 1;
  for (const [name, wanted] of next) counts[await put(name, wanted)] += 1;
  const { added, changed, removed } = counts;
  return { added, changed, removed };
}
