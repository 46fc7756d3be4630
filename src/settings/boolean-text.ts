const trueTexts: ReadonlySet<string> = new Set(['true', 't', 'yes', 'y', '1', 'on']);
const falseTexts: ReadonlySet<string> = new Set(['false', 'f', 'no', 'n', '0', 'off', '']);

/**
 * Reads a text as a boolean, in any case, trimmed.
 *
 * @returns `undefined` when it is neither; the empty text is `false`.
 */
export function booleanOfText(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (trueTexts.has(word)) return true;
  return falseTexts.has(word) ? false : undefined;
}
