import { attemptOf, type Place, type PlaceOutcome, placesOf, walk } from '../../src/chain/walk';
import { isProvisional } from '../../src/config/lookup';
import { Directory, Unavailable } from '../../src/index';
import { Stale } from '../../src/memory/stale';
import { fc } from '../setup/fast-check';
import { directory, item, MapProvider } from './doubles';

const provider = (name: string, ownDirectory?: Directory): MapProvider =>
  new MapProvider({ name, ...(ownDirectory !== undefined && { ownDirectory }) });
const place = (path: string, name = 'ssm'): Place => ({ provider: provider(name), directory: directory(path) });
const refused = new Unavailable('AccessDenied', 'allow it');
const lacking = new Unavailable('CredentialsProviderError', 'log in', 'credentials');

describe('placesOf', () => {
  it('lists directories outer and providers inner', () => {
    const [ssm, secrets] = [provider('ssm'), provider('secrets')];

    const places = placesOf([directory('/a'), directory('/b')], [ssm, secrets]);

    expect(places.map((each) => `${each.directory.path} ${each.provider.name}`)).toEqual([
      '/a ssm',
      '/a secrets',
      '/b ssm',
      '/b secrets',
    ]);
  });

  it('lists every pair exactly once, sorted by directory and then by provider', () => {
    fc.assert(
      fc.property(fc.nat(6), fc.nat(6), (directoryCount, providerCount) => {
        const directories = Array.from({ length: directoryCount }, (_, index) => directory(`/d${index}`));
        const providers = Array.from({ length: providerCount }, (_, index) => provider(`p${index}`));

        const places = placesOf(directories, providers);

        expect(places).toHaveLength(directoryCount * providerCount);
        for (const [index, each] of places.entries()) {
          expect(each.directory).toBe(directories[Math.floor(index / providerCount)]);
          expect(each.provider).toBe(providers[index % providerCount]);
        }
      }),
    );
  });
});

describe('walk', () => {
  it('gives the first item and asks none behind it', async () => {
    const places = [place('/a'), place('/b'), place('/c')];
    const found = item('x', 1, '/b');
    const asked: Place[] = [];
    const read = (each: Place): PlaceOutcome => {
      asked.push(each);
      return each === places[1] ? found : undefined;
    };

    const result = await walk(places, read, { waitingFor: '' });

    expect(result.item).toBe(found);
    expect(asked).toEqual(places.slice(0, 2));
    expect(result.attempts.map(({ directory: path, outcome }) => `${path ?? ''} ${outcome}`)).toEqual([
      '/a absent',
      '/b found',
    ]);
  });

  it('gives no item when no place has one', async () => {
    const result = await walk([place('/a'), place('/b')], () => undefined, { waitingFor: '' });

    expect(result.item).toBeUndefined();
    expect(result.attempts).toHaveLength(2);
  });

  it('walks on from a place that is not permitted, and says why and what to do', async () => {
    const places = [place('/a'), place('/b')];
    const found = item('x', 1, '/b');

    const result = await walk(places, (each) => (each === places[0] ? refused : found), { waitingFor: '' });

    expect(result.item).toBe(found);
    expect(result.attempts[0]).toEqual({
      provider: 'ssm',
      directory: '/a',
      outcome: 'not permitted',
      reason: 'AccessDenied',
      remedy: 'allow it',
    });
  });

  it('counts a found null, empty text, zero and false as found', async () => {
    for (const value of [null, '', 0, false]) {
      const found = item('x', value);

      const result = await walk([place('/a'), place('/b')], () => found, { waitingFor: '' });

      expect(result.item).toBe(found);
      expect(result.attempts).toHaveLength(1);
    }
  });

  it.each([
    ['throws', () => fail()],
    ['rejects', () => Promise.resolve().then(fail)],
  ])('ends with the error of a place that %s when it gets there', async (_, read) => {
    const asked: string[] = [];
    const reading = (each: Place): PlaceOutcome | Promise<PlaceOutcome> => {
      asked.push(each.directory.path);
      return each.directory.path === '/a' ? undefined : read();
    };

    const walking = walk([place('/a'), place('/b'), place('/c')], reading, { waitingFor: '' });

    await expect(walking).rejects.toThrow('down');
    expect(asked).toEqual(['/a', '/b']);
  });

  it('does not care about a place that would fail behind the answer', async () => {
    const found = item('x', 1);
    const places = [place('/a'), place('/b')];

    const result = await walk(places, (each) => (each === places[0] ? found : fail()), { waitingFor: '' });

    expect(result.item).toBe(found);
  });

  it('goes through places that answer at once without waiting, and reports no wait', async () => {
    const asked: string[] = [];
    const trace = { waitingFor: 'nothing' };

    const walking = walk([place('/a'), place('/b')], ({ directory: { path } }) => void asked.push(path), trace);

    expect(asked).toEqual(['/a', '/b']);
    expect(trace.waitingFor).toBe('nothing');
    await walking;
  });

  it('reports what it waits for', async () => {
    const trace = { waitingFor: '' };
    const seen: string[] = [];
    const read = async (): Promise<undefined> => {
      await Promise.resolve();
      seen.push(trace.waitingFor);
    };

    await walk([place('/a'), place('/b', 'ssm@eu-west-1')], read, trace);

    expect(seen).toEqual(['ssm /a', 'ssm@eu-west-1 /b']);
  });
});

describe('attemptOf', () => {
  it('names the cache name of the provider and the directory', () => {
    const regional = { provider: new MapProvider({ cacheName: 'ssm@eu-west-1' }), directory: directory('/a') };

    expect(attemptOf(regional, undefined)).toEqual({ provider: 'ssm@eu-west-1', directory: '/a', outcome: 'absent' });
    expect(attemptOf(regional, item('x', 1))).toEqual({ provider: 'ssm@eu-west-1', directory: '/a', outcome: 'found' });
  });

  it("shows a provider's own directory instead of the one asked", () => {
    const own = { provider: provider('env', Directory.literal('/_environmental')), directory: directory('/a') };

    expect(attemptOf(own, undefined).directory).toBe('/_environmental');
  });
});

function absence(goodAtMs: number) {
  return new Stale('a listing', { goodAtMs, untilMs: goodAtMs + 1, reason: 'down' }).absence;
}

function fail(): never {
  throw new Error('down');
}

describe('a place that gives a stale value', () => {
  const stale = item('x', 1).asStale('2030-01-01T00:00:00.000Z');

  it.each([
    ['an item', stale, { outcome: 'found', stale: true }],
    ['nothing', absence(0), { outcome: 'absent', stale: true }],
  ])('and gives %s is described so', (_, outcome, expected) => {
    expect(attemptOf(place('/a'), outcome)).toEqual({ provider: 'ssm', directory: '/a', ...expected });
  });

  it('and had nothing is walked past, and what the walk comes to is as stale as the oldest', async () => {
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
