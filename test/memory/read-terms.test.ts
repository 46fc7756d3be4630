import { termsOf } from '../../src/memory/read-terms';
import { readSession } from '../contract/read-session';

it.each([
  ['as long as memory and the setting together', {}, (15 + 60) * 60_000],
  ['as the settings say', { internalCacheExpirationMinutes: 1, staleIfErrorSeconds: 30 }, 90_000],
  ['not at all, when the setting is 0', { staleIfErrorSeconds: 0 }, 0],
])('lets the last good outcome stand in %s', (_, settings, standInMs) => {
  expect(termsOf(readSession({ settings }))).toMatchObject({ standInMs, failurePauseMs: 1000 });
});

it('takes clock and chance as they are given', () => {
  const terms = termsOf(readSession({ nowMs: 5, settings: { failurePauseMs: 7 } }), () => 0.25);

  expect([terms.nowMs(), terms.random(), terms.failurePauseMs]).toEqual([5, 0.25, 7]);
  expect(termsOf(readSession()).random()).toBeLessThan(1);
});
