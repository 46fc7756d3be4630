import { actionsOf, notesOf, placeOf, remediesOf } from '../../src/explain/explained';
import { type ExplainedPlace } from '../../src/index';

const place: ExplainedPlace = { provider: 'ssm', directory: '/a', outcome: 'found' };
const cached = {
  ...place,
  cachedAs: 'plain',
  cachedFrom: 'ssm',
  cachedAt: '2030-01-01T00:00:00.000+00:00',
  cachedUntil: '2030-01-01T12:00:00.000Z',
} as const;

describe('notesOf', () => {
  it('says nothing where nothing is known', () => {
    expect(notesOf(place, '2030-01-01T00:00:00.000Z')).toEqual([]);
  });

  it.each([
    [0, 'under 1 min'],
    [59, 'under 1 min'],
    [60, '1 min'],
    [7199, '119 min'],
    [7200, '2 h'],
    [48 * 3600 - 1, '47 h'],
    [48 * 3600, '2 d'],
    [-5, 'under 1 min'],
  ])('tells an age of %d s as %s', (seconds, age) => {
    const at = new Date(Date.UTC(2030, 0, 1) + seconds * 1000).toISOString();

    expect(notesOf({ ...place, changedAt: '2030-01-01T00:00:00.000Z' }, at)).toEqual([`${age} old`]);
  });

  it('tells the version, a long one by its beginning', () => {
    expect(notesOf({ ...place, version: '12' }, undefined)).toEqual(['v12']);
    expect(notesOf({ ...place, version: '1a2b3c4d-0000-0000-0000-000000000000' }, undefined)).toEqual(['v1a2b3c4d…']);
  });

  it('tells that a value is stale', () => {
    expect(notesOf({ ...place, stale: true }, undefined)).toEqual(['stale']);
    expect(notesOf({ ...place, stale: false }, undefined)).toEqual([]);
  });

  it('tells since when', () => {
    const stale = { ...place, stale: true, staleSince: '2030-01-01T00:00:00.000Z' };

    expect(notesOf(stale, '2030-01-01T00:20:00.000Z')).toEqual(['stale for 20 min']);
    expect(notesOf(stale, undefined)).toEqual(['stale since 2030-01-01T00:00:00.000Z']);
  });

  it.each([
    [cached, 'cached from ssm 2 h ago for 10 h more'],
    [{ ...cached, cachedAs: 'sealed' as const }, 'cached from ssm sealed 2 h ago for 10 h more'],
    [{ ...cached, cachedAs: 'reference' as const }, 'cached from ssm by reference 2 h ago for 10 h more'],
    [{ ...cached, cachedFrom: undefined, cachedUntil: undefined }, 'cached 2 h ago'],
    [{ ...place, cachedAs: 'plain' as const }, 'cached'],
    [{ ...place, cachedAt: cached.cachedAt }, 'cached 2 h ago'],
  ])('tells how long a row has been cached, and will be: %#', (row, note) => {
    expect(notesOf(row, '2030-01-01T02:00:00.000Z')).toEqual([note]);
  });

  it('tells dates where it is not known when that was', () => {
    expect(notesOf({ ...cached, changedAt: '2029-01-01T00:00:00.000Z' }, undefined)).toEqual([
      'of 2029-01-01T00:00:00.000Z',
      `cached from ssm at ${cached.cachedAt} until ${cached.cachedUntil}`,
    ]);
  });
});

it.each([
  [{ provider: 'ssm', directory: '/a' }, 'ssm /a'],
  [{ provider: 'override' }, 'override'],
  [{ provider: 'env', directory: '/_environmental' }, 'env'],
])('placeOf names %j', (asked, name) => {
  expect(placeOf({ ...asked, outcome: 'absent' })).toBe(name);
});

it('remediesOf gives each remedy once', () => {
  const refused = (remedy?: string): ExplainedPlace => ({ ...place, outcome: 'not permitted', remedy });

  expect(remediesOf([refused('a'), refused('b'), refused('a'), refused()])).toEqual(['a', 'b']);
});

it.each([
  ['allow ssm:GetParametersByPath on arn:aws:ssm:*:*:parameter/Ssm:X', ['ssm:GetParametersByPath']],
  [
    'allow ssm:GetParameters on arn:aws:ssm:*:*:parameter/x, and kms:Decrypt on its key',
    ['ssm:GetParameters', 'kms:Decrypt'],
  ],
  ['make this service a reader of /global/prod', []],
  [undefined, []],
])('actionsOf finds what to grant in: %s', (remedy, actions) => {
  expect(actionsOf(remedy)).toEqual(actions);
});
