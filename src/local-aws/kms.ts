import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

import { keyArn } from './arn';
import { choiceField, type Fields, flagField, integerField, requireText, textField, textMapField } from './fields';
import { type SeedChange } from './local-aws-seed';
import { type Operations, operationsOf } from './service';
import { ServiceError, validationError } from './service-error';

const magic = Buffer.from('LAK1');
const nonceBytes = 12;
const tagBytes = 16;

/** The KMS keys that exist; with none, every key id counts as existing. */
export class KeyStore {
  private readonly ids = new Set<string>();

  /** @param id - Key id, alias (`alias/...`), or the ARN of either. */
  add(id: string): void {
    this.ids.add(plainId(id));
  }

  /** Makes these the keys that exist. */
  replaceAll(ids: readonly string[]): SeedChange {
    const [former, next] = [new Set(this.ids), new Set(ids.map(plainId))];
    this.ids.clear();
    for (const id of next) this.ids.add(id);
    const added = [...next].filter((id) => !former.has(id)).length;
    const removed = [...former].filter((id) => !next.has(id)).length;
    return { added, changed: 0, removed };
  }

  /** @param given - Key id, alias, or the ARN of either. */
  has(given: string): boolean {
    return this.ids.size === 0 || this.ids.has(plainId(given));
  }

  /** @throws ServiceError `NotFoundException` */
  require(given: string): string {
    const id = plainId(given);
    if (this.has(id)) return id;
    throw new ServiceError('NotFoundException', `Key '${keyArn(id)}' does not exist`);
  }
}

/** The operations of KMS that envelope encryption uses. */
export function kmsOperations(keys: KeyStore): Operations {
  return operationsOf({
    GenerateDataKey: [
      'KeyId KeySpec NumberOfBytes EncryptionContext DryRun',
      (fields) => generateDataKey(keys, fields),
    ],
    Decrypt: ['CiphertextBlob EncryptionContext EncryptionAlgorithm KeyId DryRun', (fields) => decrypt(keys, fields)],
  });
}

function generateDataKey(keys: KeyStore, fields: Fields): Fields {
  const id = keys.require(requireText(fields, 'KeyId'));
  const bytes = dataKeyBytes(fields);
  refuseDryRun(fields);
  const plaintext = randomBytes(bytes);
  const blob = seal(id, plaintext, textMapField(fields, 'EncryptionContext'));
  return { CiphertextBlob: blob.toString('base64'), Plaintext: plaintext.toString('base64'), KeyId: keyArn(id) };
}

function dataKeyBytes(fields: Fields): number {
  const spec = choiceField(fields, 'KeySpec', ['AES_256', 'AES_128']);
  const bytes = integerField(fields, 'NumberOfBytes');
  if ((spec === undefined) === (bytes === undefined)) {
    throw validationError('Please specify either number of bytes or key spec.');
  }
  if (bytes === undefined) return spec === 'AES_256' ? 32 : 16;
  if (bytes < 1 || bytes > 1024) throw validationError('NumberOfBytes must be from 1 to 1024.');
  return bytes;
}

function decrypt(keys: KeyStore, fields: Fields): Fields {
  choiceField(fields, 'EncryptionAlgorithm', ['SYMMETRIC_DEFAULT']);
  const blob = Buffer.from(requireText(fields, 'CiphertextBlob'), 'base64');
  const opened = open(blob, textMapField(fields, 'EncryptionContext'));
  const id = keys.require(opened.id);
  const wanted = textField(fields, 'KeyId');
  if (wanted !== undefined && keys.require(wanted) !== id) {
    throw new ServiceError(
      'IncorrectKeyException',
      'The key ID in the request does not identify the key that encrypted.',
    );
  }
  refuseDryRun(fields);
  return {
    Plaintext: opened.plaintext.toString('base64'),
    KeyId: keyArn(id),
    EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
  };
}

/** Source: https://docs.aws.amazon.com/kms/latest/developerguide/testing-permissions.html (`DryRun` always ends in an error) */
function refuseDryRun(fields: Fields): void {
  if (!flagField(fields, 'DryRun')) return;
  throw new ServiceError('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.');
}

/** Blob: magic, length of the key id, key id, nonce, tag, ciphertext. Key id and context are authenticated. */
function seal(id: string, plaintext: Buffer, context: ReadonlyMap<string, string>): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', wrappingKey(id), nonce).setAAD(authenticated(id, context));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const name = Buffer.from(id);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(name.length);
  return Buffer.concat([magic, length, name, nonce, cipher.getAuthTag(), sealed]);
}

function open(blob: Buffer, context: ReadonlyMap<string, string>): { readonly id: string; readonly plaintext: Buffer } {
  const nameStart = magic.length + 2;
  if (blob.length < nameStart || !blob.subarray(0, magic.length).equals(magic)) throw invalidCiphertext();
  const nonceStart = nameStart + blob.readUInt16BE(magic.length);
  const tagStart = nonceStart + nonceBytes;
  const sealedStart = tagStart + tagBytes;
  if (blob.length < sealedStart) throw invalidCiphertext();
  const id = blob.subarray(nameStart, nonceStart).toString();
  const decipher = createDecipheriv('aes-256-gcm', wrappingKey(id), blob.subarray(nonceStart, tagStart))
    .setAAD(authenticated(id, context))
    .setAuthTag(blob.subarray(tagStart, sealedStart));
  try {
    return { id, plaintext: Buffer.concat([decipher.update(blob.subarray(sealedStart)), decipher.final()]) };
  } catch {
    throw invalidCiphertext();
  }
}

/** Not secret: a local AWS protects nothing, but one can unwrap what another has wrapped. */
function wrappingKey(id: string): Buffer {
  return createHash('sha256').update(`local-aws kms ${id}`).digest();
}

function authenticated(id: string, context: ReadonlyMap<string, string>): Buffer {
  return Buffer.from(JSON.stringify([id, [...context].sort(([one], [other]) => (one < other ? -1 : 1))]));
}

function invalidCiphertext(): ServiceError {
  return new ServiceError('InvalidCiphertextException', '');
}

function plainId(given: string): string {
  return given.replace(/^arn:aws[\w-]*:kms:[^:]*:[^:]*:(key\/)?/, '');
}
