import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/**
 * Latest end that the Python library reads, **seconds** since the Unix epoch: its dates end with the year 9999, and one row beyond
 * fails the whole partition.
 *
 * Source: https://docs.python.org/3/library/datetime.html#datetime.MAXYEAR
 */
export const latestReadableTtl = 253_402_300_799;

/**
 * Most digits of a number that boto3 reads, at any depth of a row: it refuses to round.
 *
 * Source: https://boto3.amazonaws.com/v1/documentation/api/latest/_modules/boto3/dynamodb/types.html
 */
const mostDigits = 38;

/**
 * Whether the Python library can read a value.
 *
 * DynamoDB gives numbers without an exponent, so that 1e40 comes as 41 digits, which fail the whole partition.
 */
export function isReadableByPython(attribute: AttributeValue): boolean {
  if (attribute.N !== undefined) return digitsOf(attribute.N) <= mostDigits;
  if (attribute.NS !== undefined) return attribute.NS.every((each) => digitsOf(each) <= mostDigits);
  const parts = attribute.L ?? Object.values(attribute.M ?? {});
  return parts.every(isReadableByPython);
}

/** Gives how many digits a number has when it is written without an exponent; zeros in front do not count. */
function digitsOf(text: string): number {
  const [, whole = '', fraction = '', exponent = '0'] = /^[+-]?(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const significant = `${whole}${fraction}`.replace(/^0+/, '');
  const trailingZeros = Math.max(0, Number(exponent) - fraction.length);
  return significant === '' ? 0 : significant.length + trailingZeros;
}
