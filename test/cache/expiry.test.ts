import { alignedExpiry, earlyWindow, isEarly, isExpired, jitteredExpiry, jitterFor } from '../../src/cache/expiry';
import { fc } from '../setup/fast-check';

const twelveHours = 12 * 3600;
const nowMs = 1_700_000_000_000;
const now = nowMs / 1000;

describe('jitterFor', () => {
  test('spreads rows that live 12 hours, or longer, by 1,500 seconds', () => {
    expect([jitterFor(twelveHours), jitterFor(10 * twelveHours)]).toEqual([1500, 1500]);
  });

  test('spreads shorter lives in proportion, in whole seconds', () => {
    expect([jitterFor(twelveHours / 2), jitterFor(100), jitterFor(1)]).toEqual([750, 3, 0]);
  });
});

describe('jitteredExpiry', () => {
  const options = { ttlSeconds: twelveHours, jitterSeconds: 1500 };

  test.each([
    [0, -1500],
    [0.5, 0],
    [0.75, 750],
  ])('with the random number %d ends %d seconds from the middle', (random, distance) => {
    expect(jitteredExpiry(nowMs, random, options)).toBe(now + twelveHours + distance);
  });

  test('is a whole second, at most the jitter from the middle', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (ms, random) => {
        const distance = jitteredExpiry(nowMs + ms, random, options) - (nowMs + ms) / 1000 - twelveHours;

        expect(Number.isInteger(jitteredExpiry(nowMs + ms, random, options))).toBe(true);
        expect(distance).toBeGreaterThanOrEqual(-1501);
        expect(distance).toBeLessThanOrEqual(1500);
      }),
    );
  });

  test.each([-1, 100, Number.NaN])('refuses a jitter of %d for rows that live 100 seconds', (jitterSeconds) => {
    expect(() => jitteredExpiry(nowMs, 0, { ttlSeconds: 100, jitterSeconds })).toThrow(RangeError);
  });
});

describe('alignedExpiry', () => {
  const fresh = now + twelveHours;
  const sixth = twelveHours / 6;

  test.each([
    ['is fresh without other rows', undefined, fresh],
    ['is that of the latest row', now + sixth + 1, now + sixth + 1],
    ['may be as late as a fresh one', fresh, fresh],
    ['is fresh when the latest row ends within a sixth of a life', now + sixth, fresh],
    ['is fresh when the latest row ends beyond a fresh one', fresh + 1, fresh],
  ])('%s', (_, latest, expected) => {
    expect(alignedExpiry(nowMs, fresh, latest, twelveHours)).toBe(expected);
  });
});

describe('earlyWindow', () => {
  test.each([
    ['a sixth of the usual life when it is not known when the row was written', undefined, 7200],
    ['a sixth of the usual life for a row that lives longer', (now - 2 * twelveHours) * 1000, 7200],
    ['a sixth of its own life for a row that lives shorter', nowMs, 100],
    ['nothing for a row that ends before it begins', (now + 601) * 1000, 0],
  ])('is %s', (_, createdAtMs, expected) => {
    expect(earlyWindow(now + 600, createdAtMs, twelveHours)).toBe(expected);
  });
});

describe('isEarly', () => {
  test('is false with a draw of 0 until the row ends', () => {
    expect([isEarly(now + 1, 7200, 0, nowMs), isEarly(now, 7200, 0, nowMs)]).toEqual([false, true]);
  });

  test('is more likely the nearer the end is', () => {
    const draws = Array.from({ length: 100 }, (_, index) => index / 100);

    const early = [7199, 3600, 1800].map(
      (left) => draws.filter((draw) => isEarly(now + left, 7200, draw, nowMs)).length,
    );

    expect(early).toEqual([0, 50, 75]);
  });
});

describe('isExpired', () => {
  test.each([
    ['a row that ends now', now, true],
    ['a row that ends in a second', now + 1, false],
    ['a row without an end', undefined, false],
  ])('decides about a ttl of %s', (_, ttl, expected) => {
    expect(isExpired(ttl, nowMs)).toBe(expected);
  });
});
