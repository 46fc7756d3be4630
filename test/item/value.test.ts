import { runInNewContext } from 'node:vm';
import { type ConfigValue, copyValue, kindOfValue, sealValue } from '../../src/item/value';
import { fc } from '../setup/fast-check';

/** Values made of what JavaScript can freeze. */
const freezable = fc.letrec<{ value: ConfigValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.double({ noNaN: true }),
    fc.bigInt(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toJSON')), tie('value'), {
      maxKeys: 4,
    }),
  ),
})).value;

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen);
}

describe('sealValue', () => {
  it.each(['', 'text', 0, -0, 7n, true, false, null])('gives %p as it is', (value) => {
    expect(sealValue(value, 'x')).toEqual({ value, needsCopy: false });
  });

  it('gives an equal value, frozen all the way down, and leaves the one given alone', () => {
    fc.assert(
      fc.property(freezable, (given) => {
        const before = structuredClone(given);

        const { value, needsCopy } = sealValue(given, 'x');

        expect(value).toEqual(before);
        expect(isDeeplyFrozen(value)).toBe(true);
        expect(needsCopy).toBe(false);
        expect(given).toEqual(before);
      }),
    );
  });

  it('does not freeze, and does not follow, what it was given', () => {
    const given = { hosts: ['a', 'b'] };

    const { value } = sealValue(given, 'x');
    given.hosts.push('c');

    expect(value).toEqual({ hosts: ['a', 'b'] });
    expect(Object.isFrozen(given)).toBe(false);
  });

  it('keeps names such as __proto__ as data', () => {
    const given = JSON.parse('{"__proto__":{"admin":true},"constructor":1,"hasOwnProperty":2}') as ConfigValue;

    const { value } = sealValue(given, 'x');

    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.entries(value as object)).toEqual([
      ['__proto__', { admin: true }],
      ['constructor', 1],
      ['hasOwnProperty', 2],
    ]);
    expect((value as { admin?: unknown }).admin).toBeUndefined();
    expect(isDeeplyFrozen(value)).toBe(true);
  });

  it('treats objects without a prototype as maps', () => {
    const given = Object.assign(Object.create(null) as Record<string, string>, { a: '1' });

    expect(sealValue(given, 'x').value).toEqual({ a: '1' });
  });

  it.each<[string, ConfigValue]>([
    ['binary', new Uint8Array([1, 2])],
    ['a set', new Set(['a'])],
    ['a list with binary', ['x', new Uint8Array([1])]],
    ['a map with a set, deep down', { a: [{ b: new Set([1]) }] }],
  ])('says that %s needs a copy for each reader', (_, given) => {
    const { value, needsCopy } = sealValue(given, 'x');

    expect(needsCopy).toBe(true);
    expect(value).toEqual(given);
    expect(value).not.toBe(given);
  });

  it('does not follow a binary value or a set that it was given', () => {
    const bytes = new Uint8Array([1, 2]);
    const inner = new Uint8Array([3]);
    const set = new Set<string | Uint8Array>(['a', inner]);

    const { value } = sealValue({ bytes, set }, 'x');
    bytes.fill(0);
    inner.fill(0);
    set.clear();

    expect(value).toEqual({ bytes: new Uint8Array([1, 2]), set: new Set(['a', new Uint8Array([3])]) });
  });

  it('copies bytes into their class: a Buffer stays a Buffer', () => {
    const given = Buffer.from([1, 2]);
    const { value } = sealValue({ given, plain: new Uint8Array([1]) }, 'x');
    const copied = copyValue(value) as unknown as { readonly given: Buffer; readonly plain: Uint8Array };
    given.fill(0);

    expect(copied.given.equals(Buffer.from([1, 2]))).toBe(true);
    expect([Buffer.isBuffer(copied.given), Buffer.isBuffer(copied.plain)]).toEqual([true, false]);
  });

  it.each<[string, () => unknown]>([
    ['structuredClone', () => structuredClone({ list: [{ a: 1 }] })],
    ['another realm', (): unknown => runInNewContext('({ list: [{ a: 1 }] })')],
    ['JSON of another realm', (): unknown => runInNewContext(`JSON.parse('{"list": [{"a": 1}]}')`)],
    ['no prototype', () => Object.assign(Object.create(null) as object, { list: [{ a: 1 }] })],
  ])('copies and freezes data of %s', (_, make) => {
    const given = make() as { list: [{ a: number }] };

    const { value, needsCopy } = sealValue(given, 'x');
    given.list[0].a = 2;

    expect([JSON.stringify(value), needsCopy]).toEqual(['{"list":[{"a":1}]}', false]);
    const { list } = value as unknown as typeof given;
    expect([value, list, list[0]].every(Object.isFrozen)).toBe(true);
  });

  it('copies bytes and sets of another realm', () => {
    const given = runInNewContext('({ bytes: new Uint8Array([1]), set: new Set(["a"]) })') as never;

    const { value, needsCopy } = sealValue(given, 'x');

    expect(needsCopy).toBe(true);
    expect(value).toEqual({ bytes: new Uint8Array([1]), set: new Set(['a']) });
  });

  it('leaves instances of classes of another realm as they are', () => {
    const given = runInNewContext('new (class { a = 1 })()') as never;

    expect(sealValue({ given }, 'x').value).toEqual({ given });
    expect(Object.isFrozen(given)).toBe(false);
  });

  it('keeps instances of classes as they are', () => {
    const date = new Date(0);

    const { value, needsCopy } = sealValue({ date } as never, 'x');

    expect((value as unknown as { date: unknown }).date).toBe(date);
    expect(needsCopy).toBe(false);
  });
});

describe('copyValue', () => {
  it('gives binary values and sets that share nothing with the original', () => {
    const original = { bytes: new Uint8Array([1]), set: new Set(['a', new Uint8Array([2])]), list: [1, 'x'] };

    const copy = copyValue(original) as typeof original;
    copy.bytes.fill(9);
    for (const each of copy.set) if (each instanceof Uint8Array) each.fill(9);
    copy.set.clear();

    expect(original).toEqual({ bytes: new Uint8Array([1]), set: new Set(['a', new Uint8Array([2])]), list: [1, 'x'] });
    expect(Object.isFrozen(copy)).toBe(true);
    expect(Object.isFrozen(copy.list)).toBe(true);
  });
});

describe('kindOfValue', () => {
  it.each<[unknown, string]>([
    [null, 'null'],
    [['x'], 'a list'],
    [new Uint8Array(1), 'binary'],
    [new Set(), 'a set'],
    [{}, 'a map'],
    ['hunter2', 'a string'],
    [5, 'a number'],
    [5n, 'a bigint'],
    [true, 'a boolean'],
  ])('of %p is %s', (value, kind) => {
    expect(kindOfValue(value)).toBe(kind);
  });
});
