import { type ConfigValue } from '../../../src/index';
import { fc } from '../../setup/fast-check';

/** Numbers that DynamoDB can hold: of a certain size, and without a negative zero. */
const numbers = fc
  .oneof(fc.integer(), fc.double({ min: -1e120, max: 1e120, noNaN: true }))
  .map((each) => (Math.abs(each) < 1e-120 ? 0 : each));

/** Integers beyond what a double holds: of at most 38 digits, and longer ones that end in zeros, which DynamoDB holds as well. */
const bigIntegers = fc
  .oneof(
    fc.bigInt({ min: 2n ** 53n + 1n, max: 10n ** 38n - 1n }),
    fc.bigInt({ min: 10n ** 18n, max: 10n ** 20n }).map((each) => each * 10n ** 20n),
  )
  .filter((each) => BigInt(Number(each)) !== each)
  .chain((each) => fc.constantFrom(each, -each));

const sets = fc.oneof(
  fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 }),
  fc.uniqueArray(fc.oneof(fc.integer(), fc.constantFrom(1e37, 1e38, 1e40, -1e120)), { minLength: 1, maxLength: 3 }),
);

const { value: anyValue } = fc.letrec<{ value: ConfigValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom('', 'null', '0'),
    numbers,
    bigIntegers,
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 8 }).map((each) => Uint8Array.from(each)),
    sets.map((each) => new Set<string | number>(each)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.string({ minLength: 1, maxLength: 4 }), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

/** Values of every kind that a source can give and DynamoDB can hold. */
export const configValues: fc.Arbitrary<ConfigValue> = anyValue;
