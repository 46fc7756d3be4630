import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { mockClient } from 'aws-sdk-client-mock';
import { type DataKeyRow } from '../../src/cache/rows';
import { Keyring, openSecret, type SealBinding, type SealingKey, sealSecret } from '../../src/cache/keyring';
import { XconSettings } from '../../src/index';
import { type SettingsValues } from '../../src/settings/settings-values';
import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { startMs, TestClock } from './doubles';
import { clientOptions } from './fleet-process';
import { testKey } from '../base/test-key';

const day = 24 * 3600;
const given = [1, 2].map((byte) => testKey(byte).toString('base64'));
let aws: LocalAws;
let client: KMSClient;
let clock: TestClock;

beforeAll(async () => {
  aws = await startLocalAws({ seed: { kmsKeys: ['alias/orders', 'alias/other'] } });
  client = new KMSClient(clientOptions(aws.url));
});

beforeEach(() => {
  aws.calls.clear();
  clock = new TestClock();
});

afterAll(async () => {
  client.destroy();
  await aws.close();
});

function keyring(settings: Partial<SettingsValues> = { cacheKmsKeyId: 'alias/orders' }, environ = '/orders/prod') {
  return new Keyring({
    settings: new XconSettings(settings).resolve(),
    environ,
    kms: () => Promise.resolve(client),
    nowMs: () => clock.nowMs(),
  });
}

/** Makes a data key, as a process does that finds none. */
async function dataKeyRow(): Promise<DataKeyRow> {
  const made = await keyring().current([]);
  if (!('row' in made)) throw new Error('No data key was made.');
  aws.calls.clear();
  return made.row;
}

const unopenable: DataKeyRow = {
  kind: 'key',
  nameKey: '~xcon|key|0a',
  name: '~xcon-key',
  directory: '/_nonExistent',
  source: 'xcon-key',
  ttl: startMs / 1000 + day,
  createdAt: '2026-03-01T12:00:00.000+00:00',
  keyId: '0a',
  wrapped: Uint8Array.of(1),
};

describe('a keyring with keys of the settings', () => {
  test('seals with the first, and finds all', async () => {
    const ring = keyring({ cacheKeys: given });

    const first = await ring.current([]);
    const second = await keyring({ cacheKeys: given.slice(1) }).current([]);

    if ('row' in first || 'row' in second) throw new Error('A key of the settings has no row.');
    expect(Buffer.from(first.bytes).toString('base64')).toBe(given[0]);
    expect(await ring.find(first.id, [])).toEqual(first);
    expect(await ring.find(second.id, [])).toEqual(second);
    expect(await ring.find('ffffffffffffffff', [])).toBeUndefined();
    expect(aws.calls.count()).toBe(0);
  });

  test('gives its keys ids that reveal nothing, the same in every process', async () => {
    const keys = await Promise.all([
      keyring({ cacheKeys: given }).current([]),
      keyring({ cacheKeys: given }).current([]),
    ]);

    const ids = keys.map((key) => ('row' in key ? key.row.keyId : key.id));
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
  });

  test('leaves wrapped keys alone when there is no KMS key', async () => {
    const row = await dataKeyRow();

    expect(await keyring({ cacheKeys: given }).find(row.keyId, [row])).toBeUndefined();
  });
});

describe('a keyring with a KMS key', () => {
  test('unwraps the newest data key that another process has made', async () => {
    const row = await dataKeyRow();

    const key = await keyring().current([row]);

    expect(key).toMatchObject({ id: row.keyId });
    expect(aws.calls.all.map(({ operation }) => operation)).toEqual(['Decrypt']);
  });

  test.each([
    ['younger, so that it seals for longer', '2026-03-02T11:59:59.000+00:00'],
    ['older', '2026-03-01T11:00:00.000+00:00'],
    ['of no time', undefined],
  ])('neither seals nor opens with a data key whose row was edited to be %s', async (_, createdAt) => {
    const row = await dataKeyRow();
    const edited = { ...row, createdAt };
    const ring = keyring();

    const current = await ring.current([edited]);

    expect(current).toHaveProperty('row');
    await expect(ring.find(row.keyId, [edited])).rejects.toThrow();
    expect(await ring.find(row.keyId, [row])).toMatchObject({ id: row.keyId });
  });

  test('says until when a data key is kept: two days from when it was made', async () => {
    const row = await dataKeyRow();
    const made = await keyring().current([]);

    expect(await keyring().current([{ ...row, ttl: 4_000_000_000 }])).toMatchObject({
      endsAt: startMs / 1000 + 2 * day,
    });
    expect(made).toMatchObject({ key: { endsAt: startMs / 1000 + 2 * day } });
  });

  test('unwraps a data key once, however often it is asked for', async () => {
    const row = await dataKeyRow();
    const ring = keyring();

    const keys = await Promise.all([ring.current([row]), ring.find(row.keyId, [row]), ring.find(row.keyId, [row])]);

    expect(new Set(keys).size).toBe(1);
    expect(aws.calls.count()).toBe(1);
  });

  test('makes a new data key after 24 hours, and still opens what the old one has sealed', async () => {
    const row = await dataKeyRow();
    clock.advance(day);
    const ring = keyring();

    const made = await ring.current([row]);

    expect('row' in made && made.row.keyId).not.toBe(row.keyId);
    expect(await ring.find(row.keyId, [row])).toMatchObject({ id: row.keyId });
  });

  test('does not seal with a data key of an unknown time', async () => {
    const row = await dataKeyRow();

    const made = await keyring().current([{ ...row, createdAt: undefined }]);

    expect(made).toHaveProperty('row');
  });

  test('does not unwrap a data key of another partition, nor one of another KMS key', async () => {
    const row = await dataKeyRow();

    await expect(keyring(undefined, '/orders/test').find(row.keyId, [row])).rejects.toThrow();
    await expect(keyring({ cacheKmsKeyId: 'alias/other' }).find(row.keyId, [row])).rejects.toThrow();
  });

  test('asks again after KMS has failed', async () => {
    const row = await dataKeyRow();
    const ring = keyring();
    aws.setFaults([{ target: 'Decrypt', type: 'AccessDeniedException', times: 1 }]);

    await expect(ring.find(row.keyId, [row])).rejects.toThrow();

    expect(await ring.find(row.keyId, [row])).toMatchObject({ id: row.keyId });
  });

  test('finds no key that has no row', async () => {
    expect(await keyring().find('ffffffffffffffff', [])).toBeUndefined();
  });

  test('throws when KMS does not give what was asked for', async () => {
    const mocked = mockClient(KMSClient);
    mocked.on(GenerateDataKeyCommand).resolves({ Plaintext: new Uint8Array(16), CiphertextBlob: Uint8Array.of(1) });
    mocked.on(DecryptCommand).resolves({});

    await expect(keyring().current([])).rejects.toThrow('KMS gave no data key.');
    await expect(keyring().find('0a', [unopenable])).rejects.toThrow('KMS gave no key of 32 bytes.');

    mocked.restore();
  });
});

const key: SealingKey = { id: '0a', bytes: Buffer.alloc(32, 1) };
const facts: SealBinding = {
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

  test('that was written by an earlier version opens', () => {
    const box = 'AugFHnDcch0vNh2wssfVLk0mnSpQ2PSGN6JmlwSCKpSedaiSUpYbIsCHx9Ih5OTo/yGwnQ==';

    expect(openSecret(Buffer.from(box, 'base64'), key, facts)).toBe('s3cr3t');
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

  test.each<[string, Partial<SealBinding>]>([
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

  test('does not open when it is truncated or extended', () => {
    const box = sealSecret('s3cr3t', key, facts);

    for (let length = 0; length < box.length; length += 1) {
      expect(openSecret(box.subarray(0, length), key, facts)).toBeUndefined();
    }
    expect(openSecret(Buffer.concat([box, Buffer.of(0)]), key, facts)).toBeUndefined();
  });
});
