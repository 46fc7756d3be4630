import { explanationsText, explanationText } from '../../src/explain/text';
import { type ExplainedPlace, Explanation } from '../../src/index';
import { fc } from '../setup/fast-check';

const at = '2030-01-05T00:00:00.000Z';
const long = '/a-service-with-a-rather-long-name/production-eu-central-1';
const remedy = 'allow ssm:GetParametersByPath on arn:aws:ssm:*:*:parameter/orders/prod';
const found: ExplainedPlace = {
  provider: 'ssm',
  directory: '/orders/prod',
  outcome: 'found',
  value: 'db.internal',
  version: '3',
  changedAt: '2030-01-02T00:00:00.000Z',
};
const shadowed: ExplainedPlace = { provider: 'ssm', directory: '/global/all', outcome: 'shadowed', value: 'localhost' };
const refused: ExplainedPlace = {
  provider: 'secrets',
  directory: '/orders/prod',
  outcome: 'not permitted',
  reason: 'AccessDeniedException: no',
  remedy,
};
const failed: ExplainedPlace = { provider: 'ssm', directory: '/orders/prod', outcome: 'failed', reason: 'it is down' };

function explain(name: string, ...places: readonly ExplainedPlace[]): Explanation {
  return new Explanation(
    name,
    places,
    places.find(({ outcome }) => outcome === 'found'),
    at,
  );
}
const linesOf = (text: string): readonly string[] => text.split('\n');
const widest = (text: string): number => Math.max(...linesOf(text).map(({ length }) => length));

describe('explanationText', () => {
  it('tells version and age behind the value, and below what to grant', () => {
    expect(linesOf(explanationText(explain('DB_HOST', refused, found, shadowed)))).toEqual([
      'DB_HOST: db.internal from ssm /orders/prod',
      '   secrets  /orders/prod  not permitted  grant ssm:GetParametersByPath',
      '>  ssm      /orders/prod  found          db.internal  v3, 3 d old',
      '   ssm      /global/all   shadowed       localhost',
      'To read more, allow ssm:GetParametersByPath on',
      '  arn:aws:ssm:*:*:parameter/orders/prod',
    ]);
  });

  it('says where a lookup fails, and why', () => {
    expect(linesOf(explanationText(explain('X', failed, shadowed)))).toEqual([
      'X: failed at ssm /orders/prod',
      '   ssm  /orders/prod  failed    it is down',
      '   ssm  /global/all   shadowed  localhost',
    ]);
  });

  it('makes paths narrower, and goes on in the next line, rather than be wider than 80 columns', () => {
    const text = explanationText(
      explain('DB_HOST', { ...found, directory: long, value: 'x'.repeat(39), cachedAt: at, cachedAs: 'sealed' }),
    );

    expect(linesOf(text)).toEqual([
      'DB_HOST: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx from ssm',
      '  /a-service-with-a-rather-long-name/production-eu-central-1',
      '>  ssm  /a-service-w…u-central-1  found  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      '                                         v3, 3 d old, cached sealed under 1 min',
      '                                         ago',
    ]);
  });

  it('shows the beginning of a long reason', () => {
    const text = explanationText(explain('X', { ...failed, reason: 'r'.repeat(200) }));

    expect(text.match(/r+…/g)).toHaveLength(1);
    expect(text.match(/r/g)?.length).toBeLessThan(110);
  });
});

describe('explanationsText', () => {
  it('has a row for each name: where it is from, its value, and what is worth knowing', () => {
    const text = explanationsText([
      explain('DB_HOST', found, shadowed),
      explain('TOKEN', { ...found, provider: 'secrets', value: '********', version: undefined, stale: true }),
      explain('NOWHERE', { ...found, outcome: 'absent' }, refused),
      explain('BROKEN', failed),
    ]);

    expect(linesOf(text)).toEqual([
      '>  DB_HOST  ssm /orders/prod      db.internal  v3, 3 d old, shadows 1',
      '>  TOKEN    secrets /orders/prod  ********  3 d old, stale',
      '-  NOWHERE                        not found  not permitted at 1',
      '!  BROKEN   ssm /orders/prod      failed',
      'To read more, allow ssm:GetParametersByPath on',
      '  arn:aws:ssm:*:*:parameter/orders/prod',
    ]);
  });

  it('says nothing of no names', () => {
    expect(explanationsText([])).toBe('');
  });
});

it('no table is wider than 80 columns, whatever is in it', () => {
  const text = fc.oneof(fc.string({ maxLength: 120 }), fc.constantFrom(long, 'x'.repeat(100), 'a b '.repeat(30)));
  const optional = fc.option(text, { nil: undefined });
  const place = fc.record({
    provider: fc.string({ maxLength: 20 }),
    directory: optional,
    outcome: fc.constantFrom('found', 'absent', 'shadowed', 'failed', 'not permitted', 'known to be missing'),
    value: fc.option(fc.string({ maxLength: 40 }), { nil: undefined }),
    version: optional,
    changedAt: fc.constantFrom(at, undefined),
    reason: optional,
    remedy: fc.option(
      text.map((each) => `allow ssm:GetParameters on ${each}`),
      { nil: undefined },
    ),
  }) as fc.Arbitrary<ExplainedPlace>;

  fc.assert(
    fc.property(fc.array(fc.tuple(text, fc.array(place, { maxLength: 5 })), { maxLength: 4 }), (names) => {
      const explanations = names.map(([name, places]) => explain(name, ...places));

      expect(Math.max(0, ...explanations.map((each) => widest(explanationText(each))))).toBeLessThanOrEqual(80);
      expect(widest(explanationsText(explanations))).toBeLessThanOrEqual(80);
    }),
  );
});
