import { DecryptCommand, GenerateDataKeyCommand, type GenerateDataKeyCommandInput } from '@aws-sdk/client-kms';

import { rejectionName } from '../local-requests';
import { type OperationCase, type ServiceCases } from './world';

const generateDataKey: OperationCase = async ({ kms }) => {
  const generate = (input: Partial<GenerateDataKeyCommandInput>) =>
    kms.send(new GenerateDataKeyCommand({ KeyId: 'k1', ...input }));
  const arn = 'arn:aws:kms:us-east-1:000000000000:key/k1';

  const answers = [
    await generate({ KeySpec: 'AES_256', EncryptionContext: { app: 'a' } }),
    await generate({ KeySpec: 'AES_128' }),
    await generate({ NumberOfBytes: 1024 }),
    await generate({ KeySpec: 'AES_256', KeyId: arn }),
    await generate({ KeySpec: 'AES_256', KeyId: 'alias/config' }),
  ];

  expect(answers.map(({ Plaintext }) => Plaintext?.length)).toEqual([32, 16, 1024, 32, 32]);
  expect(answers.map(({ KeyId }) => KeyId)).toEqual([arn, arn, arn, arn, arn.replace('key/k1', 'alias/config')]);
  expect(new Set(answers.map(({ CiphertextBlob }) => Buffer.from(CiphertextBlob ?? []).toString('hex'))).size).toBe(5);
  expect(await rejectionName(generate({ KeySpec: 'AES_256', KeyId: 'other' }))).toBe('NotFoundException');
  expect(await rejectionName(generate({ KeySpec: 'AES_256', DryRun: true }))).toBe('DryRunOperationException');
  expect(await rejectionName(generate({ KeySpec: 'RSA' as 'AES_256' }))).toBe('ValidationException');
  expect(await rejectionName(generate({}))).toBe('ValidationException');
  expect(await rejectionName(generate({ KeySpec: 'AES_256', NumberOfBytes: 32 }))).toBe('ValidationException');
  expect(await rejectionName(generate({ NumberOfBytes: 1025 }))).toBe('ValidationException');
};

const decrypt: OperationCase = async ({ aws, kms }) => {
  const context = { EncryptionContext: { app: 'a', env: 'b' } };
  const input: GenerateDataKeyCommandInput = { KeyId: 'k1', KeySpec: 'AES_256', ...context };
  const { CiphertextBlob, Plaintext } = await kms.send(new GenerateDataKeyCommand(input));
  const changed = Uint8Array.from(CiphertextBlob ?? []);
  changed.set([(changed.at(-1) ?? 0) ^ 1], changed.length - 1);
  const open = (more: object) => kms.send(new DecryptCommand({ CiphertextBlob, ...context, ...more }));

  expect(await open({})).toMatchObject({ Plaintext, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' });
  expect((await open({ EncryptionContext: { env: 'b', app: 'a' }, KeyId: 'k1' })).Plaintext).toEqual(Plaintext);
  expect((await open({ EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' })).Plaintext).toEqual(Plaintext);
  expect(await rejectionName(open({ EncryptionAlgorithm: 'RSAES_OAEP_SHA_1' }))).toBe('ValidationException');
  expect(await rejectionName(open({ DryRun: true }))).toBe('DryRunOperationException');
  expect(await rejectionName(open({ EncryptionContext: { app: 'a' } }))).toBe('InvalidCiphertextException');
  expect(await rejectionName(open({ CiphertextBlob: changed }))).toBe('InvalidCiphertextException');
  expect(await rejectionName(open({ KeyId: 'alias/config' }))).toBe('IncorrectKeyException');
  await aws.reseed({ kmsKeys: ['another'] });
  expect(await rejectionName(open({}))).toBe('NotFoundException');
};

/** The rows of KMS. */
export const kmsCases: ServiceCases = {
  seed: { kmsKeys: ['k1', 'alias/config'] },
  cases: { GenerateDataKey: generateDataKey, Decrypt: decrypt },
};
