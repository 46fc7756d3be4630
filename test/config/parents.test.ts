import { parentsOf } from '../../src/config/resolve-chain';
import { fc } from '../setup/fast-check';

interface Link {
  readonly id: string;
  readonly useParent: boolean;
}
const link = (id: string, useParent = true): Link => ({ id, useParent });
const idsOf = (links: readonly Link[]): string => links.map(({ id }) => id).join(' ');

const [inner, middle, root] = [link('inner'), link('middle'), link('root')];
const closed = link('closed', false);

const other = link('other', false);

it.each<[string, Link, readonly Link[], string]>([
  ['all current Configs but itself, nearest first', inner, [inner, middle, root], 'middle root'],
  ['an active child before the Configs outside of an outer one', middle, [inner, middle, root], 'inner root'],
  ['all active children of the root', root, [inner, middle, root], 'inner middle'],
  ['all current Configs for one that is not among them', link('outside'), [inner, root], 'inner root'],
  ['none behind a parent that uses none itself', inner, [inner, closed, root], 'closed'],
  ['none behind such a parent for the root', root, [inner, closed, middle, root], 'inner closed'],
  ['only those inside it for a current Config without parents', closed, [inner, middle, closed, root], 'inner middle'],
  ['none for an innermost Config without parents', closed, [closed, root], ''],
  ['none for a Config without parents that is not current', closed, [inner, root], ''],
  ['only one for nested Configs without parents', closed, [other, inner, closed, root], 'other'],
])('gives %s', (_, config, current, expected) => {
  expect(idsOf(parentsOf(config, current))).toBe(expected);
});

it('does not change the list it was given', () => {
  const current = Object.freeze([inner, closed, root]);

  expect(() => parentsOf(root, current)).not.toThrow();
});

it('never gives the Config itself, keeps the order, and ends at a Config without parents', () => {
  const chains = fc
    .array(fc.boolean(), { minLength: 1, maxLength: 6 })
    .map((flags) => flags.map((useParent, index) => link(`${index}`, useParent)));
  fc.assert(
    fc.property(chains, fc.nat(), (current, choice) => {
      const config = current[choice % current.length] as Link;

      const parents = parentsOf(config, current);

      const positions = parents.map((each) => current.indexOf(each));
      expect(parents).not.toContain(config);
      expect(positions).toEqual([...positions].sort((one, other) => one - other));
      expect(parents.slice(0, -1).every(({ useParent }) => useParent)).toBe(true);
      if (!config.useParent) expect(positions.every((each) => each < current.indexOf(config))).toBe(true);
    }),
  );
});
