import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { post } from './local-requests';

let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
});

afterAll(() => aws.close());

const generate = async (body: object, to = aws) => (await post(to, 'TrentService.GenerateDataKey', body)).json;
const decrypt = async (body: object, to = aws) => (await post(to, 'TrentService.Decrypt', body)).json;

describe('GenerateDataKey', () => {
  it.each([
    [{ KeyId: 'k', KeySpec: 'AES_256', EncryptionContext: { a: 1 } }, 'SerializationException'],
    [{ KeyId: 'k', KeySpec: 'AES_256', EncryptionContext: ['a'] }, 'SerializationException'],
    [{ KeySpec: 'AES_256' }, 'ValidationException'],
    [{ KeyId: 'k', NumberOfBytes: 0 }, 'ValidationException'],
  ])('refuses %j', async (body, expected) => {
    expect((await generate(body))['__type']).toBe(expected);
  });
});

describe('Decrypt', () => {
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
});
