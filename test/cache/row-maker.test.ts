import { rememberAttribute } from '../../src/aws/stored-attribute';
import { type CertainAnswer } from '../../src/cache/cacher';
import { makeRow } from '../../src/cache/row-maker';
import { openSecret } from '../../src/cache/secret-box';
import { Directory, DirectoryItem, type DirectoryItemOptions } from '../../src/index';
import { cachedChain } from './cached-chain';
import { startMs } from './doubles';
import { cacheKey, plainRow, referenceRow, startSeconds } from './rows';

const key = cacheKey();
const clock = { nowMs: startMs, random: 0.5, latestTtl: undefined };
const sealingKey = { id: '0a', bytes: Buffer.alloc(32, 1) };
const directory = Directory.literal('/orders/prod');
const twelveHours = 12 * 3600;

function answerOf(more: Partial<DirectoryItemOptions> = {}, provider = 'ssm'): CertainAnswer {
  const item = new DirectoryItem({ name: 'DB_Host', value: 'db.internal', directory, source: provider, ...more });
  return { name: item.name, item, provider };
}

function secretOf(more: Partial<DirectoryItemOptions> = {}): CertainAnswer {
  return answerOf({ name: 'Token', secret: true, exactName: '/orders/prod/Token', ...more }, 'secrets');
}

describe('makeRow', () => {
  test('makes the plain row of a found name', () => {
    const row = makeRow(cachedChain(), answerOf(), clock, undefined);

    expect(row).toEqual(
      plainRow({
        originalName: 'DB_Host',
        value: { S: 'db.internal' },
        ttl: startSeconds + twelveHours,
        createdAt: '2026-03-01T12:00:00.000+00:00',
      }),
    );
  });

  test('names the provider as cache keys do', () => {
    const row = makeRow(cachedChain(), answerOf({ source: 'ssm' }, 'ssm@eu-west-1'), clock, undefined);

    expect(row?.source).toBe('ssm@eu-west-1 - /orders/prod');
  });

  test('makes a short-lived row without a value for a missing name', () => {
    const chain = cachedChain({ settings: { negativeTtlSeconds: 60 } });

    const row = makeRow(chain, { name: 'nope', item: undefined, provider: undefined }, clock, undefined);

    expect(row).toMatchObject({
      kind: 'plain',
      nameKey: key.nameKey('nope'),
      name: 'nope',
      directory: '/_nonExistent',
      value: undefined,
      ttl: startSeconds + 60,
    });
  });

  test('keeps a name that was looked up exactly in the sort key, and lower-cases it in the row', () => {
    const row = makeRow(cachedChain(), { ...answerOf(), name: 'DB_Host' }, clock, undefined);

    expect([row?.nameKey, row?.name]).toEqual([key.nameKey('DB_Host'), 'db_host']);
  });

  test('writes a value back to the letter', () => {
    const { item } = answerOf({ value: 1 });
    const answer = { ...answerOf(), item: rememberAttribute(item as DirectoryItem, { N: '1.000' }) };

    expect(makeRow(cachedChain(), answer, clock, undefined)).toMatchObject({ value: { N: '1.000' } });
  });

  test('makes no row for what DynamoDB cannot hold', () => {
    expect(makeRow(cachedChain(), answerOf({ value: Number.NaN }), clock, undefined)).toBeUndefined();
  });

  describe('ends rows', () => {
    test.each([
      [0, twelveHours - 1500],
      [0.5, twelveHours],
      [0.999, twelveHours + 1497],
    ])('with chance %d after %d seconds', (random, life) => {
      const row = makeRow(cachedChain(), answerOf(), { ...clock, random }, undefined);

      expect(row?.ttl).toBe(startSeconds + life);
    });

    test('spread in proportion to a life that settings make shorter', () => {
      const chain = cachedChain({ settings: { cacheTtlSeconds: 100 } });

      expect(makeRow(chain, answerOf(), { ...clock, random: 0 }, undefined)?.ttl).toBe(startSeconds + 97);
    });

    test('together with those that are there', () => {
      const latestTtl = startSeconds + 3 * 3600;

      expect(makeRow(cachedChain(), answerOf(), { ...clock, latestTtl }, undefined)?.ttl).toBe(latestTtl);
    });

    test('of missing names on their own', () => {
      const latestTtl = startSeconds + 3 * 3600;
      const answer = { name: 'nope', item: undefined, provider: undefined };

      expect(makeRow(cachedChain(), answer, { ...clock, latestTtl }, undefined)?.ttl).toBe(startSeconds + 900);
    });

    test('as items with an end of their own say', () => {
      const latestTtl = startSeconds + 3 * 3600;
      const answer = answerOf({ ttl: startSeconds + 5000 });

      expect(makeRow(cachedChain(), answer, { ...clock, latestTtl }, undefined)?.ttl).toBe(startSeconds + 5000);
    });
  });

  describe('for a secret', () => {
    test('makes a reference without the value', () => {
      const row = makeRow(cachedChain(), secretOf({ value: 's3cr3t' }), clock, undefined);

      expect(row).toEqual(
        referenceRow({
          name: 'token',
          source: 'secrets - /orders/prod',
          ttl: startSeconds + twelveHours,
          createdAt: '2026-03-01T12:00:00.000+00:00',
          exactName: '/orders/prod/Token',
        }),
      );
    });

    test('makes no reference where the source has no exact name', () => {
      expect(makeRow(cachedChain(), secretOf({ exactName: undefined }), clock, undefined)).toBeUndefined();
    });

    test('makes nothing when secrets are never cached', () => {
      const chain = cachedChain({ settings: { cacheSecrets: 'never' } });

      expect(makeRow(chain, secretOf(), clock, sealingKey)).toBeUndefined();
    });

    test('makes a plain row, marked as a secret, when they are cached as the original does', () => {
      const chain = cachedChain({ settings: { cacheSecrets: 'plaintext' } });

      expect(makeRow(chain, secretOf({ value: 's3cr3t' }), clock, undefined)).toMatchObject({
        kind: 'plain',
        value: { S: 's3cr3t' },
        secret: true,
      });
    });
  });

  describe('that seals', () => {
    const cacheKeys = [Buffer.alloc(32, 1).toString('base64')];
    const chain = cachedChain({ settings: { cacheSecrets: 'encrypt', cacheKeys, secretTtlSeconds: 600 } });

    test('makes a row whose box its key opens', () => {
      const row = makeRow(chain, secretOf({ value: 's3cr3t' }), clock, sealingKey);

      expect(row).toMatchObject({ kind: 'sealed', keyId: '0a', ttl: startSeconds + 600, chainHash: key.chainHash });
      if (row?.kind !== 'sealed') throw new Error('It is not sealed.');
      expect(openSecret(row.sealed, sealingKey, { ...row, environ: '/orders/prod' })).toBe('s3cr3t');
    });

    test('makes plain rows for what is no secret', () => {
      expect(makeRow(chain, answerOf(), clock, sealingKey)).toMatchObject({ kind: 'plain' });
    });

    test('makes nothing without a key, and nothing for values that are neither text nor binary', () => {
      expect(makeRow(chain, secretOf(), clock, undefined)).toBeUndefined();
      expect(makeRow(chain, secretOf({ value: { user: 'me' } }), clock, sealingKey)).toBeUndefined();
      expect(makeRow(chain, secretOf({ value: Uint8Array.of(1) }), clock, sealingKey)).toMatchObject({
        kind: 'sealed',
      });
    });

    test.each([
      ['before its time is over, it ends then', 100.9, undefined, 100],
      ['after its time is over, it ends in time', 700, undefined, 600],
      ['and has an end of its own, it ends at the first of both', 200, 5000, 200],
    ])('when a secret rotates %s', (_, rotatesInSeconds, ownSeconds, expected) => {
      const nextRotationMs = startMs + rotatesInSeconds * 1000;
      const ttl = ownSeconds === undefined ? undefined : startSeconds + ownSeconds;

      const row = makeRow(chain, secretOf({ nextRotationMs, ttl }), clock, sealingKey);

      expect(row?.ttl).toBe(startSeconds + expected);
    });
  });
});
