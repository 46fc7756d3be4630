import { ReadHistory } from '../../src/memory/read-history';

let history: ReadHistory<string>;

beforeEach(() => {
  history = new ReadHistory();
});

it('gives what was good last', () => {
  const before = history.lastGood('/a');
  history.keep('/a', { outcome: 'first', atMs: 1, order: 1 }, 0);
  history.keep('/a', { outcome: 'second', atMs: 2, order: 2 }, 0);

  expect(before).toBeUndefined();
  expect(history.lastGood('/a')).toEqual({ outcome: 'second', atMs: 2, order: 2 });
  expect(history.lastSuccessMs).toBe(2);
});

it('takes nothing from a read that began before the last good one', () => {
  history.keep('/a', { outcome: 'new', atMs: 2, order: 2 }, 0);
  history.note('/a', { state: 'failing', sinceMs: 3, reason: 'down' });
  history.keep('/a', { outcome: 'old', atMs: 4, order: 1 }, 0);

  expect(history.lastGood('/a')?.outcome).toBe('new');
  expect(history.troubles.has('/a')).toBe(true);
});

it('forgets what was wrong with what is read well', () => {
  history.note('/a', { state: 'stale', sinceMs: 1, reason: 'down' });
  history.pauses.fail('/a', new Error('down'), 0, { nowMs: () => 0, random: () => 0, failurePauseMs: 1000 });
  history.keep('/a', { outcome: 'good', atMs: 6, order: 1 }, 0);

  expect([history.troubles.size, history.pauses.isPaused('/a', 0)]).toEqual([0, false]);
});

it('forgets the oldest of more than ten thousand keys', () => {
  for (let key = 0; key <= 10_000; key += 1) history.keep(`k${key}`, { outcome: 'good', atMs: 1, order: key + 1 }, 0);

  expect([history.lastGood('k0'), history.lastGood('k1')?.outcome]).toEqual([undefined, 'good']);
});

it('forgets what is too old to be of use, whenever something is read', () => {
  for (const [index, key] of ['/a', '/b', '/c'].entries())
    history.keep(key, { outcome: 'good', atMs: index + 1, order: index + 1 }, 0);
  history.keep('/a', { outcome: 'good', atMs: 4, order: 4 }, 2);
  const kept = ['/a', '/b', '/c'].filter((key) => history.lastGood(key) !== undefined);
  history.keep('/d', { outcome: 'good', atMs: 5, order: 5 }, 5);

  expect(kept).toEqual(['/a', '/c']);
  expect(['/a', '/c', '/d'].map((key) => history.lastGood(key))).toEqual([undefined, undefined, undefined]);
});
