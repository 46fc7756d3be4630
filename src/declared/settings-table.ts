import { type Declaration } from './declaration';
import { declaredFacts } from './declared-facts';

const heads = ['Setting', 'Name', 'Type', 'Default', 'Comes from', 'What it is for'];

/** Describes declared settings in a table of Markdown; no value of a secret is in it. */
export function settingsTable(declarations: readonly Declaration[]): string {
  const rows = [heads, ...declarations.map(row)];
  const widths = heads.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = heads, ...others] = rows;
  return `${[line(head), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n')}\n`;
}

function row(declaration: Declaration): readonly string[] {
  const { key, name, description = '' } = declaration;
  return [
    code(key),
    code(name),
    plain(declaredFacts(declaration).type),
    defaultOf(declaration),
    sourceOf(declaration),
    plain(description),
  ];
}

function defaultOf(declaration: Declaration): string {
  const facts = declaredFacts(declaration);
  if (facts.required) return 'required';
  if (facts.default !== undefined) return code(facts.default);
  return facts.hidden && declaration.default !== undefined ? 'not shown' : 'optional';
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
  return `${fence}${space}${cell(text)}${space}${fence}`;
}

/** Writes a text so that nothing in it means anything to Markdown or HTML. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_[\]<>&~|]/g, '\\$&');
}

/** A cell is one line, and a bar would end it. */
function cell(text: string): string {
  return text.replace(/\s+/g, ' ').trim().replaceAll('|', '\\|');
}
