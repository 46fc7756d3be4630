import { attemptOf, type Place, type PlaceOutcome, walk } from '../../src/chain/walk';
import { isProvisional } from '../../src/config/lookup';
import { type Directory, Unavailable } from '../../src/index';
import { Stale } from '../../src/memory/stale';
import { directory, item, MapProvider } from './doubles';

const provider = (name: string, ownDirectory?: Directory): MapProvider =>
  new MapProvider({ name, ...(ownDirectory !== undefined && { ownDirectory }) });
const place = (path: string, name = 'ssm'): Place => ({ provider: provider(name), directory: directory(path) });
const lacking = new Unavailable('CredentialsProviderError', 'log in', 'credentials');

describe('walk', () => {
  it('goes through places that answer at once without waiting, and reports no wait', async () => {
    const asked: string[] = [];
    const trace = { waitingFor: 'nothing' };

    const walking = walk([place('/a'), place('/b')], ({ directory: { path } }) => void asked.push(path), trace);

    expect(asked).toEqual(['/a', '/b']);
    expect(trace.waitingFor).toBe('nothing');
    await walking;
  });
});

describe('attemptOf', () => {
  it('names the cache name of the provider and the directory', () => {
    const regional = { provider: new MapProvider({ cacheName: 'ssm@eu-west-1' }), directory: directory('/a') };

    expect(attemptOf(regional, undefined)).toEqual({ provider: 'ssm@eu-west-1', directory: '/a', outcome: 'absent' });
    expect(attemptOf(regional, item('x', 1))).toEqual({ provider: 'ssm@eu-west-1', directory: '/a', outcome: 'found' });
  });
});

function absence(goodAtMs: number) {
  return new Stale('a listing', { goodAtMs, untilMs: goodAtMs + 1, reason: 'down' }).absence;
}

describe('a place that gives a stale value', () => {
  const stale = item('x', 1).asStale('2030-01-01T00:00:00.000Z');

  it('and has nothing is skipped, and the result is as stale as the oldest such place', async () => {
    const places = ['/a', '/b', '/c', '/d'].map((path) => place(path));
    const walked = (...outcomes: PlaceOutcome[]) => walk(places, () => outcomes.shift(), { waitingFor: '' });

    const found = await walked(absence(2000), absence(1000), undefined, item('x', 1));
    const nothing = await walked(absence(1000), absence(2000));

    expect(found.item).toMatchObject({
      value: 1,
      stale: true,
      staleSince: '1970-01-01T00:00:01.000Z',
      cacheable: false,
    });
    expect(found.attempts.at(-1)).toEqual({ provider: 'ssm', directory: '/d', outcome: 'found' });
    expect(nothing.item).toBeUndefined();
    expect(nothing.absence?.goodAtMs).toBe(1000);
    expect([isProvisional(found), isProvisional(nothing)]).toEqual([true, true]);
  });

  it('leaves what was stale before as it is, and gives the same item each time', () => {
    const [above, fresh] = [absence(0), item('x', 1)];

    expect(above.mark(stale)).toBe(stale);
    expect(above.mark(fresh)).toBe(above.mark(fresh));
  });

  it.each([
    ['its item is', { item: stale, attempts: [] }, true],
    ['no place is', { item: item('x', 1), attempts: [attemptOf(place('/a'), undefined)] }, false],
    ['nothing was asked', { item: undefined, attempts: [] }, false],
    ['a place lacks credentials', { item: undefined, attempts: [attemptOf(place('/a'), lacking)] }, true],
    [
      'a place is not permitted',
      { item: undefined, attempts: [attemptOf(place('/a'), new Unavailable('no', 'ask'))] },
      false,
    ],
  ])('makes a result provisional when %s', (_, result, expected) => {
    expect(isProvisional(result)).toBe(expected);
  });
});
