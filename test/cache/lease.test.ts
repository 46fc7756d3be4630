import { leaseStep, pollPause } from '../../src/cache/lease';

describe('leaseStep', () => {
  test.each([
    ['waits while the lease is held', { state: 'held' as const, untilMs: 1001 }, 'wait'],
    ['waits to its very end', { state: 'held' as const, untilMs: 1000 }, 'wait'],
    ['stands again when it has ended', { state: 'held' as const, untilMs: 999 }, 'stand again'],
    ['reads the rows when the holder is done', { state: 'done' as const, untilMs: 1001 }, 'read rows'],
    ['stands again when it was done long ago', { state: 'done' as const, untilMs: 999 }, 'stand again'],
    ['stands again when the row is gone', undefined, 'stand again'],
  ])('%s', (_, row, expected) => {
    expect(leaseStep(row, 1000)).toBe(expected);
  });
});

describe('pollPause', () => {
  test('grows, up to a bound', () => {
    const pauses = [0, 1, 2, 3, 10, 20].map((poll) => pollPause(poll, 1));

    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses[5]).toBe(pauses[4]);
    expect(pauses[1]).toBeGreaterThan(pauses[0] ?? 0);
    expect(pauses[5]).toBeLessThan(1000);
  });

  test('is half of itself with the least chance', () => {
    expect(pollPause(3, 0)).toBe(pollPause(3, 1) / 2);
  });
});
