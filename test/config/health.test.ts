import {
  Config,
  type ConfigHealth,
  type ConfigOptions,
  EnvProvider,
  type SourceHealth,
  Unavailable,
  xconSettings,
} from '../../src/index';
import { gate, type Held, MapProvider, rejection, secretItem, StubCacher, unread } from '../chain/doubles';
import { withoutVariables, World } from './doubles';

withoutVariables();

const start = '2030-01-01T00:00:00.000Z';
const down = (): never => {
  throw new Error('down');
};
let world: World;

beforeEach(() => {
  world = new World();
});

const configOf = (provider: MapProvider, options: ConfigOptions = {}): Config =>
  new Config({ directories: ['/a', '/b'], providers: [provider], cacher: null, ...options });
const first = ({ providers }: ConfigHealth): SourceHealth => providers[0] as SourceHealth;

it('is ok, and every source unused, before anything was asked', () =>
  world.run(async () => {
    const config = configOf(new MapProvider({ name: 'ssm', cacheName: 'ssm@eu-west-1' }));

    expect(await config.health()).toEqual({
      ok: true,
      providers: [{ name: 'ssm@eu-west-1', state: 'unused', requests: 0, hits: 0, problems: [] }],
    });
  }));

it('counts what was asked for, and the lookups that found their answer', () =>
  world.run(async () => {
    const env = new EnvProvider({ here: '1' });
    const provider = new MapProvider({
      held: { '/a': { x: 1 }, '/b': [unread('s', '/b')] },
      secrets: { '/b/s': secretItem('s', 'hunter2') },
    });
    const config = configOf(provider, { providers: [env, provider] });
    for (const name of ['x', 'X', 's', 'missing', 'here', 'x', 'x']) await config.get(name);
    world.clock.advanceMs(1000);

    expect((await config.health()).providers).toEqual([
      { name: 'env', state: 'ok', lastSuccess: start, requests: 1, hits: 1, problems: [] },
      { name: 'map', state: 'ok', lastSuccess: start, requests: 3, hits: 2, problems: [] },
    ]);
  }));

it('lists what is not permitted, why, and what to grant, and is ok', () =>
  world.run(async () => {
    const held = { '/a': new Unavailable('AccessDenied: no', 'allow it'), '/b': { x: 1 } };
    const config = configOf(new MapProvider({ held }));
    await config.get('x');

    const health = await config.health();

    expect(health.ok).toBe(true);
    expect(first(health)).toMatchObject({
      state: 'refused',
      since: start,
      lastSuccess: start,
      problems: [{ at: '/a', state: 'refused', since: start, reason: 'AccessDenied: no', remedy: 'allow it' }],
    });
  }));

it('is not ok once a lookup has failed because of a source, until that has been read', () =>
  world.run(async () => {
    let failing = true;
    const config = configOf(new MapProvider({ held: { '/a': () => (failing ? down() : { x: 1 }) } }));
    await rejection(() => config.get('x'));
    world.clock.advanceMs(1000);
    const during = await config.health();
    failing = false;
    await config.get('x');

    expect(during.ok).toBe(false);
    expect(first(during)).toMatchObject({
      state: 'failing',
      since: start,
      problems: [{ at: '/a', state: 'failing', since: start, reason: 'Error: down' }],
    });
    expect(await config.health()).toMatchObject({ ok: true, providers: [{ state: 'ok' }] });
  }));

it('is ok when something fails that no lookup needed, and reports the failure', () =>
  world.run(async () => {
    const config = configOf(new MapProvider({ held: { '/a': { x: 1 }, '/b': down } }));
    await config.get('x');
    await new Promise((resolve) => setImmediate(resolve));

    expect(await config.health()).toMatchObject({ ok: true, providers: [{ state: 'failing' }] });
  }));

it('is ok while a stale value is served, and says since when', () =>
  world.run(async () => {
    const answers: Held[] = [{ x: 1 }, new Error('down')];
    const config = configOf(new MapProvider({ held: { '/a': () => answers.shift() ?? {} } }));
    await config.get('x');
    world.clock.advanceMs(15 * 60_000);
    await config.get('x');

    expect(await config.health()).toMatchObject({
      ok: true,
      providers: [{ state: 'stale', since: '2030-01-01T00:15:00.000Z', lastSuccess: '2030-01-01T00:15:00.000Z' }],
    });
  }));

it('has the worst state of a source, and twenty problems at most, the oldest', () =>
  world.run(async () => {
    const directories = Array.from({ length: 25 }, (_, index) => `/d${index}`);
    const held = Object.fromEntries(directories.map((each) => [each, new Unavailable('no', 'grant it')]));
    const config = configOf(new MapProvider({ held: { ...held, '/d24': down } }), { directories });
    await rejection(() => config.get('x'));

    const health = first(await config.health());

    expect(health.state).toBe('failing');
    expect(health.problems.map(({ at }) => at)).toEqual(directories.slice(0, 20));
  }));

it('has no cache where nothing is cached, or the cacher keeps no record', () =>
  world.run(async () => {
    const cached = configOf(new MapProvider(), { cacher: new StubCacher(), service: 'orders' });

    expect('cache' in (await configOf(new MapProvider()).health())).toBe(false);
    expect('cache' in (await cached.health())).toBe(false);
  }));

it('covers the sources of its own Config only', () =>
  world.run(async () => {
    const config = configOf(new MapProvider({ name: 'mine' }));
    const other = configOf(new MapProvider({ name: 'other' }));
    await config.get('x');

    expect(first(await other.health())).toMatchObject({ name: 'other', state: 'unused' });
    expect(first(await config.health())).toMatchObject({ name: 'mine', state: 'ok' });
  }));

describe('a probe', () => {
  it('asks every source for every directory, and fills no memory', () =>
    world.run(async () => {
      const provider = new MapProvider({ held: { '/a': { x: 1 } } });
      const config = configOf(provider);

      const health = await config.health({ probe: true });
      const probed = [...provider.listed];
      await config.get('x');

      expect(health).toMatchObject({ ok: true, providers: [{ state: 'ok', requests: 2, hits: 0 }] });
      expect(probed).toEqual(['/a', '/b']);
      expect(provider.listed).toEqual(['/a', '/b', '/a', '/b']);
    }));

  it('detects that a source fails, and that it has recovered', () =>
    world.run(async () => {
      let failing = true;
      const config = configOf(new MapProvider({ held: { '/b': () => (failing ? down() : {}) } }));

      const before = await config.health({ probe: true });
      failing = false;
      world.clock.advanceMs(1000);

      expect(before).toMatchObject({ ok: false, providers: [{ state: 'failing', problems: [{ at: '/b' }] }] });
      expect(await config.health({ probe: true })).toMatchObject({ ok: true, providers: [{ state: 'ok' }] });
    }));

  it('reads names again that failed', () =>
    world.run(async () => {
      let failing = true;
      const provider = new MapProvider({
        readsByName: true,
        secrets: { '/a/X': () => (failing ? down() : secretItem('X', 'value')) },
      });
      const config = configOf(provider, { strategy: 'names', directories: ['/a'] });
      await rejection(() => config.get('X'));
      const before = await config.health();
      failing = false;

      const after = await config.health({ probe: true });

      expect([before.ok, after.ok]).toEqual([false, true]);
      expect(provider.listed).toEqual([]);
      expect(provider.secretCalls).toEqual([['/a/X'], ['/a/X']]);
    }));

  it('does not ask a source during the pause after its failures', () =>
    world.run(async () => {
      const provider = new MapProvider({ held: { '/a': down } });
      const config = configOf(provider, { directories: ['/a'] });
      for (let lookup = 0; lookup < 2; lookup += 1) await rejection(() => config.get('x'));

      expect((await config.health({ probe: true })).ok).toBe(false);
      expect(provider.listed).toHaveLength(2);
    }));

  it('takes no longer than a lookup; what has not answered fails, or is stale', () =>
    world.run(async () => {
      xconSettings.lookupBudgetMs = 20;
      const answers = [Promise.resolve({ x: 1 })];
      const late = gate<Held>();
      const held = { '/a': () => answers.shift() ?? late.promise, '/b': () => late.promise };
      const config = configOf(new MapProvider({ held }));
      await config.get('x');

      const health = await config.health({ probe: true });

      expect(health.ok).toBe(false);
      expect(first(health).problems).toMatchObject([
        { at: '/a', state: 'stale', reason: 'no answer within lookupBudgetMs' },
        { at: '/b', state: 'failing', reason: 'no answer within lookupBudgetMs' },
      ]);
      late.open({});
    }));
});
