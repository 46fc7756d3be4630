import { testKey } from '../base/test-key';
import { attributeOfItem } from '../../src/aws/stored-attribute';
import { usableRows, describeRow, itemOfPlainRow, itemOfSealedRow } from '../../src/cache/row-reader';
import { cachedChain } from './cached-chain';
import { plainRow, referenceRow, sealedRow } from './rows';

describe('describeRow', () => {
  test.each([
    [plainRow(), 'plain', 'ssm'],
    [sealedRow({ provider: 'secrets@eu' }), 'sealed', 'secrets@eu'],
    [plainRow({ provider: undefined }), 'plain', undefined],
  ])('tells how row %# keeps its answer, and whose it is', (row, kind, provider) => {
    expect(describeRow(row)).toEqual({ kind, provider, createdAt: row.createdAt, ttl: row.ttl });
  });
});

describe('itemOfPlainRow', () => {
  test('gives the item, which says where it comes from and that it came via the cacher', () => {
    const item = itemOfPlainRow(cachedChain(), plainRow({ originalName: 'DB_HOST' }));

    expect(item?.value).toBe('cached');
    expect(item).toMatchObject({
      name: 'db_host',
      originalName: 'DB_HOST',
      source: 'ssm - /orders/prod - via cacher',
      provider: 'ssm',
      cacheName: 'ssm',
      ttl: plainRow().ttl,
      createdAt: plainRow().createdAt,
      secret: false,
    });
    expect(item?.directory.path).toBe('/orders/prod');
    expect(item?.viaCacher).toBe(true);
  });

  test('gives an item that is not written to the cache again', () => {
    expect(itemOfPlainRow(cachedChain(), plainRow())?.cacheable).toBe(false);
  });

  test('gives nothing for a name that is known to be missing', () => {
    expect(itemOfPlainRow(cachedChain(), plainRow({ directory: '/_nonExistent', value: undefined }))).toBeUndefined();
  });

  test('takes a row without a value in a real directory as null', () => {
    expect(itemOfPlainRow(cachedChain(), plainRow({ value: undefined }))?.value).toBeNull();
  });

  test('keeps the attribute that a value was read from', () => {
    const item = itemOfPlainRow(cachedChain(), plainRow({ value: { N: '12345678901234567890.123' } }));

    expect(item?.value).toBe('12345678901234567890.123');
    expect(item && attributeOfItem(item)).toEqual({ N: '12345678901234567890.123' });
  });

  test('says of a row without a source that it is unknown', () => {
    const item = itemOfPlainRow(cachedChain(), plainRow({ source: undefined, provider: undefined }));

    expect([item?.source, item?.provider]).toEqual(['unknown - via cacher', 'unknown']);
  });

  test.each(['ssm@eu-west-1', 'ssm'])('gives the short name of the provider that is %p in the cache', (provider) => {
    const item = itemOfPlainRow(cachedChain(), plainRow({ provider }));

    expect([item?.provider, item?.cacheName]).toEqual(['ssm', provider]);
  });

  test('takes a row of a provider of secrets as a secret', () => {
    expect(itemOfPlainRow(cachedChain(), plainRow({ provider: 'secrets' }))?.secret).toBe(true);
  });

  test('takes a row marked as a secret as one', () => {
    expect(itemOfPlainRow(cachedChain(), plainRow({ secret: true }))?.secret).toBe(true);
  });
});

describe('itemOfSealedRow', () => {
  test('gives a secret', () => {
    const item = itemOfSealedRow(cachedChain(), sealedRow(), 's3cr3t');

    expect(item.value).toBe('s3cr3t');
    expect([item.secret, item.cacheable, item.viaCacher]).toEqual([true, false, true]);
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

  test('do not include the plain row of a SecureString where a row of this library beside it knows that it is one', () => {
    const plain = plainRow(python);
    const reference = referenceRow({ provider: 'ssm' });
    const elsewhere = referenceRow({ provider: 'ssm', directory: '/orders/all' });

    expect(usableRows(cachedChain(), [plain, reference])).toEqual([reference]);
    expect(usableRows(cachedChain(), [plain, elsewhere])).toEqual([plain, elsewhere]);
    expect(usableRows(chainOf('plaintext'), [plain, reference])).toEqual([plain, reference]);
  });

  test('include a plain row of this library beside a reference: it says itself that it is no secret', () => {
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
