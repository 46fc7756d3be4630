import { type CacheAnswer } from '../../src/cache/cacher';
import {
  Config,
  type ConfigOptions,
  DirectoryItem,
  type Explanation,
  ExplanationSet,
  InvalidNameError,
  Unavailable,
} from '../../src/index';
import {
  directory,
  envOf,
  gate,
  type Held,
  item,
  MapProvider,
  secretItem,
  StubCacher,
  StubLease,
  unread,
} from '../chain/doubles';
import { mask } from '../../src/base/printable';
import { withoutVariables, World } from '../config/doubles';

withoutVariables();

const refusal = new Unavailable('AccessDeniedException: no', 'allow ssm:GetParametersByPath on /a');

function explained(
  name: string,
  held: Readonly<Record<string, Held>>,
  options: ConfigOptions = {},
): Promise<Explanation> {
  const ssm = new MapProvider({ name: 'ssm', held, secrets: { '/a/x': secretItem('x', 'hunter2') } });
  const config = new Config({
    directories: ['/a', '/b'],
    providers: [envOf({}), ssm],
    cacher: null,
    service: 'orders',
    ...options,
  });
  return new World().run(() => config.explain(name));
}
const cacheWith = (answer: CacheAnswer): ConfigOptions => ({ cacher: new StubCacher({ x: answer }) });
const placesOf = ({ places }: Explanation): readonly string[] =>
  places.map(({ provider, directory: path, outcome, value }) =>
    [provider, path, outcome, value].filter((each) => each !== undefined).join(' '),
  );

describe('a name that is found', () => {
  it('has every place, the winner, and what it shadows', async () => {
    const explanation = await explained(
      'X',
      { '/a': { x: 'upper' }, '/b': { x: 'lower' } },
      { defaults: { x: 'default' } },
    );

    expect(explanation.name).toBe('X');
    expect(placesOf(explanation)).toEqual([
      'override absent',
      'env /_environmental absent',
      'ssm /a found upper',
      'ssm /b shadowed lower',
      'default /_default/user-set shadowed default',
    ]);
    expect(explanation.winner).toBe(explanation.places[2]);
    expect(explanation.shadows.map(({ value }) => value)).toEqual(['lower', 'default']);
  });

  it('as an override shadows everything else', async () => {
    const options = {
      overrides: { x: 'over' },
      providers: [envOf({ x: 'env' }), new MapProvider({ name: 'ssm', held: { '/a': { x: 1 } } })],
    };

    const explanation = await explained('x', {}, options);

    expect(placesOf(explanation)).toEqual([
      'override /_override found over',
      'env /_environmental shadowed env',
      'ssm /a shadowed 1',
      'ssm /b absent',
      'default absent',
    ]);
    expect(explanation.winner?.provider).toBe('override');
  });

  it('as null is the winner, too', async () => {
    const explanation = await explained('x', { '/a': { x: null } });

    expect(explanation.winner).toMatchObject({ directory: '/a', value: 'null' });
  });

  it('only as a default is the winner there', async () => {
    const explanation = await explained('x', {}, { defaults: { x: 'default' } });

    expect(placesOf(explanation).at(-1)).toBe('default /_default/user-set found default');
    expect(explanation.winner?.provider).toBe('default');
  });
});

describe('a name that is nowhere', () => {
  it('has no winner', async () => {
    const explanation = await explained('x', {});

    expect(explanation.winner).toBeUndefined();
    expect(explanation.toString()).toContain('x: not found');
    expect(placesOf(explanation).at(-1)).toBe('default absent');
  });
});

describe('a place that could not be read', () => {
  it('has why it was refused and what to grant; a value below it wins', async () => {
    const explanation = await explained('x', { '/a': refusal, '/b': { x: 1 } });

    expect(explanation.places[2]).toEqual({
      provider: 'ssm',
      directory: '/a',
      outcome: 'not permitted',
      reason: refusal.reason,
      remedy: refusal.remedy,
    });
    expect(explanation.winner?.directory).toBe('/b');
  });

  it('has why it failed; values below it are shadowed, because get rejects', async () => {
    const held = { '/a': new Error('it is down'), '/b': { x: 1 } };

    const explanation = await explained('x', held, { defaults: { x: 2 } });

    expect(placesOf(explanation).slice(2)).toEqual([
      'ssm /a failed',
      'ssm /b shadowed 1',
      'default /_default/user-set shadowed 2',
    ]);
    expect(explanation.places[2]?.reason).toBe('Provider "ssm" failed for /a: Error: it is down');
    expect(explanation.winner).toBeUndefined();
  });

  it('behind the winner has failed, and changes nothing', async () => {
    const explanation = await explained('x', { '/a': { x: 1 }, '/b': new Error('down') });

    expect(placesOf(explanation).slice(2)).toEqual(['ssm /a found 1', 'ssm /b failed', 'default absent']);
    expect(explanation.winner?.directory).toBe('/a');
  });

  it('has the provider that failed, wherever the error was thrown in it', async () => {
    class Broken extends MapProvider {
      override clientsFor(): never {
        throw new Error('no such account');
      }
    }

    const explanation = await explained('x', {}, { providers: [new Broken({ name: 'broken', cacheable: false })] });

    expect(explanation.places[1]).toMatchObject({ provider: 'broken', outcome: 'failed' });
    expect(explanation.places[1]?.reason).toBe('Provider "broken" failed for /_broken: Error: no such account');
  });
});

describe('a secret', () => {
  it('is masked, in the table and as data', async () => {
    const explanation = await explained('x', { '/a': [unread('x')] });

    expect(placesOf(explanation)[2]).toBe(`ssm /a found ${mask}`);
    expect(`${explanation.toString()} ${JSON.stringify(explanation)}`).not.toContain('hunter2');
  });

  it('anywhere masks the name everywhere: above, below and in the defaults', async () => {
    const options = { overrides: { x: 'hunter2' }, defaults: { x: 'hunter2' } };

    const explanation = await explained('x', { '/a': { x: 'hunter2' }, '/b': [unread('x', '/b')] }, options);

    expect(placesOf(explanation)).toEqual([
      `override /_override found ${mask}`,
      'env /_environmental absent',
      `ssm /a shadowed ${mask}`,
      'ssm /b shadowed',
      `default /_default/user-set shadowed ${mask}`,
    ]);
    expect(JSON.stringify(explanation)).not.toContain('hunter2');
  });

  it('that wins masks the copies that it shadows', async () => {
    const held = { '/a': [secretItem('x', 'hunter2')], '/b': { x: 'hunter2' } };

    const explanation = await explained('x', held, { defaults: { x: 'hunter2' } });

    expect(placesOf(explanation).slice(2)).toEqual([
      `ssm /a found ${mask}`,
      `ssm /b shadowed ${mask}`,
      `default /_default/user-set shadowed ${mask}`,
    ]);
  });

  it('that is refused masks the name as well', async () => {
    const refused = { kind: 'refused' as const, name: 'x', refusal };

    const explanation = await explained('x', { '/a': { x: 'hunter2' }, '/b': [refused] });

    expect(placesOf(explanation).slice(2, 4)).toEqual([`ssm /a found ${mask}`, 'ssm /b not permitted']);
    expect(explanation.places[3]).toMatchObject({ reason: refusal.reason, remedy: refusal.remedy });
  });

  it('that is refused above is passed over', async () => {
    const refused = { kind: 'refused' as const, name: 'x', refusal };

    const explanation = await explained('x', { '/a': [refused], '/b': { x: 1 } });

    expect(placesOf(explanation).slice(2, 4)).toEqual(['ssm /a not permitted', 'ssm /b found ********']);
  });

  it('behind the winner is not read', async () => {
    const ssm = new MapProvider({ name: 'ssm', held: { '/a': { x: 1 }, '/b': [unread('x', '/b')] } });

    await explained('x', {}, { providers: [ssm] });

    expect(ssm.secretCalls).toEqual([]);
  });

  it('is also a value whose name sounds like one, wherever it is', async () => {
    const explanation = await explained('db_password', { '/a': { db_password: 'hunter2' } });

    expect(placesOf(explanation)[2]).toBe(`ssm /a found ${mask}`);
  });
});

describe('the cache', () => {
  it('wins when it has the name, with the time at which its row was written', async () => {
    const cached = new DirectoryItem({
      name: 'x',
      value: 'cached',
      directory: directory('/a'),
      source: 'ssm - /a - via cacher',
      provider: 'ssm',
      viaCacher: true,
      createdAt: '2030-01-01T00:00:00.000Z',
    });

    const explanation = await explained('x', { '/a': { x: 'source' } }, cacheWith({ kind: 'found', item: cached }));

    expect(placesOf(explanation).slice(2, 4)).toEqual(['cacher /a found cached', 'ssm /a cached source']);
    expect(explanation.winner?.cachedAt).toBe('2030-01-01T00:00:00.000Z');
  });

  it('is absent when it has nothing, and the lease acquired by asking is released', async () => {
    const lease = new StubLease();

    const explanation = await explained('x', { '/a': { x: 1 } }, cacheWith({ kind: 'miss', lease }));

    expect(placesOf(explanation).slice(2, 4)).toEqual(['cacher absent', 'ssm /a found 1']);
    expect(lease.released).toBe(1);
  });

  it('hides what the sources have by now when its row says that the name is missing, but no default', async () => {
    const absent = cacheWith({ kind: 'absent' });

    const without = await explained('x', { '/a': { x: 1 } }, absent);
    const withDefault = await explained('x', { '/a': { x: 1 } }, { ...absent, defaults: { x: 2 } });

    expect(placesOf(without).slice(2, 4)).toEqual(['cacher known to be missing', 'ssm /a shadowed 1']);
    expect(without.winner).toBeUndefined();
    expect(withDefault.winner).toMatchObject({ provider: 'default', value: '2' });
  });

  it('is not asked for a name that an override or env has', async () => {
    const cacher = new StubCacher();

    const explanation = await explained('x', {}, { cacher, overrides: { x: 1 } });

    expect(cacher.asked).toEqual([]);
    expect(placesOf(explanation).some((each) => each.startsWith('cacher'))).toBe(false);
  });
});

describe('beside a value', () => {
  it('is not the expiry of a row without one, or with one that is not a date', async () => {
    const row = { kind: 'plain', provider: undefined, createdAt: undefined } as const;
    const untilOf = async (ttl: number | undefined): Promise<unknown> =>
      (await explained('x', {}, cacheWith({ kind: 'absent', row: { ...row, ttl } }))).places[2]?.cachedUntil;

    expect([await untilOf(undefined), await untilOf(1e300)]).toEqual([undefined, undefined]);
  });
});

describe('many names', () => {
  const chain: ConfigOptions = { directories: ['/a', '/b'], cacher: null, service: 'orders', environment: 'prod' };

  it('are explained in the order asked, for a service in an environment, as of a moment', async () => {
    const provider = new MapProvider({ name: 'ssm', held: { '/a': { x: 1 }, '/b': { y: 2 } } });
    const config = new Config({ ...chain, providers: [provider] });

    const explanations = await new World().run(() => config.explain(['Y', 'x', 'gone']));

    expect(explanations).toBeInstanceOf(ExplanationSet);
    expect([...explanations].map(({ name, winner }) => [name, winner?.directory])).toEqual([
      ['Y', '/b'],
      ['x', '/a'],
      ['gone', undefined],
    ]);
    expect([explanations.title, explanations.explainedAt]).toEqual(['orders in prod', '2030-01-01T00:00:00.000Z']);
  });

  it('are none when none is asked for', async () => {
    const provider = new MapProvider();
    const config = new Config({ ...chain, providers: [provider] });

    const explanations = await new World().run(() => config.explain([]));

    expect([...explanations]).toEqual([]);
    expect(provider.listed).toEqual([]);
  });

  it('must be valid names', async () => {
    const config = new Config({ ...chain, providers: [new MapProvider()] });

    await expect(new World().run(() => config.explain(['x', '']))).rejects.toThrow(InvalidNameError);
    await expect(new World().run(() => config.explain(7 as never))).rejects.toThrow(InvalidNameError);
  });
});

it('agrees with get about the winner', async () => {
  const worlds: readonly Readonly<Record<string, Held>>[] = [
    { '/a': { x: 1 }, '/b': { x: 2 } },
    { '/b': { x: 2 } },
    { '/a': refusal, '/b': { x: 2 } },
    { '/a': [unread('x')], '/b': { x: 2 } },
    {},
  ];
  for (const held of worlds) {
    const provider = new MapProvider({ name: 'ssm', held, secrets: { '/a/x': item('x', 'secret') } });
    const config = new Config({ directories: ['/a', '/b'], providers: [provider], cacher: null });

    const [found, { winner }] = await new World().run(async () => [
      await config.getItem('x'),
      await config.explain('x'),
    ]);

    expect(winner?.directory).toBe(found.nonExistent ? undefined : found.directory.path);
  }
});

it('asks all places at the same time', async () => {
  const held = gate<Held>();
  const provider = new MapProvider({ held: { '/a': () => held.promise } });
  const config = new Config({ directories: ['/a', '/b'], providers: [provider], cacher: null });

  const explaining = new World().run(() => config.explain('x'));
  await new Promise((resolve) => setImmediate(resolve));
  const listedBefore = [...provider.listed];
  held.open({});
  await explaining;

  expect(listedBefore).toEqual(['/a', '/b']);
});
