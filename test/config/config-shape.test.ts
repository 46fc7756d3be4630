import { inspect } from 'node:util';
import {
  Config,
  type ConfigOptions,
  Default,
  Directory,
  DynamoCacher,
  EnvProvider,
  InvalidDirectoryError,
  InvalidNameError,
  InvalidSettingsError,
  LocalCache,
  SsmProvider,
} from '../../src/index';
import { MapProvider, StubCacher } from '../chain/doubles';

/** What a caller without types may give. */
const wrong = <T>(given: unknown): T => given as T;

/** All settings of a Config. */
const settingsOf = (config: Config): unknown => ({
  service: config.service,
  environment: config.environment,
  directories: config.directories,
  providers: config.providers,
  cacher: config.cacher,
  exports: config.exportsByService,
  strategy: config.strategy,
  overrides: config.overrides.names,
  defaults: config.defaults.names,
});

describe('a Config with nothing set', () => {
  it('says Default everywhere, and uses its parents', () => {
    const config = new Config();

    expect(settingsOf(config)).toEqual({
      service: Default,
      environment: Default,
      directories: [Default],
      providers: [Default],
      cacher: Default,
      exports: [Default],
      strategy: Default,
      overrides: [],
      defaults: [],
    });
    expect(config.useParent).toBe(true);
  });
});

describe('a Config that was given options', () => {
  it('says what it was given', () => {
    const cacher = new StubCacher();
    const config = new Config({
      service: 'orders',
      environment: 'prod',
      directories: ['/mine', Default],
      providers: SsmProvider,
      cacher,
      exports: 'billing',
      strategy: 'names',
      defaults: { D: 1 },
      overrides: { O: 2 },
      useParent: false,
    });

    expect(settingsOf(config)).toEqual({
      service: 'orders',
      environment: 'prod',
      directories: [new Directory({ path: '/mine' }), Default],
      providers: [SsmProvider],
      cacher,
      exports: ['billing'],
      strategy: 'names',
      overrides: ['o'],
      defaults: ['d'],
    });
    expect(config.useParent).toBe(false);
  });

  it('distinguishes null, which is no cacher, from a cacher that was not given', () => {
    expect(new Config({ cacher: null }).cacher).toBeNull();
    expect(new Config({}).cacher).toBe(Default);
  });

  it('keeps lists that are empty, and texts that are', () => {
    const config = new Config({ directories: [], providers: [], exports: [], service: '', environment: '' });

    expect(settingsOf(config)).toMatchObject({
      directories: [],
      providers: [],
      exports: [],
      service: '',
      environment: '',
    });
  });

  it('has no directories, providers and exports where it is given null, as in the Python library', () => {
    const config = new Config({ directories: null, providers: null, exports: null });

    expect(settingsOf(config)).toMatchObject({ directories: [], providers: [], exports: [] });
  });

  it('does not change the options, nor follow changes of them', () => {
    const directories = ['/a'];
    const options = Object.freeze({ directories });

    const config = new Config(options);
    directories.push('/b');

    expect(config.directories.map(String)).toEqual(['/a']);
  });

  it.each<[string, ConfigOptions, new (...args: never[]) => Error]>([
    ['a relative directory', { directories: ['/a', 'b'] }, InvalidDirectoryError],
    ['an unknown placeholder', { directories: '/a/{region}' }, InvalidDirectoryError],
    ['a class that is no provider', { providers: [wrong(LocalCache)] }, InvalidSettingsError],
    ['a provider as its cacher', { cacher: wrong(SsmProvider) }, InvalidSettingsError],
    ['a service that is no text', { service: wrong(5) }, InvalidSettingsError],
    ['an environment that is no text', { environment: wrong({}) }, InvalidSettingsError],
    ['an export that is no text', { exports: [wrong(5)] }, InvalidSettingsError],
    ['an unknown strategy', { strategy: wrong('guess') }, InvalidSettingsError],
    ['an override without a name', { overrides: { '': 1 } }, InvalidNameError],
    ['a default without a name', { defaults: { '': 1 } }, InvalidNameError],
  ])('cannot be made with %s', (_, options, errorClass) => {
    expect(() => new Config(options)).toThrow(errorClass);
  });
});

describe('overrides and defaults', () => {
  it('are set, read in any case, and removed', () => {
    const config = new Config();

    config.setOverride('X', 'over');
    config.setDefault('X', 'under');
    const set = [config.getOverride('x'), config.getDefault('x')];
    config.removeOverride('x');
    config.setDefault('x', Default);
    const removed = [config.getOverride('X'), config.getDefault('X')];

    expect(set).toEqual(['over', 'under']);
    expect(removed).toEqual([Default, Default]);
  });

  it('are removed by assigning Default and by the remove methods', () => {
    const config = new Config({ overrides: { x: 1 }, defaults: { x: 1 } });

    config.setOverride('X', Default);
    config.removeDefault('X');
    config.removeDefault('never there');

    expect([config.getOverride('x'), config.getDefault('x')]).toEqual([Default, Default]);
  });

  it('belong to one Config', () => {
    const [one, other] = [new Config(), new Config()];

    one.setOverride('x', 1);

    expect(other.getOverride('x')).toBe(Default);
  });
});

describe('assignments', () => {
  it('replace what was there', () => {
    const config = new Config({ service: 'old', directories: ['/old'], providers: [], exports: ['old'] });
    const provider = new MapProvider();

    config.service = 'new';
    config.environment = 'prod';
    config.directories = '/new';
    config.providers = [EnvProvider, provider];
    config.cacher = DynamoCacher;
    config.strategy = 'names';
    config.setExports(['new', Default]);

    expect(settingsOf(config)).toMatchObject({
      service: 'new',
      environment: 'prod',
      directories: [new Directory({ path: '/new' })],
      providers: [EnvProvider, provider],
      cacher: DynamoCacher,
      strategy: 'names',
      exports: ['new', Default],
    });
  });

  it('reset a property with Default', () => {
    const config = new Config({
      service: 's',
      environment: 'e',
      directories: [],
      providers: [],
      cacher: null,
      exports: [],
      strategy: 'names',
    });

    config.service = Default;
    config.environment = Default;
    config.directories = Default;
    config.providers = Default;
    config.cacher = Default;
    config.strategy = Default;
    config.setExports(Default);

    expect(settingsOf(config)).toEqual(settingsOf(new Config()));
  });

  it('append to lists', () => {
    const config = new Config();
    const literal = Directory.literal('/{x}');

    config.addDirectory('/shared/{environment}');
    config.addDirectory(literal);
    config.addProvider(SsmProvider);
    config.addExport('billing');
    config.addExport('users');

    expect(config.directories).toEqual([Default, new Directory({ path: '/shared/{environment}' }), literal]);
    expect(config.providers).toEqual([Default, SsmProvider]);
    expect(config.exportsByService).toEqual([Default, 'billing', 'users']);
  });

  it.each<[string, (config: Config) => void, new (...args: never[]) => Error]>([
    ['a relative directory', (config) => (config.directories = ['/new', 'relative']), InvalidDirectoryError],
    ['an added relative one', (config) => config.addDirectory('relative'), InvalidDirectoryError],
    ['an added unknown placeholder', (config) => config.addDirectory('/{stage}'), InvalidDirectoryError],
    ['no provider', (config) => (config.providers = [SsmProvider, wrong(LocalCache)]), InvalidSettingsError],
    ['an added one that is none', (config) => config.addProvider(wrong(DynamoCacher)), InvalidSettingsError],
    ['no cacher', (config) => (config.cacher = wrong(SsmProvider)), InvalidSettingsError],
    ['a service that is no text', (config) => (config.service = wrong(5)), InvalidSettingsError],
    ['an environment that is no text', (config) => (config.environment = wrong(undefined)), InvalidSettingsError],
    ['an export that is no text', (config) => config.addExport(wrong(5)), InvalidSettingsError],
    ['an unknown strategy', (config) => (config.strategy = wrong('guess')), InvalidSettingsError],
    ['exports that are none', (config) => config.setExports(['new', wrong(5)]), InvalidSettingsError],
    ['an override without a name', (config) => config.setOverride('', 1), InvalidNameError],
    ['a default without a name', (config) => config.setDefault('', 1), InvalidNameError],
  ])('change nothing when they are refused: %s', (_, change, errorClass) => {
    const config = new Config({ service: 'orders', directories: ['/a'], overrides: { x: 1 } });
    const before = settingsOf(config);

    expect(() => {
      change(config);
    }).toThrow(errorClass);
    expect(settingsOf(config)).toEqual(before);
  });

  it('do not change lists that were returned before', () => {
    const config = new Config({ directories: ['/a'] });
    const before = config.directories;

    config.addDirectory('/b');

    expect(before.map(String)).toEqual(['/a']);
  });
});

it('says service and environment when it is inspected, and no value', () => {
  const config = new Config({ service: 'orders', overrides: { password: 'hunter2' } });

  expect(inspect(config, { depth: 10 })).toBe('Config(service: orders, environment: Default)');
});
