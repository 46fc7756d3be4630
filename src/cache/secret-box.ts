import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** A key that values are sealed with. */
export interface SealingKey {
  /** Tells keys apart; part of sort keys. Hexadecimal. */
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
  /** When nobody can open any more what it sealed, **seconds** since the Unix epoch; absent: never. */
  readonly endsAt?: number;
}

/** What a sealed value is bound to: a box that is moved, extended or relabelled does not open. */
export interface SealedFacts {
  readonly environ: string;
  readonly nameKey: string;
  readonly directory: string;
  readonly source: string | undefined;
  readonly ttl: number | undefined;
  readonly createdAt: string | undefined;
  readonly generation?: number | undefined;
  readonly readAtMs?: number | undefined;
}

const version = 2;
const saltBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = 1 + saltBytes + nonceBytes + tagBytes;
const textTag = 0;
const binaryTag = 1;

/**
 * Seals a value with AES-256-GCM, under a key derived for this row alone (HKDF-SHA-256 with a random salt).
 *
 * @returns Version, salt (16 bytes), nonce (12), tag (16), ciphertext.
 * Source: https://csrc.nist.gov/pubs/sp/800/38/d/final and https://www.rfc-editor.org/rfc/rfc5869
 */
export function sealSecret(value: string | Uint8Array, key: SealingKey, facts: SealedFacts): Uint8Array {
  const salt = randomBytes(saltBytes);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', rowKey(key, salt), nonce).setAAD(associatedData(key, facts));
  const tag = Buffer.of(typeof value === 'string' ? textTag : binaryTag);
  const ciphertext = Buffer.concat([cipher.update(Buffer.concat([tag, Buffer.from(value)])), cipher.final()]);
  return Buffer.concat([Buffer.of(version), salt, nonce, cipher.getAuthTag(), ciphertext]);
}

/**
 * Opens a sealed value.
 *
 * @returns `undefined` when the box is damaged, of another version, or not bound to these facts and this key.
 */
export function openSecret(box: Uint8Array, key: SealingKey, facts: SealedFacts): string | Uint8Array | undefined {
  const bytes = Buffer.from(box.buffer, box.byteOffset, box.byteLength);
  if (bytes.length <= headBytes || bytes[0] !== version) return undefined;
  const salt = bytes.subarray(1, 1 + saltBytes);
  const nonce = bytes.subarray(1 + saltBytes, 1 + saltBytes + nonceBytes);
  const decipher = createDecipheriv('aes-256-gcm', rowKey(key, salt), nonce, { authTagLength: tagBytes })
    .setAAD(associatedData(key, facts))
    .setAuthTag(bytes.subarray(headBytes - tagBytes, headBytes));
  try {
    const opened = Buffer.concat([decipher.update(bytes.subarray(headBytes)), decipher.final()]);
    return opened[0] === textTag ? opened.toString('utf8', 1) : Uint8Array.from(opened.subarray(1));
  } catch {
    return undefined;
  }
}

function rowKey({ bytes }: SealingKey, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', bytes, salt, 'xcon sealed row 2', 32));
}

function associatedData({ id }: SealingKey, facts: SealedFacts): Buffer {
  const { environ, nameKey, directory, source, ttl, createdAt, generation, readAtMs } = facts;
  const bound = [environ, nameKey, directory, source, ttl, createdAt, generation, readAtMs, id];
  return Buffer.from(JSON.stringify(bound.map((each) => each ?? null)));
}
