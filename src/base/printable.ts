/** Replaces a secret wherever it would be shown. */
export const mask = '********';

/** Characters that control a terminal, begin a new line, or change the direction of the text. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * Escapes controls, line ends, format characters (direction marks among them) and halves of surrogate pairs, as JSON does.
 *
 * For names and texts from outside in messages, logs and other output for people. The result is one line.
 */
export function printable(text: string): string {
  return text.replace(unprintable, escaped);
}

/** JSON itself leaves DEL, the C1 controls and format characters as they are. */
function escaped(character: string): string {
  const json = JSON.stringify(character).slice(1, -1);
  if (json !== character) return json;
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}
