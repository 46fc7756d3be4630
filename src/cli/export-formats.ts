import { type ConfigValue } from '../index';
import { CommandError } from './exit-codes';
import { jsonValue } from './value-text';
import { type NamedValue, variablesOf } from './variables-of-settings';

/** Longest line that Docker reads from an env file, **bytes**: the buffer of its scanner. */
const longestDockerLine = 65_535;

/** Formats in which settings are written. */
export const exportFormats = ['dotenv', 'json', 'yaml', 'shell', 'docker', 'github', 'tfvars'] as const;

/** A format in which settings are written. */
export type ExportFormat = (typeof exportFormats)[number];

/**
 * Writes settings in a format, so that its own parser reads back exactly what `valueText` or `jsonValue` gives for each.
 *
 * `json`, `yaml` and `tfvars` keep names as they are stored, and data as data; the others have variables, and data as JSON text.
 *
 * @throws CommandError for a setting that the format cannot hold; UsageError for two that would have the same name.
 */
export async function formatSettings(settings: readonly NamedValue[], format: ExportFormat): Promise<string> {
  for (const { name, value } of settings) {
    if (format !== 'json' && !isWellFormed([name, jsonValue(value)]))
      throw cannotHold(name, format, 'half a surrogate pair');
  }
  switch (format) {
    case 'json':
      return `${JSON.stringify(objectOf(settings), undefined, 2)}\n`;
    case 'yaml':
      return yamlOf(settings);
    case 'tfvars':
      return settings.map(({ name, value }) => `${tfName(name)} = ${hclOf(jsonLike(value))}\n`).join('');
    case 'dotenv':
      return linesOf(settings, (name, text) => `${name}=${dotenvOf(name, text)}\n`);
    case 'shell':
      return linesOf(settings, (name, text) => `export ${name}='${text.replaceAll("'", `'\\''`)}'\n`);
    case 'docker':
      return linesOf(settings, dockerLine);
    case 'github':
      return linesOf(settings, githubLines);
  }
}

function linesOf(settings: readonly NamedValue[], lineOf: (name: string, text: string) => string): string {
  return [...variablesOf(settings)].map(([name, text]) => lineOf(name, text)).join('');
}

function objectOf(settings: readonly NamedValue[]): Record<string, unknown> {
  return Object.fromEntries(settings.map(({ name, value }) => [name, jsonValue(value)]));
}

async function yamlOf(settings: readonly NamedValue[]): Promise<string> {
  const { stringify } = await import('yaml');
  if (settings.length === 0) return '{}\n';
  // Quoted, so that no reader takes a text for a number, a date or a boolean.
  return stringify(new Map(Object.entries(objectOf(settings))), {
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'QUOTE_DOUBLE',
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
}

/**
 * Quotes a text for `.env` files. Two parsers must read the same: the package `dotenv` and Node. In single quotes and backticks both
 * take everything as it is; in double quotes `\n` becomes a line end.
 *
 * Source: https://github.com/motdotla/dotenv, https://nodejs.org/api/util.html#utilparseenvcontent
 */
function dotenvOf(name: string, text: string): string {
  if (text.includes('\r')) throw cannotHold(name, 'dotenv', 'a carriage return');
  if (/^[\w./:@%+,-]+(?: [\w./:@%+,-]+)*$/.test(text)) return text;
  // In `dotenv` a backslash before the closing quote may join the value with the following lines.
  const endsOpen = text.endsWith('\\');
  const quote = ["'", '"', '`'].find(
    (each) => !text.includes(each) && !endsOpen && (each !== '"' || !/\\[nr]/.test(text)),
  );
  if (quote !== undefined) return `${quote}${text}${quote}`;
  if (/^[^\s'"`#][^\n#]*\S$/.test(text) && /^[\x21-\x7e ]+$/.test(text)) return text;
  throw cannotHold(name, 'dotenv', endsOpen ? 'a backslash at the end' : 'every kind of quote');
}

/** Source: https://docs.docker.com/reference/cli/docker/container/run/#env */
function dockerLine(name: string, text: string): string {
  if (/[\r\n]/.test(text)) throw cannotHold(name, 'docker', 'a line end');
  const line = `${name}=${text}\n`;
  if (Buffer.byteLength(line) > longestDockerLine) throw cannotHold(name, 'docker', 'more than 64 KB');
  return line;
}

/** Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-environment-variable */
function githubLines(name: string, text: string): string {
  if (/^(GITHUB_|RUNNER_)|^NODE_OPTIONS$/.test(name)) throw cannotHold(name, 'github', 'a name that runners reserve');
  if (text.includes('\r')) throw cannotHold(name, 'github', 'a carriage return');
  let delimiter = 'END';
  while (text.includes(delimiter)) delimiter = `${delimiter}_`;
  return `${name}<<${delimiter}\n${text}\n${delimiter}\n`;
}

function tfName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) return name;
  throw cannotHold(name, 'tfvars', 'a name that is no identifier of Terraform');
}

/** Keeps a `bigint` as one: Terraform reads long numbers exactly. */
function jsonLike(value: ConfigValue): unknown {
  return typeof value === 'bigint' ? value : jsonValue(value);
}

/** Source: https://developer.hashicorp.com/terraform/language/expressions/strings */
function hclOf(value: unknown): string {
  if (typeof value === 'string') return hclText(value);
  if (Array.isArray(value)) return `[${value.map(hclOf).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return `${value as number}`;
  return `{ ${Object.entries(value)
    .map(([key, each]) => `${hclText(key)} = ${hclOf(each)}`)
    .join(', ')} }`;
}

function hclText(text: string): string {
  const escaped = text.replace(/[\\"\p{Cc}\u2028\u2029]/gu, (each) => hclEscapes[each] ?? `\\u${hex(each)}`);
  return `"${escaped.replace(/([$%])\{/g, '$1$1{')}"`;
}

const hclEscapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0');
}

/** Whether every text and every key of a value can be written in UTF-8. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return !/\p{Cs}/u.test(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, each]) => isWellFormed(key) && isWellFormed(each));
}

function cannotHold(name: string, format: ExportFormat, what: string): CommandError {
  return new CommandError(`${name}: the format ${format} cannot hold it: it has ${what}.`, 'negative');
}
