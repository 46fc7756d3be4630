import { expect, it } from 'vitest';
import { config } from 'xcon';

it('has what the test sets', async () => {
  config.setOverride('A', 1);

  expect(await config.get('a')).toBe(1);
});

it('has nothing of the test before', async () => {
  expect(await config.get('a')).toBeUndefined();
});
