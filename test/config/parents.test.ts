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

it('gives all current Configs but itself, nearest first', () => {
  const current = [inner, middle, root];

  expect(idsOf(parentsOf(inner, current))).toBe('middle root');
});

it('asks an active child before what lies outside an outer Config that is called directly', () => {
  const current = [inner, middle, root];

  expect(idsOf(parentsOf(middle, current))).toBe('inner root');
  expect(idsOf(parentsOf(root, current))).toBe('inner middle');
});

it('gives all current Configs for one that is not among them', () => {
  expect(idsOf(parentsOf(link('outside'), [inner, root]))).toBe('inner root');
});

it('ends with a parent that uses none itself', () => {
  expect(idsOf(parentsOf(inner, [inner, closed, root]))).toBe('closed');
  expect(idsOf(parentsOf(root, [inner, closed, middle, root]))).toBe('inner closed');
});

it('gives a Config that uses no parent only those inside it, when it is current', () => {
  expect(idsOf(parentsOf(closed, [inner, middle, closed, root]))).toBe('inner middle');
  expect(idsOf(parentsOf(closed, [closed, root]))).toBe('');
});

it('gives a Config that uses no parent none, when it is not current', () => {
  expect(idsOf(parentsOf(closed, [inner, root]))).toBe('');
});

it('ends with a Config that uses none, also inside one that uses none', () => {
  const other = link('other', false);

  expect(idsOf(parentsOf(closed, [other, inner, closed, root]))).toBe('other');
});

it('does not change the list it was given', () => {
  const current = Object.freeze([inner, closed, root]);

  expect(() => parentsOf(root, current)).not.toThrow();
});

it('never gives the Config itself, keeps the order, and goes past no closed one', () => {
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
