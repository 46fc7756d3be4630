import { type LocalAws } from '../../../src/local-aws/local-aws';
import { RoundGate } from '../../end-to-end/round-gate';
import { FleetProcess, type ProcessOptions } from '../fleet-process';
import { table } from '../rows';
import { operations, startOrdersAws } from './orders-aws';
import { withPatientSignals } from '../../setup/patience';
import { testKey } from '../../base/test-key';

withPatientSignals();

const cacheKeys = [testKey(1).toString('base64')];
/** What a lookup waits for; writes and the end of a lease go on beside it. */
const reads = /^(Query|GetItem|GetParameters|ListSecrets|GetSecretValue|BatchGetSecretValue)/;
const listings = [...Array<string>(4).fill('GetParametersByPath'), 'ListSecrets'];
let aws: LocalAws;

beforeEach(async () => {
  aws = await startOrdersAws();
});

afterEach(() => aws.close());

/**
 * Looks names up in a process of its own.
 *
 * @param sizes - How many requests each round should have.
 * @returns The values, in which rounds they came, and what was written.
 */
async function start(names: readonly string[], sizes: readonly number[], options: ProcessOptions = {}) {
  aws.calls.clear();
  const gate = await RoundGate.open(aws.url, sizes, reads);
  const process = new FleetProcess(gate, options);
  const values = await process.values(names);
  await process.close();
  await gate.close();
  return { values, rounds: gate.rounds, written: operations(aws).filter((each) => each === 'BatchWriteItem') };
}

/** Lets a process fill the table. */
async function fill(names: readonly string[], options: ProcessOptions = {}): Promise<void> {
  const process = new FleetProcess(aws, options);
  await process.values(names);
  await process.close();
}

describe('a cold start', () => {
  test('takes 4 rounds: Query, the lease, listings, values', async () => {
    const { values, rounds } = await start(['db_host', 'pool_size', 'token', 'nope'], [1, 5, 1]);

    expect(values).toEqual(['db.internal', '20', 'canary-token', undefined]);
    expect(rounds).toEqual([['Query'], listings, ['GetSecretValue']]);
    const [query, lease, listing] = ['Query', 'PutItem', 'GetParametersByPath'].map((each) => aws.calls.of(each)[0]);
    expect(lease?.startedAtMs).toBeGreaterThan(query?.endedAtMs ?? Infinity);
    expect(listing?.startedAtMs).toBeGreaterThan(lease?.endedAtMs ?? Infinity);
  });

  test('takes 3 rounds without the lease', async () => {
    const { rounds } = await start(['db_host', 'token'], [1, 5, 1], { settings: { refreshLease: false } });

    expect(rounds).toEqual([['Query'], listings, ['GetSecretValue']]);
    expect(aws.calls.count('PutItem')).toBe(0);
  });

  test('does not wait for what it writes', async () => {
    aws.setFaults([{ target: 'BatchWriteItem', delayMs: 2000 }]);
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

    const { values, rounds, written } = await start(['db_host', 'DB_HOST', 'pool_size', 'region', 'nope'], [1]);

    expect(values).toEqual(['db.internal', 'db.internal', '20', 'eu-west-1', undefined]);
    expect([rounds, written]).toEqual([[['Query']], []]);
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

    const { values, rounds, written } = await start(['token', 'password', 'db_host'], [1, 2]);

    expect(values).toEqual(['canary-token', 'canary-password', 'db.internal']);
    expect([rounds, written]).toEqual([[['Query'], ['GetSecretValue', 'GetSecretValue']], []]);
  });

  test('reads many secrets by reference in one batch', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `s${index}`);
    await aws.seed({ secrets: Object.fromEntries(names.map((name) => [`/orders/prod/${name}`, `canary-${name}`])) });
    await fill(names);

    const { values, rounds } = await start(names, [1, 1]);

    expect(values).toEqual(names.map((name) => `canary-${name}`));
    expect(rounds).toEqual([['Query'], ['BatchGetSecretValue']]);
  });

  test.each([
    ['sealed', { cacheSecrets: 'encrypt' as const, cacheKeys }],
    ['plain', { cacheSecrets: 'plaintext' as const }],
  ])('takes 1 round with %s secrets', async (_, settings) => {
    await fill(['token'], { settings });

    const { values, rounds } = await start(['token', 'db_host'], [1], { settings });

    expect(values).toEqual(['canary-token', 'db.internal']);
    expect(rounds).toEqual([['Query']]);
  });

  test('lists and reads again what is never cached', async () => {
    const settings = { cacheSecrets: 'never' as const };
    await fill(['token', 'db_host'], { settings });

    const { values, rounds } = await start(['token'], [1, 5, 1], { settings });

    expect([values, rounds]).toEqual([['canary-token'], [['Query'], listings, ['GetSecretValue']]]);
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
