import { optionsOf } from '../../src/events/shipped-function';
import { InvalidSettingsError } from '../../src/index';

it.each([
  [{}, { index: false, sharedDirectories: [] }],
  [
    { CACHE_INDEX: 'false', SHARED_DIRECTORIES: '', PATH_PREFIXES: ' ' },
    { index: false, sharedDirectories: [] },
  ],
  [
    { CACHE_INDEX: 'TRUE', SHARED_DIRECTORIES: '/a/b, /c/d,', PATH_PREFIXES: '/a,/c' },
    { index: true, sharedDirectories: ['/a/b', '/c/d'], pathPrefixes: ['/a', '/c'] },
  ],
])('the variables %j of the shipped function say its options', (variables, options) => {
  expect(optionsOf(variables)).toEqual(options);
});

it('a variable that is not a boolean is an error that names it, not false', () => {
  expect(() => optionsOf({ CACHE_INDEX: 'xcon-names' })).toThrow(InvalidSettingsError);
  expect(() => optionsOf({ CACHE_INDEX: 'xcon-names' })).toThrow('CACHE_INDEX: expected true or false.');
});
