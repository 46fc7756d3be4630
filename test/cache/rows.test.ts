import { type AttributeMap, wellFormedRow } from '../../src/aws/attribute-value';
import {
  type CacheRow,
  createdAtMs,
  dataKeyKey,
  decodeRow,
  encodeRow,
  fitsItem,
  generationKey,
  rowTime,
  referenceKey,
  sealedKey,
} from '../../src/cache/rows';
import { readPartition } from './properties/python-reader';
import { cacheKey, paths, plainRow, pythonRow, referenceRow, sealedRow, startSeconds } from './rows';
import { nextGeneration, watchedGeneration } from '../../src/cache/generation';
import { startMs } from './doubles';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

const facts = {
  directory: '/_nonExistent',
  ttl: startSeconds + 60,
  createdAt: '2026-03-01T12:00:00.000+00:00',
};
const leaseRow: CacheRow = {
  ...facts,
  kind: 'lease',
  nameKey: cacheKey().leaseKey,
  name: '~xcon-lease',
  source: 'xcon-lease',
  owner: 'another process',
  untilMs: 1_772_366_402_000,
  state: 'held',
};
const dataKeyRow: CacheRow = {
  ...facts,
  kind: 'key',
  nameKey: '~xcon|key|0123456789abcdef',
  name: '~xcon-key',
  source: 'xcon-key',
  keyId: '0123456789abcdef',
  wrapped: Uint8Array.of(9, 8, 7),
};
const everyKind: readonly (readonly [string, CacheRow])[] = [
  ['a plain row', plainRow()],
  ['a row for a missing name', plainRow({ directory: '/_nonExistent', provider: undefined, value: undefined })],
  ['a plain secret', plainRow({ secret: true, source: 'custom - /orders/prod', provider: 'custom' })],
  ['a sealed row', sealedRow()],
  ['a reference', referenceRow()],
  ['a lease', leaseRow],
  ['a lease that is done', { ...leaseRow, state: 'done' }],
  ['a data key', dataKeyRow],
];

describe('encodeRow', () => {
  test('writes a plain row as the Python library does', () => {
    expect(encodeRow('/orders/prod', plainRow({ originalName: 'DB_HOST' }))).toEqual({
      app_key: { S: '/orders/prod' },
      name_key: { S: `db_host|+|${paths}|+|ssm|secrets` },
      real_name: { S: 'db_host' },
      original_name: { S: 'DB_HOST' },
      real_directory: { S: '/orders/prod' },
      source: { S: 'ssm - /orders/prod' },
      ttl: { N: `${startSeconds + 3600 * 11}` },
      created_at: { S: '2026-03-01T11:00:00.000+00:00' },
      cache_concat_directory_paths: { S: paths },
      cache_concat_provider_names: { S: 'ssm|secrets' },
      value: { S: 'cached' },
    });
  });

  test('writes no value for a missing name', () => {
    const row = encodeRow('/orders/prod', plainRow({ directory: '/_nonExistent', value: undefined }));

    expect(row).not.toHaveProperty('value');
    expect(row).toHaveProperty('cache_concat_provider_names');
  });

  test('leaves out attributes that a row lacks', () => {
    const row = encodeRow('/orders/prod', plainRow({ source: undefined, ttl: undefined, createdAt: undefined }));

    expect(Object.keys(row)).not.toEqual(expect.arrayContaining(['source']));
    expect([row['ttl'], row['created_at']]).toEqual([undefined, undefined]);
  });

  test.each(everyKind)('writes %s so that the Python library can read the partition', (_, row) => {
    expect(() => readPartition([encodeRow('/orders/prod', row)])).not.toThrow();
  });

  test.each(everyKind.filter(([, { kind }]) => kind !== 'plain'))('writes %s without what makes a value', (_, row) => {
    const names = Object.keys(encodeRow('/orders/prod', row));

    for (const name of ['value', 'original_name', 'cache_concat_directory_paths', 'cache_concat_provider_names'])
      expect(names).not.toContain(name);
    expect(row.nameKey).not.toBe(cacheKey().nameKey('db_host'));
  });
});

describe('decodeRow', () => {
  test.each(everyKind)('reads %s back', (_, row) => {
    expect(decodeRow(encodeRow('/orders/prod', row))).toEqual(row);
  });

  test('reads a row of the Python library', () => {
    expect(decodeRow(pythonRow())).toEqual(plainRow({ createdAt: '2026-03-01T11:00:00.123456+00:00' }));
  });

  test.each([
    ['ssm@eu-west-1 - /orders/prod', 'ssm@eu-west-1'],
    ['our account - /orders/prod', 'our account'],
    ['ssm from elsewhere', 'ssm'],
  ])('reads from the source %p that the provider was %p', (source, provider) => {
    expect(decodeRow(pythonRow({ source: { S: source } }))).toMatchObject({ source, provider });
  });

  test('compares names lower-cased, and keeps them as they are where the original is not given', () => {
    const row = pythonRow({ real_name: { S: 'DB_HOST' }, original_name: { NULL: true } });

    expect(decodeRow(row)).toMatchObject({ name: 'db_host', originalName: 'DB_HOST' });
  });

  test.each<[string, AttributeMap]>([
    ['without a sort key', { name_key: { NULL: true } }],
    ['without a name', { real_name: { NULL: true } }],
    ['with an empty name', { real_name: { S: '' } }],
    ['without a directory', { real_directory: { NULL: true } }],
    ['with a directory that is no path', { real_directory: { S: 'orders' } }],
    ['with a directory that is a number', { real_directory: { N: '1' } }],
    ['without its directories', { cache_concat_directory_paths: { NULL: true } }],
    ['without its providers', { cache_concat_provider_names: { NULL: true } }],
  ])('ignores a row %s', (_, bad) => {
    expect(decodeRow(pythonRow(bad))).toBeUndefined();
  });

  test.each<[string, AttributeMap]>([
    ['without a source', { source: { N: '1' } }],
    ['without a ttl', { ttl: { S: 'soon' } }],
    ['with a ttl that is no number', { ttl: { N: 'x' } }],
    ['without a moment', { created_at: { NULL: true } }],
    ['with a moment that is none', { created_at: { S: 'yesterday' } }],
  ])('treats invalid attributes as absent in a row %s', (_, bad) => {
    const [name = ''] = Object.keys(bad);

    const row = decodeRow(pythonRow(bad));

    expect(row).toMatchObject({ kind: 'plain', value: { S: 'cached' } });
    expect(row).toHaveProperty(name === 'created_at' ? 'createdAt' : name, undefined);
  });

  test.each<[string, AttributeMap]>([
    ['a sealed row whose box is no binary', { xcon_sealed: { S: 'AQID' } }],
    ['a sealed row under another sort key', { name_key: { S: 'db_host|+|/orders/prod|+|ssm' } }],
  ])('ignores %s', (_, bad) => {
    expect(decodeRow({ ...encodeRow('/orders/prod', sealedRow()), ...bad })).toBeUndefined();
  });

  test.each<[string, AttributeMap]>([
    ['without a provider', { xcon_ref: { M: { name: { S: '/orders/prod/db_host' } } } }],
    ['without a name', { xcon_ref: { M: { provider: { S: 'secrets' } } } }],
    ['that is no map', { xcon_ref: { S: 'secrets' } }],
    ['under another sort key', { name_key: { S: 'db_host|+|/orders/prod|+|ssm' } }],
  ])('ignores a reference %s', (_, bad) => {
    expect(decodeRow({ ...encodeRow('/orders/prod', referenceRow()), ...bad })).toBeUndefined();
  });

  test.each<[string, AttributeMap]>([
    ['without an owner', { xcon_owner: { NULL: true } }],
    ['without an end', { xcon_until_ms: { S: 'soon' } }],
  ])('ignores a lease %s', (_, bad) => {
    expect(decodeRow({ ...encodeRow('/orders/prod', leaseRow), ...bad })).toBeUndefined();
  });

  test('reads a lease in an unknown state as held', () => {
    const row = { ...encodeRow('/orders/prod', leaseRow), xcon_state: { S: 'paused' } };

    expect(decodeRow(row)).toMatchObject({ kind: 'lease', state: 'held' });
  });

  test('ignores a data key under another sort key', () => {
    const row = { ...encodeRow('/orders/prod', dataKeyRow), name_key: { S: 'key' } };

    expect(decodeRow(row)).toBeUndefined();
  });

  test('reads a plain value as a secret where the row is marked so', () => {
    expect(decodeRow(pythonRow({ xcon_secret: { BOOL: true } }))).toMatchObject({ secret: true });
    expect(decodeRow(pythonRow({ source: { S: 'secrets - /orders/prod' } }))).toMatchObject({ secret: false });
  });
});

describe("the sort keys of this library's own rows", () => {
  test('differ from the plain one of their name', () => {
    const key = cacheKey();

    const keys = [key.nameKey('a'), sealedKey(key, 'a', '0a'), sealedKey(key, 'a', '0b'), referenceKey(key, 'a')];

    expect(new Set([...keys, dataKeyKey('0a'), key.leaseKey]).size).toBe(6);
    expect(keys.every((each) => each.startsWith(key.nameKey('a')))).toBe(true);
  });

  test('of leases and data keys sort behind those of names', () => {
    expect([cacheKey().leaseKey, dataKeyKey('0a')].every((each) => each > cacheKey().nameKey('zz'))).toBe(true);
  });
});

describe('rowTime', () => {
  test('writes a time that Python before 3.11 can read', () => {
    expect(rowTime(1_772_366_400_007)).toBe('2026-03-01T12:00:00.007+00:00');
  });
});

describe('createdAtMs', () => {
  test('gives the time of a row of either library', () => {
    expect(createdAtMs(plainRow({ createdAt: '2026-03-01T12:00:00.007+00:00' }))).toBe(1_772_366_400_007);
    expect(createdAtMs(plainRow({ createdAt: '2026-03-01T12:00:00.007123+00:00' }))).toBe(1_772_366_400_007);
    expect(createdAtMs(plainRow({ createdAt: undefined }))).toBeUndefined();
  });
});

test.each<[string, unknown]>([
  ['of another type than it says', { S: 5 }],
  ['with an element that makes no sense', { L: [{ S: 'one' }, { X: 'two' }] }],
])('a plain row whose value is one %s is unusable, and not a found null', (_, value) => {
  expect(decodeRow(wellFormedRow({ ...pythonRow(), value }))).toBeUndefined();
});

const changes = [
  { directory: '/orders/prod', name: 'db_host' },
  { directory: '/global/all', name: 'odd|+|name' },
  { directory: undefined, name: 'anywhere' },
];
const watched = watchedGeneration(undefined, ['/orders/prod', '/global/all'], startMs);
const row = nextGeneration(watched, changes, startMs);

function encoded(more: AttributeMap = {}): AttributeMap {
  return { ...encodeRow('/orders/prod', row), ...more };
}

describe('the row of a generation', () => {
  test('comes back as it was written', () => {
    expect(decodeRow(encoded())).toEqual({ ...row, generation: startMs });
  });

  test('has the attributes that the Python library needs, and none that would make it a value', () => {
    const attributes = encoded();

    expect(attributes).toMatchObject({
      name_key: { S: generationKey },
      real_name: { S: '~xcon-gen' },
      real_directory: { S: '/_nonExistent' },
      source: { S: 'xcon-gen' },
      ttl: { N: `${startMs / 1000 + 30 * 24 * 3600}` },
      created_at: { S: '2026-03-01T12:00:00.000+00:00' },
    });
    const [, item] = readPartition([pythonRow(), attributes]);
    expect([item?.value, item?.directoryPaths, item?.providerNames]).toEqual([undefined, undefined, undefined]);
    expect(Object.keys(attributes).filter((name) => /value|original|concat/.test(name))).toEqual([]);
  });

  test('sorts behind every name, and in front of leases', () => {
    expect(['zz|+|/a|+|ssm', '~xcon|lease|0', generationKey].sort()).toEqual([
      'zz|+|/a|+|ssm',
      generationKey,
      '~xcon|lease|0',
    ]);
  });

  test('has neither floor, changes nor directories before there are any', () => {
    const first = watchedGeneration(undefined, [], startMs);

    expect(Object.keys(first === undefined ? {} : encodeRow('/orders/prod', first)).sort()).toEqual([
      'app_key',
      'created_at',
      'name_key',
      'real_directory',
      'real_name',
      'source',
      'ttl',
      'xcon_gen',
    ]);
  });

  test.each<[string, AttributeMap]>([
    ['no number', { xcon_gen: { S: '7' } }],
    ['a number that is none', { xcon_gen: { N: 'seven' } }],
    ['the key of something else', { name_key: { S: '~xcon|generation' } }],
  ])('is invalid with %s', (_, more) => {
    expect(decodeRow(encoded(more))).toBeUndefined();
  });

  test('counts a change whose number is lost as the latest', () => {
    const attributes = encoded({ xcon_changes: { M: { '/orders/prod|+|db_host': { S: 'lost' }, bare: { N: '1' } } } });

    expect(decodeRow(attributes)).toMatchObject({
      changes: [
        { directory: '/orders/prod', name: 'db_host', generation: startMs },
        { directory: undefined, name: 'bare', generation: 1 },
      ],
    });
  });
});

const limit = 400 * 1024;

/** A row whose only attribute has so many bytes of name and value. */
function rowOf(value: AttributeValue) {
  return { v: value };
}

describe('fitsItem', () => {
  test('accepts a row just within the limit, with room for what DynamoDB adds', () => {
    expect(fitsItem(rowOf({ S: 's'.repeat(limit - 20) }))).toBe(true);
    expect(fitsItem(rowOf({ S: 's'.repeat(limit + 1) }))).toBe(false);
  });

  test('counts bytes, not letters', () => {
    expect(fitsItem(rowOf({ S: 'ä'.repeat(limit / 2 + 1) }))).toBe(false);
  });

  test('counts the names of attributes', () => {
    expect(fitsItem({ ['n'.repeat(limit)]: { BOOL: true } })).toBe(false);
  });

  test.each<[string, (bytes: number) => AttributeValue]>([
    ['binary values', (bytes) => ({ B: new Uint8Array(bytes) })],
    ['lists', (bytes) => ({ L: [{ S: 's'.repeat(bytes) }, { NULL: true }] })],
    ['maps', (bytes) => ({ M: { key: { S: 's'.repeat(bytes) } } })],
    ['names in maps', (bytes) => ({ M: { ['k'.repeat(bytes)]: { BOOL: true } } })],
    ['sets of texts', (bytes) => ({ SS: ['s'.repeat(bytes), 'other'] })],
    ['sets of binary values', (bytes) => ({ BS: [new Uint8Array(bytes)] })],
    ['nested lists', (bytes) => ({ L: [{ L: [{ M: { key: { S: 's'.repeat(bytes) } } }] }] })],
  ])('counts %s', (_, make) => {
    expect(fitsItem(rowOf(make(limit - 1000)))).toBe(true);
    expect(fitsItem(rowOf(make(limit + 1)))).toBe(false);
  });

  test('counts numbers, alone and in sets', () => {
    const numbers = Array.from({ length: 20_000 }, (_, index) => `1234567890123456${index}`);

    expect(fitsItem(rowOf({ NS: numbers.slice(0, 10_000) }))).toBe(true);
    expect(fitsItem(rowOf({ NS: numbers }))).toBe(false);
    expect(fitsItem(rowOf({ N: '1' }))).toBe(true);
  });

  test('counts every element of a long list', () => {
    expect(fitsItem(rowOf({ L: Array<AttributeValue>(limit).fill({ BOOL: true }) }))).toBe(false);
  });
});
