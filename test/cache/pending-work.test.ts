import { setImmediate } from 'node:timers/promises';
import { PendingWork } from '../../src/cache/pending-work';

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
