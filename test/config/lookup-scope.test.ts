import { type CachedChain, type CacheAnswer } from '../../src/cache/cacher';
import { Answer } from '../../src/config/answer';
import { LookupScope } from '../../src/config/lookup-scope';
import {
  Config,
  Context,
  Default,
  Directory,
  DynamoCacher,
  EnvProvider,
  Random,
  SecretsProvider,
  SsmProvider,
  withDependencies,
  xconSettings,
  XconSettings,
} from '../../src/index';
import { gate, type Held, item, MapProvider, StubCacher } from '../chain/doubles';
import { configOf, holding, nextTurn, withoutVariables, World } from './doubles';

withoutVariables();

const answerOf = (name: string): Answer => new Answer(name, item(name, 1), []);

let world: World;
let context: Context;

beforeEach(() => {
  world = new World();
  context = world.run(() => Context.current());
});

/** Runs a test in a root context of its own. */
const inside = <T>(fn: () => T): T => context.run(fn);

describe('what a Config resolves to', () => {
  it('is the defaults of the library by default', () =>
    inside(() => {
      const config = Config.grab();

      expect([config.resolvedService, config.resolvedEnvironment]).toEqual(['global', 'all']);
      expect(config.directoryChain.concat).toBe('/global/all');
      expect([...config.providerChain].map(({ constructor }) => constructor)).toEqual([
        EnvProvider,
        SsmProvider,
        SecretsProvider,
      ]);
      expect(config.resolvedCacher).toBeInstanceOf(DynamoCacher);
    }));

  it('follows variables at once, and assignments', () =>
    inside(() => {
      const config = new Config({ environment: 'prod' });

      process.env['SERVICE_NAME'] = 'orders';
      const first = config.directoryChain.concat;
      process.env['APP_NAME'] = 'billing';
      config.environment = 'test';
      xconSettings.disableDefaultCacher = true;

      expect(first).toBe('/orders/prod|/orders/all|/global/prod|/global/all');
      expect(config.directoryChain.concat).toBe('/billing/test|/billing/all|/global/test|/global/all');
      expect([config.resolvedService, config.resolvedEnvironment]).toEqual(['billing', 'test']);
      expect(config.resolvedCacher).toBeNull();
    }));

  it('inherits what is not set on it from the Configs around it, nearest first', () =>
    inside(() => {
      const outer = new Config({ service: 'outer', environment: 'prod', directories: ['/outer'], cacher: null });
      const inner = new Config({ service: 'inner', directories: ['/inner', Default] });
      const alone = new Config({ useParent: false, providers: [] });

      const seen = outer.run(() =>
        inner.run(() => [
          inner.directoryChain.concat,
          inner.resolvedEnvironment,
          inner.resolvedCacher,
          outer.resolvedService,
          outer.directoryChain.concat,
          alone.directoryChain.concat,
        ]),
      );

      expect(seen).toEqual(['/inner|/outer', 'prod', null, 'outer', '/outer', '/global/all']);
    }));

  it('asks an active child first when an outer Config is called directly with nothing set', () =>
    inside(() => {
      const outer = new Config();
      const inner = new Config({ service: 'inner' });

      expect(outer.run(() => inner.run(() => outer.resolvedService))).toBe('inner');
    }));

  it('uses the current provider of a class, and an instance as it is', () =>
    inside(async () => {
      const config = new Config({ providers: [EnvProvider], directories: [], cacher: null });
      const instance = new Config({ providers: [new EnvProvider({ x: 'own' })], directories: [], cacher: null });

      const values = await withDependencies([new EnvProvider({ x: 'current' })], () =>
        Promise.all([config.get('x'), instance.get('x')]),
      );

      expect(values).toEqual(['current', 'own']);
    }));
});

describe('remembered answers are forgotten', () => {
  const provider = (): MapProvider => new MapProvider({ name: 'map', held: { '/a': { x: 'a' }, '/b': { x: 'b' } } });
  const twoDirectories = { directories: ['/a'], providers: [provider()], cacher: null };

  it.each<[string, (config: Config) => unknown, unknown]>([
    ['an override is set', (config) => config.setOverride('X', 'over'), 'over'],
    ['an override is set on a parent', () => Config.grab().setOverride('x', 'root'), 'root'],
    ['a directory list is assigned', (config) => (config.directories = ['/b']), 'b'],
    ['a provider list is assigned', (config) => (config.providers = []), undefined],
    ['onlyEnvProvider is switched on', () => (xconSettings.onlyEnvProvider = true), undefined],
  ])('when %s', (_, change, expected) =>
    inside(async () => {
      const config = new Config(twoDirectories);
      const before = await config.get('x');

      change(config);

      expect(before).toBe('a');
      expect(await config.get('x')).toBe(expected);
    }),
  );

  it('when an override is taken away, or a default set for what was missing', () =>
    inside(async () => {
      const config = configOf(holding({ x: 'source' }), { overrides: { x: 'over' } });
      const before = [await config.get('x'), await config.get('y')];

      config.removeOverride('x');
      config.setDefault('y', 'default');

      expect(before).toEqual(['over', undefined]);
      expect([await config.get('x'), await config.get('y')]).toEqual(['source', 'default']);
    }));

  it('when a variable that holds a setting changes, from the next turn on', () =>
    inside(async () => {
      const config = new Config({ directories: '/{service}', providers: [provider()], cacher: null });
      process.env['APP_NAME'] = 'a';
      const before = await config.get('x');

      process.env['APP_NAME'] = 'b';
      await nextTurn();

      expect(before).toBe('a');
      expect(await config.get('x')).toBe('b');
    }));

  it.each<[string, () => unknown]>([
    ['memory is reset', () => world.localCache.reset()],
    ['the Config is refreshed', () => Config.grab().refresh()],
    ['memory expires', () => world.clock.advanceMs(15 * 60_000)],
  ])('and read anew when %s', (_, change) =>
    inside(async () => {
      let value = 'old';
      const config = configOf(new MapProvider({ held: { '/a': () => ({ x: value }) } }));
      await config.get('x');
      value = 'new';
      const remembered = await config.get('x');

      await change();

      expect(remembered).toBe('old');
      expect(await config.get('x')).toBe('new');
    }),
  );

  it('not before memory expires: 15 minutes from first use, or as the settings say', () =>
    inside(async () => {
      const held = provider();
      const config = configOf(held);
      await config.get('x');

      world.clock.advanceMs(15 * 60_000 - 1);
      await config.get('x');
      const readBefore = held.listed.length;
      world.clock.advanceMs(1);
      await config.get('x');
      xconSettings.internalCacheExpirationMinutes = 1;
      world.clock.advanceMs(15 * 60_000);
      await config.get('x');
      world.clock.advanceMs(60_000);
      await config.get('x');

      expect(readBefore).toBe(2);
      expect(held.listed).toHaveLength(8);
    }));

  it('but not replaced by an older lookup that ends after a reset', () =>
    inside(async () => {
      const gates = [gate<Held>(), gate<Held>()];
      let reads = 0;
      const config = new Config({
        directories: ['/a'],
        providers: [new MapProvider({ held: { '/a': () => gates[reads++]?.promise ?? {} } })],
        cacher: null,
      });

      const old = config.get('x');
      await nextTurn();
      await config.refresh();
      const fresh = config.get('x');
      gates[1]?.open({ x: 'new' });
      await fresh;
      gates[0]?.open({ x: 'old' });

      expect(await old).toBe('old');
      expect(await config.get('x')).toBe('new');
    }));
});

describe('contexts', () => {
  it('see their own settings', () =>
    inside(async () => {
      const config = configOf(holding({}));

      const inChild = await withDependencies([new XconSettings({ defaults: { x: 'child' } })], () => config.get('x'));

      expect([inChild, await config.get('x')]).toEqual(['child', undefined]);
    }));

  it('let a Config be grabbed and used by proxy as the current one', () =>
    inside(async () => {
      const proxy = Config.proxy();
      const child = new Config({ service: 'child', overrides: { x: 1 } });

      const seen = await child.run(async () => [Config.grab(), await proxy.get('x'), proxy.resolvedService]);

      expect(seen).toEqual([child, 1, 'child']);
      expect(Config.grab()).not.toBe(child);
      expect(proxy.directories).toEqual([Default]);
    }));
});

describe('a scope', () => {
  const scopeOf = (config: Config): LookupScope => LookupScope.of(Context.current(), config, []);

  it('is current until anything changes that may change an answer', () =>
    inside(() => {
      const config = configOf(holding({}));
      const changes: readonly (() => unknown)[] = [
        () => config.setOverride('x', 1),
        () => config.removeDefault('never there'),
        () => (config.service = 'orders'),
        () => (new Config().environment = 'prod'),
        () => (xconSettings.lookupBudgetMs = 1000),
      ];

      for (const change of changes) {
        const scope = scopeOf(config);
        const before = scope.isCurrent;
        change();
        expect([before, scope.isCurrent]).toEqual([true, false]);
      }
    }));

  it('gives its answers while memory is fresh, and others after a reset', () =>
    inside(() => {
      const scope = scopeOf(configOf(holding({})));

      const beforeUse = scope.freshAnswers;
      world.localCache.touch(world.clock.nowMs(), 1000);
      const fresh = scope.freshAnswers;
      scope.answers.add(answerOf('x'));
      world.clock.advanceMs(1000);
      const expired = scope.freshAnswers;
      world.localCache.touch(world.clock.nowMs(), 1000);

      expect([beforeUse, expired]).toEqual([undefined, undefined]);
      expect(fresh).toBeDefined();
      expect(scope.freshAnswers?.find('x')).toBeUndefined();
      expect(scope.freshAnswers).not.toBe(fresh);
      expect(scope.isCurrent).toBe(true);
    }));

  it('creates each of its parts once', () =>
    inside(() => {
      const scope = scopeOf(configOf(holding({})));
      const make = jest.fn((of: LookupScope) => ({ of }));

      expect(scope.part(make)).toBe(scope.part(make));
      expect(make.mock.calls).toEqual([[scope]]);
    }));

  it('gives the cacher the chain: directories, and providers from the first cacheable one on', () =>
    inside(async () => {
      const cacher = new ChainCacher();
      const [ssm, secrets] = [new MapProvider({ name: 'ssm' }), new MapProvider({ name: 'secrets' })];
      const options = { directories: ['/a', '/b'], service: 'orders', cacher };

      await new Config({ ...options, providers: [new EnvProvider({}), ssm, secrets] }).get('x');
      await new Config({ ...options, providers: [ssm, new EnvProvider({}), secrets] }).get('x');

      const [plain, mixed] = cacher.chains;
      expect([plain?.key.environ, plain?.key.directories, plain?.key.providers]).toEqual([
        '/orders/all',
        '/a|/b',
        'ssm|secrets',
      ]);
      expect(plain?.trusted).toBeUndefined();
      expect(mixed?.key.providers).toBe('ssm|env|secrets');
      expect(mixed?.trusted).toEqual({ directory: '/a', providers: ['ssm'] });
    }));

  it('lets the cacher distinguish what was looked up by exact name', async () => {
    await inside(async () => {
      const cacher = new ChainCacher();
      const options = { directories: ['/a'], providers: [holding({})], service: 'orders', cacher };

      await new Config({ ...options, strategy: 'names' }).get('x');
      xconSettings.strategy = 'names';
      await new Config(options).get('x');
      await new Config({ ...options, strategy: 'listing' }).get('x');

      expect(cacher.chains.map(({ key }) => key.providers)).toEqual(['map|names', 'map|names', 'map']);
    });
  });

  it('accepts a chain without directories whose providers are not all cacheable', () =>
    inside(() => {
      const config = new Config({
        directories: [],
        service: 'orders',
        cacher: new StubCacher(),
        providers: [holding({}), new EnvProvider({})],
      });

      expect(() => scopeOf(config)).not.toThrow();
    }));

  it('gives the cacher the clock and the random source of the context', () =>
    inside(async () => {
      const cacher = new ChainCacher();
      class Fixed extends Random {
        override next(): number {
          return 0.25;
        }
      }

      await withDependencies([new Fixed()], () =>
        new Config({ directories: ['/a'], providers: [holding({})], service: 'orders', cacher }).get('x'),
      );

      const session = cacher.chains[0]?.session;
      expect([session?.nowMs(), session?.random()]).toEqual([world.clock.nowMs(), 0.25]);
    }));
});

/** A cacher that keeps the chains it is asked for. */
class ChainCacher extends StubCacher {
  readonly chains: CachedChain[] = [];

  override find(chain: CachedChain, name: string): Promise<CacheAnswer> {
    this.chains.push(chain);
    return super.find(chain, name);
  }
}

it('keeps a Directory that was given', () =>
  inside(async () => {
    const literal = Directory.literal('/{x}');
    const config = new Config({ directories: [literal], providers: [holding({ x: 1 }, '/{x}')], cacher: null });

    expect((await config.getItem('x')).directory.path).toBe('/{x}');
  }));
