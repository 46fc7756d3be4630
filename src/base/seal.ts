import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** What a sealed value depends on. */
export interface SealOptions {
  /** 32 bytes; each value is sealed with a key derived from them for it alone. */
  readonly key: Uint8Array;
  /** Separates keys derived for different uses: the `info` of HKDF. */
  readonly purpose: string;
  /**
   * Gives what is authenticated and not encrypted: the value opens only with the same.
   *
   * @param saltAndNonce - The start of the sealed value, 28 bytes.
   */
  readonly associatedData: (saltAndNonce: Buffer) => Buffer;
}

const saltBytes = 16;
const tagStart = saltBytes + 12;
const headBytes = tagStart + 16;

/**
 * Seals a value with AES-256-GCM, under a key derived for it alone (HKDF-SHA-256 with a random salt).
 *
 * @returns Salt (16 bytes), nonce (12), tag (16), ciphertext.
 * Source: https://csrc.nist.gov/pubs/sp/800/38/d/final and https://www.rfc-editor.org/rfc/rfc5869
 */
export function seal(content: Uint8Array, { key, purpose, associatedData }: SealOptions): Buffer {
  const head = randomBytes(tagStart);
  const cipher = createCipheriv('aes-256-gcm', derivedKey(key, head, purpose), head.subarray(saltBytes));
  cipher.setAAD(associatedData(head));
  const ciphertext = Buffer.concat([cipher.update(content), cipher.final()]);
  return Buffer.concat([head, cipher.getAuthTag(), ciphertext]);
}

/** Opens what {@link seal} has made. @returns `undefined` for what is damaged, or was sealed with other options. */
export function unseal(sealed: Buffer, { key, purpose, associatedData }: SealOptions): Buffer | undefined {
  if (sealed.length < headBytes) return undefined;
  const head = sealed.subarray(0, tagStart);
  const tag = sealed.subarray(tagStart, headBytes);
  const decipher = createDecipheriv('aes-256-gcm', derivedKey(key, head, purpose), head.subarray(saltBytes), {
    authTagLength: tag.length,
  });
  decipher.setAAD(associatedData(head)).setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(sealed.subarray(headBytes)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function derivedKey(key: Uint8Array, head: Buffer, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, head.subarray(0, saltBytes), purpose, 32));
}
