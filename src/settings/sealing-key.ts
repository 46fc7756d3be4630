import { InvalidSettingsError } from '../errors';

/** What is wrong with a key that can be guessed, and what to do. */
const obviousKeyProblem =
  'is a key that can be guessed: a text, a pattern or a repeated byte. Make one of 32 random bytes, such as by ' +
  `node -p "require('node:crypto').randomBytes(32).toString('base64')".`;

/** Fewest different bytes in a key; 32 random ones have fewer with a chance of less than 1 in 10^12. */
const fewestDifferentBytes = 16;

/**
 * Whether 32 bytes are evidently not random: a text, few different bytes, or steps of one size.
 *
 * Fewer than one in 10^12 random keys is recognized as obvious.
 */
export function isObviousKey(bytes: Uint8Array): boolean {
  if (new Set(bytes).size < fewestDifferentBytes) return true;
  if (bytes.every((byte) => byte >= 0x20 && byte < 0x7f)) return true;
  const step = (index: number): number => ((bytes[index] ?? 0) - (bytes[index - 1] ?? 0)) & 0xff;
  return bytes.every((_, index) => index < 2 || step(index) === step(1));
}

/** 32 bytes in base64, or its form for URLs. */
const encodedKey = /^[A-Za-z0-9+/_-]{43}=?$/;

/**
 * Checks a key that values are sealed with.
 *
 * @param key - 32 bytes, or their base64.
 * @param setting - What the key is given to, for the error.
 * @param expected - What is expected, for the error.
 * @returns A copy of its bytes.
 * @throws InvalidSettingsError for another length and for a key that can be guessed; it does not show the key.
 */
export function checkSealingKey(key: unknown, setting: string, expected: string): Uint8Array {
  const bytes = typeof key === 'string' && encodedKey.test(key.trim()) ? Buffer.from(key, 'base64') : key;
  if (!(bytes instanceof Uint8Array) || bytes.length !== 32) throw new InvalidSettingsError(setting, expected);
  if (isObviousKey(bytes)) throw new InvalidSettingsError(setting, obviousKeyProblem);
  return Uint8Array.from(bytes);
}
