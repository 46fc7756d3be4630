import { createHash } from 'node:crypto';

/** Most bytes that DynamoDB takes in a sort key. */
const maxSortKeyBytes = 1024;

/** Whether a sort key is short enough for DynamoDB. */
export function fitsSortKey(key: string): boolean {
  return Buffer.byteLength(key) <= maxSortKeyBytes;
}

/** Gives the SHA-256 of a text, hex. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
