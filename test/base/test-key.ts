import { createHash } from 'node:crypto';

/** Gives a key of 32 bytes that is the same each time, and does not look like one that can be guessed. */
export function testKey(number: number): Buffer {
  return createHash('sha256').update(`a key for tests ${number}`).digest();
}
