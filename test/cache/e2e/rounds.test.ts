import { type LocalAws } from '../../../src/testing/local-aws/local-aws';
import { FleetProcess, type ProcessOptions } from '../fleet-process';
import { table } from '../rows';
import { operations, startOrdersAws } from './orders-aws';

const latencyMs = 30;
const cacheKeys = [Buffer.alloc(32, 1).toString('base64')];
/** What a lookup waits for; writes and the end of a lease go on beside it. */
const reads = /^(Query|GetItem|GetParameters|ListSecrets|GetSecretValue|BatchGetSecretValue)/;
let aws: LocalAws;

beforeAll(async () => {
  // Modules of the SDK that are loaded between two requests would look like a round.
  const warm = await startOrdersAws();
  const process = new FleetProcess(warm);
  await process.get('token');
  await process.close();
  await warm.close();
});

beforeEach(async () => {
  aws = await startOrdersAws();
});

afterEach(() => aws.close());

/** Looks names up in a process of its own. @returns The values, and in how many rounds they came. */
async function start(names: readonly string[], options: ProcessOptions = {}) {
  aws.calls.clear();
  const process = new FleetProcess(aws, options);
  aws.setLatency(latencyMs);
  const values = await process.values(names);
  aws.setLatency(0);
  const rounds = aws.calls.rounds(reads);
  await process.close();
  const written = operations(aws).filter((each) => each === 'BatchWriteItem');
  return { values, rounds, asked: aws.calls.of(reads).map(({ operation }) => operation), written };
}

/** Lets a process fill the table. */
async function fill(names: readonly string[], options: ProcessOptions = {}): Promise<void> {
  const process = new FleetProcess(aws, options);
  await process.values(names);
  await process.close();
}

describe('a cold start', () => {
  test('takes 4 rounds: Query, the lease, listings, values', async () => {
    const { values, rounds, asked } = await start(['db_host', 'pool_size', 'token', 'nope']);

    const listings = [...Array<string>(4).fill('GetParametersByPath'), 'ListSecrets'];
    expect(values).toEqual(['db.internal', '20', 'canary-token', undefined]);
    expect([...asked].sort()).toEqual(['Query', ...listings, 'GetSecretValue'].sort());
    expect(rounds).toBe(3);
    const [query, lease, listing] = ['Query', 'PutItem', 'GetParametersByPath'].map((each) => aws.calls.of(each)[0]);
    expect(lease?.startedAtMs).toBeGreaterThan(query?.endedAtMs ?? Infinity);
    expect(listing?.startedAtMs).toBeGreaterThan(lease?.endedAtMs ?? Infinity);
  });

  test('takes 3 rounds without the lease', async () => {
    const { rounds, asked } = await start(['db_host', 'token'], { settings: { refreshLease: false } });

    expect(rounds).toBe(3);
    expect(asked[0]).toBe('Query');
    expect(aws.calls.count('PutItem')).toBe(0);
  });

  test('does not wait for what it writes', async () => {
    aws.setFaults([{ target: 'BatchWriteItem', delayMs: 300 }]);
    const process = new FleetProcess(aws);

    await process.get('db_host');

    expect(aws.calls.of('BatchWriteItem').filter(({ endedAtMs }) => endedAtMs !== undefined)).toEqual([]);
    await process.close();
    expect(aws.calls.of('BatchWriteItem').map(({ outcome }) => outcome)).toEqual(['ok']);
  });

  test('fills the table with everything that was listed on the way', async () => {
    await fill(['nope']);

    const names = (await aws.rows(table)).map((row) => row['real_name']?.S).sort();
    expect(names).toEqual(['db_host', 'nope', 'pool_size', 'region', '~xcon-lease']);
  });
});

describe('a warm start', () => {
  test('takes 1 request for any number of names', async () => {
    await fill(['db_host', 'nope']);

    const { values, rounds, asked, written } = await start(['db_host', 'DB_HOST', 'pool_size', 'region', 'nope']);

    expect(values).toEqual(['db.internal', 'db.internal', '20', 'eu-west-1', undefined]);
    expect([rounds, asked, written]).toEqual([1, ['Query'], []]);
  });

  test('takes 1 request for names asked for one after the other', async () => {
    await fill(['db_host', 'nope']);
    aws.calls.clear();
    const process = new FleetProcess(aws);

    for (const name of ['db_host', 'pool_size', 'nope', 'db_host']) await process.get(name);

    await process.close();
    expect(operations(aws)).toEqual(['Query']);
  });

  test('takes 2 rounds with secrets by reference, and lists nothing', async () => {
    await fill(['token', 'password']);

    const { values, rounds, asked, written } = await start(['token', 'password', 'db_host']);

    expect(values).toEqual(['canary-token', 'canary-password', 'db.internal']);
    expect([rounds, asked, written]).toEqual([2, ['Query', 'GetSecretValue', 'GetSecretValue'], []]);
  });

  test('reads many secrets by reference in one batch', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `s${index}`);
    await aws.seed({ secrets: Object.fromEntries(names.map((name) => [`/orders/prod/${name}`, `canary-${name}`])) });
    await fill(names);

    const { values, asked } = await start(names);

    expect(values).toEqual(names.map((name) => `canary-${name}`));
    expect(asked).toEqual(['Query', 'BatchGetSecretValue']);
  });

  test.each([
    ['sealed', { cacheSecrets: 'encrypt' as const, cacheKeys }],
    ['plain', { cacheSecrets: 'plaintext' as const }],
  ])('takes 1 round with %s secrets', async (_, settings) => {
    await fill(['token'], { settings });

    const { values, rounds, asked } = await start(['token', 'db_host'], { settings });

    expect(values).toEqual(['canary-token', 'db.internal']);
    expect([rounds, asked]).toEqual([1, ['Query']]);
  });

  test('lists and reads afresh what is never cached', async () => {
    const settings = { cacheSecrets: 'never' as const };
    await fill(['token', 'db_host'], { settings });

    const { values, rounds } = await start(['token'], { settings });

    expect([values, rounds]).toEqual([['canary-token'], 3]);
  });

  test('says where values come from, and that they came via the cacher', async () => {
    await fill(['db_host', 'token']);
    const process = new FleetProcess(aws);

    const [host, token] = [await process.item('DB_HOST'), await process.item('token')];

    await process.close();
    expect([host.source, host.directory.path]).toEqual(['ssm - /orders/prod - via cacher', '/orders/prod']);
    expect([token.source, token.secret]).toEqual(['secrets - /orders/prod - via cacher', true]);
    expect([host.createdAt, token.createdAt]).toEqual(Array(2).fill('2026-03-01T12:00:00.000+00:00'));
  });

  test('serves two chains of a process from one Query', async () => {
    await fill(['db_host']);
    await fill(['db_host'], { config: { directories: ['/orders/all'] } });
    aws.calls.clear();
    const one = new FleetProcess(aws);
    const { Config, config } = await import('../../../src/index');

    const both = await one.run(() =>
      Promise.all([
        config.get('db_host'),
        new Config({ directories: ['/orders/all'] }).run(() => config.get('db_host')),
      ]),
    );

    await one.close();
    expect(both).toEqual(['db.internal', 'db.elsewhere']);
    expect(operations(aws)).toEqual(['Query']);
  });
});
