import { type Declaration } from './declaration';
import { declaredFacts, type DeclaredFacts } from './declared-facts';

/** Stands where a secret has to be put; never a real one. */
const placeholder = 'replace-me';
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const heading = [
  '# Settings that this service reads from its environment. Uncomment what you want to set here.',
  '# A variable takes the place of all other sources, also when it is empty.',
];

/** A declaration and what is said of it. */
interface Described {
  readonly declaration: Declaration;
  readonly facts: DeclaredFacts;
}

/**
 * Writes a `.env.example`: each variable with what it is for, its type, and its default; no value of a secret.
 *
 * All variables are comments: the file sets nothing as it is, also when a process is started with it.
 */
export function envExample(declarations: readonly Declaration[]): string {
  const byName = new Map<string, Described[]>();
  for (const declaration of declarations) {
    const name = declaration.name.toLowerCase();
    byName.set(name, [...(byName.get(name) ?? []), { declaration, facts: declaredFacts(declaration) }]);
  }
  const blocks = [...byName.values()].map((all) => [...all.flatMap(comments), ...assignment(all)]);
  return `${[heading, ...blocks].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function comments({ declaration, facts }: Described): readonly string[] {
  const { key, description, jsonField, sources } = declaration;
  const said = [
    facts.type,
    ...(jsonField === undefined ? [] : [`the field "${jsonField}" of JSON, or that value alone`]),
    facts.required ? 'required' : 'optional',
    ...(isElsewhere(declaration) ? [`from ${sources?.join(' or ') ?? ''}, not from a variable`] : []),
  ];
  return [...(description?.split(/[\r\n]+/) ?? []), oneLine(`${key}: ${said.join(', ')}`)].map((line) =>
    `# ${line}`.trimEnd(),
  );
}

function assignment(all: readonly [Described, ...Described[]] | readonly Described[]): readonly string[] {
  const [first] = all;
  if (first === undefined) return [];
  const { name } = first.declaration;
  if (!variableName.test(name)) return [`# No variable can be called ${oneLine(name)}.`];
  const value = quoted(valueOf(all));
  return value === undefined ? [`# ${name}=`, `# No line can hold the default of ${name}.`] : [`# ${name}=${value}`];
}

/** Several fields of one secret stand in one variable, as JSON. */
function valueOf(all: readonly Described[]): string {
  const [first, ...others] = all;
  if (first === undefined) return '';
  if (others.length === 0) return shown(first.facts);
  const fields = all.filter(({ declaration }) => declaration.jsonField !== undefined);
  if (fields.length === 0) return shown((all.find(({ facts }) => facts.hidden) ?? first).facts);
  return JSON.stringify(
    Object.fromEntries(fields.map(({ declaration, facts }) => [declaration.jsonField, shown(facts)])),
  );
}

function shown({ hidden, default: text }: DeclaredFacts): string {
  return hidden ? placeholder : (text ?? '');
}

/** Whether a variable would be refused: the declaration names other sources. */
function isElsewhere({ sources }: Declaration): boolean {
  return sources !== undefined && !sources.includes('env');
}

/**
 * Quotes what would not be read as it stands; `undefined` for what no quotes can hold in a line.
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

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
