/** Whether converting a number back gives the same decimal. @param text - A decimal, as JSON writes numbers. */
export function isExact(text: string, number: number): boolean {
  return Number.isFinite(number) && sameDecimal(decimalOf(text), decimalOf(String(number)));
}

/** Whether a text is a whole number that a double would round: another number would come of it, in silence. */
export function isRoundedWhole(text: string): boolean {
  const decimal = decimalOf(text);
  return decimal !== undefined && decimal.power >= 0 && !isExact(text, Number(text));
}

/** Longer than any text of a number that DynamoDB has: 38 digits and up to 130 places. */
const longestNumber = 200;

/**
 * Turns the text of a number into one of JavaScript, without rounding it.
 *
 * @param text - A decimal, as DynamoDB and JSON write numbers.
 * @returns A `number` when that is exact, a `bigint` for a larger integer, else the text as it is.
 */
export function decodeNumber(text: string): number | bigint | string {
  if (text.length > longestNumber) return text;
  const number = Number(text);
  if (isExact(text, number)) return number;
  return /^-?\d+$/.test(text) ? BigInt(text) : text;
}

/** A decimal as digits without zeros at their ends, times a power of ten, so that equal numbers compare equal. */
interface Decimal {
  readonly digits: string;
  readonly power: number;
}

function decimalOf(text: string): Decimal | undefined {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return { digits: '0', power: 0 };
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return { digits: `${sign === '-' ? '-' : ''}${significant}`, power };
}

function sameDecimal(one: Decimal | undefined, other: Decimal | undefined): boolean {
  return one !== undefined && one.digits === other?.digits && one.power === other.power;
}
