import { inspect } from 'node:util';
import { Config, config, ConfigSnapshot, Context, Default, Directory, EnvProvider, SsmProvider } from '../../src/index';
import { MapProvider, StubCacher } from '../chain/doubles';
import { nextTurn, withoutVariables, World } from './doubles';

withoutVariables();

let child: Config;
let provider: MapProvider;
let cacher: StubCacher;
let world: World;

beforeEach(() => {
  world = new World();
  cacher = new StubCacher();
  provider = new MapProvider({ held: { '/mine': { text: 'value', number: '5', flag: 'yes', json: '[1]' } } });
  child = new Config({
    service: 'orders',
    environment: 'prod',
    directories: ['/mine'],
    providers: [provider],
    exports: ['billing'],
    strategy: 'listing',
    cacher,
    overrides: { over: 1 },
    defaults: { under: 2 },
  });
});

/** Runs a test with `child` as the current Config, in a root of its own. */
const inside = <T>(fn: () => T): T => world.run(() => child.run(fn));

/** Every public member of a Config: the compiler refuses a list that lacks one or has another. */
const publicMembers = {
  toJSON: true,
  toString: true,
  [inspect.custom]: true,
  addDirectory: true,
  addExport: true,
  addProvider: true,
  cacher: true,
  close: true,
  defaults: true,
  directories: true,
  directoryChain: true,
  enter: true,
  environment: true,
  explain: true,
  exportsByService: true,
  flush: true,
  get: true,
  getBoolean: true,
  getDefault: true,
  getItem: true,
  getJson: true,
  getNumber: true,
  getOverride: true,
  getString: true,
  has: true,
  health: true,
  load: true,
  names: true,
  overrides: true,
  providerChain: true,
  providers: true,
  refresh: true,
  removeDefault: true,
  removeOverride: true,
  require: true,
  requireBoolean: true,
  requireItem: true,
  requireJson: true,
  requireNumber: true,
  requireString: true,
  resolvedCacher: true,
  resolvedEnvironment: true,
  resolvedService: true,
  run: true,
  service: true,
  setDefault: true,
  setExports: true,
  setOverride: true,
  strategy: true,
  useParent: true,
  warm: true,
  watch: true,
} satisfies Readonly<Record<keyof Config, true>>;

const sorted = (keys: readonly (string | symbol)[]): readonly string[] => keys.map(String).sort();

it('has every public member of a Config, and no other', () => {
  const facade = Reflect.ownKeys(Object.getPrototypeOf(config) as object).filter((key) => key !== 'constructor');

  expect(sorted(facade)).toEqual(sorted(Reflect.ownKeys(publicMembers)));
});

it('can be assigned to exactly where a Config can', () => {
  const settable = (object: object, key: string | symbol): boolean => {
    for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at) as object | null) {
      const descriptor = Object.getOwnPropertyDescriptor(at, key);
      if (descriptor !== undefined) return descriptor.set !== undefined;
    }
    return false;
  };

  for (const key of Reflect.ownKeys(publicMembers))
    expect([key, settable(config, key)]).toEqual([key, settable(child, key)]);
});

describe('inside run()', () => {
  it('looks up in the current Config, with all that was given', () =>
    inside(async () => {
      expect(await config.get('text')).toBe('value');
      expect(await config.get('missing', 'fallback')).toBe('fallback');
      expect(await config.get('under', undefined, { skipProviders: true })).toBe(2);
      expect(await config.require('text')).toBe('value');
      expect(await config.getString('missing', 'fallback')).toBe('fallback');
      expect(await config.getNumber('number')).toBe(5);
      expect(await config.getNumber('missing', 7)).toBe(7);
      expect(await config.getBoolean('flag')).toBe(true);
      expect(await config.getBoolean('missing')).toBe(false);
      expect(await config.getBoolean('missing', true)).toBe(true);
      expect(await config.getJson('json')).toEqual([1]);
      expect(await config.getJson('missing', { a: 1 })).toEqual({ a: 1 });
      expect(await config.requireString('text')).toBe('value');
      expect(await config.requireNumber('number')).toBe(5);
      expect(await config.requireBoolean('flag')).toBe(true);
      expect(await config.requireJson('json')).toEqual([1]);
      expect((await config.getItem('text')).directory.path).toBe('/mine');
      expect([await config.has('text'), await config.has('missing')]).toEqual([true, false]);
      expect((await config.explain('text')).winner?.directory).toBe('/mine');
      const now = await config.load(['text']);
      expect(now).toBeInstanceOf(ConfigSnapshot);
      expect(now.get('text')).toBe('value');
    }));

  it('passes the options of a lookup on', () =>
    inside(async () => {
      const options = { signal: AbortSignal.abort(new Error('stop')) };
      const lookups = [
        () => config.get('x', undefined, options),
        () => config.require('x', options),
        () => config.getString('x', undefined, options),
        () => config.getNumber('x', undefined, options),
        () => config.getBoolean('x', undefined, options),
        () => config.getJson('x', undefined, options),
        () => config.requireString('x', options),
        () => config.requireNumber('x', options),
        () => config.requireBoolean('x', options),
        () => config.requireJson('x', options),
        () => config.getItem('x', options),
        () => config.has('x', options),
        () => config.load(['x'], options),
      ];

      for (const each of lookups) await expect(each()).rejects.toThrow('stop');
    }));

  it('says what the current Config has set and what it resolves to', () =>
    inside(() => {
      expect([config.service, config.environment]).toEqual(['orders', 'prod']);
      expect(config.directories).toBe(child.directories);
      expect(config.providers).toBe(child.providers);
      expect(config.exportsByService).toBe(child.exportsByService);
      expect(config.cacher).toBe(cacher);
      expect(config.strategy).toBe('listing');
      expect(config.useParent).toBe(true);
      expect(config.overrides).toBe(child.overrides);
      expect(config.defaults).toBe(child.defaults);
      expect([config.resolvedService, config.resolvedEnvironment]).toEqual(['orders', 'prod']);
      expect(config.directoryChain.concat).toBe('/mine|/billing/export/prod');
      expect(config.providerChain.providers).toEqual([provider]);
      expect(config.resolvedCacher).toBe(cacher);
      expect(inspect(config)).toBe(inspect(child));
    }));

  it('changes the current Config', () =>
    inside(() => {
      config.setOverride('O', 1);
      config.setDefault('D', 2);
      const given = [config.getOverride('o'), config.getDefault('d'), child.getOverride('o'), child.getDefault('d')];
      config.removeOverride('o');
      config.removeDefault('d');
      config.service = 'new';
      config.environment = 'test';
      config.addDirectory('/added');
      config.addProvider(SsmProvider);
      config.addExport('users');

      expect(given).toEqual([1, 2, 1, 2]);
      expect([child.getOverride('o'), child.getDefault('d')]).toEqual([Default, Default]);
      expect([child.service, child.environment]).toEqual(['new', 'test']);
      expect(child.directories.map(String)).toEqual(['/mine', '/added']);
      expect(child.providers).toEqual([provider, SsmProvider]);
      expect(child.exportsByService).toEqual(['billing', 'users']);
      expect(Config.grab()).toBe(child);
    }));

  it('replaces lists and cacher of the current Config', () =>
    inside(() => {
      config.directories = [new Directory({ path: '/new' })];
      config.providers = [EnvProvider];
      config.cacher = null;
      config.strategy = 'names';
      config.setExports(['new', Default]);

      expect(child.directories.map(String)).toEqual(['/new']);
      expect(child.providers).toEqual([EnvProvider]);
      expect(child.cacher).toBeNull();
      expect(child.strategy).toBe('names');
      expect(child.exportsByService).toEqual(['new', Default]);
    }));

  it('refreshes, flushes and closes the current Config', () =>
    inside(async () => {
      await config.get('text');
      const { generation } = world.localCache;

      await config.refresh({ pastCache: true });
      const refreshed = [world.localCache.generation !== generation, world.localCache.cacheReadPolicy.pastCache];
      await config.flush();
      await config.close();

      expect(refreshed).toEqual([true, true]);
      expect(cacher.flushed).toBe(2);
      // What it was given stays open.
      expect(provider.closed).toBe(0);
    }));

  it('reports the health of the current Config', () =>
    inside(async () => {
      await config.get('text');

      expect((await config.health()).providers).toMatchObject([{ name: 'map', state: 'ok', requests: 2, hits: 1 }]);
      expect((await config.health({ probe: true })).providers).toMatchObject([{ requests: 4 }]);
    }));

  it('runs inside the current Config', () =>
    inside(() => {
      const contexts = [Context.current(), config.run(() => Context.current())];

      expect(contexts[1]?.parent).toBe(contexts[0]);
      expect(config.run(() => Config.grab())).toBe(child);
    }));
});

it('acts as the Config that was entered last, until it is left', () => {
  const outer = child.enter();
  const inner = new Config({ service: 'inner' }).enter();
  const again = config.enter();

  const seen = [config.service];
  again.exit();
  inner.exit();
  seen.push(config.service);
  outer.exit();

  expect(seen).toEqual(['inner', 'orders']);
  expect(config.service).toBe(Default);
});

it('acts as another Config after every turn that another run() is active', async () => {
  const other = new Config({ service: 'other' });
  const seen = async (): Promise<readonly unknown[]> => {
    const before = config.service;
    await nextTurn();
    return [before, config.service];
  };

  const both = await Promise.all([child.run(seen), other.run(seen)]);

  expect(both).toEqual([
    ['orders', 'orders'],
    ['other', 'other'],
  ]);
});
