import { readDocument, tableOf, tablesOf } from './documents';

const page = readDocument('docs/guides/cost.md');
/** USD for one of each, by name. */
const prices = new Map(
  tableOf(page, ['Price', 'USD']).map(([name = '', usd, unit]) => [name, Number(usd) / each(unit)]),
);
const examples = tablesOf(page, ['What', 'Count', 'Price', 'USD']);

describe('docs/guides/cost.md', () => {
  it('has worked numbers', () => {
    expect(examples).toHaveLength(4);
  });

  test.each(examples.map((rows) => [rows[0]?.[1], rows] as const))(
    'multiplies and adds up correctly, from %s',
    (_, rows) => {
      const items = rows.slice(0, -1);
      const costs = items.map(([, count = '', price = '']) => product(count) * (prices.get(price) ?? NaN));
      const total = costs.reduce((sum, cost) => sum + cost, 0);

      expect(items.map(([what, , , usd]) => [what, usd])).toEqual(
        items.map(([what], index) => [what, costs[index]?.toFixed(3)]),
      );
      expect(rows.at(-1)?.[3]).toBe(total.toFixed(3));
    },
  );

  it('counts what the page about the cache has measured', () => {
    const { text } = readDocument('docs/explanation/caching.md');

    expect(text.replaceAll(/\s+/g, ' ')).toContain('22 rows with the lease, 8,686 bytes');
    expect(text).toContain('A warm start reads 1.5 units; the refresh writes 23.');
    expect(page.text).toContain('22 rows of 8,686 bytes');
  });
});

/** The number that a unit begins with: `10,000 requests`. */
function each(unit = ''): number {
  return Number((/^[\d,]+/.exec(unit)?.[0] ?? 'none').replaceAll(',', ''));
}

/** The product of `20 × 2,880 × 1.5`. */
function product(count: string): number {
  return count.split('×').reduce((result, factor) => result * Number(factor.replaceAll(',', '')), 1);
}
