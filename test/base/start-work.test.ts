import { runInNewContext } from 'node:vm';
import { callAndForget, startWork } from '../../src/base/start-work';
import { rejection } from '../chain/doubles';
import { hostileThings } from './hostile-things';

const unhandled: unknown[] = [];
const listener = (reason: unknown): void => void unhandled.push(reason);

beforeAll(() => process.on('unhandledRejection', listener));
afterAll(() => process.off('unhandledRejection', listener));
beforeEach(() => void unhandled.splice(0));

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe.each([
  ['a promise', () => Promise.reject(new Error('down'))],
  ['a promise of another realm', () => runInNewContext('Promise.reject(new Error("down"))') as Promise<never>],
  ['a thenable', () => ({ then: (_: unknown, reject: (error: Error) => void) => reject(new Error('down')) })],
  [
    'a thenable that throws',
    () => ({
      get then(): never {
        throw new Error('down');
      },
    }),
  ],
  [
    'a function that throws',
    () => {
      throw new Error('down');
    },
  ],
])('work that fails by %s', (_, work) => {
  it('rejects for code that awaits it', async () => {
    expect((await rejection(() => startWork(work as () => Promise<never>))).message).toBe('down');
  });

  it('is no unhandled rejection when it is dropped', async () => {
    startWork(work as () => Promise<never>)
      .finally(() => undefined)
      .catch(() => undefined);
    callAndForget(work);
    await turn();

    expect(unhandled).toEqual([]);
  });
});

it('gives a plain value as well', async () => {
  expect(await startWork(() => 7)).toBe(7);
});

it.each(hostileThings())('passes %s to the failure handler, and ignores failures of the handler', async (_, thing) => {
  const seen: unknown[] = [];

  callAndForget(
    async () => {
      await Promise.resolve();
      throw thing;
    },
    (error) => {
      seen.push(error);
      throw thing;
    },
  );
  await turn();

  expect(seen).toHaveLength(1);
  expect(seen[0] === thing).toBe(true);
  expect(unhandled).toEqual([]);
});
