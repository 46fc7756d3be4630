import { inspect } from 'node:util';
import { printable } from '../base/printable';
import { type ConfigValue } from '../item/value';

const longestValue = 40;
const secretNames = /pass(word|wd|phrase)?|secret|token|credential|private_?key|api_?key|access_?key/i;

/** Whether a name sounds like that of a secret, so that a value from anywhere is masked. */
export function isSecretName(name: string): boolean {
  return secretNames.test(name);
}

/** Gives a value as it may be shown: in one line, not too long. */
export function showValue(value: ConfigValue): string {
  const text = typeof value === 'string' ? value : inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 3 });
  const line = printable(text);
  return line.length > longestValue ? `${line.slice(0, longestValue - 3)}...` : line;
}
