import { decodeAttribute } from '../../src/aws/attribute-value';
import { attributeOfItem, rememberAttribute } from '../../src/aws/stored-attribute';
import { type CacheableAnswer } from '../../src/cache/cacher';
import { describeRow, itemOfPlainRow, makeRow, usableRows } from '../../src/cache/answer-rows';
import { type ConfigValue, Directory, DirectoryItem, type DirectoryItemOptions } from '../../src/index';
import { cachedChain } from './cached-chain';
import { startMs } from './doubles';
import { cacheKey, plainRow, referenceRow, sealedRow, startSeconds } from './rows';
import { testKey } from '../base/test-key';

const key = cacheKey();
const clock = { nowMs: startMs, random: 0.5, latestTtl: undefined };
const sealingKey = { id: '0a', bytes: Buffer.alloc(32, 1) };
const directory = Directory.literal('/orders/prod');
const twelveHours = 12 * 3600;

function answerOf(more: Partial<DirectoryItemOptions> = {}, provider = 'ssm'): CacheableAnswer {
  const item = new DirectoryItem({ name: 'DB_Host', value: 'db.internal', directory, source: provider, ...more });
  return { name: item.name, item, provider };
}

function secretOf(more: Partial<DirectoryItemOptions> = {}): CacheableAnswer {
  return answerOf({ name: 'Token', secret: true, exactName: '/orders/prod/Token', ...more }, 'secrets');
}

describe('makeRow', () => {
  test('makes the plain row of a found name', () => {
    const row = makeRow(cachedChain(), answerOf(), clock, undefined);

    expect(row).toEqual(
      plainRow({
        originalName: 'DB_Host',
        value: { S: 'db.internal' },
        ttl: startSeconds + twelveHours,
        createdAt: '2026-03-01T12:00:00.000+00:00',
        readAtMs: startSeconds * 1000,
      }),
    );
  });

  test.each<[string, ConfigValue]>([
    ['-0', -0],
    ['-0 in a list', [1, -0]],
    ['a bigint that would come back as a number', 5n],
    ['such a bigint in a map', { deep: { few: 5n } }],
  ])('makes nothing for a value that would be read as another one: %s', (_, value) => {
    expect(makeRow(cachedChain(), answerOf({ value }), clock, undefined)).toBeUndefined();
  });

  test('makes rows for values that come back as they were', () => {
    for (const value of [0, 1.5, 2n ** 70n, null, [], {}, 'text', new Set(['a']), Buffer.from('b')]) {
      const row = makeRow(cachedChain(), answerOf({ value }), clock, undefined);
      expect(row?.kind === 'plain' && row.value && decodeAttribute(row.value)).toEqual(
        Buffer.isBuffer(value) ? Uint8Array.from(value) : value,
      );
    }
  });

  test('keeps a name that was looked up exactly in the sort key, and lower-cases it in the row', () => {
    const row = makeRow(cachedChain(), { ...answerOf(), name: 'DB_Host' }, clock, undefined);

    expect([row?.nameKey, row?.name]).toEqual([key.nameKey('DB_Host'), 'db_host']);
  });

  test('writes a value back exactly as it was read', () => {
    const { item } = answerOf({ value: 1 });
    const answer = { ...answerOf(), item: rememberAttribute(item as DirectoryItem, { N: '1.000' }) };

    expect(makeRow(cachedChain(), answer, clock, undefined)).toMatchObject({ value: { N: '1.000' } });
  });

  test('makes no row for what DynamoDB cannot hold', () => {
    expect(makeRow(cachedChain(), answerOf({ value: Number.NaN }), clock, undefined)).toBeUndefined();
  });

  test.each<[string, ConfigValue]>([
    ['of 39 digits', 1e38],
    ['of 39 digits in a list in a map', { limits: [1, 1e40] }],
    ['of 39 digits in a set', new Set([1, 1e125])],
  ])('makes no row for a number %s, which the Python library cannot read', (_, value) => {
    expect(makeRow(cachedChain(), answerOf({ value }), clock, undefined)).toBeUndefined();
  });

  test('makes no row for a stored number that the Python library cannot read', () => {
    const { item } = answerOf({ value: 1 });
    const answer = { ...answerOf(), item: rememberAttribute(item as DirectoryItem, { N: `1${'0'.repeat(40)}` }) };

    expect(makeRow(cachedChain(), answer, clock, undefined)).toBeUndefined();
  });

  test.each<[string, ConfigValue]>([
    ['38 digits', 12345678901234567890123456789012345678n],
    ['many places', 1e-120],
    ['zeros alone', 0],
  ])('makes a row for a number of %s', (_, value) => {
    expect(makeRow(cachedChain(), answerOf({ value }), clock, undefined)).toBeDefined();
  });

  describe('ends rows', () => {
    const lastSecond = Date.parse('9999-12-31T23:59:59Z') / 1000;

    test('in the year 9999 at the latest, the last one that Python supports', () => {
      const chain = cachedChain({
        settings: { cacheSecrets: 'encrypt', cacheKeys: [testKey(7).toString('base64')] },
      });
      const late = { ...clock, nowMs: (lastSecond - 60) * 1000, latestTtl: 1e14 };
      const answers = [answerOf(), { name: 'nope', item: undefined, provider: undefined }, secretOf({ value: 'x' })];

      const rows = answers.map((answer) => makeRow(chain, answer, late, sealingKey));

      expect(rows.map((row) => row?.ttl)).toEqual([lastSecond, lastSecond, lastSecond]);
    });

    test.each([lastSecond + 1, startMs * 2, Number.MAX_VALUE, Number.NaN])(
      'like any other when the expiry of the item is not a date: %d',
      (ttl) => {
        expect(makeRow(cachedChain(), answerOf({ ttl }), clock, undefined)?.ttl).toBe(startSeconds + twelveHours);
      },
    );

    test('spread in proportion to a lifetime that settings shorten', () => {
      const chain = cachedChain({ settings: { cacheTtlSeconds: 100 } });

      expect(makeRow(chain, answerOf(), { ...clock, random: 0 }, undefined)?.ttl).toBe(startSeconds + 97);
    });
  });

  describe('for a secret', () => {
    test('makes no reference where the source has no exact name', () => {
      expect(makeRow(cachedChain(), secretOf({ exactName: undefined }), clock, undefined)).toBeUndefined();
    });

    test('makes a plain row, marked as a secret, with cacheSecrets plaintext', () => {
      const chain = cachedChain({ settings: { cacheSecrets: 'plaintext' } });

      expect(makeRow(chain, secretOf({ value: 's3cr3t' }), clock, undefined)).toMatchObject({
        kind: 'plain',
        value: { S: 's3cr3t' },
        secret: true,
      });
    });
  });

  describe('that seals', () => {
    const cacheKeys = [testKey(1).toString('base64')];
    const chain = cachedChain({ settings: { cacheSecrets: 'encrypt', cacheKeys, secretTtlSeconds: 600 } });

    test('makes no row that lives longer than its key is kept', () => {
      const { settings } = cachedChain({
        settings: { cacheSecrets: 'encrypt', cacheKeys, secretTtlSeconds: 400_000 },
      }).session;
      const long = { ...chain, session: { ...chain.session, settings } };
      const endsAt = startSeconds + 172_800;

      expect(makeRow(long, secretOf({ value: 's3cr3t' }), clock, { ...sealingKey, endsAt })?.ttl).toBe(endsAt);
      expect(makeRow(long, secretOf({ value: 's3cr3t' }), clock, sealingKey)?.ttl).toBe(startSeconds + 400_000);
    });

    test('makes plain rows for values that are not secrets', () => {
      expect(makeRow(chain, answerOf(), clock, sealingKey)).toMatchObject({ kind: 'plain' });
    });

    test('makes nothing without a key, and nothing for values that are neither text nor binary', () => {
      expect(makeRow(chain, secretOf(), clock, undefined)).toBeUndefined();
      expect(makeRow(chain, secretOf({ value: { user: 'me' } }), clock, sealingKey)).toBeUndefined();
      expect(makeRow(chain, secretOf({ value: Uint8Array.of(1) }), clock, sealingKey)).toMatchObject({
        kind: 'sealed',
      });
    });

    test.each([
      ['before its time is over, it ends then', 100.9, undefined, 100],
      ['after its time is over, it ends in time', 700, undefined, 600],
      ['and has an end of its own, it ends at the first of both', 200, 5000, 200],
    ])('when a secret rotates %s', (_, rotatesInSeconds, ownSeconds, expected) => {
      const nextRotationMs = startMs + rotatesInSeconds * 1000;
      const ttl = ownSeconds === undefined ? undefined : startSeconds + ownSeconds;

      const row = makeRow(chain, secretOf({ nextRotationMs, ttl }), clock, sealingKey);

      expect(row?.ttl).toBe(startSeconds + expected);
    });
  });
});

describe('describeRow', () => {
  test.each([
    [plainRow(), 'plain', 'ssm'],
    [sealedRow({ provider: 'secrets@eu' }), 'sealed', 'secrets@eu'],
    [plainRow({ provider: undefined }), 'plain', undefined],
  ])('says how row %# stores its answer, and which library wrote it', (row, kind, provider) => {
    expect(describeRow(row)).toEqual({ kind, provider, createdAt: row.createdAt, ttl: row.ttl });
  });
});

describe('itemOfPlainRow', () => {
  test('gives an item that is not written to the cache again', () => {
    expect(itemOfPlainRow(cachedChain(), plainRow())?.cacheable).toBe(false);
  });

  test('gives nothing for a name that is known to be missing', () => {
    expect(itemOfPlainRow(cachedChain(), plainRow({ directory: '/_nonExistent', value: undefined }))).toBeUndefined();
  });

  test('reads a row without a value in a real directory as null', () => {
    expect(itemOfPlainRow(cachedChain(), plainRow({ value: undefined }))?.value).toBeNull();
  });

  test('keeps the attribute that a value was read from', () => {
    const item = itemOfPlainRow(cachedChain(), plainRow({ value: { N: '12345678901234567890.123' } }));

    expect(item?.value).toBe('12345678901234567890.123');
    expect(item && attributeOfItem(item)).toEqual({ N: '12345678901234567890.123' });
  });

  test('gives the source "unknown" for a row without one', () => {
    const item = itemOfPlainRow(cachedChain(), plainRow({ source: undefined, provider: undefined }));

    expect([item?.source, item?.provider]).toEqual(['unknown - via cacher', 'unknown']);
  });

  test.each(['ssm@eu-west-1', 'ssm'])('gives the short name of the provider that is %p in the cache', (provider) => {
    const item = itemOfPlainRow(cachedChain(), plainRow({ provider }));

    expect([item?.provider, item?.cacheName]).toEqual(['ssm', provider]);
  });

  test('reads a row of a secrets provider as a secret', () => {
    expect(itemOfPlainRow(cachedChain(), plainRow({ provider: 'secrets' }))?.secret).toBe(true);
  });

  test('reads a row that is marked as a secret as a secret', () => {
    expect(itemOfPlainRow(cachedChain(), plainRow({ secret: true }))?.secret).toBe(true);
  });
});

describe('usableRows', () => {
  const chain = { ...cachedChain(), trusted: { directory: '/orders/prod', providers: ['ssm', 'ssm@eu-west-1'] } };
  const python = { readAtMs: undefined };

  test('are all plain rows with a value of a chain whose providers are all cacheable', () => {
    const rows = [plainRow({ directory: '/anywhere' }), plainRow({ directory: '/_nonExistent', value: undefined })];

    expect(usableRows(cachedChain(), rows)).toEqual(rows);
  });

  test.each([
    ['found in front of the provider that is not cacheable', '/orders/prod', 'ssm', true],
    ['of another account in front of it', '/orders/prod', 'ssm@eu-west-1', true],
    ['found behind it', '/orders/prod', 'secrets', false],
    ['of another directory', '/orders/all', 'ssm', false],
    ['of a missing name', '/_nonExistent', undefined, false],
    ['that does not say where it is from', '/orders/prod', undefined, false],
  ])('do or do not include a row %s: %#', (_, directory, provider, expected) => {
    expect(usableRows(chain, [plainRow({ directory, provider })])).toHaveLength(expected ? 1 : 0);
  });

  const modes = ['reference', 'encrypt', 'never', 'plaintext'] as const;
  const chainOf = (cacheSecrets: (typeof modes)[number]) =>
    cachedChain({ settings: { cacheSecrets, cacheKeys: [testKey(7).toString('base64')] } });

  test.each(modes)('include a plain secret with cacheSecrets plaintext alone: %s', (mode) => {
    const secrets = [
      plainRow({ provider: 'secrets', ...python }),
      plainRow({ provider: 'secrets', readAtMs: 1 }),
      plainRow({ provider: 'ssm', secret: true, readAtMs: 1 }),
    ];

    const usable = secrets.filter((row) => usableRows(chainOf(mode), [row]).length === 1);

    expect(usable).toEqual(mode === 'plaintext' ? secrets : []);
  });

  test('do not include the plain row of a SecureString where a row of this library beside it says that it is one', () => {
    const plain = plainRow(python);
    const reference = referenceRow({ provider: 'ssm' });
    const elsewhere = referenceRow({ provider: 'ssm', directory: '/orders/all' });

    expect(usableRows(cachedChain(), [plain, reference])).toEqual([reference]);
    expect(usableRows(cachedChain(), [plain, elsewhere])).toEqual([plain, elsewhere]);
    expect(usableRows(chainOf('plaintext'), [plain, reference])).toEqual([plain, reference]);
  });

  test('include a plain row of this library beside a reference, because it would be marked if it were a secret', () => {
    const rows = [plainRow({ readAtMs: 2 }), referenceRow({ provider: 'ssm' })];

    expect(usableRows(cachedChain(), rows)).toEqual(rows);
  });

  test.each<[(typeof modes)[number], readonly string[]]>([
    ['reference', ['dynamo']],
    ['never', ['dynamo']],
    ['plaintext', ['ssm', 'dynamo']],
  ])('with cacheSecrets %s include a row without a value of %p', (mode, expected) => {
    const rows = ['ssm', 'secrets', 'dynamo', undefined].map((provider) => plainRow({ provider, value: undefined }));

    expect(usableRows(chainOf(mode), rows).map(({ provider }) => provider)).toEqual(expected);
  });
});
