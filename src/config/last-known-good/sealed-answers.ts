import { shortDigest } from '../../base/digest';
import { seal, type SealOptions, unseal } from '../../base/seal';

/** The service that a file belongs to, and the key that opens it. */
export interface FileOwner {
  /** `/{service}/{environment}` of the process. */
  readonly environ: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** Why a file is not used: it belongs to another service or environment. */
export const otherEnviron = 'it belongs to another service or environment';

const damaged = 'it is damaged, or not a file of last known good answers';
const magic = Buffer.from('xconLKG');
const version = 1;
const digestBytes = 8;
const ownerStart = magic.length + 1;
const sealedStart = ownerStart + 2 * digestBytes;

/**
 * Seals the content of a file with {@link seal}.
 *
 * @returns `xconLKG`, version (1 byte), digests of key and owner (8 each), salt (16), nonce (12), tag (16), ciphertext.
 * All before the tag is authenticated with it.
 */
export function sealAnswers(content: Buffer, owner: FileOwner): Buffer {
  const head = Buffer.concat([magic, Buffer.of(version), digest(owner.key), digest(owner.environ)]);
  return Buffer.concat([head, seal(content, optionsFor(head, owner))]);
}

/** Opens what {@link sealAnswers} has made. @returns The content; or why it does not open for this owner, or is damaged. */
export function openAnswers(file: Buffer, owner: FileOwner): Buffer | string {
  if (file.length < sealedStart || !file.subarray(0, magic.length).equals(magic)) return damaged;
  if (file[magic.length] !== version) return 'it is of another version';
  const environStart = ownerStart + digestBytes;
  if (!file.subarray(ownerStart, environStart).equals(digest(owner.key))) return 'it is sealed with another key';
  if (!file.subarray(environStart, sealedStart).equals(digest(owner.environ))) return otherEnviron;
  return unseal(file.subarray(sealedStart), optionsFor(file.subarray(0, sealedStart), owner)) ?? damaged;
}

/** The digests in the head are short and may collide, so the full name is authenticated. */
function optionsFor(head: Buffer, { environ, key }: FileOwner): SealOptions {
  const associatedData = (saltAndNonce: Buffer): Buffer => Buffer.concat([head, saltAndNonce, Buffer.from(environ)]);
  return { key, purpose: 'xcon last known good 1', associatedData };
}

function digest(content: string | Uint8Array): Buffer {
  return Buffer.from(shortDigest(content), 'hex');
}
