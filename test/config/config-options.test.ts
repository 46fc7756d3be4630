import {
  checkCacher,
  checkDirectories,
  checkProviders,
  checkServices,
  checkStrategy,
  checkText,
  type ProviderChoice,
} from '../../src/config/config-options';
import {
  Default,
  Directory,
  DynamoCacher,
  EnvProvider,
  InvalidDirectoryError,
  InvalidSettingsError,
  LocalCache,
  SsmProvider,
} from '../../src/index';
import { MapProvider, StubCacher } from '../chain/doubles';

/** What a caller without types may give. */
const wrong = <T>(given: unknown): T => given as T;

class Unrelated {}
const anonymous = (() => class {})();

describe('directories', () => {
  it('may be one or many, texts, Directories or Default', () => {
    const literal = Directory.literal('/{x}');

    expect(checkDirectories('/a/').map(String)).toEqual(['/a']);
    expect(checkDirectories(Default)).toEqual([Default]);
    expect(checkDirectories(['/a', Default, literal])).toEqual([new Directory({ path: '/a' }), Default, literal]);
    expect([checkDirectories([]), checkDirectories(null)]).toEqual([[], []]);
  });

  it.each(['relative', '', '/', '/a//b', '/a/{region}', '/a/{', undefined, 5, null])('cannot be %p', (path) => {
    expect(() => checkDirectories(['/a', wrong(path)])).toThrow(InvalidDirectoryError);
  });
});

describe('providers', () => {
  it('may be one or many, classes, instances or Default', () => {
    const instance = new MapProvider();

    expect(checkProviders(SsmProvider)).toEqual([SsmProvider]);
    expect(checkProviders([EnvProvider, instance, Default])).toEqual([EnvProvider, instance, Default]);
    expect(checkProviders(MapProvider)).toEqual([MapProvider]);
    expect(checkProviders(null)).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['another dependency', LocalCache, 'LocalCache'],
    ['an instance of another dependency', new LocalCache(), 'a object'],
    ['a cacher', DynamoCacher, 'DynamoCacher'],
    ['an unrelated class', Unrelated, 'Unrelated'],
    ['a class without a name', anonymous, 'a function'],
    ['its short name', 'ssm', 'the text "ssm"'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['a number', 5, 'a number'],
  ])('cannot be %s', (_, given, name) => {
    const check = (): unknown => checkProviders([EnvProvider, wrong<ProviderChoice>(given)]);

    expect(check).toThrow(InvalidSettingsError);
    expect(check).toThrow(
      `providers: ${name} is no provider. Give classes or instances, such as [EnvProvider, SsmProvider].`,
    );
  });
});

describe('the cacher', () => {
  it('may be a class, an instance, none or Default', () => {
    const instance = new StubCacher();

    expect([checkCacher(DynamoCacher), checkCacher(instance), checkCacher(null), checkCacher(Default)]).toEqual([
      DynamoCacher,
      instance,
      null,
      Default,
    ]);
  });

  it.each<[unknown, string]>([
    [SsmProvider, 'SsmProvider'],
    ['cacher', 'the text "cacher"'],
    [true, 'a boolean'],
    [undefined, 'undefined'],
  ])('cannot be %p', (given, name) => {
    expect(() => checkCacher(wrong(given))).toThrow(InvalidSettingsError);
    expect(() => checkCacher(wrong(given))).toThrow(`cacher: ${name} is no cacher.`);
  });
});

describe('the strategy', () => {
  it('is listing, names or Default', () => {
    expect([checkStrategy('listing'), checkStrategy('names'), checkStrategy(Default)]).toEqual([
      'listing',
      'names',
      Default,
    ]);
  });

  it('is nothing else', () => {
    expect(() => checkStrategy(wrong('guess'))).toThrow(InvalidSettingsError);
    expect(() => checkStrategy(wrong('guess'))).toThrow('strategy: expected one of listing, names.');
  });
});

describe('services and environments', () => {
  it('are texts, or Default', () => {
    expect(checkText('service', '')).toBe('');
    expect(checkText('service', Default)).toBe(Default);
    expect(checkServices('a')).toEqual(['a']);
    expect(checkServices(['a', Default, 'a/b', '{service}'])).toEqual(['a', Default, 'a/b', '{service}']);
    expect(checkServices(null)).toEqual([]);
  });

  it.each(['', '/a', 'a/', 'a//b', '{region}', '{'])('make a path: %p does not', (service) => {
    expect(() => checkServices(service)).toThrow(InvalidDirectoryError);
  });

  it('are nothing else', () => {
    expect(() => checkText('environment', wrong<string>(5))).toThrow(
      'environment: expected text or Default, got a number.',
    );
    expect(() => checkServices(['a', wrong<string>(null)])).toThrow('exports: expected text or Default, got null.');
    expect(() => checkServices(wrong<string>(undefined))).toThrow(InvalidSettingsError);
  });
});
