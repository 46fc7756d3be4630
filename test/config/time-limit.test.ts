import { getEventListeners } from 'node:events';
import { withTimeLimit } from '../../src/config/time-limit';
import { gate, rejection } from '../chain/doubles';

const onTimeout = (): Error => new Error('too slow');
const limit = { budgetMs: 1000, onTimeout };

it('gives what the promise gives', async () => {
  expect(await withTimeLimit(Promise.resolve('value'), limit)).toBe('value');
});

it('rejects with what the promise rejects with', async () => {
  const reason = new Error('down');

  expect(await rejection(() => withTimeLimit(Promise.reject(reason), limit))).toBe(reason);
});

it('rejects with the error made for the purpose when the budget is used up', async () => {
  const never = gate<string>().promise;

  const error = await rejection(() => withTimeLimit(never, { budgetMs: 5, onTimeout }));

  expect(error.message).toBe('too slow');
});

it('rejects at once with the reason of a signal that has been aborted already', async () => {
  const reason = new Error('stop');

  const error = await rejection(() =>
    withTimeLimit(Promise.resolve('value'), { ...limit, signal: AbortSignal.abort(reason) }),
  );

  expect(error).toBe(reason);
});

it('rejects with the reason of a signal that is aborted while it waits', async () => {
  const controller = new AbortController();
  const reason = new Error('stop');

  const waiting = rejection(() => withTimeLimit(gate().promise, { ...limit, signal: controller.signal }));
  controller.abort(reason);

  expect(await waiting).toBe(reason);
});

it.each([
  ['a value', () => Promise.resolve(1)],
  ['an error', () => Promise.reject(new Error('down'))],
])('leaves neither timer nor listener behind after %s', async (_, make) => {
  const { signal } = new AbortController();
  const timersBefore = timers();

  await withTimeLimit(make(), { ...limit, signal }).catch(() => undefined);

  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(timers()).toBe(timersBefore);
});

it('causes no unhandled rejection when the promise fails after the wait has ended', async () => {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', listener);
  const late = gate<string>();

  await rejection(() => withTimeLimit(late.promise, { budgetMs: 1, onTimeout }));
  late.fail(new Error('down, but nobody waits'));
  await new Promise((resolve) => setTimeout(resolve, 5));

  process.off('unhandledRejection', listener);
  expect(unhandled).toEqual([]);
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
}
