import { checkName, NamedValues } from '../../src/config/named-values';
import { Config, Default, DirectoryListing, InvalidNameError, XconSettings } from '../../src/index';
import { testConfig } from '../../src/testing/test-config';
import { directory, item, unread } from '../chain/doubles';

const valuesOf = (...given: ConstructorParameters<typeof NamedValues>[2][]): NamedValues =>
  new NamedValues(directory('/_override'), 'override', given[0]);

it('gives items that say where they are from and are never cached', () => {
  expect(valuesOf({ DB_HOST: 'here' }).find('db_host')).toMatchObject({
    name: 'db_host',
    originalName: 'DB_HOST',
    value: 'here',
    directory: directory('/_override'),
    source: 'override',
    cacheable: false,
  });
});

it('gives the value of a name in any case; Default when there is none', () => {
  const values = valuesOf({ Name: 0 });

  expect([values.get('NAME'), values.get('name'), values.get('other')]).toEqual([0, 0, Default]);
  expect(values.find('other')).toBeUndefined();
});

it.each([null, '', 0, false])('keeps %p like any other value', (value) => {
  const values = valuesOf();

  values.set('x', value);

  expect(values.get('X')).toBe(value);
});

it.each<[string, Default | undefined]>([
  ['Default', Default],
  ['undefined', undefined],
])('removes a value that is set to %s, and does nothing when there is none', (_, value) => {
  const values = valuesOf({ X: 1 });

  values.set('x', value);
  values.set('other', value);

  expect(values.get('X')).toBe(Default);
  expect(values.names).toEqual([]);
});

it('keeps the last of names that differ in case only', () => {
  expect(valuesOf({ x: 'first', X: 'last' }).get('x')).toBe('last');
});

it('copies what it is given, so that later changes do not reach it', () => {
  const list = ['a'];
  const values = valuesOf({ list });

  list.push('b');

  expect(values.get('list')).toEqual(['a']);
});

it('accepts the values of a listing, without its unread secrets', () => {
  const listing = new DirectoryListing(directory('/a'), [item('One', 1), unread('two'), item('Three', 3)]);

  const values = valuesOf(listing);

  expect(values.names).toEqual(['one', 'three']);
  expect(values.find('one')).toMatchObject({ originalName: 'One', source: 'override' });
});

describe('a name', () => {
  it('is compared lower-cased', () => {
    expect(checkName('Db_HOST')).toBe('db_host');
  });

  it.each([
    ['', 'it is empty'],
    [null, 'null was given'],
    [undefined, 'a undefined was given'],
    [5, 'a number was given'],
    [{}, 'a object was given'],
  ])('cannot be %p', (name, problem) => {
    expect(() => checkName(name)).toThrow(InvalidNameError);
    expect(() => checkName(name)).toThrow(problem);
  });

  it('is checked wherever one is given', () => {
    const values = valuesOf();

    expect(() => values.get('')).toThrow(InvalidNameError);
    expect(() => {
      values.set('', 1);
    }).toThrow(InvalidNameError);
    expect(() => {
      values.set('', Default);
    }).toThrow(InvalidNameError);
    expect(() => valuesOf({ '': 1 })).toThrow(InvalidNameError);
  });
});

it('undefined is not a value, wherever values are given', () => {
  const given = { a: undefined, b: 1 };
  const settings = new XconSettings({ defaults: given as never }).resolve();

  expect(valuesOf(given).names).toEqual(['b']);
  expect(new Config({ overrides: given }).getOverride('a')).toBe(Default);
  expect(new Config({ defaults: given }).getDefault('a')).toBe(Default);
  expect(testConfig(given).overrides.names).toEqual(['b']);
  expect(Object.keys(settings.defaults)).toEqual(['b']);
});
