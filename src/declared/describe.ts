import { isSecretName, maskCredentials } from '../explain/shown-value';
import { type Declaration } from './declaration';
import { type JsonSchema, jsonSchemaOf, outputWithoutInput, type StandardSchema } from './standard-schema';

/** What the documents say about a declared setting. */
interface SettingSummary {
  /** Type of its value, in words: `integer`, `secret text`. */
  readonly type: string;
  /** Whether a value is required. */
  readonly isRequired: boolean;
  /** Its default, as text; `undefined`: there is none, or it must not be shown. */
  readonly default: string | undefined;
  /** Whether its value must not be shown: it is a secret, or its name looks like that of one. */
  readonly isHidden: boolean;
}

function summaryOf({ kind, name, schema, optional, default: given }: Declaration): SettingSummary {
  const output = schema && outputWithoutInput(schema);
  const type = typeOfSchema(schema);
  const isHidden = kind === 'secret' || isSecretName(name);
  const fallback = textOf(given ?? output?.value);
  const isShown = !isHidden && (fallback === undefined || maskCredentials(fallback) === fallback);
  return {
    type: kind === 'secret' ? `secret ${type}` : type,
    isRequired: !optional && given === undefined && output === undefined,
    default: isShown ? fallback : undefined,
    isHidden,
  };
}

/** Writes a value as the text of a variable; `undefined` for one that no variable can hold. */
function textOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return Number.isFinite(value) ? `${value}` : undefined;
    case 'bigint':
    case 'boolean':
      return `${value}`;
    case 'object':
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
      return value === null ? undefined : JSON.stringify(value, bigIntAsText);
    case 'function':
    case 'symbol':
    case 'undefined':
      return undefined;
  }
}

function bigIntAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}

/** Gives the type that a schema accepts, in words: `integer`, `list of text`, `"a" or "b"`. Without a schema, any text. */
function typeOfSchema(schema: StandardSchema | undefined): string {
  if (schema === undefined) return 'text';
  return typeOf(jsonSchemaOf(schema)) ?? `as ${schema['~standard'].vendor} checks`;
}

const typeWords: Readonly<Record<string, string>> = { string: 'text', object: 'map', array: 'list', null: 'null' };

function typeOf(schema: JsonSchema | boolean | undefined): string | undefined {
  if (typeof schema !== 'object') return undefined;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(' or ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return joined(choices.map(typeOf));
  if (schema.type === undefined) return undefined;
  if (typeof schema.type !== 'string') return joined(schema.type.map((type) => typeOf({ ...schema, type })));
  const word = typeWords[schema.type] ?? schema.type;
  const items = schema.type === 'array' ? typeOf(schema.items) : undefined;
  if (items !== undefined) return `${word} of ${items}`;
  return schema.format === undefined ? word : `${word} (${schema.format})`;
}

function joined(types: readonly (string | undefined)[]): string | undefined {
  const known = types.filter((each) => each !== undefined);
  return known.length === types.length && known.length > 0 ? [...new Set(known)].join(' or ') : undefined;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** Value of a secret in the example; never a real one. */
const placeholder = 'replace-me';
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const heading = [
  '# Settings that this service reads from its environment. Uncomment what you want to set here.',
  '# A variable takes the place of all other sources, also when it is empty.',
];

/** A declaration and its summary. */
interface Described {
  readonly declaration: Declaration;
  readonly summary: SettingSummary;
}

/**
 * Writes a `.env.example`: each variable with what it is for, its type, and its default; no value of a secret.
 *
 * All variables are comments: unchanged, the file sets nothing.
 */
export function envExample(declarations: readonly Declaration[]): string {
  const byName = new Map<string, Described[]>();
  for (const declaration of declarations) {
    const name = declaration.name.toLowerCase();
    byName.set(name, [...(byName.get(name) ?? []), { declaration, summary: summaryOf(declaration) }]);
  }
  const blocks = [...byName.values()].map((all) => [...all.flatMap(comments), ...assignment(all)]);
  return `${[heading, ...blocks].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function comments({ declaration, summary }: Described): readonly string[] {
  const { key, description, jsonField, sources } = declaration;
  const isElsewhere = sources !== undefined && !sources.includes('env');
  const parts = [
    summary.type,
    ...(jsonField === undefined ? [] : [`the field "${jsonField}" of JSON, or that value alone`]),
    summary.isRequired ? 'required' : 'optional',
    ...(isElsewhere ? [`from ${sources.join(' or ')}, not from a variable`] : []),
  ];
  return [...(description?.split(/[\r\n]+/) ?? []), oneLine(`${key}: ${parts.join(', ')}`)].map((line) =>
    `# ${line}`.trimEnd(),
  );
}

function assignment(all: readonly Described[]): readonly string[] {
  const [first] = all;
  if (first === undefined) return [];
  const { name } = first.declaration;
  if (!variableName.test(name)) return [`# No variable can be called ${oneLine(name)}.`];
  const value = quoted(valueOf(first, all));
  return value === undefined ? [`# ${name}=`, `# No line can hold the default of ${name}.`] : [`# ${name}=${value}`];
}

/** Several fields of one secret are in one variable, as JSON. */
function valueOf(first: Described, all: readonly Described[]): string {
  if (all.length === 1) return shown(first.summary);
  const fields = all.filter(({ declaration }) => declaration.jsonField !== undefined);
  if (fields.length === 0) return shown((all.find(({ summary }) => summary.isHidden) ?? first).summary);
  return JSON.stringify(
    Object.fromEntries(fields.map(({ declaration, summary }) => [declaration.jsonField, shown(summary)])),
  );
}

function shown({ isHidden, default: text }: SettingSummary): string {
  return isHidden ? placeholder : (text ?? '');
}

/**
 * Quotes a text where necessary; `undefined` for one that cannot be quoted in one line.
 *
 * @remarks Between quotes nothing is escaped but a line break, as `\n` between double ones.
 * Source: https://nodejs.org/api/environment_variables.html
 */
function quoted(text: string): string | undefined {
  if (/^[\w./:@+,-]*$/.test(text)) return text;
  if (/(?![\t\n])[\p{Cc}\p{Cs}]/u.test(text)) return undefined;
  const isLine = !text.includes('\n');
  if (isLine && !text.includes("'")) return `'${text}'`;
  if (isLine && !text.includes('`')) return `\`${text}\``;
  return /["\\]/.test(text) ? undefined : `"${text.replaceAll('\n', '\\n')}"`;
}

const columnHeads = ['Setting', 'Name', 'Type', 'Default', 'Comes from', 'What it is for'];

/** Describes declared settings in a table of Markdown; no value of a secret is in it. */
export function settingsTable(declarations: readonly Declaration[]): string {
  const rows = [columnHeads, ...declarations.map(cellsOf)];
  const widths = columnHeads.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = columnHeads, ...others] = rows;
  return `${[line(head), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n')}\n`;
}

function cellsOf(declaration: Declaration): readonly string[] {
  const { key, name, description = '' } = declaration;
  const summary = summaryOf(declaration);
  const defaultText = summary.default === undefined ? undefined : code(summary.default);
  const isHidden = summary.isHidden && declaration.default !== undefined;
  return [
    code(key),
    code(name),
    plain(summary.type),
    summary.isRequired ? 'required' : (defaultText ?? (isHidden ? 'not shown' : 'optional')),
    sourceOf(declaration),
    plain(description),
  ];
}

function sourceOf({ secretId, parameterId, jsonField, sources, directories }: Declaration): string {
  const parts = [
    secretId === undefined ? '' : `the secret ${code(secretId)}`,
    parameterId === undefined ? '' : `the parameter ${code(parameterId)}`,
    jsonField === undefined ? '' : `the field ${code(jsonField)} of JSON`,
    sources === undefined ? '' : sources.map(code).join(' or '),
    directories === undefined ? '' : `in ${directories.map(({ path }) => code(path)).join(' or ')}`,
  ];
  return parts.filter((each) => each !== '').join(', ') || 'anywhere';
}

/** Writes a text as code, whatever backquotes are in it. */
function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  const space = /^`|`$|^ .* $/.test(text) || text === '' ? ' ' : '';
  return `${fence}${space}${oneLine(text).trim().replaceAll('|', '\\|')}${space}${fence}`;
}

/** Writes a text so that no character in it has a meaning in Markdown or HTML. */
function plain(text: string): string {
  return oneLine(text)
    .trim()
    .replace(/[\\`*_[\]<>&~|]/g, '\\$&');
}
