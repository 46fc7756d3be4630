import { chainDirectories, isOutdated, mayTouch } from '../../src/cache/changes';
import { nextGeneration } from '../../src/cache/generation';
import { startMs } from './doubles';
import { cacheKey, paths, plainRow, referenceRow, sealedRow } from './rows';

const directories = paths.split('|');

function change(directory: string | undefined, name: string | undefined = 'db_host') {
  return { directory, name };
}

describe('chainDirectories', () => {
  test.each([
    ['plain', plainRow()],
    ['reference', referenceRow()],
    ['sealed', sealedRow()],
  ])('reads the chain of a %s row', (_, row) => {
    expect(chainDirectories(row)).toEqual(directories);
  });

  test('finds the chain behind a name that looks like one', () => {
    const name = 'x|+|/orders/prod|+|ssm';
    const key = cacheKey();

    const row = referenceRow({ name, nameKey: `${key.nameKey(name)}|+|xcon:ref` });

    expect(chainDirectories(row)).toEqual(directories);
  });

  test('gives none when key and chain do not match', () => {
    expect(chainDirectories(referenceRow({ chainHash: 'of something else' }))).toBeUndefined();
  });
});

describe('mayTouch', () => {
  const found = { directory: '/orders/all', source: 'ssm - /orders/all' };

  test.each([
    ['where the answer was found', '/orders/all', true],
    ['above it', '/orders/prod', true],
    ['below it', '/global/prod', false],
    ['in no directory of the chain', '/billing/prod', false],
    ['in a directory that differs in case', '/Orders/prod', false],
    ['anywhere', undefined, true],
  ])('a change %s', (_, directory, expected) => {
    const rows = [plainRow(found), referenceRow(found), sealedRow(found)];

    expect(rows.map((row) => mayTouch(change(directory), row))).toEqual([expected, expected, expected]);
  });

  test('touches a missing name, and an answer of nowhere in the chain, from every directory of it', () => {
    const missing = plainRow({ directory: '/_nonExistent' });
    const elsewhere = plainRow({ directory: '/elsewhere' });

    expect([missing, elsewhere].map((row) => mayTouch(change('/global/all'), row))).toEqual([true, true]);
  });

  test('touches rows of its name alone, or all when the name is unknown', () => {
    const row = plainRow({ name: 'pool_size' });

    expect(mayTouch(change('/orders/prod'), row)).toBe(false);
    expect(mayTouch({ directory: '/orders/prod', name: undefined }, row)).toBe(true);
  });

  test('touches a row whose chain is unknown', () => {
    expect(mayTouch(change('/orders/prod'), referenceRow({ chainHash: '' }))).toBe(true);
  });
});

describe('isOutdated', () => {
  const generation = nextGeneration(undefined, [change('/orders/prod')], startMs);

  test.each([
    ['before the change', startMs - 1, true],
    ['with it', startMs, false],
    ['after it', startMs + 1, false],
  ])('a row from memory that began %s', (_, seen, expected) => {
    expect(isOutdated(plainRow({ generation: seen }), generation)).toBe(expected);
  });

  test('a row without a generation, whenever it was written', () => {
    const row = plainRow({ createdAt: new Date(startMs + 3_600_000).toISOString() });

    expect(isOutdated(row, generation)).toBe(true);
    expect(isOutdated({ ...row, name: 'other' }, generation)).toBe(false);
  });

  test('a row of another name, or with a change below it, is current', () => {
    const other = plainRow({ name: 'other', generation: 1 });
    const global = nextGeneration(undefined, [change('/global/all')], startMs);

    expect(isOutdated(other, generation)).toBe(false);
    expect(isOutdated(plainRow({ generation: 1 }), global)).toBe(false);
  });

  test('a row of any name from before the floor, or of an unknown time', () => {
    const cleared = nextGeneration(undefined, [{ directory: undefined, name: undefined }], startMs);

    expect(isOutdated(plainRow({ name: 'other', generation: startMs - 1 }), cleared)).toBe(true);
    expect(isOutdated(plainRow({ name: 'other', createdAt: undefined }), cleared)).toBe(true);
    expect(isOutdated(plainRow({ name: 'other', generation: startMs }), cleared)).toBe(false);
  });
});
