import { isDeepStrictEqual } from 'node:util';
import { readProperty } from '../base/describe-error';
import { printable } from '../base/printable';
import { Secret } from '../item/secret';
import { type SchemaIssue } from './standard-schema';

/** Most issues of one setting that are described one by one. */
const mostIssues = 3;
/** Most issues that are described, and most that are counted. */
const mostDescribed = 10;
const mostCounted = 1000;
/** Longest message of an issue, and longest key of a path, in characters. */
const longestMessage = 200;
const longestKey = 40;
/** Most keys of a path. */
const mostKeys = 6;
/** The description of an issue without a message that may be repeated. */
const refusal = 'its schema refuses it';

/** Describes the issues of a schema with a value, in one line, without the value. */
export type DescribeIssues = typeof describeIssues;

/**
 * Describes the issues of a schema with a value, in one line, without the value.
 *
 * However many issues there are, a few are described: the work grows with the size of the value alone.
 *
 * @param value - What the schema was given.
 * @param isHidden - Whether it is a secret: then the description has only the positions of the issues, without keys of the secret.
 */
export function describeIssues(issues: readonly SchemaIssue[], value: unknown, isHidden: boolean): string {
  const mask = new ValueMask(value, { areKeysMasked: isHidden });
  const different = new Set<string>();
  const lines = new Set<string>();
  let described = 0;
  for (const issue of Array.from(issues).slice(0, mostCounted)) {
    const keys = keysOf(issue);
    const text = isHidden ? refusal : textOf(issue);
    const known = different.size;
    if (different.add(JSON.stringify([keys, text])).size === known) continue;
    if (lines.size === mostIssues || described === mostDescribed) continue;
    described += 1;
    const line = isHidden ? text : lineOf(mask.message(text) ?? refusal);
    lines.add(`${placeOf(keys, value, mask)}${line}`);
  }
  const more = different.size - described;
  const count = issues.length > mostCounted ? `at least ${more}` : `${more}`;
  return [...lines, ...(more > 0 ? [`and ${count} more`] : [])].join('; ') || refusal;
}

interface Description {
  readonly issues: string;
  readonly value: Secret<unknown>;
  readonly text: string;
}

/**
 * Descriptions of values that schemas have refused, so that they are not computed again with every reload of settings.
 *
 * The last value of each setting is kept; nothing that prints it shows it.
 */
export class IssueDescriptions {
  readonly #last = new Map<string, Description>();

  /** Gives the function that describes the issues of a setting. */
  of(key: string): DescribeIssues {
    return (issues, value, isHidden) => {
      const form = `${key} ${typeof value}`;
      const last = this.#last.get(form);
      const start = Array.from(issues).slice(0, mostDescribed);
      const signature = JSON.stringify([issues.length, isHidden, start.map((each) => [keysOf(each), textOf(each)])]);
      if (last?.issues === signature && isDeepStrictEqual(last.value.reveal(), value)) return last.text;
      const text = describeIssues(issues, value, isHidden);
      this.#last.set(form, { issues: signature, value: new Secret(value), text });
      return text;
    };
  }
}

function textOf(issue: SchemaIssue): string {
  const message = readProperty(issue, 'message');
  return typeof message === 'string' ? message : refusal;
}

function lineOf(message: string): string {
  const line = printable(message.replace(/\s+/g, ' ').trim());
  return line.length > longestMessage ? `${line.slice(0, longestMessage)}...` : line;
}

/** Shows indexes of lists, and keys that the value does not have: neither reveals a part of the value. */
function placeOf(keys: readonly string[], value: unknown, mask: ValueMask): string {
  let container = value;
  const shown = keys.map((key) => {
    const isIndex = Array.isArray(container) && /^\d+$/.test(key) && Number(key) < container.length;
    container = typeof container === 'object' && container !== null ? readProperty(container, key) : undefined;
    return isIndex ? key : shortened(printable(mask.key(key)));
  });
  return shown.length === 0 ? '' : `at ${shown.join('.')}: `;
}

function shortened(key: string): string {
  return key.length > longestKey ? `${key.slice(0, longestKey)}...` : key;
}

/** Without `map`: the paths of arktype are lists of a class of their own, whose `map` gives lists of that class. */
function keysOf(issue: SchemaIssue): readonly string[] {
  const path = readProperty(issue, 'path');
  if (typeof path !== 'object' || path === null) return [];
  const keys = Array.from(path as ArrayLike<unknown>).slice(0, mostKeys);
  return keys.map((each) => {
    const key = typeof each === 'object' && each !== null ? readProperty(each, 'key') : each;
    return ['string', 'number', 'symbol', 'bigint'].includes(typeof key) ? String(key) : '?';
  });
}

const masked = '***';
/** Shorter texts and words may be in a message by chance. */
const shortest = 4;
/** Longer texts occur in no word of a message by chance, as `warn` does in `warning`. */
const longestInWord = 7;
/** Words and numbers of a message. */
const word = /[\p{L}\p{N}_]+/gu;
/** Shorter pieces with signs may be in a message by chance: `: "`. */
const shortestPiece = 6;
/** A character that is neither letter, digit nor space. */
const sign = /[^\p{L}\p{N}_\s]/u;
/** Two characters of one word. */
const withinWord = /^[\p{L}\p{N}_]{2}$/u;
/** Words before a number that is the limit of a schema. */
const limit = /(?:[<>]=?|than|least|most)\s*-?$/;
/** Most characters of a value that messages are searched for: a secret of Secrets Manager has no more. */
const mostText = 65_536;
/** Most characters of a message that are used. */
const mostMessage = 400;
/** Most characters of a key that are used. */
const mostKey = 60;

/** Words of the messages of schemas: one that is also in the value reveals nothing. */
const vocabulary = new Set(
  (
    'a an and array at be bigint boolean but by character characters date email expected format function have in ' +
    'input instance integer invalid is items json key keys least length list literal map match more most must never ' +
    'not null number object of one option or pattern property received record required set short long small big ' +
    'size start string symbol text than the to too true false type undefined union unknown unrecognized url uuid ' +
    'valid value values was with'
  ).split(' '),
);

/** The parts of a value that are masked. */
export interface MaskedParts {
  /** Whether the keys of maps are masked like values. */
  readonly areKeysMasked: boolean;
}

/**
 * Masks a value in messages that may quote it, whole or in part.
 *
 * The work grows with the size of the value and of the messages; both are bounded. The value is analyzed with the first message.
 */
export class ValueMask {
  private known: ReturnType<typeof searchTermsOf> | undefined;

  /** @param value - Plain data: every text and number in it is masked. */
  constructor(
    private readonly value: unknown,
    private readonly parts: MaskedParts,
  ) {}

  /** Masks the value in a message. @returns `undefined` when the value is too long to be searched for. */
  message(message: string): string | undefined {
    const { isCut, whole, words, joined, pieces } = this.texts;
    if (isCut) return undefined;
    const start = message.slice(0, mostMessage);
    const rest = withoutPieces(
      whole.reduce((left, text) => without(left, text), start),
      pieces,
    );
    const line = rest.replace(word, (found, at: number) => {
      const key = lowered(found);
      const quotes = words.has(key) || (key.length >= shortest && joined.includes(key));
      const isLimit = /^\d+$/.test(found) && limit.test(rest.slice(0, at));
      return quotes && !isLimit && !vocabulary.has(key) ? masked : found;
    });
    // A piece of the value before the cut may be too short to be recognised.
    return message.length > mostMessage ? `${line.slice(0, -2 * shortestPiece)}...` : line;
  }

  /** Masks a key of a path that is in the value, or quotes a part of it. */
  key(key: string): string {
    const { words, joined } = this.texts;
    const start = key.slice(0, mostKey);
    const lower = lowered(start);
    const isIn = words.has(lower) || ((this.parts.areKeysMasked || lower.length >= shortest) && joined.includes(lower));
    return isIn || this.message(start) !== start ? masked : key;
  }

  private get texts(): ReturnType<typeof searchTermsOf> {
    return (this.known ??= searchTermsOf(this.value, this.parts));
  }
}

/** Gathers what messages are searched for: whole texts, words, and all texts joined for pieces. */
function searchTermsOf(value: unknown, parts: MaskedParts) {
  const all: string[] = [];
  const isCut = !gather(value, parts, all, { left: mostText });
  const texts = [...new Set(isCut ? [] : all)];
  const quotable = texts.flatMap((text) => [text, text.trim(), JSON.stringify(text).slice(1, -1)]);
  const whole = [...new Set(quotable)]
    .filter((text) => (text.length >= shortest || sign.test(text)) && text.length <= mostMessage)
    .sort((one, other) => other.length - one.length);
  // A piece is never part of two texts.
  const joined = lowered(texts.join('\0'));
  return { isCut, whole, joined, pieces: joined.replaceAll('\\', ''), words: new Set(joined.match(word) ?? []) };
}

/** Masks a text; a short one only where it is not part of a word. */
function without(message: string, text: string): string {
  const isWithinWord = (at: number): boolean => withinWord.test(message.slice(at - 1, at + 1));
  return message.replaceAll(text, (found, at: number) =>
    text.length <= longestInWord && (isWithinWord(at) || isWithinWord(at + text.length)) ? found : masked,
  );
}

/**
 * Masks pieces of texts that have signs in them: parsers quote the surroundings of an error. Words are masked one by one.
 *
 * Backslashes are skipped, in the message as in the texts: libraries escape what they quote once, twice, or not at all.
 */
function withoutPieces(message: string, pieces: string): string {
  const lower = lowered(message);
  const positions = Array.from({ length: message.length }, (_, index) => index).filter(
    (index) => lower[index] !== '\\',
  );
  const unescaped = positions.map((index) => lower[index]).join('');
  let rest = '';
  let written = 0;
  for (let at = 0; at < positions.length;) {
    let end = at + shortestPiece;
    const isPiece = end <= positions.length && pieces.includes(unescaped.slice(at, end));
    while (isPiece && end < positions.length && pieces.includes(unescaped.slice(at, end + 1))) end += 1;
    const isMasked = isPiece && sign.test(unescaped.slice(at, end));
    if (!isMasked) end = at + 1;
    const next = (positions[end - 1] ?? written) + 1;
    rest += isMasked ? masked : message.slice(written, next);
    written = next;
    at = end;
  }
  return rest + message.slice(written);
}

/** Gives a text in lower case, except for characters that would become longer. */
function lowered(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from(text, (each) => (each.toLowerCase().length === each.length ? each.toLowerCase() : each)).join('');
}

/** Adds the texts of plain data, numbers written out. @returns Whether there was room for all. */
function gather(value: unknown, parts: MaskedParts, texts: string[], room: { left: number }): boolean {
  for (const text of textsOf(value)) {
    if (text.length > room.left) return false;
    // Empty texts count as well: there may be very many.
    room.left -= Math.max(text.length, 1);
    if (text !== '') texts.push(text);
  }
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return true;
  if (value instanceof Set || Array.isArray(value)) {
    for (const each of value) if (!gather(each, parts, texts, room)) return false;
    return true;
  }
  return Object.entries(value).every(
    ([key, each]) => (!parts.areKeysMasked || gather(key, parts, texts, room)) && gather(each, parts, texts, room),
  );
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number' || typeof value === 'bigint') return [String(value)];
  return value instanceof Uint8Array ? [Buffer.from(value).toString(), Buffer.from(value).toString('base64')] : [];
}
