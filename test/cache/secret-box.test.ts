import { openSecret, type SealedFacts, sealSecret, type SealingKey } from '../../src/cache/secret-box';
import { fc } from '../setup/fast-check';

const key: SealingKey = { id: '0a', bytes: Buffer.alloc(32, 1) };
const facts: SealedFacts = {
  environ: '/orders/prod',
  nameKey: 'password|+|/orders/prod|+|secrets|+|xcon:sealed:0a',
  directory: '/orders/prod',
  source: 'secrets - /orders/prod',
  ttl: 1_772_367_300,
  createdAt: '2026-03-01T12:00:00.000+00:00',
  generation: 7,
  readAtMs: 1_772_366_400_000,
};

describe('a sealed value', () => {
  test('opens with its key, for the row it was sealed for', () => {
    expect(openSecret(sealSecret('s3cr3t', key, facts), key, facts)).toBe('s3cr3t');
    expect(openSecret(sealSecret('', key, facts), key, facts)).toBe('');
  });

  test('is what it was, text or binary', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array()), (value) => {
        const given = typeof value === 'string' ? value : Uint8Array.from(value);

        expect(openSecret(sealSecret(given, key, facts), key, facts)).toEqual(given);
      }),
    );
  });

  test('opens from within a larger buffer', () => {
    const box = sealSecret('s3cr3t', key, facts);
    const larger = Buffer.concat([Buffer.alloc(5), box, Buffer.alloc(5)]);

    expect(openSecret(larger.subarray(5, 5 + box.length), key, facts)).toBe('s3cr3t');
  });

  test('holds no trace of the value, and is another box each time', () => {
    const [one, other] = [sealSecret('s3cr3t-canary', key, facts), sealSecret('s3cr3t-canary', key, facts)];

    expect(Buffer.from(one).includes('canary')).toBe(false);
    expect(Buffer.from(one).equals(other)).toBe(false);
  });

  test.each<[string, Partial<SealedFacts>]>([
    ['moved to another partition', { environ: '/orders/test' }],
    ['moved to another name', { nameKey: facts.nameKey.replace('password', 'greeting') }],
    ['moved to another chain', { nameKey: facts.nameKey.replace('|/orders/prod', '|/orders/all') }],
    ['said to come from another directory', { directory: '/orders/all' }],
    ['said to come from another source', { source: 'ssm - /orders/prod' }],
    ['without a source', { source: undefined }],
    ['extended in time', { ttl: 1_872_367_300 }],
    ['extended for ever', { ttl: undefined }],
    ['made younger', { createdAt: '2026-03-01T12:00:01.000+00:00' }],
    ['without a moment', { createdAt: undefined }],
    ['said to have seen a later change', { generation: 8 }],
    ['without the generation that its reads had seen', { generation: undefined }],
    ['said to have been read later', { readAtMs: 1_772_366_400_001 }],
    ['without the time of its reads', { readAtMs: undefined }],
  ])('does not open when it was %s', (_, edited) => {
    const box = sealSecret('s3cr3t', key, facts);

    expect(openSecret(box, key, { ...facts, ...edited })).toBeUndefined();
  });

  test('does not open with another key, or with the same one under another id', () => {
    const box = sealSecret('s3cr3t', key, facts);

    expect(openSecret(box, { id: '0a', bytes: Buffer.alloc(32, 2) }, facts)).toBeUndefined();
    expect(openSecret(box, { ...key, id: '0b' }, facts)).toBeUndefined();
  });

  test('does not open after any bit of it has changed', () => {
    const box = sealSecret('s3cr3t', key, facts);

    for (let bit = 0; bit < box.length * 8; bit += 1) {
      const changed = Buffer.from(box);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(openSecret(changed, key, facts)).toBeUndefined();
    }
  });

  test('does not open when it is cut short or drawn out', () => {
    const box = sealSecret('s3cr3t', key, facts);

    for (let length = 0; length < box.length; length += 1) {
      expect(openSecret(box.subarray(0, length), key, facts)).toBeUndefined();
    }
    expect(openSecret(Buffer.concat([box, Buffer.of(0)]), key, facts)).toBeUndefined();
  });
});
