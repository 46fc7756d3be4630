import { durationText, momentOf, timeoutSignal } from '../../src/base/time';

afterEach(() => jest.restoreAllMocks());

it.each([
  [1249.75, 1250],
  [0.2, 1],
  [-5, 1],
  [1e10, 2 ** 31 - 1],
])('a signal after %s ms is within the limits of the platform: after %s', (ms, taken) => {
  const timeout = jest.spyOn(AbortSignal, 'timeout');

  expect(timeoutSignal(ms).aborted).toBe(false);
  expect(timeout).toHaveBeenCalledWith(taken);
});

it('a date gives its time, and anything else gives undefined', () => {
  expect(momentOf(new Date(5))).toBe(5);
  expect([undefined, new Date(Number.NaN), '2030-01-01' as never].map(momentOf)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

it.each([
  [-5, 'under 1 min'],
  [59_999, 'under 1 min'],
  [60_000, '1 min'],
  [7_199_999, '119 min'],
  [7_200_000, '2 h'],
  [172_799_999, '47 h'],
  [172_800_000, '2 d'],
])('%s ms are %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
