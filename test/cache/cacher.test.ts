import { CacheRecord, PendingWork } from '../../src/cache/cacher';
import { setImmediate } from 'node:timers/promises';

describe('CacheRecord', () => {
  let record: CacheRecord;

  beforeEach(() => {
    record = new CacheRecord();
  });

  test('keeps the current problem with the time of the first failure in a row', () => {
    record.recordProblem('reading', { state: 'refused', sinceMs: 1, reason: 'denied', remedy: 'grant it' });
    record.recordProblem('reading', { state: 'failing', sinceMs: 5, reason: 'down' });
    const problem = record.problems.get('reading');
    record.succeed('reading', 7);
    record.recordProblem('reading', { state: 'failing', sinceMs: 9, reason: 'down' });

    expect(problem).toEqual({ state: 'failing', sinceMs: 1, reason: 'down' });
    expect(record.problems.get('reading')).toMatchObject({ sinceMs: 9 });
  });

  test('keeps reading apart from writing', () => {
    record.recordProblem('writing', { state: 'failing', sinceMs: 1, reason: 'down' });
    record.succeed('reading', 2);

    expect([...record.problems.keys()]).toEqual(['writing']);
  });

  test('keeps the latest success, whatever order they are recorded in', () => {
    record.succeed('reading', 7);
    record.succeed('writing', 5);

    expect(record.lastSuccessMs).toBe(7);
  });
});

describe('PendingWork', () => {
  test('awaits nothing when there is nothing', async () => {
    await expect(new PendingWork().settled()).resolves.toBeUndefined();
  });

  test('awaits work that succeeds, work that fails, and work that begins meanwhile', async () => {
    const work = new PendingWork();
    const ended: string[] = [];
    const after = (name: string): Promise<void> => setImmediate().then(() => void ended.push(name));

    work.add(after('first').then(() => work.add(after('second'))));
    work.add(after('failing').then(() => Promise.reject(new Error('no'))));
    await work.settled();

    expect(ended).toEqual(['first', 'failing', 'second']);
  });
});
