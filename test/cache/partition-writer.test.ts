import { type CachedChain, type CacheableAnswer } from '../../src/cache/cacher';
import { encodeRow } from '../../src/cache/rows';
import { writableMs } from '../../src/cache/expiry';
import { momentAt } from '../../src/di/moment';
import { Directory, DirectoryItem, DynamoCacher } from '../../src/index';
import { cachedChain, cacheSession, type SessionParts } from './cached-chain';
import { startMs, TestClock } from './doubles';
import { MemoryDynamo } from './memory-dynamo';
import { MemoryKms } from './memory-kms';
import { cacheKey, plainRow, startSeconds } from './rows';

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

function missing(name: string, readAt = momentAt(clock.nowMs())): CacheableAnswer {
  return { name, item: undefined, provider: undefined, readAt };
}

function found(name: string, value = 'fresh', readAt = momentAt(clock.nowMs())): CacheableAnswer {
  const item = new DirectoryItem({ name, value, directory: Directory.literal('/orders/prod'), source: 'ssm' });
  return { name, item, provider: 'ssm', readAt };
}

function writes(): readonly string[] {
  return dynamo.operations.filter((each) => each !== 'Query');
}

/** Lets the process know the partition by one Query. */
async function know(chain: CachedChain): Promise<void> {
  await cacher.find(chain, 'anything', { leftMs: 5000 });
}

async function save(chain: CachedChain, ...answers: readonly CacheableAnswer[]): Promise<void> {
  cacher.save(chain, answers);
  await cacher.flush();
}

describe('how long a row may be written', () => {
  test.each([
    ['as long as a lookup lasts, and 5 s', 5000, 0, 10_000],
    ['until that is over', 5000, 10_000, 0],
    ['no longer than a read may take, and 5 s', 3_600_000, 0, 65_000],
    ['not after the clock was set back', 5000, -600_000, -590_000],
  ])('%s', (_, lookupBudgetMs, laterMs, expected) => {
    clock.advance(laterMs / 1000);

    expect(writableMs(startMs, cacheSession({ clock, settings: { lookupBudgetMs } }))).toBe(expected);
  });
});

describe('what is saved in one turn', () => {
  test('while others are being written goes out together afterwards', async () => {
    const chain = chainOf();
    await know(chain);
    cacher.save(chain, [missing('first')]);
    while (writes().length === 0) await new Promise((resolve) => setImmediate(resolve));

    for (let turn = 0; turn < 3; turn += 1) {
      cacher.save(chain, [missing(`later${turn}`)]);
      await Promise.resolve();
    }
    await cacher.flush();

    expect(writes()).toHaveLength(2);
    expect(dynamo.written).toHaveLength(4);
  });

  test('is what was read last, of several answers for a name', async () => {
    const chain = chainOf();
    await know(chain);
    const older = found('a', 'older');
    const younger = found('a', 'younger');

    cacher.save(chain, [younger]);
    cacher.save(chain, [older]);
    await cacher.flush();

    expect(dynamo.written.map((row) => row['value']?.S)).toEqual(['younger']);
  });

  test('is not written again for its chain when memory gives the same item later', async () => {
    const chain = chainOf();
    const other = { ...chain, key: cacheKey('/elsewhere') };
    const known = found('a');
    await know(chain);
    await save(chain, known);

    clock.advance(24 * 3600);
    const again = { ...known, readAt: momentAt(clock.nowMs()) };
    await save(chain, again);
    expect(dynamo.written).toHaveLength(1);

    await save(other, again);
    await save(chain, found('a'));
    expect(dynamo.written).toHaveLength(3);
  });

  test.each([
    ['secrets are not sealed', 'reference', true],
    ['there is no secret', 'encrypt', false],
  ] as const)('asks KMS for no key when %s', async (_, cacheSecrets, secret) => {
    const kms = new MemoryKms();
    const send = jest.spyOn(kms, 'send');
    const settings = { refreshLease: false, cacheSecrets, cacheKmsKeyId: 'alias/orders' };
    const chain = chainOf({ clients: { dynamo: dynamo.client, kms: kms.client }, settings });
    const item = new DirectoryItem({ name: 'a', value: '1', secret, directory: Directory.literal('/orders/prod') });

    await save(chain, { name: 'a', item, provider: 'ssm' });

    expect(send).not.toHaveBeenCalled();
  });
});

describe('an answer that is older than the read of the partition', () => {
  test('is written where the partition has no row of the name', async () => {
    const readAt = momentAt(clock.nowMs());
    const chain = chainOf();
    await know(chain);

    await save(chain, found('a', 'fresh', readAt));

    expect(dynamo.written).toHaveLength(1);
  });

  test('is not written over a row of the partition', async () => {
    await dynamo.plant(encodeRow('/orders/prod', plainRow({ name: 'a', value: { S: 'known' } })));
    const readAt = momentAt(clock.nowMs());
    const chain = chainOf();
    await know(chain);

    await save(chain, found('a', 'fresh', readAt));

    expect(writes()).toEqual([]);
  });

  test('is not written where the partition has a generation', async () => {
    await new DynamoCacher().names(chainOf());
    await dynamo.plant({
      app_key: { S: '/orders/prod' },
      name_key: { S: '~xcon|gen' },
      real_name: { S: '~xcon-gen' },
      real_directory: { S: '/_nonExistent' },
      xcon_gen: { N: '7' },
    });
    const readAt = momentAt(clock.nowMs());
    const chain = chainOf();
    await know(chain);

    await save(chain, found('a', 'fresh', readAt));
    await save(chain, found('b'));

    expect(dynamo.written.map((row) => [row['real_name']?.S, row['xcon_gen']?.N])).toEqual([['b', '7']]);
  });
});

describe('rows of a chain in use', () => {
  const inUse = encodeRow('/orders/prod', plainRow({ name: 'known' }));

  test('are put one by one up to three, each unless a row has been added meanwhile', async () => {
    await dynamo.plant(inUse);
    const chain = chainOf();
    await know(chain);
    await dynamo.plant(encodeRow('/orders/prod', plainRow({ name: 'a', value: { S: 'by another' } })));

    await save(chain, found('a'), found('b'), found('c'));

    expect(writes()).toEqual(['PutItem', 'PutItem', 'PutItem']);
    const values = Object.fromEntries(dynamo.rows.map((row) => [row['real_name']?.S ?? '', row['value']?.S]));
    expect(values).toEqual({ known: 'cached', a: 'by another', b: 'fresh', c: 'fresh' });
  });

  test('are written together from the fourth on', async () => {
    await dynamo.plant(inUse);
    const chain = chainOf();
    await know(chain);

    await save(chain, found('a'), found('b'), found('c'), found('d'));

    expect(writes()).toEqual(['BatchWriteItem']);
  });

  test.each<[string, Parameters<typeof plainRow>[0]]>([
    ['of this library', { readAtMs: startMs - 1000 }],
    ['of the Python library', {}],
    ['without a time', { createdAt: undefined }],
  ])('that were seen are replaced: %s', async (_, facts) => {
    await dynamo.plant(encodeRow('/orders/prod', plainRow({ name: 'a', value: { S: 'old' }, ...facts })));
    const chain = chainOf();
    await know(chain);

    await save(chain, found('a'));

    expect(writes()).toEqual(['PutItem']);
    expect(dynamo.rows.map((row) => row['value']?.S)).toEqual(['fresh']);
  });

  test.each<[string, Parameters<typeof plainRow>[0]]>([
    ['written later', { createdAt: '2026-03-01T12:00:01.000+00:00' }],
    ['read later', { readAtMs: startMs + 1 }],
  ])('are left alone when another has been %s meanwhile', async (_, facts) => {
    await dynamo.plant(encodeRow('/orders/prod', plainRow({ name: 'a', value: { S: 'old' } })));
    const chain = chainOf();
    await know(chain);
    const newer = plainRow({ name: 'a', value: { S: 'newer' }, ...facts });
    await dynamo.plant(encodeRow('/orders/prod', newer));

    await save(chain, found('a'));

    expect(dynamo.rows.map((row) => row['value']?.S)).toEqual(['newer']);
  });

  test('that have expired count as absent', async () => {
    await dynamo.plant(encodeRow('/orders/prod', plainRow({ name: 'a', ttl: startSeconds })));
    const chain = chainOf();
    await know(chain);

    await save(chain, found('a'));

    expect(writes()).toEqual(['BatchWriteItem']);
  });

  test('are replaced again by the process that has put them', async () => {
    await dynamo.plant(encodeRow('/orders/prod', plainRow({ name: 'a', value: { S: 'old' } })));
    const chain = chainOf();
    await know(chain);
    await save(chain, found('a', 'first'));

    await save(chain, found('a', 'second'));

    expect(dynamo.rows.map((row) => row['value']?.S)).toEqual(['second']);
  });
});

test('chains of a partition are written together', async () => {
  const chain = chainOf();
  await know(chain);
  const other = { ...chain, key: cacheKey('/orders/prod') };

  cacher.save(chain, [found('a')]);
  cacher.save(other, [found('a')]);
  await cacher.flush();

  expect(writes()).toEqual(['BatchWriteItem']);
  expect(dynamo.written).toHaveLength(2);
});
