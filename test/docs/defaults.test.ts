import { definitionOf, type SettingName, settingNames } from '../../src/settings/definitions';
import { documents, proseOf } from './documents';

/** A default that a page gives in brackets: `lookupBudgetMs` (5 s). */
interface Quoted {
  readonly place: string;
  readonly name: SettingName;
  readonly amount: number;
  readonly unit: string;
}

const milliseconds: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  second: 1_000,
  seconds: 1_000,
  minutes: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
};
const quoted = documents().flatMap((page) =>
  [...proseOf(page).matchAll(/`(\w+)` \(([\d,.]+)(?: (ms|s|seconds?|minutes|h|hours?))?\)/g)].flatMap(
    ([, name = '', amount = '', unit = '']): readonly Quoted[] =>
      isSetting(name) ? [{ place: page.path, name, unit, amount: Number(amount.replaceAll(',', '')) }] : [],
  ),
);

describe('A default of a library setting on a page', () => {
  it('is given on several pages', () => {
    expect(new Set(quoted.map(({ place }) => place)).size).toBeGreaterThan(3);
  });

  it.each(quoted.map((each) => [`${each.place}: ${each.name} (${each.amount} ${each.unit})`, each] as const))(
    '%s is that of the source',
    (_, { name, amount, unit }) => {
      const { default: actual, kind } = definitionOf(name);
      const own = { milliseconds: 'ms', seconds: 's', minutes: 'minutes' }[kind.unit ?? ''] ?? '';
      const inMs = (value: number, of: string): number => value * (milliseconds[of === '' ? own : of] ?? 1);

      expect(inMs(amount, unit)).toBe(inMs(Number(actual), own));
    },
  );
});

function isSetting(name: string): name is SettingName {
  return settingNames.some((each) => each === name);
}
