import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { decodeAttribute, encodeAttribute, isUsable, wellFormedRow } from '../../src/aws/attribute-value';
import { decodeNumber } from '../../src/item/decimal';
import { type ConfigValue } from '../../src/item/value';
import { fc } from '../setup/fast-check';

/** What a decimal text is worth: `digits * 10 ** power`, with `digits` not divisible by ten. */
function worthOf(text: string): { readonly digits: bigint; readonly power: number } {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  let digits = BigInt(`${whole}${fraction}`);
  let power = Number(exponent) - fraction.length;
  if (digits === 0n) return { digits, power: 0 };
  for (; digits % 10n === 0n; digits /= 10n) power += 1;
  return { digits, power };
}

const decimalDigits = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.stringMatching(/^[0-9]{0,37}$/))
  .map(([first, rest]) => `${first}${rest}`);

/** Decimals as DynamoDB holds them: up to 38 digits. */
const decimal = fc.tuple(fc.constantFrom('', '-'), decimalDigits, fc.nat({ max: 38 })).map(([sign, digits, scale]) => {
  if (scale === 0) return `${sign}${digits}`;
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
});

/** Numbers that DynamoDB can hold: up to 125 powers of ten, from 130 below zero. */
const number = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .filter((each) => each === 0 || (Math.abs(each) > 1e-130 && Math.abs(each) < 1e125))
  .map((each) => (Object.is(each, -0) ? 0 : each));

/** Integers that a double would round, of up to 38 digits. */
const largeInteger = fc
  .bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })
  .filter((each) => typeof decodeNumber(each.toString()) === 'bigint');

const bytes = fc.uint8Array({ maxLength: 8 });

/** Every value that comes back from DynamoDB as it went there. */
const value = fc.letrec<{ value: ConfigValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    number,
    largeInteger,
    fc.boolean(),
    fc.constant(null),
    bytes,
    fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 4 }).map((each) => new Set(each)),
    fc.uniqueArray(fc.oneof(number, largeInteger), { minLength: 1, maxLength: 4 }).map((each) => new Set(each)),
    fc.array(bytes, { minLength: 1, maxLength: 1 }).map((each) => new Set(each)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'S', 'N', 'M')), tie('value'), {
      maxKeys: 4,
    }),
  ),
})).value;

describe('a value that is encoded and decoded', () => {
  it('is the same', () => {
    fc.assert(
      fc.property(value, (given) => {
        const attribute = encodeAttribute(given);

        expect(attribute).toBeDefined();
        expect(decodeAttribute(attribute as AttributeValue)).toEqual(given);
      }),
    );
  });
});

describe('decodeAttribute', () => {
  it.each<[string, AttributeValue, ConfigValue]>([
    ['text', { S: '' }, ''],
    ['number', { N: '0' }, 0],
    ['false', { BOOL: false }, false],
    ['null', { NULL: true }, null],
    ['binary', { B: new Uint8Array() }, new Uint8Array()],
    ['list', { L: [{ S: 'a' }, { N: '1' }, { L: [] }] }, ['a', 1, []]],
    ['map', { M: { a: { M: {} }, b: { NULL: true } } }, { a: {}, b: null }],
    ['set of texts', { SS: ['a', 'b'] }, new Set(['a', 'b'])],
    ['set of numbers', { NS: ['1', '12345678901234567890', '0.5'] }, new Set([1, 12345678901234567890n, 0.5])],
    ['set of binaries', { BS: [new Uint8Array([1])] }, new Set([new Uint8Array([1])])],
  ])('gives a %s', (_, attribute, expected) => {
    expect(decodeAttribute(attribute)).toEqual(expected);
  });

  it('copies binary values', () => {
    const stored = new Uint8Array([1, 2]);

    const decoded = [decodeAttribute({ B: stored }), [...(decodeAttribute({ BS: [stored] }) as Set<Uint8Array>)][0]];
    stored.fill(0);

    expect(decoded).toEqual([new Uint8Array([1, 2]), new Uint8Array([1, 2])]);
  });

  it.each<[string, AttributeValue]>([
    ['of a kind that DynamoDB does not have', { $unknown: ['X', 'x'] }],
    ['without a value', {} as AttributeValue],
  ])('gives undefined for an attribute %s', (_, attribute) => {
    expect(decodeAttribute(attribute)).toBeUndefined();
    expect(decodeAttribute({ L: [attribute], M: undefined as never })).toEqual([null]);
    expect(decodeAttribute({ M: { a: attribute } })).toEqual({ a: null });
  });

  it('keeps names such as __proto__ as data', () => {
    const map = Object.fromEntries([
      ['__proto__', { M: { admin: { BOOL: true } } }],
      ['constructor', { S: 'c' }],
    ]) as Record<string, AttributeValue>;

    const decoded = decodeAttribute({ M: map }) as Record<string, ConfigValue>;

    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    expect(Object.entries(decoded)).toEqual([
      ['__proto__', { admin: true }],
      ['constructor', 'c'],
    ]);
  });
});

describe('encodeAttribute', () => {
  it.each<[ConfigValue, AttributeValue]>([
    ['', { S: '' }],
    [0, { N: '0' }],
    [-0, { N: '0' }],
    [1.5, { N: '1.5' }],
    [1e21, { N: '1e+21' }],
    [12345678901234567890n, { N: '12345678901234567890' }],
    [false, { BOOL: false }],
    [null, { NULL: true }],
    [new Uint8Array([1]), { B: new Uint8Array([1]) }],
    [new Set(['a', 'b']), { SS: ['a', 'b'] }],
    [new Set([1, 12345678901234567890n]), { NS: ['1', '12345678901234567890'] }],
    [new Set([new Uint8Array([1])]), { BS: [new Uint8Array([1])] }],
    [[], { L: [] }],
    [{}, { M: {} }],
    [{ a: [null] }, { M: { a: { L: [{ NULL: true }] } } }],
  ])('encodes %p as %p', (given, expected) => {
    expect(encodeAttribute(given)).toEqual(expected);
  });

  it.each<[string, ConfigValue]>([
    ['NaN', Number.NaN],
    ['Infinity', Number.NEGATIVE_INFINITY],
    ['an empty set', new Set<string>()],
    ['a set of binary and text', new Set(['a', new Uint8Array([1])])],
    ['a set of texts and numbers', new Set(['a', 1])],
    ['a set with NaN', new Set([Number.NaN])],
    ['a number above the range of DynamoDB', 1e300],
    ['a number below the range of DynamoDB', 1e-200],
    ['a bigint with too many digits', 10n ** 50n + 1n],
    ['an instance of a class', new Date() as never],
    ['a map with undefined', { a: undefined } as never],
  ])('gives undefined for %s, also inside something else', (_, given) => {
    expect(encodeAttribute(given)).toBeUndefined();
    expect(encodeAttribute(['a', given])).toBeUndefined();
    expect(encodeAttribute({ a: { b: [given] } })).toBeUndefined();
  });
});

describe('decodeNumber', () => {
  it.each<[string, number | bigint | string]>([
    ['0', 0],
    ['007', 7],
    ['1.50', 1.5],
    ['-12.5', -12.5],
    ['0.1', 0.1],
    ['1E+2', 100],
    ['1e21', 1e21],
    ['-1.5E-7', -1.5e-7],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['-12345678901234567890', -12345678901234567890n],
    ['12345678901234567890123456789012345678', 12345678901234567890123456789012345678n],
    ['100000000000000000000000000000000000000', 1e38],
    ['0.12345678901234567890123456789012345678', '0.12345678901234567890123456789012345678'],
    ['123456789012345678.5', '123456789012345678.5'],
    ['1e400', '1e400'],
    ['1e-400', '1e-400'],
    ['not a number', 'not a number'],
    ['0x10', '0x10'],
    ['Infinity', 'Infinity'],
  ])('of %s is %p', (text, expected) => {
    expect(decodeNumber(text)).toEqual(expected);
  });

  it('gives a number when the conversion is exact, else a bigint or a decimal string', () => {
    fc.assert(
      fc.property(decimal, (text) => {
        const decoded = decodeNumber(text);
        const exact = worthOf(String(Number(text)));

        expect(worthOf(String(decoded))).toEqual(worthOf(text));
        expect(typeof decoded === 'number').toBe(
          exact.digits === worthOf(text).digits && exact.power === worthOf(text).power,
        );
        expect(typeof decoded === 'string').toBe(typeof decoded !== 'number' && text.includes('.'));
      }),
      { numRuns: 300 },
    );
  });

  it('gives every JavaScript number back unchanged', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (each) => decodeNumber(`${each}`) === each),
    );
  });
});

describe('a row as the SDK returned it', () => {
  it.each<[string, unknown]>([
    ['of another type than it says', { S: 5 }],
    ['of no type', {}],
    ['of a type that there is not', { X: 'x' }],
    ['that is no attribute', 'text'],
  ])('keeps a value %s as an invalid one, and reads all others', (_, bad) => {
    const row = wellFormedRow({ name_key: { S: 'x' }, value: bad, ttl: bad });

    expect(Object.keys(row).sort()).toEqual(['name_key', 'value']);
    expect(row['value'] && isUsable(row['value'])).toBe(false);
  });

  it.each([
    [{ S: 'text' }, true],
    [{ L: [{ N: '1' }, { M: { a: { BOOL: true } } }] }, true],
    [{ L: [{ N: 1 }] }, false],
    [{ M: { a: { L: [{}] } } }, false],
  ])('has the usable value %j: %s', (value, expected) => {
    expect(isUsable(value as AttributeValue)).toBe(expected);
  });
});
