import { createHash } from 'node:crypto';
import { CacheKey, nameOfKey } from '../../src/cache/cache-key';
import { Directory, DirectoryChain } from '../../src/index';
import { cacheKey } from './rows';
import { fitsSortKey } from '../../src/aws/table-names';
import { sha256 } from '../../src/base/digest';

describe('CacheKey', () => {
  test('builds the keys that the Python library builds', () => {
    const key = cacheKey('/orders/prod|/orders/all', 'ssm|secrets');

    expect(key.directories).toBe('/orders/prod|/orders/all');
    expect(key.chain).toBe('/orders/prod|/orders/all|+|ssm|secrets');
    expect(key.nameKey('db_host')).toBe('db_host|+|/orders/prod|/orders/all|+|ssm|secrets');
  });

  test('names its chain by a hash in the rows of this library', () => {
    const key = cacheKey('/orders/prod', 'ssm');

    const hash = createHash('sha256').update('/orders/prod|+|ssm').digest('hex');
    expect(key.chainHash).toBe(hash);
    expect(key.leaseKey).toBe(`~xcon|lease|${hash}`);
  });

  test('differs between chains of other directories or providers', () => {
    const hashes = [
      cacheKey('/a|/b', 'ssm'),
      cacheKey('/b|/a', 'ssm'),
      cacheKey('/a', 'ssm'),
      cacheKey('/a|/b', 'ssm|secrets'),
      cacheKey('/a|/b', 'secrets|ssm'),
    ].map(({ chainHash }) => chainHash);

    expect(new Set(hashes).size).toBe(5);
  });

  test.each([
    ['the usual chain', '/orders/prod|/orders/all', 'ssm|secrets', '/orders/prod', true],
    ['a directory with an opening brace', '/orders/{x', 'ssm', '/orders/prod', false],
    ['a directory with a closing brace', '/orders/x}', 'ssm', '/orders/prod', false],
    ['no directory', '', 'ssm', '/orders/prod', false],
    ['a chain that fits just so', `/${'d'.repeat(1017)}`, 'ssm', '/orders/prod', true],
    ['a chain that is one byte too long', `/${'d'.repeat(1018)}`, 'ssm', '/orders/prod', false],
    ['a chain that is too long in bytes, not in letters', `/${'ä'.repeat(600)}`, 'ssm', '/orders/prod', false],
    ['an environ that fits just so', '/orders/prod', 'ssm', `/${'e'.repeat(2047)}`, true],
    ['an environ that is too long', '/orders/prod', 'ssm', `/${'e'.repeat(2048)}`, false],
  ])('of %s: can be stored: %#', (_, directories, providers, environ, expected) => {
    expect(cacheKey(directories, providers, environ).isStorable).toBe(expected);
  });

  test('of a directory that contains the separator cannot be stored, because it would read as two directories', () => {
    const oneDirectory = new CacheKey('/orders/prod', new DirectoryChain([Directory.literal('/a|/b')]), 'ssm');

    expect(oneDirectory.chain).toBe(cacheKey('/a|/b', 'ssm').chain);
    expect(oneDirectory.isStorable).toBe(false);
  });
});

describe('leaseKeyAfter', () => {
  test('differs after each change and for each chain', () => {
    const [key, other] = [cacheKey(), cacheKey('/orders/prod')];

    const keys = [key.leaseKeyAfter(0), key.leaseKeyAfter(1), key.leaseKeyAfter(2), other.leaseKeyAfter(1)];

    expect(new Set(keys).size).toBe(4);
    expect(keys[0]).toBe(key.leaseKey);
    expect(keys.every((each) => /^~xcon\|lease\|[0-9a-f]{64}$/.test(each))).toBe(true);
  });
});

describe('nameOfKey', () => {
  test('gives the name in a sort key as it was written', () => {
    const key = cacheKey('/orders/prod', 'ssm|names');

    expect(nameOfKey(key.nameKey('DB_Host'))).toBe('DB_Host');
    expect(nameOfKey('alone')).toBe('alone');
  });
});

describe('a chain that was looked up by exact names', () => {
  test('is case-sensitive; others are not', () => {
    expect(cacheKey('/orders/prod', 'ssm|names').isCaseSensitive).toBe(true);
    expect(cacheKey('/orders/prod', 'ssm').isCaseSensitive).toBe(false);
  });
});

describe('fitsSortKey', () => {
  test('counts bytes', () => {
    expect([fitsSortKey('k'.repeat(1024)), fitsSortKey('k'.repeat(1025)), fitsSortKey('ä'.repeat(513))]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('sha256', () => {
  test('is that of the bytes in UTF-8, in hexadecimal', () => {
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(sha256('ä')).toBe('33e6d73fee82904c8d7afb78de1154d1e8dc2a0edb08120e63df5b9385c2d9cc');
  });
});
