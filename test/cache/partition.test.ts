import { encodeRow } from '../../src/cache/rows';
import { momentAt } from '../../src/di/moment';
import { nextGeneration } from '../../src/cache/generation';
import { Partition } from '../../src/cache/partition';
import { startMs } from './doubles';
import { cacheKey, plainRow, referenceRow, sealedRow, startSeconds } from './rows';

const key = cacheKey();
const hour = 3600;
const answeredAt = momentAt(startMs);

function partitionOf(rows: readonly Parameters<typeof encodeRow>[1][], draw = 0.5): Partition {
  return new Partition(
    rows.map((row) => encodeRow('/orders/prod', row)),
    { draw, nowMs: startMs, answeredAt },
  );
}

function createdAt(second: number): string {
  return `2026-03-01T11:00:${`${second}`.padStart(2, '0')}.000+00:00`;
}

const keyRow = {
  kind: 'key' as const,
  nameKey: '~xcon|key|0a',
  name: '~xcon-key',
  directory: '/_nonExistent',
  source: 'xcon-key',
  ttl: startSeconds + 48 * hour,
  createdAt: createdAt(1),
  keyId: '0a',
  wrapped: Uint8Array.of(1),
};

describe('Partition', () => {
  test('gives the newest row first, of whatever kind; one of an unknown time last', () => {
    const partition = partitionOf([
      plainRow({ createdAt: createdAt(2) }),
      sealedRow({ createdAt: createdAt(3), keyId: '0a' }),
      sealedRow({ createdAt: undefined, keyId: '0b' }),
      referenceRow({ createdAt: createdAt(1) }),
    ]);

    const answers = partition.answers(key, 'db_host', startMs);

    expect(answers.map(({ kind, createdAt: at }) => [kind, at])).toEqual([
      ['sealed', createdAt(3)],
      ['plain', createdAt(2)],
      ['reference', createdAt(1)],
      ['sealed', undefined],
    ]);
  });

  test('gives no row that has expired, now or when it was read', () => {
    const partition = partitionOf([
      plainRow({ name: 'ended', ttl: startSeconds }),
      plainRow({ name: 'ending', ttl: startSeconds + 1 }),
      plainRow({ name: 'endless', ttl: undefined }),
    ]);

    expect(partition.names(key)).toEqual(['ending', 'endless']);
    expect(partition.answers(key, 'ending', startMs)).toHaveLength(1);
    expect(partition.answers(key, 'ending', startMs + 1000)).toEqual([]);
    expect(partition.answers(key, 'endless', startMs + 1e12)).toHaveLength(1);
  });

  test('names everything a chain has rows for, once', () => {
    const partition = partitionOf([plainRow(), referenceRow(), referenceRow({ name: 'password' })]);

    expect(partition.names(key)).toEqual(['db_host', 'password']);
    expect(partition.names(cacheKey('/elsewhere'))).toEqual([]);
  });

  test('says whether a chain has a row that has not ended', () => {
    const partition = partitionOf([plainRow({ ttl: startSeconds + 10 }), keyRow]);

    expect(partition.hasUnexpiredRow(key, startMs)).toBe(true);
    expect(partition.hasUnexpiredRow(key, startMs + 10_000)).toBe(false);
    expect(partition.hasUnexpiredRow(cacheKey('/elsewhere'), startMs)).toBe(false);
  });

  describe('latestTtl', () => {
    test('is the latest end among the rows of found names', () => {
      const partition = partitionOf([
        plainRow({ ttl: startSeconds + hour }),
        plainRow({ name: 'other', ttl: startSeconds + 2 * hour }),
        plainRow({ name: 'endless', ttl: undefined }),
        plainRow({ name: 'missing', directory: '/_nonExistent', value: undefined, ttl: startSeconds + 9 * hour }),
        referenceRow({ ttl: startSeconds + 9 * hour }),
        sealedRow({ ttl: startSeconds + 9 * hour }),
        keyRow,
      ]);

      expect(partition.latestTtl).toBe(startSeconds + 2 * hour);
    });

    test('is absent when no name was found', () => {
      expect(partitionOf([referenceRow(), keyRow]).latestTtl).toBeUndefined();
    });
  });

  test('gives wrapped keys, the newest first', () => {
    const newer = { ...keyRow, nameKey: '~xcon|key|0b', keyId: '0b', createdAt: createdAt(2) };
    const undated = { ...keyRow, nameKey: '~xcon|key|0c', keyId: '0c', createdAt: undefined };

    const partition = partitionOf([keyRow, undated, newer]);

    expect(partition.wrappedKeys.map(({ keyId }) => keyId)).toEqual(['0b', '0a', '0c']);
  });

  test('replaces the row with the same sort key, and removes a row', () => {
    const partition = partitionOf([plainRow(), referenceRow()]);

    partition.put(plainRow({ value: { S: 'new' } }));
    partition.remove(referenceRow());
    partition.remove(referenceRow({ name: 'never there' }));

    const answers = partition.answers(key, 'db_host', startMs);
    expect(answers).toEqual([expect.objectContaining({ value: { S: 'new' } })]);
  });

  test('adds rows of new chains and keys', () => {
    const partition = partitionOf([]);

    partition.put(referenceRow());
    partition.put(keyRow);

    expect(partition.names(key)).toEqual(['db_host']);
    expect(partition.wrappedKeys).toEqual([keyRow]);
  });

  describe('with a generation', () => {
    const change = { directory: '/orders/prod', name: 'db_host' };
    const generation = nextGeneration(undefined, [change], startMs);
    const writtenLong = { createdAt: '2026-03-01T12:16:00.000+00:00' };

    test('is given; it is 0 when there is none', () => {
      expect([partitionOf([generation]).generation, partitionOf([]).generation]).toEqual([startMs, 0]);
    });

    test('is given also when its row waits to be deleted', () => {
      expect(partitionOf([{ ...generation, ttl: 1 }]).generation).toBe(startMs);
    });

    test('ignores rows of every kind that may be older than a change, and no others', () => {
      const rows = [plainRow(), referenceRow(), sealedRow(), plainRow({ name: 'pool', nameKey: key.nameKey('pool') })];

      const partition = partitionOf([...rows, generation]);

      expect(partition.names(key)).toEqual(['pool']);
      expect(partition.answers(key, 'db_host', startMs)).toEqual([]);
    });

    test('uses rows of the current generation, and none without a generation', () => {
      const seen = [plainRow({ generation: startMs }), referenceRow(writtenLong)];

      const partition = partitionOf([...seen, generation]);

      expect(partition.answers(key, 'db_host', startMs).map(({ kind }) => kind)).toEqual(['plain']);
    });

    test('does not align to rows that it ignores', () => {
      expect(partitionOf([plainRow(), generation]).latestTtl).toBeUndefined();
    });

    test.each([
      ['two minutes ago', 'DB_HOST', 120_000, false],
      ['just now', 'DB_HOST', 119_999, true],
      ['just now, under another name', 'pool', 0, false],
    ])('says what has changed %s', (_, name, laterMs, expected) => {
      expect(partitionOf([generation]).hasJustChanged(key, name, startMs + laterMs)).toBe(expected);
    });

    test('says in which chains something has changed', () => {
      const everywhere = nextGeneration(undefined, [{ directory: undefined, name: 'db_host' }], startMs);
      const other = cacheKey('/elsewhere');

      expect(partitionOf([generation]).hasJustChanged(other, 'db_host', startMs)).toBe(false);
      expect(partitionOf([everywhere]).hasJustChanged(other, 'db_host', startMs)).toBe(true);
      expect(partitionOf([]).hasJustChanged(key, 'db_host', startMs)).toBe(false);
    });
  });
});
