import { fitsSortKey, sha256 } from '../../src/cache/sort-key';

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
