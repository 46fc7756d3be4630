import { type CachedChain } from '../../src/cache/cacher';
import { encodeRow } from '../../src/cache/rows';
import { Directory, DirectoryItem, DynamoCacher } from '../../src/index';
import { cachedChain, type SessionParts } from './cached-chain';
import { TestClock, TestRandom } from './doubles';
import { MemoryDynamo } from './memory-dynamo';
import { cacheKey, plainRow, referenceRow, sealedRow } from './rows';

let dynamo: MemoryDynamo;
let clock: TestClock;
let cacher: DynamoCacher;

beforeEach(() => {
  dynamo = new MemoryDynamo();
  clock = new TestClock();
  cacher = new DynamoCacher();
});

function chainOf(more: SessionParts = {}): CachedChain {
  return cachedChain({ clock, clients: { dynamo: dynamo.client }, settings: { refreshLease: false }, ...more });
}

async function plant(...rows: readonly Parameters<typeof encodeRow>[1][]): Promise<void> {
  for (const row of rows) await dynamo.plant(encodeRow('/orders/prod', row));
}

const time = { leftMs: 5000 };

function item(name: string, value = 'fresh'): DirectoryItem {
  return new DirectoryItem({ name, value, directory: Directory.literal('/orders/prod'), source: 'ssm' });
}

describe('find', () => {
  test('uses an older row when the newer one does not open', async () => {
    await plant(
      sealedRow({ createdAt: '2026-03-01T11:30:00.000+00:00' }),
      plainRow({ readAtMs: Date.parse('2026-03-01T11:00:00Z') }),
    );

    expect(await cacher.find(chainOf(), 'db_host', time)).toMatchObject({ kind: 'found' });
  });

  test('gives no lease for a name that is missing in a chain that has rows', async () => {
    await plant(plainRow());

    const answer = await cacher.find(chainOf({ settings: {} }), 'a', time);

    expect(answer).toEqual({ kind: 'miss' });
    expect(dynamo.operations).toEqual(['Query']);
  });
});

describe('save', () => {
  test('writes what is new, and nothing that a row says already', async () => {
    await plant(plainRow({ name: 'known', value: { S: 'fresh' } }), plainRow({ name: 'changed', value: { S: 'old' } }));

    cacher.save(
      chainOf(),
      ['known', 'changed', 'new'].map((name) => ({ name, item: item(name), provider: 'ssm' })),
    );
    await cacher.flush();

    expect(dynamo.written.map((row) => row['real_name']?.S)).toEqual(['changed', 'new']);
  });

  test('is seen by the process at once', async () => {
    const chain = chainOf();
    await cacher.find(chain, 'a', time);

    cacher.save(chain, [{ name: 'a', item: item('a'), provider: 'ssm' }]);
    await cacher.flush();

    expect(await cacher.find(chain, 'a', time)).toMatchObject({ kind: 'found' });
    expect(await cacher.names(chain)).toEqual(['a']);
    expect(dynamo.operations).toEqual(['Query', 'BatchWriteItem']);
  });

  test('draws once for all rows it writes, so that they end together', async () => {
    const chain = chainOf({ random: new TestRandom(0.5, 0.1, 0.9) });

    cacher.save(
      chain,
      ['a', 'b', 'c'].map((name) => ({ name, item: item(name), provider: 'ssm' })),
    );
    await cacher.flush();

    expect(new Set(dynamo.written.map((row) => row['ttl']?.N)).size).toBe(1);
  });
});

describe('drop', () => {
  const reference = {
    name: 'token',
    provider: 'secrets',
    directory: '/orders/prod',
    exactName: '/orders/prod/token',
    createdAt: undefined,
  };

  test('deletes the row of a reference, and no other', async () => {
    await plant(referenceRow({ name: 'token' }), plainRow({ name: 'token' }), referenceRow({ name: 'password' }));
    const chain = chainOf();

    cacher.drop(chain, reference);
    await cacher.flush();

    expect(dynamo.rows.map((row) => row['name_key']?.S)).toEqual([
      referenceRow({ name: 'password' }).nameKey,
      plainRow({ name: 'token' }).nameKey,
    ]);
    expect(await cacher.find(chain, 'token', time)).toMatchObject({ kind: 'found' });
  });

  test('does nothing where there is no such row', async () => {
    cacher.drop(chainOf(), reference);
    await cacher.flush();

    expect(dynamo.operations).toEqual(['Query']);
  });

  test('goes by the exact name where names are case-sensitive', async () => {
    const key = cacheKey('/orders/prod', 'secrets|names');
    const rowOf = (name: string) =>
      referenceRow({ name: 'token', nameKey: `${key.nameKey(name)}|+|xcon:ref`, chainHash: key.chainHash });
    await plant(rowOf('TOKEN'), rowOf('Token'));

    cacher.drop({ ...chainOf(), key }, { ...reference, exactName: '/orders/prod/Token' });
    await cacher.flush();

    expect(dynamo.rows.map((row) => row['name_key']?.S)).toEqual([rowOf('TOKEN').nameKey]);
  });
});

describe('flush', () => {
  test('awaits work in the background, and never rejects', async () => {
    let done = false;
    cacher.track(Promise.reject(new Error('no')));
    cacher.track(Promise.resolve().then(() => (done = true)));

    await cacher.flush();

    expect(done).toBe(true);
  });
});
