/** What is wrong with a key that can be guessed, and what to do. */
export const obviousKeyProblem =
  'is a key that can be guessed: a text, a pattern or a repeated byte. Make one of 32 random bytes, such as by ' +
  `node -p "require('node:crypto').randomBytes(32).toString('base64')".`;

/** Fewest different bytes in a key; 32 random ones have fewer with a chance of less than 1 in 10^12. */
const fewestDifferentBytes = 16;

/**
 * Whether 32 bytes are not random ones, as far as can be seen: a text, few different bytes, or steps of one size.
 *
 * Of random keys, fewer than one in 10^12 is taken for one.
 */
export function isObviousKey(bytes: Uint8Array): boolean {
  if (new Set(bytes).size < fewestDifferentBytes) return true;
  if (bytes.every((byte) => byte >= 0x20 && byte < 0x7f)) return true;
  const step = (index: number): number => ((bytes[index] ?? 0) - (bytes[index - 1] ?? 0)) & 0xff;
  return bytes.every((_, index) => index < 2 || step(index) === step(1));
}
