import { Clock, Context, InvalidSettingsError } from 'xcon';
import { fixedClock } from 'xcon/testing';

const noon = Date.UTC(2030, 0, 31, 12);

it.each([noon, new Date(noon), '2030-01-31T12:00:00Z'])('gives %p until it is moved', (at) => {
  const clock = fixedClock(at);

  expect([clock.nowMs(), clock.nowMs()]).toEqual([noon, noon]);
});

it('is moved on, and set', () => {
  const clock = fixedClock(noon);

  clock.advance(250);
  const later = clock.nowMs();
  clock.set('1970-01-01T00:00:01Z');

  expect([later, clock.nowMs()]).toEqual([noon + 250, 1000]);
});

it('replaces the clock', () => {
  const clock = fixedClock(noon);

  expect(Context.createRoot([clock]).run(() => Clock.grab())).toBe(clock);
});

it.each(['yesterday', Number.NaN, Number.POSITIVE_INFINITY, new Date('')])('refuses %p', (at) => {
  expect(() => fixedClock(at)).toThrow(InvalidSettingsError);
});

it('cannot be moved to an invalid time', () => {
  expect(() => fixedClock(noon).advance(Number.NaN)).toThrow(InvalidSettingsError);
});
