import { CacheRecord } from '../../src/cache/cache-record';

it('begins with nothing', () => {
  const record = new CacheRecord();

  expect([record.hits, record.requests, record.problems.size, record.lastSuccessMs]).toEqual([0, 0, 0, undefined]);
});
