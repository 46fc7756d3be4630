import { createHash } from 'node:crypto';

/** Gives the SHA-256 of a text (as UTF-8) or of bytes, hexadecimal. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Gives the first 64 bits of a SHA-256, hexadecimal: enough to distinguish keys, and no help in finding them. */
export function shortDigest(content: string | Uint8Array): string {
  return sha256(content).slice(0, 16);
}
