import { CacheRecord } from '../../src/cache/cache-record';

let record: CacheRecord;

beforeEach(() => {
  record = new CacheRecord();
});

it('begins with nothing', () => {
  expect([record.hits, record.requests, record.problems.size, record.lastSuccessMs]).toEqual([0, 0, 0, undefined]);
});

it('keeps what is wrong since the first time in a row, as it is now', () => {
  record.note('reading', { state: 'refused', sinceMs: 1, reason: 'denied', remedy: 'grant it' });
  record.note('reading', { state: 'failing', sinceMs: 5, reason: 'down' });
  const problem = record.problems.get('reading');
  record.succeed('reading', 7);
  record.note('reading', { state: 'failing', sinceMs: 9, reason: 'down' });

  expect(problem).toEqual({ state: 'failing', sinceMs: 1, reason: 'down' });
  expect(record.problems.get('reading')).toMatchObject({ sinceMs: 9 });
});

it('tells reading from writing', () => {
  record.note('writing', { state: 'failing', sinceMs: 1, reason: 'down' });
  record.succeed('reading', 2);

  expect([...record.problems.keys()]).toEqual(['writing']);
});

it('knows the latest success, whatever order they are recorded in', () => {
  record.succeed('reading', 7);
  record.succeed('writing', 5);

  expect(record.lastSuccessMs).toBe(7);
});
