import { type Declaration } from '../../src/declared/declaration';
import { foundValue } from '../../src/declared/found-value';
import { type ConfigValue, defineSettings, DirectoryItem, secret, type SecretOptions } from '../../src/index';
import { item } from '../chain/doubles';

function found(value: ConfigValue, options: SecretOptions<string> = {}, isLocal = false) {
  const [declaration] = defineSettings({ x: secret(options) }).declarations as readonly [Declaration];
  return foundValue(declaration, item('x', value), isLocal);
}

it('is the value as it is', () => {
  expect(found('')).toEqual({ found: '' });
  expect(found({ a: 1 })).toEqual({ found: { a: 1 } });
  expect(found(null)).toEqual({ found: null });
});

it('is nothing, where there is none, or it counts as none', () => {
  const [declaration] = defineSettings({ x: secret() }).declarations as readonly [Declaration];

  expect(foundValue(declaration, DirectoryItem.nonExistent('x'), false)).toEqual({ found: undefined });
  expect(found('', { emptyAsMissing: true })).toEqual({ found: undefined });
  expect(found(' ', { emptyAsMissing: true })).toEqual({ found: ' ' });
  expect(found(null, { optional: true })).toEqual({ found: undefined });
  expect(found(null, { default: 'x' })).toEqual({ found: undefined });
});

it('is a field of JSON, or of a map', () => {
  expect(found('{"a":{"b":1}}', { json: 'a' })).toEqual({ found: { b: 1 } });
  expect(found({ a: 1 }, { json: 'a' })).toEqual({ found: 1 });
  expect(found('{"a":""}', { json: 'a', emptyAsMissing: true })).toEqual({ found: undefined });
  expect(found('{"a":null}', { json: 'a', optional: true })).toEqual({ found: undefined });
});

it.each<[ConfigValue, string]>([
  ['hunter2', 'it is to be JSON with a field "a", and is text that is no JSON'],
  ['null', 'it is to be JSON with a field "a", and is null'],
  ['["a"]', 'it is to be JSON with a field "a", and is a list'],
  ['"a"', 'it is to be JSON with a field "a", and is a string'],
  [Uint8Array.of(1), 'it is to be JSON with a field "a", and is binary that is no JSON'],
  [new Set(['a']), 'it is to be JSON with a field "a", and is a set'],
])('has no field in %p, unless it is of this process and the field itself', (value, wrong) => {
  expect(found(value, { json: 'a' })).toEqual({ wrong });
  expect(found(value, { json: 'a' }, true)).toEqual({ found: value });
});

it.each<ConfigValue>(['{"b":1}', { b: 1 }, Buffer.from('{"b":1}')])(
  'has no field in %p, wherever it comes from: never all of the JSON',
  (value) => {
    for (const isLocal of [false, true])
      expect(found(value, { json: 'a' }, isLocal)).toEqual({ wrong: 'it has no field "a"' });
  },
);

it('is the field of JSON in bytes', () => {
  expect(found(Buffer.from('{"a":"x"}'), { json: 'a' })).toEqual({ found: 'x' });
});
