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
/** Most characters of a value that are looked for in messages: a secret of Secrets Manager has no more. */
const mostText = 65_536;
/** Most characters of a message that are looked at. */
const mostMessage = 400;
/** Most characters of a key that are looked at. */
const mostKey = 60;

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

/** What of a value is taken out of messages. */
export interface MaskedParts {
  /** Whether the keys of maps are taken out like values. */
  readonly keysToo: boolean;
}

/**
 * Takes a value out of messages that may quote it, whole or in part.
 *
 * The work grows with the size of the value, and with that of the messages; both are bounded. It is done when first needed.
 */
export class ValueMask {
  private known: ReturnType<typeof lookFor> | undefined;

  /** @param value - Plain data: each text and number in it is taken out. */
  constructor(
    private readonly value: unknown,
    private readonly parts: MaskedParts,
  ) {}

  /** Takes the value out of a message. @returns `undefined` when the value is too long to be looked for. */
  message(message: string): string | undefined {
    const { isCut, whole, words, joined } = this.texts;
    if (isCut) return undefined;
    const start = message.slice(0, mostMessage);
    const rest = withoutPieces(
      whole.reduce((left, text) => without(left, text), start),
      joined,
    );
    const line = rest.replace(word, (found, at: number) => {
      const key = lowered(found);
      const quotes = words.has(key) || (key.length >= shortest && joined.includes(key));
      const isLimit = /^\d+$/.test(found) && limit.test(rest.slice(0, at));
      return quotes && !isLimit && !vocabulary.has(key) ? masked : found;
    });
    // A piece of the value that the cut has left may be too short to be known as one.
    return message.length > mostMessage ? `${line.slice(0, -2 * shortestPiece)}...` : line;
  }

  /** Masks a key of a path that is in the value, or quotes any of it. */
  key(key: string): string {
    const { words, joined } = this.texts;
    const start = key.slice(0, mostKey);
    const lower = lowered(start);
    const isIn = words.has(lower) || ((this.parts.keysToo || lower.length >= shortest) && joined.includes(lower));
    return isIn || this.message(start) !== start ? masked : key;
  }

  private get texts(): ReturnType<typeof lookFor> {
    return (this.known ??= lookFor(this.value, this.parts));
  }
}

/** Gathers what is looked for in messages: texts as a whole, words, and all of it for pieces. */
function lookFor(value: unknown, parts: MaskedParts) {
  const all: string[] = [];
  const isCut = !gather(value, parts, all, { left: mostText });
  const texts = [...new Set(isCut ? [] : all)];
  const quotable = texts.flatMap((text) => [text, text.trim(), JSON.stringify(text).slice(1, -1)]);
  const whole = [...new Set(quotable)]
    .filter((text) => (text.length >= shortest || sign.test(text)) && text.length <= mostMessage)
    .sort((one, other) => other.length - one.length);
  // No piece goes from one text into the next.
  const joined = lowered(texts.join('\0'));
  return { isCut, whole, joined, words: new Set(joined.match(word) ?? []) };
}

/** Takes a text out; a short one only where it is no part of a word. */
function without(message: string, text: string): string {
  const isWithinWord = (at: number): boolean => withinWord.test(message.slice(at - 1, at + 1));
  return message.replaceAll(text, (found, at: number) =>
    text.length <= longestInWord && (isWithinWord(at) || isWithinWord(at + text.length)) ? found : masked,
  );
}

/** Takes pieces of texts out that have signs in them: parsers quote what is around a mistake. Words are looked at alone. */
function withoutPieces(message: string, texts: string): string {
  const lower = lowered(message);
  let rest = '';
  for (let at = 0; at < message.length;) {
    let end = at + shortestPiece;
    if (end <= message.length && texts.includes(lower.slice(at, end))) {
      while (end < message.length && texts.includes(lower.slice(at, end + 1))) end += 1;
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
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from(text, (each) => (each.toLowerCase().length === each.length ? each.toLowerCase() : each)).join('');
}

/** Adds the texts of plain data, numbers written out. @returns Whether there was room for all. */
function gather(value: unknown, parts: MaskedParts, texts: string[], room: { left: number }): boolean {
  for (const text of textsOf(value)) {
    if (text.length > room.left) return false;
    // Short texts count, too: there may be very many.
    room.left -= Math.max(text.length, 1);
    if (text !== '') texts.push(text);
  }
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return true;
  if (value instanceof Set || Array.isArray(value)) {
    for (const each of value) if (!gather(each, parts, texts, room)) return false;
    return true;
  }
  return Object.entries(value).every(
    ([key, each]) => (!parts.keysToo || gather(key, parts, texts, room)) && gather(each, parts, texts, room),
  );
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number' || typeof value === 'bigint') return [String(value)];
  return value instanceof Uint8Array ? [Buffer.from(value).toString(), Buffer.from(value).toString('base64')] : [];
}
