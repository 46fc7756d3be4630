import { type CheckedSecret, type CheckedSeed, type CheckedTable } from './check-seed';
import { DynamoTables, type TableKeys } from './dynamo-tables';
import { type KeyStore } from './kms';
import { LocalAwsError } from './local-aws-error';
import { type ParameterStore } from './parameter-store';
import { type SecretStore } from './secret-store';
import { ServiceError } from './service-error';

/** Where a seed goes. */
export interface SeedStores {
  readonly parameters: ParameterStore;
  readonly secrets: SecretStore;
  readonly tables: DynamoTables;
  readonly keys: KeyStore;
}

/**
 * Applies a seed: adds to what is there, and overwrites what has the same name.
 *
 * @param seed - As `rehearse` gives it.
 * @param source - What to call it in messages.
 * @throws LocalAwsError when a table exists with other keys; nothing is applied then.
 */
export async function applySeed(seed: CheckedSeed, stores: SeedStores, source: string): Promise<void> {
  for (const [name, { keys }] of seed.tables) {
    const existing = await stores.tables.keysOf(name);
    if (existing === undefined || areSameKeys(existing, keys)) continue;
    throw new LocalAwsError(`${source}: tables["${name}"] exists with other keys: ${[...existing.keys()].join(', ')}.`);
  }
  for (const id of seed.kmsKeys) stores.keys.add(id);
  for (const [name, input] of seed.parameters) stores.parameters.put(name, input);
  for (const [name, secret] of seed.secrets) putSecret(stores.secrets, name, secret);
  for (const [name, table] of seed.tables) await fillTable(stores.tables, name, table, source);
}

/**
 * Fills tables nobody sees, so that the engine can refuse before anything is changed.
 *
 * @returns The seed with its rows as the engine keeps them.
 * @throws LocalAwsError when DynamoDB would refuse a table or a row.
 */
export async function rehearse(seed: CheckedSeed, source: string): Promise<CheckedSeed> {
  const stage = new DynamoTables({ clock: Date.now, changed: () => undefined });
  const tables = new Map<string, CheckedTable>();
  for (const [name, table] of seed.tables) {
    await fillTable(stage, name, table, source);
    tables.set(name, { keys: table.keys, rows: await stage.rows(name) });
  }
  return { ...seed, tables };
}

/** A seed without anything in it. */
export const noSeed: CheckedSeed = { parameters: new Map(), secrets: new Map(), tables: new Map(), kmsKeys: [] };

/** Puts together what two seeds have given, one after the other. */
export function mergeSeeds(first: CheckedSeed, second: CheckedSeed): CheckedSeed {
  const tables = new Map(first.tables);
  for (const [name, { keys, rows }] of second.tables) {
    tables.set(name, { keys, rows: [...(tables.get(name)?.rows ?? []), ...rows] });
  }
  return {
    parameters: new Map([...first.parameters, ...second.parameters]),
    secrets: new Map([...first.secrets, ...second.secrets]),
    tables,
    kmsKeys: [...first.kmsKeys, ...second.kmsKeys],
  };
}

/** Tells whether two tables have the same key attributes, of the same types, in the same order. */
export function areSameKeys(one: TableKeys, other: TableKeys): boolean {
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

/** Writes a secret as its seed says, whatever it was before. */
export function putSecret(store: SecretStore, name: string, { contents, patch }: CheckedSecret): void {
  const former = store.find(name);
  const secret = former ?? store.create(name, patch);
  const versions = contents.reduce(
    (before, content) => store.versionsWith({ ...secret, versions: before }, content),
    secret.versions,
  );
  store.update(secret, { ...patch, versions }, former === undefined ? 'CreateSecret' : 'PutSecretValue');
}
