import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { fitsItem } from '../../src/cache/row-size';

const limit = 400 * 1024;

/** A row whose only attribute has so many bytes of name and value. */
function rowOf(value: AttributeValue) {
  return { v: value };
}

describe('fitsItem', () => {
  test('takes a row just within the limit, with some room for what DynamoDB adds', () => {
    expect(fitsItem(rowOf({ S: 's'.repeat(limit - 20) }))).toBe(true);
    expect(fitsItem(rowOf({ S: 's'.repeat(limit + 1) }))).toBe(false);
  });

  test('counts bytes, not letters', () => {
    expect(fitsItem(rowOf({ S: 'ä'.repeat(limit / 2 + 1) }))).toBe(false);
  });

  test('counts the names of attributes', () => {
    expect(fitsItem({ ['n'.repeat(limit)]: { BOOL: true } })).toBe(false);
  });

  test.each<[string, (bytes: number) => AttributeValue]>([
    ['binary values', (bytes) => ({ B: new Uint8Array(bytes) })],
    ['lists', (bytes) => ({ L: [{ S: 's'.repeat(bytes) }, { NULL: true }] })],
    ['maps', (bytes) => ({ M: { key: { S: 's'.repeat(bytes) } } })],
    ['names in maps', (bytes) => ({ M: { ['k'.repeat(bytes)]: { BOOL: true } } })],
    ['sets of texts', (bytes) => ({ SS: ['s'.repeat(bytes), 'other'] })],
    ['sets of binary values', (bytes) => ({ BS: [new Uint8Array(bytes)] })],
    ['nested lists', (bytes) => ({ L: [{ L: [{ M: { key: { S: 's'.repeat(bytes) } } }] }] })],
  ])('counts %s', (_, make) => {
    expect(fitsItem(rowOf(make(limit - 1000)))).toBe(true);
    expect(fitsItem(rowOf(make(limit + 1)))).toBe(false);
  });

  test('counts numbers, alone and in sets', () => {
    const numbers = Array.from({ length: 20_000 }, (_, index) => `1234567890123456${index}`);

    expect(fitsItem(rowOf({ NS: numbers.slice(0, 10_000) }))).toBe(true);
    expect(fitsItem(rowOf({ NS: numbers }))).toBe(false);
    expect(fitsItem(rowOf({ N: '1' }))).toBe(true);
  });

  test('counts every element of a long list', () => {
    expect(fitsItem(rowOf({ L: Array<AttributeValue>(limit).fill({ BOOL: true }) }))).toBe(false);
  });
});
