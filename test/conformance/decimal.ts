/**
 * Gives what a DynamoDB number must become: a `number` when that is exact, a `bigint` when it is a larger integer, and
 * otherwise its decimal string.
 *
 * Written apart from the library's own conversion, which it judges.
 *
 * @param text - A decimal number, such as `3.14` or `1e3`.
 */
export function numberOf(text: string): number | bigint | string {
  const number = Number(text);
  const { sign, digits, exponent } = parse(text);
  if (Number.isFinite(number) && canonical(String(number)) === canonical(text)) return number;
  return exponent >= 0 ? BigInt(`${sign}${digits}${'0'.repeat(exponent)}`) : text;
}

/** Writes a decimal number in the one form that all its spellings share. */
export function canonical(text: string): string {
  const { sign, digits, exponent } = parse(text);
  return digits === '0' ? '0' : `${sign}${digits}e${exponent}`;
}

interface Decimal {
  readonly sign: '' | '-';
  /** Without leading or trailing zeros. */
  readonly digits: string;
  /** Power of ten of the last digit. */
  readonly exponent: number;
}

function parse(text: string): Decimal {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) throw new RangeError(`Not a decimal number: ${text}`);
  const [, sign, whole = '', fraction = '', power = '0'] = match;
  const all = `${whole}${fraction}`.replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  if (digits === '') return { sign: '', digits: '0', exponent: 0 };
  return {
    sign: sign === '-' ? '-' : '',
    digits,
    exponent: Number(power) - fraction.length + all.length - digits.length,
  };
}
