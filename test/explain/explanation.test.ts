import { inspect } from 'node:util';
import { type ExplainedPlace, Explanation, showItem, showRow } from '../../src/explain/explanation';
import { directory, item, secretItem } from '../chain/doubles';
import { DirectoryItem } from '../../src/index';
import { mask } from '../../src/item/secret';

const places: readonly ExplainedPlace[] = [
  { provider: 'override', outcome: 'absent' },
  { provider: 'env', directory: '/_environmental', outcome: 'absent' },
  { provider: 'cacher', outcome: 'absent' },
  { provider: 'ssm', directory: '/orders/prod', outcome: 'not permitted', reason: 'AccessDenied', remedy: 'allow it' },
  { provider: 'secrets', directory: '/orders/prod', outcome: 'found', value: 'db.internal' },
  { provider: 'ssm', directory: '/global/all', outcome: 'shadowed', value: 'localhost' },
];
const found = new Explanation('DB_HOST', places, places[4]);
const missing = new Explanation('DB_HOST', places.slice(0, 4), undefined);

it('prints a table: a mark at the winner, provider, directory, outcome, then the value or the reason', () => {
  expect(found.toString().split('\n')).toEqual([
    'DB_HOST: db.internal from secrets /orders/prod',
    '   override                   absent',
    '   env       /_environmental  absent',
    '   cacher                     absent',
    '   ssm       /orders/prod     not permitted  AccessDenied',
    '>  secrets   /orders/prod     found          db.internal',
    '   ssm       /global/all      shadowed       localhost',
  ]);
});

it('fits into 80 columns with ordinary paths', () => {
  const lines = found.toString().split('\n');

  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

it('says that nothing was found', () => {
  expect(missing.toString().split('\n')[0]).toBe('DB_HOST: not found');
  expect(missing.shadows).toEqual([]);
});

it('says nothing of a directory or a value that there is not', () => {
  const winner: ExplainedPlace = { provider: 'override', outcome: 'found' };

  expect(new Explanation('X', [winner], winner).toString()).toBe('X: from override\n>  override    found');
});

it('prints its heading alone when there was no place at all', () => {
  expect(new Explanation('X', [], undefined).toString()).toBe('X: not found');
});

it('gives what the winner shadows', () => {
  expect(found.shadows).toEqual([places[5]]);
});

it('gives itself as data, and as the same table to whoever inspects it', () => {
  expect(JSON.parse(JSON.stringify(found))).toEqual({ name: 'DB_HOST', winner: places[4], places });
  expect(inspect(found)).toBe(found.toString());
});

it('gives the places that may not be read', () => {
  expect(found.refusals).toEqual([places[3]]);
});

it('gives the place at which get fails: one before any value', () => {
  const failed: ExplainedPlace = { provider: 'ssm', directory: '/a', outcome: 'failed', reason: 'down' };
  const value: ExplainedPlace = { provider: 'ssm', directory: '/b', outcome: 'found', value: '1' };
  const shadowed: ExplainedPlace = { ...value, outcome: 'shadowed' };
  const unknown: ExplainedPlace = { provider: 'cacher', outcome: 'known to be missing' };

  expect(new Explanation('X', [...places.slice(0, 4), failed, shadowed], undefined).failure).toBe(failed);
  expect(new Explanation('X', [value, failed], value).failure).toBeUndefined();
  expect(new Explanation('X', [unknown, failed], undefined).failure).toBeUndefined();
  expect(missing.failure).toBeUndefined();
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
])('prints %s that is given in place of any text', (_, given) => {
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
      const explanation = new Explanation(
        'DB_HOST',
        [place],
        outcome === 'found' ? place : undefined,
        '2030-01-01T00:00:00Z',
      );

      expect(explanation.toString()).toContain('DB_HOST');
      expect(explanation.toHtml()).toContain('DB_HOST');
      expect(inspect(explanation)).toContain('DB_HOST');
      expect(explanation.winner).toBe(outcome === 'found' ? explanation.places[0] : undefined);
    }
  }
});

it('gives itself as a page of HTML', () => {
  expect(found.toHtml()).toContain('<title>DB_HOST: where settings come from</title>');
});

it('is immutable', () => {
  expect(Object.isFrozen(found)).toBe(true);
  expect(Object.isFrozen(found.places)).toBe(true);
});

describe('showItem', () => {
  it('masks a secret, and whatever is to be masked', () => {
    expect(showItem(secretItem('x', 'hunter2'), false).value).toBe(mask);
    expect(showItem(item('x', 'plain'), true).value).toBe(mask);
    expect(showItem(item('x', 'plain'), false).value).toBe('plain');
  });

  it('tells the version, and for a value from the cache table when its row was written', () => {
    const options = {
      name: 'x',
      value: 1,
      directory: directory('/a'),
      createdAt: '2030-01-01T00:00:00Z',
      version: '7',
    };

    const cached = showItem(new DirectoryItem({ ...options, viaCacher: true }), false);
    const fresh = showItem(new DirectoryItem({ ...options, source: 'ssm' }), false);

    expect(cached).toEqual({ value: '1', version: '7', cachedAt: '2030-01-01T00:00:00Z' });
    expect(fresh).toEqual({ value: '1', version: '7', cachedAt: undefined });
  });
});

describe('showItem', () => {
  it('tells when the source has changed the value', () => {
    const changed = new DirectoryItem({
      name: 'x',
      value: 1,
      directory: directory('/a'),
      source: 'ssm',
      changedAtMs: Date.UTC(2030, 0, 1),
    });

    expect(showItem(changed, false).changedAt).toBe('2030-01-01T00:00:00.000Z');
  });
});

describe('showRow', () => {
  it('tells how a row keeps its answer, whose it is, and from when to when', () => {
    expect(
      showRow({ kind: 'sealed', provider: 'ssm', createdAt: '2030-01-01T00:00:00+00:00', ttl: 1_900_000_000 }),
    ).toEqual({
      cachedAs: 'sealed',
      cachedFrom: 'ssm',
      cachedAt: '2030-01-01T00:00:00+00:00',
      cachedUntil: '2030-03-17T17:46:40.000Z',
    });
  });

  it('tells no end of a row without one, or with one that is no moment', () => {
    const row = { kind: 'plain' as const, provider: undefined, createdAt: undefined };

    expect(showRow({ ...row, ttl: undefined }).cachedUntil).toBeUndefined();
    expect(showRow({ ...row, ttl: 1e300 }).cachedUntil).toBeUndefined();
  });
});
