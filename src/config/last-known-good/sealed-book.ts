import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
/** Whose answers a file holds, and what opens it. */
export interface BookOwner {
  /** `/{service}/{environment}` of the process. */
  readonly environ: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** Why a file is not used: it is somebody else's. */
export const otherEnviron = 'it is of another service or environment';

const damaged = 'it is damaged, or no such file';
const magic = Buffer.from('xconLKG');
const version = 1;
const digestBytes = 8;
const saltBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
const ownerStart = magic.length + 1;
const saltStart = ownerStart + 2 * digestBytes;
const nonceStart = saltStart + saltBytes;
const tagStart = nonceStart + nonceBytes;
const headBytes = tagStart + tagBytes;

/**
 * Seals the content of a file with AES-256-GCM, under a key derived for this file alone (HKDF-SHA-256 with a random salt).
 *
 * @returns `xconLKG`, version (1 byte), digests of key and owner (8 each), salt (16), nonce (12), tag (16), ciphertext.
 * All before the tag is authenticated with it. Source: https://csrc.nist.gov/pubs/sp/800/38/d/final
 */
export function sealBook(content: Buffer, owner: BookOwner): Buffer {
  const salt = randomBytes(saltBytes);
  const nonce = randomBytes(nonceBytes);
  const head = Buffer.concat([magic, Buffer.of(version), ownerDigests(owner), salt, nonce]);
  const cipher = createCipheriv('aes-256-gcm', fileKey(owner, salt), nonce).setAAD(associatedData(head, owner));
  const ciphertext = Buffer.concat([cipher.update(content), cipher.final()]);
  return Buffer.concat([head, cipher.getAuthTag(), ciphertext]);
}

/** Opens what {@link sealBook} has made. @returns Why not, when it is not for this owner, or not what was written. */
export function openBook(file: Buffer, owner: BookOwner): Buffer | string {
  if (file.length < headBytes || !file.subarray(0, magic.length).equals(magic)) return damaged;
  if (file[magic.length] !== version) return 'it is of another version';
  const [key, environ] = [
    file.subarray(ownerStart, ownerStart + digestBytes),
    file.subarray(ownerStart + digestBytes, saltStart),
  ];
  if (!key.equals(digest(owner.key))) return 'it is sealed with another key';
  if (!environ.equals(digest(Buffer.from(owner.environ)))) return otherEnviron;
  const salt = file.subarray(saltStart, nonceStart);
  const decipher = createDecipheriv('aes-256-gcm', fileKey(owner, salt), file.subarray(nonceStart, tagStart), {
    authTagLength: tagBytes,
  })
    .setAAD(associatedData(file.subarray(0, tagStart), owner))
    .setAuthTag(file.subarray(tagStart, headBytes));
  try {
    return Buffer.concat([decipher.update(file.subarray(headBytes)), decipher.final()]);
  } catch {
    return damaged;
  }
}

function fileKey({ key }: BookOwner, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, salt, 'xcon last known good 1', 32));
}

/** The digest tells owners apart and may be that of two; the whole name is authenticated. */
function associatedData(head: Buffer, { environ }: BookOwner): Buffer {
  return Buffer.concat([head, Buffer.from(environ)]);
}

function ownerDigests({ environ, key }: BookOwner): Buffer {
  return Buffer.concat([digest(key), digest(Buffer.from(environ))]);
}

/** The first 64 bits of a SHA-256: enough to tell apart, and no help in finding a key. */
function digest(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest().subarray(0, digestBytes);
}
