const masked = '***';
/** Shorter texts and words stand in any message by chance. */
const shortest = 4;
/** Longer texts stand in no word of a message by chance, as `warn` stands in `warning`. */
const longestInWord = 7;
/** Words and numbers of a message. */
const word = /[\p{L}\p{N}_]+/gu;
/** Shorter pieces with signs in them stand in any message by chance: `: "`. */
const shortestPiece = 6;
/** What is neither letter, digit nor space. */
const sign = /[^\p{L}\p{N}_\s]/u;
/** Two characters of one word. */
const withinWord = /^[\p{L}\p{N}_]{2}$/u;
/** What makes a number the limit that a schema sets. */
const limit = /(?:[<>]=?|than|least|most)\s*-?$/;

/** Words that messages of schemas are made of; that a value has one too tells nothing. */
const vocabulary = new Set(
  (
    'a an and array at be bigint boolean but by character characters date email expected format function have in ' +
    'input instance integer invalid is items json key keys least length list literal map match more most must never ' +
    'not null number object of one option or pattern property received record required set short long small big ' +
    'size start string symbol text than the to too true false type undefined union unknown unrecognized url uuid ' +
    'valid value values was with'
  ).split(' '),
);

/**
 * Takes a value out of a message that may quote it, whole or in part.
 *
 * @param value - Plain data: each text and number in it is taken out, keys are not.
 */
export function maskValue(message: string, value: unknown): string {
  const texts = textsIn(value, { keysToo: false });
  const quotable = texts.flatMap((text) => [text, text.trim(), JSON.stringify(text).slice(1, -1)]);
  const whole = [...new Set(quotable)]
    .filter((text) => text.length >= shortest || sign.test(text))
    .sort((one, other) => other.length - one.length);
  const lower = texts.map(lowered);
  const rest = withoutPieces(
    whole.reduce((left, text) => without(left, text), message),
    lower,
  );
  const words = new Set(lower.flatMap((text) => text.match(word) ?? []));
  return rest.replace(word, (found, at: number) => {
    const key = lowered(found);
    const quotes = words.has(key) || (key.length >= shortest && lower.some((text) => text.includes(key)));
    const isLimit = /^\d+$/.test(found) && limit.test(rest.slice(0, at));
    return quotes && !isLimit && !vocabulary.has(key) ? masked : found;
  });
}

/** Takes a text out; a short one only where it is no part of a word. */
function without(message: string, text: string): string {
  const isWithinWord = (at: number): boolean => withinWord.test(message.slice(at - 1, at + 1));
  return message.replaceAll(text, (found, at: number) =>
    text.length <= longestInWord && (isWithinWord(at) || isWithinWord(at + text.length)) ? found : masked,
  );
}

/** Takes pieces of texts out that have signs in them: parsers quote what is around a mistake. Words are looked at alone. */
function withoutPieces(message: string, texts: readonly string[]): string {
  const lower = lowered(message);
  const isQuoted = (piece: string): boolean => texts.some((text) => text.includes(piece));
  let rest = '';
  for (let at = 0; at < message.length;) {
    let end = at + shortestPiece;
    if (end <= message.length && isQuoted(lower.slice(at, end))) {
      while (end < message.length && isQuoted(lower.slice(at, end + 1))) end += 1;
      if (sign.test(message.slice(at, end))) {
        rest += masked;
        at = end;
        continue;
      }
    }
    rest += message.charAt(at);
    at += 1;
  }
  return rest;
}

/** Gives a text in small letters, those left out of which that would become longer. */
function lowered(text: string): string {
  return Array.from(text, (each) => (each.toLowerCase().length === each.length ? each.toLowerCase() : each)).join('');
}

/** Gives the texts of plain data, numbers written out. @param options - `keysToo`: those of maps as well. */
export function textsIn(value: unknown, { keysToo }: { readonly keysToo: boolean }): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (typeof value === 'number' || typeof value === 'bigint') return [String(value)];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString(), Buffer.from(value).toString('base64')];
  if (value instanceof Set || Array.isArray(value)) return [...value].flatMap((each) => textsIn(each, { keysToo }));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [...(keysToo ? [key] : []), ...textsIn(each, { keysToo })]);
}
