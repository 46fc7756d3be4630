import { momentAt } from '../../src/di/moment';
import { lasting, Reading } from '../../src/memory/reading';

let reading: Reading<string>;

beforeEach(() => {
  jest.useFakeTimers();
  reading = new Reading(momentAt(0));
});

afterEach(() => jest.useRealTimers());

const state = (at = 0) => ({
  outcome: reading.outcome,
  ended: reading.hasEnded,
  good: reading.isGoodAt(at),
  waitedFor: reading.isWaitedFor,
});

it('is waited for until it ends, and then good as long as it says', async () => {
  const before = state();
  reading.end('new', { untilMs: 100, retryAtMs: 50 });

  expect(before).toEqual({ outcome: undefined, ended: false, good: false, waitedFor: true });
  expect([state(49), state(50)]).toEqual([
    { outcome: 'new', ended: true, good: true, waitedFor: false },
    { outcome: 'new', ended: true, good: false, waitedFor: false },
  ]);
  expect([reading.mayServeAt(99), reading.mayServeAt(100)]).toEqual([true, false]);
  expect(await Promise.all([reading.promise, reading.final])).toEqual(['new', 'new']);
});

it('serves something while it goes on, which is good until its end, however often the source should be asked', async () => {
  reading.serve('old', { untilMs: 100, retryAtMs: 50 });

  expect(await reading.promise).toBe('old');
  expect([state(50), state(100)]).toEqual([
    { outcome: 'old', ended: false, good: true, waitedFor: false },
    { outcome: 'old', ended: false, good: false, waitedFor: false },
  ]);

  reading.end('new', lasting);

  expect(await reading.final).toBe('new');
  expect(reading.outcome).toBe('new');
  expect(await reading.promise).toBe('old');
});

it('serves what another has', async () => {
  const other = new Reading<string>(momentAt(0));
  reading.serveThatOf(other);
  const before = reading.outcome;
  other.end('old', lasting);
  reading.serveThatOf(other);

  expect([before, await reading.promise]).toEqual([undefined, 'old']);
});

it('serves nothing once it has ended, and ends once', async () => {
  reading.end('new', lasting);
  reading.serve('old', lasting);
  reading.fail(new Error('late'));
  reading.end('later', lasting);

  expect(reading.outcome).toBe('new');
  await expect(reading.final).resolves.toBe('new');
});

it('fails for who waits, and has nothing then', async () => {
  const down = new Error('down');
  reading.fail(down);

  await expect(reading.promise).rejects.toBe(down);
  await expect(reading.final).rejects.toBe(down);
  expect(state()).toEqual({ outcome: undefined, ended: true, good: false, waitedFor: false });
});

it('calls back after a time, unless it has ended', () => {
  const called: string[] = [];
  reading.after(10, () => called.push('first'));
  reading.after(20, () => called.push('second'));

  jest.advanceTimersByTime(10);
  reading.end('new', lasting);
  jest.advanceTimersByTime(100);

  expect(called).toEqual(['first']);
  expect(jest.getTimerCount()).toBe(0);
});

it('that is abandoned leaves who waits to the source', async () => {
  reading.after(10, () => undefined);
  reading.abandon();
  reading.fail(new Error('never told'));
  reading.settle(({ resolve }) => resolve('late'));

  expect(await reading.promise).toBe('late');
  expect([reading.isAbandoned, reading.hasEnded, reading.outcome, jest.getTimerCount()]).toEqual([
    true,
    true,
    undefined,
    0,
  ]);
});
