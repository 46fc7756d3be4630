import { types } from 'node:util';
import { type ConfigValue, isList, isPlainObject } from '../item/value';
import { type Secret } from '../item/secret';
import { type FilePosition, type Diagnostics } from './diagnostics';
import { dataOf, type GivenMap, type GivenNode, mapOf, NodeFields } from './given-node';

/** How a value is generated. */
export interface GenerateRule {
  /** How many characters. */
  readonly length: number;
  /** Characters that are left out of the printable ones of ASCII. */
  readonly exclude: string;
}

/** Where the value of an entry comes from. */
export type ValueTemplate =
  | { readonly kind: 'literal'; readonly value: ConfigValue }
  /** Made once, and kept until a rotation is asked for. */
  | { readonly kind: 'generate'; readonly rule: GenerateRule }
  /** `env:NAME`, `file:PATH` or `prompt`: read with each plan and apply, and kept nowhere. */
  | { readonly kind: 'from'; readonly reference: string }
  /** A JSON object whose parts have sources of their own. */
  | { readonly kind: 'json'; readonly parts: ReadonlyMap<string, ValueTemplate> };

/** What sources gave, by reference; one that is absent could not be read, or is asked for with apply alone. */
export type SourceValues = ReadonlyMap<string, Secret<string>>;

/** What a template is filled in with. */
export interface TemplateFill {
  /** Values that the file takes from elsewhere (`from`). */
  readonly sources: SourceValues;
  /** The value that the entry has now; its generated parts are kept. `undefined`: there is none. */
  readonly current: ConfigValue | undefined;
  /** Whether generated parts are made anew. */
  readonly rotate: boolean;
  /** Gives a whole number from 0 to below `limit`, from a source fit for secrets. */
  readonly randomInt: (limit: number) => number;
}

/** Most characters of a generated value. */
const longestGenerated = 4096;
/** Fewest characters that a generated value is made of. */
const leastAlphabet = 10;
/** Printable ASCII, without the space. */
const alphabet = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).join('');
/** Takes the place of a part whose value the file does not decide. No canonical form begins with it. */
const placeholder = '*';

/**
 * Reads where a value comes from: a scalar or a list is the value itself; a map is `{ generate }`, `{ from }`, `{ json }` or,
 * where `allowData`, data.
 *
 * @param node - The part of the file that has the value.
 * @param entry - Address of the entry, for messages.
 * @param diagnostics - Where problems are added.
 * @returns `undefined` after a problem, which is among the diagnostics.
 */
export function parseTemplate(
  node: GivenNode,
  entry: string,
  diagnostics: Diagnostics,
  { allowData = false }: { readonly allowData?: boolean } = {},
): ValueTemplate | undefined {
  const map = mapOf(node);
  if (map === undefined) return { kind: 'literal', value: dataOf(node) };
  const source = sourceKeyOf(map);
  if (source === undefined && allowData) return { kind: 'literal', value: dataOf(node) };
  if (source === undefined) {
    const detail = 'A map is { generate: ... }, { from: ... }, { json: ... }, or has a value for each environment.';
    diagnostics.addError('its value is not understood.', { entry, at: node.at, detail });
    return undefined;
  }
  const [key, given] = source;
  if (key === 'generate') return parseGenerate(given, entry, diagnostics);
  if (key === 'from') return parseFrom(given, entry, diagnostics);
  const parts = mapOf(given);
  if (parts === undefined) {
    diagnostics.addError('"json" is not a map.', { entry, at: given.at });
    return undefined;
  }
  return parseParts(parts, entry, diagnostics);
}

/** Gives the one key of a map that names a source. */
function sourceKeyOf(map: GivenMap): readonly ['generate' | 'from' | 'json', GivenNode] | undefined {
  const [first, ...others] = map;
  if (first === undefined || others.length > 0) return undefined;
  const [key, node] = first;
  return key === 'generate' || key === 'from' || key === 'json' ? [key, node] : undefined;
}

function parseParts(map: GivenMap, entry: string, diagnostics: Diagnostics): ValueTemplate {
  const parts = new Map<string, ValueTemplate>();
  for (const [key, node] of map) {
    const inner = mapOf(node);
    const isNested = inner !== undefined && sourceKeyOf(inner) === undefined;
    const part = isNested ? parseParts(inner, entry, diagnostics) : parseTemplate(node, entry, diagnostics);
    if (part !== undefined) parts.set(key, part);
  }
  return { kind: 'json', parts };
}

function parseGenerate(node: GivenNode, entry: string, diagnostics: Diagnostics): ValueTemplate | undefined {
  const map = mapOf(node);
  if (map === undefined) {
    diagnostics.addError('"generate" is not a map such as { length: 32 }.', { entry, at: node.at });
    return undefined;
  }
  const fields = new NodeFields(map, '"generate"', diagnostics, entry);
  fields.allowOnly(['length', 'exclude']);
  const length = map.has('length') ? fields.integer('length', 1, longestGenerated) : 32;
  const rule = { length: length ?? 32, exclude: fields.text('exclude') ?? '' };
  const size = charactersOf(rule).length;
  if (size < leastAlphabet) {
    diagnostics.addError(`"exclude" leaves ${size} characters; at least ${leastAlphabet} are needed.`, {
      entry,
      at: node.at,
    });
  } else if (rule.length * Math.log2(size) < 64) {
    const detail = `Give it a length of ${Math.ceil(64 / Math.log2(size))} or more.`;
    diagnostics.addWarning('the generated value has less than 64 bits of randomness.', { entry, at: node.at, detail });
  }
  return { kind: 'generate', rule };
}

function parseFrom({ content, at }: GivenNode, entry: string, diagnostics: Diagnostics): ValueTemplate | undefined {
  if (typeof content === 'string' && /^(prompt$|env:[^=\0]+$|file:.)/.test(content))
    return { kind: 'from', reference: content };
  diagnostics.addError('"from" is not env:NAME, file:PATH or prompt.', { entry, at });
  return undefined;
}

/** Reports a literal value of a secret that would be in the file in plain text. */
export function refuseLiteral(
  template: ValueTemplate,
  entry: string,
  at: FilePosition,
  diagnostics: Diagnostics,
): void {
  if (template.kind !== 'literal') return;
  diagnostics.addError('the value of a secret is in the file.', {
    ...{ entry, at },
    detail:
      'Give { from: env:NAME }, { from: file:PATH }, { from: prompt }, { generate: ... } or { json: ... }, and replace the value: it is known to everyone who has the file.',
  });
}

/** Gives the references of a template, each once. */
export function referencesOf(template: ValueTemplate): readonly string[] {
  if (template.kind === 'from') return [template.reference];
  return template.kind === 'json' ? [...new Set([...template.parts.values()].flatMap(referencesOf))] : [];
}

/** Whether some part of a value is generated. */
export function isGenerated(template: ValueTemplate): boolean {
  if (template.kind === 'json') return [...template.parts.values()].some(isGenerated);
  return template.kind === 'generate';
}

/**
 * Gives what the file decides of a value, in a form that can be compared and digested: equal for equal values, with a
 * placeholder for what is generated or cannot be read now.
 */
export function comparableOf(template: ValueTemplate, sources: SourceValues): string {
  switch (template.kind) {
    case 'literal':
      return canonical(template.value);
    case 'generate':
      return placeholder;
    case 'from': {
      const value = sources.get(template.reference);
      return value === undefined ? placeholder : canonical(value.reveal());
    }
    case 'json':
      return canonicalMap([...template.parts].map(([key, each]) => [key, comparableOf(each, sources)]));
  }
}

/** Gives the part of a current value that {@link comparableOf} compares: equal to it where the value is as the file says. */
export function projectionOf(template: ValueTemplate, sources: SourceValues, current: ConfigValue): string {
  if (template.kind === 'generate')
    return typeof current === 'string' && current !== '' ? placeholder : canonical(current);
  if (template.kind === 'from' && !sources.has(template.reference)) return placeholder;
  if (template.kind !== 'json') return canonical(current);
  const object = objectOf(current);
  if (object === undefined) return canonical(current);
  return canonicalMap(
    Object.entries(object).map(([key, each]) => {
      const part = template.parts.get(key);
      if (part === undefined) return [key, canonical(each)];
      return [
        key,
        part.kind === 'json' && typeof each === 'string' ? canonical(each) : projectionOf(part, sources, each),
      ];
    }),
  );
}

/** Whether the current value must be known to compare it: not where the file decides nothing of it. */
export function decidesValue(template: ValueTemplate, sources: SourceValues): boolean {
  return comparableOf(template, sources) !== placeholder;
}

/**
 * Gives the value of an entry: generated parts as they are in the current value, or new ones.
 *
 * @param template - What `parseTemplate()` gave.
 * @param fill - The current value, what sources gave, and random numbers.
 * @returns `undefined` when a source could not be read and there is no current value to keep.
 */
export function fillTemplate(template: ValueTemplate, fill: TemplateFill): ConfigValue | undefined {
  if (template.kind !== 'json') return fillPart(template, fill);
  const value = fillPart(template, { ...fill, current: objectOf(fill.current) });
  return value === undefined ? undefined : JSON.stringify(value);
}

function fillPart(template: ValueTemplate, fill: TemplateFill): ConfigValue | undefined {
  const { current, sources, rotate, randomInt } = fill;
  switch (template.kind) {
    case 'literal':
      return template.value;
    case 'from':
      return sources.get(template.reference)?.reveal() ?? current;
    case 'generate':
      return !rotate && typeof current === 'string' && current !== '' ? current : generate(template.rule, randomInt);
    case 'json': {
      const object = typeof current === 'object' && current !== null && isPlainObject(current) ? current : {};
      const parts = [...template.parts].map(([key, each]) => {
        const known = Object.hasOwn(object, key) ? object[key] : undefined;
        return [key, fillPart(each, { ...fill, current: known })] as const;
      });
      return parts.every((each): each is [string, ConfigValue] => each[1] !== undefined)
        ? Object.fromEntries(parts)
        : undefined;
    }
  }
}

function generate(rule: GenerateRule, randomInt: TemplateFill['randomInt']): string {
  const characters = charactersOf(rule);
  return Array.from({ length: rule.length }, () => characters[randomInt(characters.length)]).join('');
}

function charactersOf({ exclude }: GenerateRule): readonly string[] {
  return [...alphabet].filter((each) => !exclude.includes(each));
}

/** Gives the object that a text of JSON is; `undefined` for anything else. */
function objectOf(current: ConfigValue | undefined): Readonly<Record<string, ConfigValue>> | undefined {
  if (typeof current === 'object' && current !== null && isPlainObject(current)) return current;
  if (typeof current !== 'string') return undefined;
  try {
    const parsed = JSON.parse(current) as ConfigValue;
    return typeof parsed === 'object' && parsed !== null && isPlainObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Gives a text that is the same for equal values, whatever the order of their keys, and for no others. */
export function canonical(value: ConfigValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'bigint') return `n${value}`;
  if (typeof value === 'boolean' || value === null) return `${value}`;
  if (types.isUint8Array(value)) return `b"${Buffer.from(value).toString('base64')}"`;
  if (types.isSet(value)) {
    const elements: readonly ConfigValue[] = [...(value as ReadonlySet<string>)];
    return `{${elements.map(canonical).sort().join()}}`;
  }
  if (isList(value)) return `[${value.map(canonical).join()}]`;
  const parts = Object.entries(value as Readonly<Record<string, ConfigValue>>);
  return canonicalMap(parts.map(([key, each]) => [key, canonical(each)]));
}

function canonicalMap(parts: readonly (readonly [string, string])[]): string {
  const sorted = parts.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `m{${sorted.map(([key, each]) => `${JSON.stringify(key)}:${each}`).join()}}`;
}
