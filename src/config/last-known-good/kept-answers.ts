import { getOrMake } from '../../base/get-or-make';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { decodeAttribute, encodeAttribute } from '../../aws/attribute-value';
import { Directory } from '../../directory/directory';
import { DirectoryItem } from '../../item/directory-item';

/** An answer of a lookup, and when the source gave it. */
export interface KeptAnswer {
  /** When the oldest read behind it began, **milliseconds** since the Unix epoch. */
  readonly atMs: number;
  /** What was found; `undefined` when there was nothing. */
  readonly item: DirectoryItem | undefined;
}

/** Answers by chain, then by name. */
export type Answers = Map<string, Map<string, KeptAnswer>>;

/** Most names of a chain that are kept; names may come from outside. */
const mostNames = 10_000;

/** Adds an answer, unless there is a later one. */
export function keepAnswer(
  answers: Answers,
  { chain, name }: { readonly chain: string; readonly name: string },
  answer: KeptAnswer,
): void {
  const names = getOrMake(answers, chain, () => new Map<string, KeptAnswer>());
  const known = names.get(name);
  if (known === undefined ? names.size < mostNames : known.atMs <= answer.atMs) names.set(name, answer);
}

/** Writes answers as JSON, without older ones and values that no source can have. */
export function writeAnswers(answers: Answers, oldestMs: number): Buffer {
  const written = [...answers].map(([chain, names]) => [
    chain,
    [...names].flatMap(([name, { atMs, item }]) => {
      const kept = item && keptItem(item);
      return atMs < oldestMs || (item !== undefined && kept === undefined) ? [] : [[name, atMs, kept]];
    }),
  ]);
  return Buffer.from(JSON.stringify(written, bytesAsText));
}

/** Reads what {@link writeAnswers} has written; `undefined` for anything else. */
export function readAnswers(json: Buffer): Answers | undefined {
  try {
    const written = JSON.parse(json.toString('utf8'), textAsBytes) as WrittenAnswers;
    return new Map(written.map(([chain, names]) => [chain, new Map(names.map(answerOf))]));
  } catch {
    return undefined;
  }
}

type WrittenAnswers = readonly (readonly [chain: string, names: readonly WrittenAnswer[]])[];

type WrittenAnswer = readonly [name: string, atMs: number, kept?: KeptItem | null];

interface KeptItem {
  readonly name: string;
  readonly value: AttributeValue;
  readonly directory: string;
  readonly source?: string | undefined;
  readonly provider?: string | undefined;
  readonly cacheName?: string | undefined;
  readonly viaCacher?: boolean | undefined;
  readonly secret: boolean;
  readonly ttl?: number | undefined;
  readonly version?: string | undefined;
  readonly exactName?: string | undefined;
  readonly changedAtMs?: number | undefined;
}

function keptItem(item: DirectoryItem): KeptItem | undefined {
  const value = encodeAttribute(item.value);
  const { originalName: name, source, provider, cacheName, viaCacher, secret, ttl } = item;
  const { version, exactName, changedAtMs } = item;
  const origin = { directory: item.directory.path, source, provider, cacheName, viaCacher };
  return value && { name, value, ...origin, secret, ttl, version, exactName, changedAtMs };
}

function answerOf([name, atMs, kept]: WrittenAnswer): [string, KeptAnswer] {
  return [name, { atMs, item: kept ? itemOf(kept) : undefined }];
}

function itemOf({ value, directory, ...origin }: KeptItem): DirectoryItem {
  const decoded = decodeAttribute(value);
  if (decoded === undefined) throw new Error('There is no such type of value.');
  return new DirectoryItem({ ...origin, value: decoded, directory: Directory.literal(directory), cacheable: false });
}

/** Writes bytes as `{ base64 }`, which no attribute is. */
function bytesAsText(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value;
}

function textAsBytes(_key: string, value: unknown): unknown {
  const { base64 } = (typeof value === 'object' && value !== null ? value : {}) as { readonly base64?: unknown };
  return typeof base64 === 'string' ? Uint8Array.from(Buffer.from(base64, 'base64')) : value;
}
