import { Stale, staleFactsOf } from '../../src/memory/stale';
import { item } from '../chain/doubles';

const facts = { goodAtMs: Date.UTC(2030, 0, 1), untilMs: Date.UTC(2030, 0, 2), reason: 'down' };

it('marks an item once, and knows why', () => {
  const good = item('X', 'value');
  const stale = new Stale('outcome', facts);

  const marked = stale.mark(good);

  expect(marked).toMatchObject({ name: 'x', value: 'value', stale: true, staleSince: '2030-01-01T00:00:00.000Z' });
  expect(stale.mark(good)).toBe(marked);
  expect(staleFactsOf(marked)).toBe(facts);
  expect(staleFactsOf(good)).toBeUndefined();
});
