import {
  type ConfigLayer,
  resolveCacher,
  resolveDirectories,
  resolveEnviron,
  resolveEnvironment,
  resolveProviders,
  resolveService,
  resolveStrategy,
} from '../../src/config/resolve-chain';
import { type Wiring } from '../../src/config/wiring';
import {
  Default,
  Directory,
  DynamoCacher,
  EnvProvider,
  InvalidDirectoryError,
  InvalidSettingsError,
  type ResolvedSettings,
  SecretsProvider,
  SsmProvider,
} from '../../src/index';
import { settingsDefaults } from '../../src/settings/settings-values';
import { StubCacher } from '../chain/doubles';
import { fc } from '../setup/fast-check';

const settingsWith = (given: Partial<ResolvedSettings> = {}): ResolvedSettings => ({
  ...settingsDefaults,
  serviceGiven: given.service !== undefined,
  environmentGiven: given.environment !== undefined,
  ...given,
});
const nothing: ConfigLayer = {
  service: Default,
  environment: Default,
  directories: [Default],
  providers: [Default],
  cacher: Default,
  exportsByService: [Default],
  strategy: Default,
};
const layer = (given: Partial<ConfigLayer>): ConfigLayer => ({ ...nothing, ...given });
const at = (path: string): Directory => new Directory({ path });
const wiring = (): Wiring => ({
  providers: [EnvProvider, SsmProvider, SecretsProvider],
  cacher: DynamoCacher,
  environment: EnvProvider,
});
const noWiring = (): never => {
  throw new Error('The wiring was asked for.');
};
const pathsOf = (layers: readonly ConfigLayer[], settings = settingsWith()): string =>
  resolveDirectories(layers, settings).concat;

describe('the service and the environment', () => {
  it('are those of the nearest layer that names them', () => {
    const layers = [nothing, layer({ service: 'near', environment: 'prod' }), layer({ service: 'far' })];
    const settings = settingsWith({ service: 'settings', environment: 'settings' });

    expect(resolveService(layers, settings)).toBe('near');
    expect(resolveEnvironment(layers, settings)).toBe('prod');
  });

  it('are those of the settings when no layer names them', () => {
    const settings = settingsWith({ service: 'orders', environment: 'prod' });

    expect(resolveService([nothing], settings)).toBe('orders');
    expect(resolveEnvironment([nothing], settings)).toBe('prod');
  });

  it('are global and all when they are empty, even where an outer layer names others', () => {
    const layers = [layer({ service: '', environment: '' }), layer({ service: 'outer', environment: 'outer' })];

    expect(resolveService(layers, settingsWith())).toBe('global');
    expect(resolveEnvironment(layers, settingsWith())).toBe('all');
  });
});

describe('the strategy', () => {
  it('is that of the nearest layer that names one, else that of the settings', () => {
    const layers = [nothing, layer({ strategy: 'names' }), layer({ strategy: 'listing' })];

    expect(resolveStrategy(layers, settingsWith({ strategy: 'listing' }))).toBe('names');
    expect(resolveStrategy([nothing], settingsWith({ strategy: 'names' }))).toBe('names');
    expect(resolveStrategy([nothing], settingsWith())).toBe('listing');
  });
});

describe('the directories', () => {
  it('are the default four, with placeholders filled in', () => {
    const layers = [layer({ service: 'orders', environment: 'prod' })];

    expect(pathsOf(layers)).toBe('/orders/prod|/orders/all|/global/prod|/global/all');
  });

  it('fold equal ones into the first', () => {
    expect(pathsOf([nothing])).toBe('/global/all');
    expect(pathsOf([layer({ service: 'orders' })])).toBe('/orders/all|/global/all');
    expect(pathsOf([layer({ directories: [at('/a'), at('/b'), at('/a')] })])).toBe('/a|/b');
  });

  it('replace each Default by what the parent gives', () => {
    const layers = [
      layer({ directories: [at('/mine'), Default, at('/last')] }),
      layer({ directories: [at('/parent'), Default] }),
      layer({ directories: [at('/root')] }),
    ];

    expect(pathsOf(layers)).toBe('/mine|/parent|/root|/last');
  });

  it('leave out what the parents give when Default is not among them', () => {
    expect(pathsOf([layer({ directories: [at('/mine')] }), layer({ directories: [at('/parent')] })])).toBe('/mine');
    expect(pathsOf([layer({ directories: [] })])).toBe('');
  });

  it('come from the settings where the last Default leads, as texts or Directories', () => {
    const settings = settingsWith({ directories: ['/set/{environment}', at('/other')] });

    expect(pathsOf([layer({ environment: 'prod' })], settings)).toBe('/set/prod|/other');
    expect(pathsOf([nothing], settingsWith({ directories: [] }))).toBe('');
  });

  it('fill the placeholders of every layer with the nearest service and environment', () => {
    const layers = [
      layer({ service: 'child', directories: [Default] }),
      layer({ service: 'parent', directories: [at('/{service}/x')] }),
    ];

    expect(pathsOf(layers)).toBe('/child/x');
  });

  it('leave the braces of a literal directory alone', () => {
    expect(pathsOf([layer({ directories: [Directory.literal('/{service}')] })])).toBe('/{service}');
  });

  it('end with the exports, in order, each once', () => {
    const layers = [
      layer({ environment: 'prod', directories: [at('/mine')], exportsByService: ['billing', Default, 'billing'] }),
      layer({ exportsByService: ['users'] }),
    ];

    expect(pathsOf(layers)).toBe('/mine|/billing/export/prod|/users/export/prod');
  });

  it.each([
    ['export', 'billing', '/billing/export/export'],
    ['export/prod', 'billing', '/billing/export/prod'],
    ['prod', 'billing/eu', '/billing/eu/export/prod'],
    ['prod', '{service}', '/orders/export/prod'],
  ])('in the environment %p have the exports of %p in %p, as in the Python library', (environment, exporter, path) => {
    const layers = [layer({ service: 'orders', environment, directories: [], exportsByService: [exporter] })];

    expect(pathsOf(layers)).toBe(path);
  });

  it('have no exports when none are named', () => {
    expect(pathsOf([layer({ directories: [at('/a')] })])).toBe('/a');
    expect(
      pathsOf([layer({ directories: [at('/a')], exportsByService: [] }), layer({ exportsByService: ['b'] })]),
    ).toBe('/a');
  });

  it('are an error where the service cannot be part of a path', () => {
    expect(() => pathsOf([layer({ service: 'a//b' })])).toThrow(InvalidDirectoryError);
  });

  it('equal the lists with each Default replaced by hand', () => {
    const lists = fc.array(fc.array(fc.constantFrom('/a', '/b', '/c', 'Default'), { maxLength: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(lists, (given) => {
        const layers = given.map((list) =>
          layer({ directories: list.map((each) => (each === 'Default' ? Default : at(each))) }),
        );
        const expected = given.reduceRight<string[]>(
          (outer, list) => list.flatMap((each) => (each === 'Default' ? outer : [each])),
          ['/end'],
        );

        const paths = pathsOf(layers, settingsWith({ directories: ['/end'] }));

        expect(paths).toBe([...new Set(expected)].join('|'));
      }),
    );
  });
});

describe('the providers', () => {
  const resolve = (layers: readonly ConfigLayer[], given: Partial<ResolvedSettings> = {}, wired = wiring) =>
    resolveProviders(layers, settingsWith(given), wired);
  const own = new EnvProvider({});

  it('are env, ssm and secrets by default', () => {
    expect(resolve([nothing])).toEqual([EnvProvider, SsmProvider, SecretsProvider]);
  });

  it('replace Default by what the parent gives', () => {
    const layers = [layer({ providers: [own, Default] }), layer({ providers: [SecretsProvider, Default] })];

    expect(resolve(layers)).toEqual([own, SecretsProvider, EnvProvider, SsmProvider, SecretsProvider]);
  });

  it('are none where the list is empty, without asking what the default ones are', () => {
    expect(resolve([layer({ providers: [] })], {}, noWiring)).toEqual([]);
    expect(resolve([layer({ providers: [own] }), nothing], {}, noWiring)).toEqual([own]);
    expect(resolve([nothing, layer({ providers: [own] })], {}, noWiring)).toEqual([own]);
  });

  it('come from the settings where the last Default leads', () => {
    expect(resolve([nothing], { providers: [SsmProvider, own] }, noWiring)).toEqual([SsmProvider, own]);
  });

  it('are env alone where the settings list none', () => {
    expect(resolve([layer({ providers: [own, Default] })], { providers: [] })).toEqual([own, EnvProvider]);
  });

  it('are env alone, whatever code says, under onlyEnvProvider', () => {
    expect(resolve([layer({ providers: [SsmProvider] })], { onlyEnvProvider: true })).toEqual([EnvProvider]);
    expect(resolve([layer({ providers: [] })], { onlyEnvProvider: true, providers: [] })).toEqual([EnvProvider]);
  });

  it('are refused when the settings name something that is not a provider', () => {
    expect(() => resolve([nothing], { providers: [StubCacher] })).toThrow(InvalidSettingsError);
  });
});

describe('the cacher', () => {
  const stub = new StubCacher();
  const resolve = (layers: readonly ConfigLayer[], given: Partial<ResolvedSettings> = {}, wired = wiring) =>
    resolveCacher(layers, settingsWith(given), wired);

  it('is that of the nearest layer that names one, none included', () => {
    expect(resolve([nothing, layer({ cacher: stub }), layer({ cacher: null })], {}, noWiring)).toBe(stub);
    expect(resolve([layer({ cacher: null }), layer({ cacher: stub })], {}, noWiring)).toBeNull();
  });

  it('is the default one when no layer names any, unless that is switched off', () => {
    expect(resolve([nothing])).toBe(DynamoCacher);
    expect(resolve([nothing], { disableDefaultCacher: true }, noWiring)).toBeNull();
  });

  it('stays when code gave it and only the default one is switched off', () => {
    expect(resolve([layer({ cacher: stub })], { disableDefaultCacher: true })).toBe(stub);
  });

  it('is none under onlyEnvProvider, whatever code says', () => {
    expect(resolve([layer({ cacher: stub })], { onlyEnvProvider: true })).toBeNull();
  });
});

describe('the partition of the cache table', () => {
  const environ = (layers: readonly ConfigLayer[], given: Partial<ResolvedSettings> = {}) =>
    resolveEnviron(layers, settingsWith(given));

  it('is that of the process as the settings name it, whatever the Config looks up', () => {
    const layers = [layer({ service: 'other', environment: 'test' })];

    expect(environ(layers, { service: 'orders', environment: 'prod' })).toBe('/orders/prod');
    expect(environ(layers, { service: 'orders' })).toBe('/orders/test');
    expect(environ(layers, { environment: 'prod' })).toBe('/other/prod');
  });

  it("is that of the Config when the settings name none; the environment 'all' when none is named", () => {
    expect(environ([layer({ service: 'orders', environment: 'prod' })])).toBe('/orders/prod');
    expect(environ([layer({ service: 'orders' })])).toBe('/orders/all');
  });

  it('is none when no service is named, or it is global', () => {
    expect(environ([nothing])).toBeUndefined();
    expect(environ([layer({ environment: 'prod' })])).toBeUndefined();
    expect(environ([layer({ service: 'global' })])).toBeUndefined();
    expect(environ([layer({ service: '' })])).toBeUndefined();
    expect(environ([layer({ service: 'orders' })], { service: 'global' })).toBeUndefined();
  });
});
