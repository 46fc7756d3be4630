import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';

import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { clientOptions, post, rejectionName } from './local-requests';

let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
});

afterAll(() => aws.close());

const generate = async (body: object, to = aws) => (await post(to, 'TrentService.GenerateDataKey', body)).json;
const decrypt = async (body: object, to = aws) => (await post(to, 'TrentService.Decrypt', body)).json;

it('speaks with the SDK', async () => {
  const kms = new KMSClient(clientOptions(aws));
  const EncryptionContext = { app: 'a' };
  const { CiphertextBlob, Plaintext } = await kms.send(
    new GenerateDataKeyCommand({ KeyId: 'alias/config', KeySpec: 'AES_256', EncryptionContext }),
  );

  const opened = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));

  expect(opened.Plaintext).toEqual(Plaintext);
  expect(await rejectionName(kms.send(new DecryptCommand({ CiphertextBlob })))).toBe('InvalidCiphertextException');
  kms.destroy();
});

describe('GenerateDataKey', () => {
  it.each([
    [{ KeySpec: 'AES_256' }, 32],
    [{ KeySpec: 'AES_128' }, 16],
    [{ NumberOfBytes: 5 }, 5],
  ])('gives %j as %i bytes, plain and wrapped', async (size, bytes) => {
    const one = await generate({ KeyId: 'alias/config', ...size });
    const other = await generate({ KeyId: 'alias/config', ...size });

    expect(Buffer.from(String(one['Plaintext']), 'base64')).toHaveLength(bytes);
    expect(one['KeyId']).toBe('arn:aws:kms:us-east-1:000000000000:alias/config');
    expect(one['Plaintext']).not.toBe(other['Plaintext']);
    expect(one['CiphertextBlob']).not.toBe(other['CiphertextBlob']);
  });

  it.each([
    {},
    { KeySpec: 'AES_512' },
    { NumberOfBytes: 0 },
    { NumberOfBytes: 1025 },
    { KeySpec: 'AES_256', NumberOfBytes: 32 },
  ])('refuses %j', async (size) => {
    expect((await generate({ KeyId: 'k', ...size }))['__type']).toBe('ValidationException');
  });

  it.each([
    [{ KeyId: 'k', KeySpec: 'AES_256', EncryptionContext: { a: 1 } }, 'SerializationException'],
    [{ KeyId: 'k', KeySpec: 'AES_256', EncryptionContext: ['a'] }, 'SerializationException'],
    [{ KeySpec: 'AES_256' }, 'ValidationException'],
  ])('refuses %j', async (body, expected) => {
    expect((await generate(body))['__type']).toBe(expected);
  });
});

describe('Decrypt', () => {
  it('opens what was wrapped, the context in any order', async () => {
    const { Plaintext, CiphertextBlob } = await generate({
      KeyId: 'k1',
      KeySpec: 'AES_256',
      EncryptionContext: { app: 'a', env: 'b' },
    });

    const opened = await decrypt({ CiphertextBlob, EncryptionContext: { env: 'b', app: 'a' } });

    expect(opened).toEqual({
      Plaintext,
      KeyId: 'arn:aws:kms:us-east-1:000000000000:key/k1',
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    });
  });

  it('opens what another local AWS has wrapped', async () => {
    const { Plaintext, CiphertextBlob } = await generate({ KeyId: 'k1', KeySpec: 'AES_128' });
    const other = await startLocalAws();

    expect((await decrypt({ CiphertextBlob, KeyId: 'k1' }, other))['Plaintext']).toBe(Plaintext);

    await other.close();
  });

  it.each([[{ app: 'b' }], [{}], [undefined], [{ app: 'a', more: 'c' }]])('refuses the context %j', async (context) => {
    const wrapped = await generate({ KeyId: 'k', KeySpec: 'AES_256', EncryptionContext: { app: 'a' } });

    const refused = await decrypt({ CiphertextBlob: wrapped['CiphertextBlob'], EncryptionContext: context });

    expect(refused['__type']).toBe('InvalidCiphertextException');
  });

  it('refuses a blob that was changed, cut, or never was one', async () => {
    const { CiphertextBlob } = await generate({ KeyId: 'k', KeySpec: 'AES_256' });
    const blob = Buffer.from(String(CiphertextBlob), 'base64');
    const changed = Buffer.from(blob);
    changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
    const renamed = Buffer.from(blob);
    renamed.write('j', 6);
    const blobs = [changed, renamed, blob.subarray(0, 5), blob.subarray(0, 20), Buffer.from('garbage')];

    const refused = await Promise.all(blobs.map((each) => decrypt({ CiphertextBlob: each.toString('base64') })));

    expect(refused.map((each) => each['__type'])).toEqual(blobs.map(() => 'InvalidCiphertextException'));
  });

  it('refuses another key than the one that wrapped', async () => {
    const { CiphertextBlob } = await generate({ KeyId: 'k', KeySpec: 'AES_256' });

    expect((await decrypt({ CiphertextBlob, KeyId: 'other' }))['__type']).toBe('IncorrectKeyException');
  });
});

it('knows only the keys of the seed when there are some', async () => {
  const seeded = await startLocalAws({
    seed: { kmsKeys: ['k1', 'arn:aws:kms:us-east-1:000000000000:key/k2', 'alias/config'] },
  });
  const { CiphertextBlob } = await generate({ KeyId: 'k9', KeySpec: 'AES_256' });

  const known = await Promise.all(
    ['k1', 'k2', 'arn:aws:kms:us-east-1:000000000000:alias/config'].map((KeyId) =>
      generate({ KeyId, KeySpec: 'AES_256' }, seeded),
    ),
  );

  expect(known.map((each) => each['__type'])).toEqual([undefined, undefined, undefined]);
  expect((await generate({ KeyId: 'k9', KeySpec: 'AES_256' }, seeded))['__type']).toBe('NotFoundException');
  expect((await decrypt({ CiphertextBlob }, seeded))['__type']).toBe('NotFoundException');

  await seeded.close();
});
