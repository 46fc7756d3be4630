import { inspect } from 'node:util';
import { explanationsText } from '../../src/explain/text';
import { type ExplainedPlace, Explanation, ExplanationSet } from '../../src/index';

const at = '2030-01-05T00:00:00.000Z';
const found: ExplainedPlace = { provider: 'ssm', directory: '/a', outcome: 'found', value: 'one' };
const explanations = [
  new Explanation('DB_HOST', [found], found, at),
  new Explanation('NOWHERE', [{ ...found, outcome: 'absent', value: undefined }], undefined, at),
];
const set = new ExplanationSet('orders in prod', explanations, at);

it('gives the explanation of a name in any case', () => {
  expect(set.find('db_host')).toBe(explanations[0]);
  expect(set.find('other')).toBeUndefined();
});

it('gives its explanations in the order asked', () => {
  expect([...set]).toEqual(explanations);
});

it('gives itself as data', () => {
  expect(JSON.parse(JSON.stringify(set))).toEqual({
    title: 'orders in prod',
    explainedAt: at,
    explanations: JSON.parse(JSON.stringify(explanations)) as unknown,
  });
});

it('gives itself as a table, also to whoever inspects it', () => {
  expect(String(set)).toBe(explanationsText(explanations));
  expect(inspect(set)).toBe(String(set));
});

it('gives itself as a page with all its names', () => {
  expect(set.toHtml()).toContain('orders in prod');
  expect(set.toHtml()).toContain('NOWHERE');
});

it('is immutable', () => {
  expect(Object.isFrozen(set)).toBe(true);
  expect(Object.isFrozen(set.explanations)).toBe(true);
});
