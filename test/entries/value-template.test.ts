import { type ConfigValue, Secret } from 'xcon';
import { fillTemplate, type SourceValues, type ValueTemplate } from 'xcon/entries';
import { canonical, comparableOf, decidesValue, projectionOf } from '../../src/entries/value-template';
import { fc } from '../setup/fast-check';

const sources: SourceValues = new Map([['env:A', new Secret('from a')]]);
const fillOf = (current: ConfigValue | undefined, rotate = false) => ({
  sources,
  current,
  rotate,
  randomInt: (limit: number) => Math.floor(Math.random() * limit),
});

const leaf: fc.Arbitrary<ValueTemplate> = fc.oneof(
  fc.string().map((value): ValueTemplate => ({ kind: 'literal', value })),
  fc
    .record({ length: fc.integer({ min: 1, max: 40 }), exclude: fc.constantFrom('', '"@/\\') })
    .map((rule): ValueTemplate => ({ kind: 'generate', rule })),
  fc.constantFrom('env:A', 'env:B').map((reference): ValueTemplate => ({ kind: 'from', reference })),
);
const key = fc.constantFrom('a', 'b', 'c', '__proto__');
const json = fc
  .array(
    fc.tuple(
      key,
      fc.oneof(
        leaf,
        fc
          .array(fc.tuple(key, leaf), { maxLength: 2 })
          .map((parts): ValueTemplate => ({ kind: 'json', parts: new Map(parts) })),
      ),
    ),
    { maxLength: 4 },
  )
  .map((parts): ValueTemplate => ({ kind: 'json', parts: new Map(parts) }));
const template = fc.oneof(leaf, json);
const hasUnknown = (each: ValueTemplate): boolean =>
  each.kind === 'json'
    ? [...each.parts.values()].some(hasUnknown)
    : each.kind === 'from' && !sources.has(each.reference);

it('what was filled in compares as what the file decides, and filling it in again changes nothing', () => {
  fc.assert(
    fc.property(template, (each) => {
      const value = fillTemplate(each, fillOf(undefined));
      fc.pre(value !== undefined && !hasUnknown(each));

      expect(projectionOf(each, sources, value ?? '')).toBe(comparableOf(each, sources));
      expect(fillTemplate(each, fillOf(value))).toEqual(value);
    }),
    { numRuns: 300 },
  );
});

it('a source that gives nothing gives no value to what is new, and keeps what is there', () => {
  const from: ValueTemplate = { kind: 'from', reference: 'env:B' };

  expect(fillTemplate(from, fillOf(undefined))).toBeUndefined();
  expect(fillTemplate(from, fillOf('kept'))).toBe('kept');
  expect(decidesValue(from, sources)).toBe(false);
  expect(projectionOf(from, sources, 'anything')).toBe(comparableOf(from, sources));
});

it('a rotation makes generated parts anew, and leaves the others', () => {
  const login: ValueTemplate = {
    kind: 'json',
    parts: new Map<string, ValueTemplate>([
      ['user', { kind: 'literal', value: 'app' }],
      ['password', { kind: 'generate', rule: { length: 24, exclude: '' } }],
    ]),
  };
  const first = fillTemplate(login, fillOf(undefined)) as string;
  const second = fillTemplate(login, fillOf(first, true)) as string;

  expect(JSON.parse(second)).toEqual({ user: 'app', password: expect.stringMatching(/^\S{24}$/) as string });
  expect(second).not.toBe(first);
});

it('generated values have every character but those that are left out', () => {
  const value = fillTemplate(
    { kind: 'generate', rule: { length: 4096, exclude: '"@/\\' } },
    fillOf(undefined),
  ) as string;

  expect(new Set(value).size).toBeGreaterThan(80);
  expect(value).not.toMatch(/["@/\\\s]/);
});

it('differs where a value differs: in a part, in a key that is not in the file, in its kind', () => {
  const parts = new Map<string, ValueTemplate>([['a', { kind: 'literal', value: 'x' }]]);
  const each: ValueTemplate = { kind: 'json', parts };

  for (const other of ['{"a":"y"}', '{"a":"x","b":1}', '{}', '[]', 'x', '{"a":1}']) {
    expect([other, projectionOf(each, sources, other)]).not.toEqual([other, comparableOf(each, sources)]);
  }
});

it('the canonical form is the same for equal data and no other', () => {
  const data = fc.jsonValue().map((value) => value as ConfigValue);

  fc.assert(
    fc.property(data, data, (one, other) => {
      const isSame = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
      expect(canonical(one) === canonical(other)).toBe(isSame);
    }),
  );
  expect(canonical(1)).not.toBe(canonical('1'));
  expect(canonical(new Uint8Array([1]))).not.toBe(canonical('AQ=='));
  expect(canonical(10n)).toBe(canonical(10));
});

/** Data with the keys of its maps in order; -0 is 0. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
  const parts = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return { map: parts.map(([name, each]) => [name, sorted(each)]) };
}
