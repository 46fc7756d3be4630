import { inspect } from 'node:util';
import { type ExplainedPlace } from '../../src/index';
import { at, explained, explainedSet, failed, found, refused, shadowed } from './explained-names';

const absent: ExplainedPlace = { provider: 'override', outcome: 'absent' };
const places = [absent, refused, found, shadowed];
const explanation = explained('DB_HOST', places);

describe('an explanation', () => {
  it('has the places behind the winner that have a value', () => {
    expect(explanation.shadows).toEqual([shadowed]);
    expect(explained('DB_HOST', [absent]).shadows).toEqual([]);
  });

  it('has the places that may not be read', () => {
    expect(explanation.refusals).toEqual([refused]);
  });

  it('has the place at which get fails: a failed one before any value', () => {
    const unknown: ExplainedPlace = { provider: 'cacher', outcome: 'known to be missing' };

    expect(explained('X', [absent, refused, failed, shadowed]).failure).toBe(failed);
    expect(explained('X', [found, failed]).failure).toBeUndefined();
    expect(explained('X', [unknown, failed]).failure).toBeUndefined();
    expect(explained('X', [absent, refused]).failure).toBeUndefined();
  });

  it('is data in JSON, and its table when inspected', () => {
    expect(JSON.parse(JSON.stringify(explanation))).toEqual({ name: 'DB_HOST', winner: found, places });
    expect(inspect(explanation)).toBe(explanation.toString());
  });

  it('is immutable', () => {
    expect(Object.isFrozen(explanation)).toBe(true);
    expect(Object.isFrozen(explanation.places)).toBe(true);
  });

  it.each<[string, unknown]>([
    [
      'an object',
      {
        toString: () => {
          throw new Error('no');
        },
      },
    ],
    ['an object without a prototype', Object.create(null)],
    ['a number', 7],
    ['a symbol', Symbol('s')],
    ['a list', [['x']]],
    ['a function', () => 'x'],
    ['null', null],
  ])('prints %s that a provider gives in place of any text', (_, given) => {
    const keys = [
      'provider',
      'directory',
      'reason',
      'remedy',
      'value',
      'version',
      'changedAt',
      'staleSince',
      'cachedAt',
      'cachedUntil',
      'cachedFrom',
      'cachedAs',
    ];
    for (const key of keys) {
      for (const outcome of ['found', 'not permitted'] as const) {
        const place = { provider: 'ssm', directory: '/a', outcome, stale: true, [key]: given } as ExplainedPlace;
        const each = explained('DB_HOST', [place], at);

        expect([each.toString(), each.toHtml(), inspect(each)].filter((text) => !text.includes('DB_HOST'))).toEqual([]);
        expect(each.winner).toBe(outcome === 'found' ? each.places[0] : undefined);
      }
    }
  });
});

describe('a set of explanations', () => {
  const explanations = [explained('DB_HOST', [found], at), explained('NOWHERE', [absent], at)];
  const set = explainedSet(explanations);

  it('finds the explanation of a name in any case', () => {
    expect(set.find('db_host')).toBe(explanations[0]);
    expect(set.find('other')).toBeUndefined();
  });

  it('iterates in the order asked', () => {
    expect([...set]).toEqual(explanations);
  });

  it('is data in JSON, and its table when inspected', () => {
    expect(JSON.parse(JSON.stringify(set))).toEqual({
      title: 'orders in prod',
      explainedAt: at,
      explanations: JSON.parse(JSON.stringify(explanations)) as unknown,
    });
    expect(inspect(set)).toBe(String(set));
  });

  it('is immutable', () => {
    expect(Object.isFrozen(set)).toBe(true);
    expect(Object.isFrozen(set.explanations)).toBe(true);
  });
});
