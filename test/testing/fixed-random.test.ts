import { Context, InvalidSettingsError, Random } from 'xcon';
import { fixedRandom } from 'xcon/testing';

it('gives its numbers in turn, and starts over', () => {
  const random = fixedRandom(0, 0.5, 0.9);

  expect(Array.from({ length: 7 }, () => random.next())).toEqual([0, 0.5, 0.9, 0, 0.5, 0.9, 0]);
});

it('replaces the random source', () => {
  const random = fixedRandom(0.25);

  expect(Context.createRoot([random]).run(() => Random.grab())).toBe(random);
});

it.each([[[]], [[1]], [[-0.1]], [[0.5, Number.NaN]]])('refuses %p', (numbers) => {
  expect(() => fixedRandom(...numbers)).toThrow(InvalidSettingsError);
});
