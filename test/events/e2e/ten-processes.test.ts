import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { join } from 'node:path';
import { type LocalAws, startLocalAws } from '../../../src/local-aws/local-aws';
import { bundleScript, type BundledScript } from '../../cache/e2e/bundle-script';
import { clientOptions } from '../../cache/fleet-process';
import { table } from '../../cache/rows';
import { EventBus } from './event-bus';
import { WatchingProcess } from './watching-process';

const names = ['db_host', 'token', 'page_size', 'region', 'greeting', 'nope'];
let script: BundledScript;
let aws: LocalAws;
let bus: EventBus;
let client: DynamoDBClient;
let processes: readonly WatchingProcess[];

beforeAll(async () => {
  script = await bundleScript(join(__dirname, 'watching-member.ts'));
  aws = await startLocalAws({
    seed: {
      ssm: { '/orders/prod/DB_HOST': 'db.old', '/global/all/REGION': 'eu-west-1', '/orders/prod/GREETING': 'hello' },
      secrets: { '/orders/prod/TOKEN': 'canary-old' },
      tables: {
        [table]: {},
        'global-all-config': { rows: [{ app_key: '/orders/all', name_key: 'PAGE_SIZE', value: 20 }] },
      },
    },
  });
  client = new DynamoDBClient(clientOptions(aws.url));
  bus = await EventBus.begin(aws);
  processes = Array.from({ length: 10 }, () => new WatchingProcess(script, aws));
  await processes[0]?.ask(names);
  await askAll();
  await Promise.all(processes.map((each) => each.looks(1)));
});

afterAll(async () => {
  await Promise.all(processes.map((each) => each.kill()));
  bus.end();
  client.destroy();
  await aws.close();
  await script.remove();
});

/** Asks all processes for all names at the same time. */
function askAll(): Promise<readonly (readonly unknown[])[]> {
  return Promise.all(processes.map((each) => each.ask(names)));
}

/** Clears the reports of the processes. */
function forgetReports(): void {
  for (const { done } of processes) done.length = 0;
}

/** Gives the operations of the call log that are not a look at the generation. */
function otherCalls(): readonly string[] {
  const isLook = (body: unknown): boolean => JSON.stringify(body).includes('"~xcon|gen"');
  return aws.calls.all
    .filter(({ operation, body }) => !(operation === 'GetItem' && isLook(body)))
    .map(({ operation }) => operation);
}

/** Counts calls whose operation matches. */
function count(calls: readonly string[], operation: RegExp): number {
  return calls.filter((each) => operation.test(each)).length;
}

const values = {
  db_host: 'db.old',
  token: 'canary-old',
  page_size: 20,
  region: 'eu-west-1',
  greeting: 'hello',
  nope: null,
};

const changes: readonly (readonly [
  what: string,
  change: () => unknown,
  seen: Partial<Record<keyof typeof values, unknown>>,
])[] = [
  ['a parameter', () => aws.putParameter('/orders/prod/DB_HOST', 'db.new'), { db_host: 'db.new' }],
  ['a secret', () => aws.putSecret('/orders/prod/TOKEN', 'canary-new'), { token: 'canary-new' }],
  ['a row of the config table', () => putRow('/orders/all', 'PAGE_SIZE', '50'), { page_size: 50 }],
  ['a more specific name', () => aws.putParameter('/orders/all/REGION', 'us-east-1'), { region: 'us-east-1' }],
  ['a name that was missing', () => putRow('/global/prod', 'NOPE', '1'), { nope: 1 }],
  ['a name that is deleted', () => aws.deleteParameter('/orders/prod/GREETING'), { greeting: null }],
];

function putRow(directory: string, name: string, value: string): Promise<unknown> {
  const item = { app_key: { S: directory }, name_key: { S: name }, value: { N: value } };
  return client.send(new PutItemCommand({ TableName: 'global-all-config', Item: item }));
}

describe('ten processes that watch', () => {
  it.each(changes)('see the change of %s at their next look, with one refresh each', async (_, change, seen) => {
    Object.assign(values, seen);
    forgetReports();
    await change();
    await bus.idle();
    const before = processes.map(({ done }) => done.length);
    aws.calls.clear();

    // The first look may have begun before the change was followed.
    await Promise.all(processes.map((each) => each.looks(2)));
    expect(otherCalls()).toEqual([]);
    for (const [index, { done }] of processes.entries()) {
      expect(done.filter((each) => each === 'refreshed')).toHaveLength(1);
      expect(done.indexOf('refreshed') - (before[index] ?? 0)).toBeLessThanOrEqual(2);
    }

    expect(await askAll()).toEqual(Array(10).fill(names.map((name) => values[name as keyof typeof values])));
    const refreshing = otherCalls();
    // Once each at most, on a machine so slow that leases cannot be taken in time: else one reads the directories for all.
    expect(count(refreshing, /^GetParametersByPath$/)).toBeLessThanOrEqual(10 * 4);
    expect(count(refreshing, /^ListSecrets$/)).toBeLessThanOrEqual(10);
    expect(count(refreshing, /^GetSecretValue$/)).toBeLessThanOrEqual(10);

    forgetReports();
    aws.calls.clear();
    await Promise.all(processes.map((each) => each.looks(2)));
    expect(await askAll()).toEqual(Array(10).fill(names.map((name) => values[name as keyof typeof values])));
    expect(otherCalls()).toEqual([]);
    expect(processes.flatMap(({ done }) => done).filter((each) => each === 'refreshed')).toEqual([]);
  });
});
