import { SourceRecord, type SourceTrouble } from '../../src/memory/source-record';

const trouble = (state: SourceTrouble['state'], sinceMs = 0): SourceTrouble => ({ state, sinceMs, reason: 'down' });
let record: SourceRecord;

beforeEach(() => {
  record = new SourceRecord();
});

it('keeps what is wrong since the first time in a row, as it is now', () => {
  record.note('/a', trouble('stale', 1));
  record.note('/a', trouble('failing', 5));
  const noted = record.troubles.get('/a');
  record.succeed('/a', 7);
  record.note('/a', trouble('refused', 9));

  expect(noted).toEqual({ state: 'failing', sinceMs: 1, reason: 'down' });
  expect(record.troubles.get('/a')).toMatchObject({ state: 'refused', sinceMs: 9 });
});

it('knows its last success, also when an earlier one is told of later', () => {
  const before = record.lastSuccessMs;
  record.succeed('/a', 7);
  record.succeed('/b', 5);

  expect([before, record.lastSuccessMs]).toEqual([undefined, 7]);
});

describe('lookups', () => {
  it('fail when one was told of a failure that is not over', () => {
    const seen = [record.failsLookups];
    record.note('/a', trouble('failing'));
    seen.push(record.failsLookups);
    record.tell('/a');
    seen.push(record.failsLookups);
    record.succeed('/a', 1);
    seen.push(record.failsLookups);

    expect(seen).toEqual([false, false, true, false]);
  });

  it.each(['refused', 'stale'] as const)('do not fail of what is %s', (state) => {
    record.note('/a', trouble(state));
    record.tell('/a');
    record.tell('/unknown');

    expect(record.failsLookups).toBe(false);
  });

  it('do not fail any more of what is refused by now', () => {
    record.note('/a', trouble('failing'));
    record.tell('/a');
    record.note('/a', trouble('refused'));

    expect(record.failsLookups).toBe(false);
  });
});

it('forgets the oldest of more than ten thousand troubles, and that somebody was told of them', () => {
  for (let key = 0; key <= 10_001; key += 1) {
    record.note(`k${key}`, trouble('failing'));
    record.tell(`k${key}`);
  }

  expect([record.troubles.size, record.troubles.has('k1'), record.failsLookups]).toEqual([10_000, false, true]);
});
