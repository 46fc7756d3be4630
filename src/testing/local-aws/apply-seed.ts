import { type CheckedSecret, type CheckedSeed, type CheckedTable } from './check-seed';
import { DynamoTables } from './dynamo-tables';
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
 * @param source - What to call it in messages.
 * @throws LocalAwsError when DynamoDB would refuse a table or a row; nothing is applied then.
 */
export async function applySeed(seed: CheckedSeed, stores: SeedStores, source: string): Promise<void> {
  await rehearse(seed.tables, stores.tables, source);
  for (const id of seed.kmsKeys) stores.keys.add(id);
  for (const [name, input] of seed.parameters) stores.parameters.put(name, input);
  for (const [name, secret] of seed.secrets) putSecret(stores.secrets, name, secret);
  for (const [name, table] of seed.tables) await fillTable(stores.tables, name, table, source);
}

/** Fills tables nobody sees, so that the engine can refuse before anything is changed. */
async function rehearse(tables: CheckedSeed['tables'], existing: DynamoTables, source: string): Promise<void> {
  const stage = new DynamoTables({ clock: Date.now, changed: () => undefined });
  for (const [name, table] of tables) {
    const keys = await existing.keysOf(name);
    if (keys !== undefined && JSON.stringify([...keys]) !== JSON.stringify([...table.keys])) {
      throw new LocalAwsError(`${source}: tables["${name}"] exists with other keys: ${[...keys.keys()].join(', ')}.`);
    }
    await fillTable(stage, name, table, source);
  }
}

async function fillTable(tables: DynamoTables, name: string, table: CheckedTable, source: string): Promise<void> {
  const where = `${source}: tables[${JSON.stringify(name)}]`;
  const { keys, rows } = table;
  if ((await orRefuse(where, tables.find(name))) === undefined) {
    const creation = tables.create({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [...keys].map(([key, type]) => ({ AttributeName: key, AttributeType: type })),
      KeySchema: [...keys.keys()].map((key, index) => ({
        AttributeName: key,
        KeyType: index === 0 ? 'HASH' : 'RANGE',
      })),
    });
    await orRefuse(where, creation);
  }
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
