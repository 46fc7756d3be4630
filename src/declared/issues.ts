import { isDeepStrictEqual } from 'node:util';
import { readProperty } from '../base/describe-error';
import { printable } from '../base/printable';
import { Secret } from '../item/secret';
import { ValueMask } from './mask-value';
import { type SchemaIssue } from './standard-schema';

/** Most issues of one setting that are described one by one. */
const mostIssues = 3;
/** Most issues that are looked through for different ones, and most that are counted. */
const mostDescribed = 10;
const mostCounted = 1000;
/** Longest message of an issue, and longest key of a path, in characters. */
const longestMessage = 200;
const longestKey = 40;
/** Most keys of a path. */
const mostKeys = 6;
/** The description where there is nothing more to say. */
const refusal = 'its schema refuses it';

/** Says what a schema finds wrong with a value, in one line, without the value. */
export type DescribeIssues = typeof describeIssues;

/**
 * Says what a schema finds wrong, in one line, without the value.
 *
 * However many issues there are, a few are looked at: the work grows with the size of the value alone.
 *
 * @param value - What the schema was given.
 * @param hidden - Whether it is a secret: then only where the issues are is told, and that not by keys of the secret.
 */
export function describeIssues(issues: readonly SchemaIssue[], value: unknown, hidden: boolean): string {
  const mask = new ValueMask(value, { keysToo: hidden });
  const different = new Set<string>();
  const lines = new Set<string>();
  let described = 0;
  for (const issue of Array.from(issues).slice(0, mostCounted)) {
    const keys = keysOf(issue);
    const text = hidden ? refusal : textOf(issue);
    const known = different.size;
    if (different.add(JSON.stringify([keys, text])).size === known) continue;
    if (lines.size === mostIssues || described === mostDescribed) continue;
    described += 1;
    const line = hidden ? text : lineOf(mask.message(text) ?? refusal);
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
 * What was said of the values that schemas have refused, so that it is not worked out again with every reload of settings.
 *
 * The last value of each setting is kept; nothing that prints it shows it.
 */
export class IssueDescriptions {
  readonly #last = new Map<string, Description>();

  /** Gives what describes issues of a setting, in one of the forms that its value is tried in. */
  of(key: string): DescribeIssues {
    return (issues, value, hidden) => {
      const form = `${key} ${typeof value}`;
      const last = this.#last.get(form);
      const start = Array.from(issues).slice(0, mostDescribed);
      const signature = JSON.stringify([issues.length, hidden, start.map((each) => [keysOf(each), textOf(each)])]);
      if (last?.issues === signature && isDeepStrictEqual(last.value.reveal(), value)) return last.text;
      const text = describeIssues(issues, value, hidden);
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

/** An index of a list is no part of the value; a key that the value does not have is the schema's: `password`, where it is missing. */
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

/** Not by `map`: the paths of arktype are lists of a class of their own, whose `map` gives other lists. */
function keysOf(issue: SchemaIssue): readonly string[] {
  const path = readProperty(issue, 'path');
  if (typeof path !== 'object' || path === null) return [];
  const keys = Array.from(path as ArrayLike<unknown>).slice(0, mostKeys);
  return keys.map((each) => {
    const key = typeof each === 'object' && each !== null ? readProperty(each, 'key') : each;
    return ['string', 'number', 'symbol', 'bigint'].includes(typeof key) ? String(key) : '?';
  });
}
