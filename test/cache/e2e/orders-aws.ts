import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type AttributeMap } from '../../../src/aws/attribute-value';
import { type LocalAws, type LocalAwsSeed, startLocalAws } from '../../../src/local-aws/local-aws';
import { clientOptions } from '../fleet-process';
import { cacheKey, table } from '../rows';

/** What the service `orders` has at its sources; secrets begin with `canary`. */
export const ordersSeed = {
  ssm: {
    '/orders/prod/db_host': 'db.internal',
    '/orders/all/pool_size': '20',
    '/orders/all/db_host': 'db.elsewhere',
    '/global/all/region': 'eu-west-1',
  },
  secrets: { '/orders/prod/token': 'canary-token', '/orders/all/password': 'canary-password' },
  tables: { [table]: {} },
};

/** Starts a local AWS with the settings of `orders` and an empty cache table. */
export function startOrdersAws(seed: LocalAwsSeed = {}): Promise<LocalAws> {
  return startLocalAws({ seed: { ...ordersSeed, ...seed } });
}

/** Puts rows into the cache table, as another process would. */
export async function putRows(aws: LocalAws, rows: readonly AttributeMap[]): Promise<void> {
  const client = new DynamoDBClient(clientOptions(aws.url));
  for (const row of rows) await client.send(new PutItemCommand({ TableName: table, Item: { ...row } }));
  client.destroy();
  aws.calls.clear();
}

/** Gives the rows of a name, by sort key. */
export async function rowsOf(aws: LocalAws, name: string): Promise<readonly AttributeMap[]> {
  return (await aws.rows(table)).filter((row) => row['real_name']?.S === name);
}

/** Gives the operations that were asked for, in order; those of one moment by name. */
export function operations(aws: LocalAws): readonly string[] {
  return aws.calls.all.map(({ operation }) => operation);
}

/** Gives the operations that ask the sources, not the cache. */
export function sourceOperations(aws: LocalAws): readonly string[] {
  return operations(aws).filter((each) => /Parameter|Secret/.test(each));
}

/**
 * Puts the lease of another process into the table.
 *
 * @param untilMs - When it ends, **milliseconds** since the Unix epoch.
 */
export function putLease(aws: LocalAws, state: 'held' | 'done', untilMs: number): Promise<void> {
  const lease = {
    app_key: { S: '/orders/prod' },
    name_key: { S: cacheKey().leaseKey },
    real_name: { S: '~xcon-lease' },
    real_directory: { S: '/_nonExistent' },
    source: { S: 'xcon-lease' },
    ttl: { N: `${Math.ceil(untilMs / 1000)}` },
    created_at: { S: '2026-03-01T12:00:00.000+00:00' },
    xcon_owner: { S: 'another process' },
    xcon_until_ms: { N: `${untilMs}` },
    xcon_state: { S: state },
  };
  return putRows(aws, [lease]);
}

/** Waits until a process has looked at the lease. */
export async function leaseLookedAt(aws: LocalAws): Promise<void> {
  for (let waits = 0; waits < 20_000 && aws.calls.count('GetItem') === 0; waits += 1) await sleep(5);
}
