import { z } from 'zod';
import { secret } from '../../src/declared/secret-setting';
import { setting } from '../../src/declared/setting';
import { declarationsOf } from '../../src/declared/declare';
import { declaredFacts, type DeclaredFacts } from '../../src/declared/declared-facts';
import { type SettingsShape } from '../../src/declared/settings-shape';

function factsOf(shape: SettingsShape): DeclaredFacts | undefined {
  return declarationsOf(shape).map(declaredFacts)[0];
}

it.each<[SettingsShape, boolean]>([
  [{ x: setting() }, true],
  [{ x: setting({ optional: true }) }, false],
  [{ x: setting({ default: '' }) }, false],
  [{ x: setting(z.number().default(1)) }, false],
  [{ x: setting(z.string().optional()) }, false],
  [{ x: secret() }, true],
])('tells whether there must be a value: %#', (shape, required) => {
  expect(factsOf(shape)?.required).toBe(required);
});

it.each<[unknown, string | undefined]>([
  ['text', 'text'],
  [7, '7'],
  [Number.NaN, undefined],
  [7n, '7'],
  [false, 'false'],
  [new Date(0), '1970-01-01T00:00:00.000Z'],
  [new Date(Number.NaN), undefined],
  [null, undefined],
  [{ a: [1n] }, '{"a":["1"]}'],
  [Symbol('x'), undefined],
  [() => 1, undefined],
  [undefined, undefined],
])('writes the default %p as %j', (value, text) => {
  expect(factsOf({ x: setting(z.unknown(), { default: value }) })?.default).toBe(text);
});

it.each<[string, SettingsShape]>([
  ['is declared as a secret', { x: secret({ default: 'canary' }) }],
  ['sounds like a secret', { x: setting('API_KEY', { default: 'canary' }) }],
  ['has a schema with a default', { x: secret(z.string().default('canary')) }],
])('tells no default of what %s', (_, shape) => {
  expect(factsOf(shape)).toMatchObject({ hidden: true, default: undefined, required: false });
});
