import { ReadHistory } from '../../src/providers/read-history';

let history: ReadHistory<string>;

beforeEach(() => {
  history = new ReadHistory();
});

it('gives what was good last', () => {
  const before = history.lastGood('/a');
  history.keep('/a', { outcome: 'first', atMs: 1, order: 1 });
  history.keep('/a', { outcome: 'second', atMs: 2, order: 2 });

  expect(before).toBeUndefined();
  expect(history.lastGood('/a')).toEqual({ outcome: 'second', atMs: 2, order: 2 });
  expect(history.lastSuccessMs).toBe(2);
});

it('takes nothing from a read that began before the last good one', () => {
  history.keep('/a', { outcome: 'new', atMs: 2, order: 2 });
  history.note('/a', { state: 'failing', sinceMs: 3, reason: 'down' });
  history.keep('/a', { outcome: 'old', atMs: 4, order: 1 });

  expect(history.lastGood('/a')?.outcome).toBe('new');
  expect(history.troubles.has('/a')).toBe(true);
});

it('notes trouble since it began, until a read succeeds', () => {
  history.note('/a', { state: 'stale', sinceMs: 1, reason: 'down' });
  history.note('/a', { state: 'failing', sinceMs: 5, reason: 'still down' });
  const noted = history.troubles.get('/a');
  history.keep('/a', { outcome: 'good', atMs: 6, order: 1 });

  expect(noted).toEqual({ state: 'failing', sinceMs: 1, reason: 'still down' });
  expect(history.troubles.size).toBe(0);
});

it('forgets the oldest of more than ten thousand keys', () => {
  for (let key = 0; key <= 10_000; key += 1) history.keep(`k${key}`, { outcome: 'good', atMs: 1, order: key + 1 });

  expect([history.lastGood('k0'), history.lastGood('k1')?.outcome]).toEqual([undefined, 'good']);
});
