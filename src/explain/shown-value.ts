import { inspect } from 'node:util';
import { mask, printable } from '../base/printable';
import { type ConfigValue } from '../item/value';

const longestValue = 40;
/** Most characters of a value that are searched for credentials; far fewer are shown. */
const mostSearched = 8192;

/** Words that mark a secret, in names of settings and in names within values. */
const secretWords =
  'pass(?:word|wd|phrase|code)?|pwd|secret|token|credential|connection_?string|conn_?str|' +
  '(?:access|account|api|encryption|master|private|session|shared|signing|ssh)[_-]?key';
const secretName = new RegExp(secretWords, 'i');
const secretNameWords: readonly string[] = ['dsn', 'jwt', 'creds'];
/** A secret behind its name: `Server=db;Pwd=x`, `?password=x`, `{ token: 'x' }`, `Authorization: Bearer x`, `sig=x`. */
const namedSecret = new RegExp(
  `(?:${secretWords}|authorization|\\bsig(?:nature)?)\\w{0,32}["']?\\s{0,8}[=:]\\s{0,8}\\S`,
  'i',
);
/** A user and a password without a scheme: `app:x@tcp(db:3306)/orders`. */
const userAndPassword = /(?:^|[\s"'=,;])[^\s:@/"'=,;]{0,256}:[^\s@]{1,256}@[^\s@]/;
/** A private key in PEM form, and a signed token. Sources: RFC 7468, RFC 7519 */
const knownSecret = /-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----|\beyJ[\w-]{1,2048}\.[\w-]{1,2048}\./;

/** Whether a name looks like that of a secret, so that its value is masked whatever its source. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  const isKey = /^keys?$/.test(words.at(-1) ?? '');
  return isKey || secretName.test(name) || words.some((each) => secretNameWords.includes(each));
}

/** Gives a value for display: in one line, shortened, without credentials. */
export function showValue(value: ConfigValue): string {
  const line = printable(maskCredentials(textOf(value)));
  return line.length > longestValue ? `${line.slice(0, longestValue - 3)}...` : line;
}

/**
 * Masks credentials in a text: what a URL has between scheme and host; the whole text, where it looks like a connection string
 * with a password, a private key or a token.
 */
export function maskCredentials(text: string): string {
  const scheme = text.indexOf('://') + '://'.length;
  const host = text.lastIndexOf('@');
  const isUrl = scheme >= '://'.length && host >= scheme;
  const rest = (isUrl ? `${text.slice(0, scheme)} ${text.slice(host + 1)}` : text).slice(0, mostSearched);
  if ([namedSecret, userAndPassword, knownSecret].some((each) => each.test(rest))) return mask;
  return isUrl ? `${text.slice(0, scheme)}${mask}${text.slice(host)}` : text;
}

function textOf(value: ConfigValue): string {
  if (typeof value === 'string') return value;
  try {
    return inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 3, maxStringLength: mostSearched });
  } catch {
    // An instance of a class whose inspect method throws.
    return '(an object)';
  }
}
