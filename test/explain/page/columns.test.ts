import { Explanation, type ExplainedPlace } from '../../../src/index';
import { columnsOf, groupsOf, placesByColumn } from '../../../src/explain/page/columns';

type Asked = readonly [provider: string, directory?: string];

function explained(...asked: readonly Asked[]): Explanation {
  const places = asked.map(([provider, directory]): ExplainedPlace => ({ provider, directory, outcome: 'absent' }));
  return new Explanation('x', places, undefined);
}
const told = (explanations: readonly Explanation[]): readonly string[] =>
  columnsOf(explanations).map(({ provider, directory }) => [provider, directory].filter((each) => each).join(' '));

it('shows each place once, in the order of the lookup', () => {
  const chain = explained(
    ['override'],
    ['env', '/_environmental'],
    ['cacher'],
    ['ssm', '/a'],
    ['ssm', '/b'],
    ['default'],
  );

  expect(told([chain, chain])).toEqual(['override', 'env', 'cacher', 'ssm /a', 'ssm /b', 'default']);
});

it('has one column for overrides, the cacher and defaults, whatever directory the answer is from', () => {
  const found = explained(
    ['override', '/_override'],
    ['cacher', '/a'],
    ['ssm', '/a'],
    ['default', '/_default/settings'],
  );
  const absent = explained(['override'], ['cacher'], ['ssm', '/a'], ['default']);

  expect(told([absent, found])).toEqual(['override', 'cacher', 'ssm /a', 'default']);
  expect([...placesByColumn(found).keys()]).toEqual(columnsOf([absent]).map(({ key }) => key));
});

it('puts places that only some names have where those have them', () => {
  const narrow = explained(['override'], ['ssm', '/b'], ['default']);
  const wide = explained(['override'], ['ssm', '/a'], ['ssm', '/b'], ['secrets', '/b'], ['default']);

  expect(told([narrow, wide])).toEqual(['override', 'ssm /a', 'ssm /b', 'secrets /b', 'default']);
});

it('tells apart the times that a provider without directories is asked', () => {
  const chain = explained(['ssm', '/a'], ['env', '/_environmental'], ['ssm', '/b'], ['env', '/_environmental']);

  expect(told([chain, chain])).toEqual(['ssm /a', 'env', 'ssm /b', 'env']);
  expect(placesByColumn(chain).size).toBe(4);
});

it('groups neighbours of one directory', () => {
  const chain = explained(['override'], ['env', '/_environmental'], ['ssm', '/a'], ['secrets', '/a'], ['ssm', '/b']);

  expect(groupsOf(columnsOf([chain])).map(({ directory, columns }) => [directory, columns.length])).toEqual([
    [undefined, 1],
    [undefined, 1],
    ['/a', 2],
    ['/b', 1],
  ]);
});
