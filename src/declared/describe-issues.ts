import { maskValue, textsIn } from './mask-value';
import { type SchemaIssue } from './standard-schema';

/** Most issues of one setting that are told one by one. */
const mostIssues = 3;
/** Longest message of an issue, in characters. */
const longestMessage = 200;
/** The rest of a message is not even looked at. */
const mostLookedAt = 2000;
/** Said where there is nothing more to say. */
const refusal = 'its schema refuses it';

/**
 * Says what a schema finds wrong, in one line, without the value.
 *
 * @param value - What the schema was given.
 * @param hidden - Whether it is a secret: then only where the issues are is told, and that not by keys of the secret.
 */
export function describeIssues(issues: readonly SchemaIssue[], value: unknown, hidden: boolean): string {
  const told = [...new Set(issues.map((each) => (hidden ? hiddenIssue(each, value) : plainIssue(each, value))))];
  const more = told.length > mostIssues ? [`and ${told.length - mostIssues} more`] : [];
  return [...told.slice(0, mostIssues), ...more].join('; ') || refusal;
}

function plainIssue({ message, path }: SchemaIssue, value: unknown): string {
  const text = `${(message as string | undefined) ?? refusal}`.slice(0, mostLookedAt);
  const line = maskValue(text, value).replace(/\s+/g, ' ').trim();
  return `${placeOf(keysOf(path))}${line.length > longestMessage ? `${line.slice(0, longestMessage)}...` : line}`;
}

/** A key that the secret does not have is the schema's: `password`, where it is missing. */
function hiddenIssue({ path }: SchemaIssue, value: unknown): string {
  const texts = textsIn(value, { keysToo: true });
  const keys = keysOf(path).map((key) =>
    texts.some((text) => text.toLowerCase().includes(key.toLowerCase())) && !/^\d+$/.test(key) ? '***' : key,
  );
  return `${placeOf(keys)}${refusal}`;
}

function placeOf(keys: readonly string[]): string {
  return keys.length === 0 ? '' : `at ${keys.join('.')}: `;
}

/** Not by `map`: the paths of arktype are lists of a class of their own, whose `map` gives other lists. */
function keysOf(path: SchemaIssue['path']): readonly string[] {
  return Array.from(path ?? [], (each) => String(typeof each === 'object' ? each.key : each));
}
