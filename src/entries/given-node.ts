import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type YAMLMap, type YAMLSeq } from 'yaml';
import { nearestName } from '../options';
import { type ConfigValue } from '../item/value';
import { Diagnostics, type FilePosition } from './diagnostics';

/** Most aliases (`*name`) of a file; each may repeat a large part of it. */
const maxAliases = 100;
/** Largest file, **bytes**. */
const maxFileBytes = 4 * 1024 * 1024;

/** A part of a file, and where it is. */
export interface GivenNode {
  /** A scalar, parts by key, or a list of parts. */
  readonly content: string | number | bigint | boolean | null | Uint8Array | GivenMap | readonly GivenNode[];
  /** Where in the file it is. */
  readonly at: FilePosition;
}

/** Parts by key, in the order of the file. */
export type GivenMap = ReadonlyMap<string, GivenNode>;

/** A text, as far as it could be parsed. */
export interface ParsedText {
  /** `undefined`: nothing of it could be parsed. */
  readonly root: GivenNode | undefined;
  /** Line of the first error of syntax: what is on it, or behind, is not what the author meant. `undefined`: there is none. */
  readonly brokenLine: number | undefined;
}

/**
 * Parses YAML or JSON, with the position of each part.
 *
 * Numbers that a double would round are `bigint`s. Errors quote nothing of the file, which may hold values.
 *
 * @param file - Path, for messages.
 */
export function parseGiven(text: string, file: string, diagnostics: Diagnostics): ParsedText {
  if (Buffer.byteLength(text) > maxFileBytes) {
    diagnostics.addError(`the file is larger than ${maxFileBytes / 1024 / 1024} MB.`, {
      at: { file, line: 1, column: 1 },
    });
    return { root: undefined, brokenLine: 1 };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    intAsBigInt: true,
    stringKeys: true,
  });
  const positionOf = (offset = 0): FilePosition => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  for (const { code, pos } of document.errors) {
    diagnostics.addError(`the file is not valid YAML (${code}).`, { at: positionOf(pos[0]) });
  }
  let aliases = 0;
  visit(document, {
    Alias: () => {
      aliases += 1;
    },
  });
  if (aliases > maxAliases) {
    diagnostics.addError(`the file has ${aliases} aliases; ${maxAliases} are allowed.`, { at: positionOf() });
  }
  // A key that is there twice hides nothing else.
  const broken = document.errors.filter(({ code }) => code !== 'DUPLICATE_KEY');
  const lineNumbers = broken.map(({ pos }) => positionOf(pos[0]).line);
  const reader = new NodeReader(document, positionOf, broken.length === 0 ? diagnostics : new Diagnostics());
  const root = reader.read(document.contents, 0);
  return { root, brokenLine: broken.length === 0 ? undefined : Math.min(...lineNumbers) };
}

type YamlDocument = ReturnType<typeof parseDocument>;

/** Turns the tree of the parser into ours, without following more aliases than a file can need. */
class NodeReader {
  private left = 200_000;
  /** What is being read, each within the one before. */
  private readonly open = new Set<unknown>();

  constructor(
    private readonly document: YamlDocument,
    private readonly positionOf: (offset?: number) => FilePosition,
    private readonly diagnostics: Diagnostics,
  ) {}

  read(node: unknown, depth: number): GivenNode | undefined {
    const at = this.positionOf((node as { range?: readonly number[] } | null)?.range?.[0]);
    this.left -= 1;
    if (this.left < 0 || depth > 40) {
      if (this.left >= -1) this.diagnostics.addError('the file has too many parts, or more than 40 levels.', { at });
      return undefined;
    }
    if (isMap(node) || isSeq(node)) return this.readParts(node, at, depth);
    if (isScalar(node)) return { content: scalarOf(node.value), at };
    if (node === null) return { content: null, at };
    const alias = node as { readonly source: string; resolve: (document: YamlDocument) => unknown };
    const target = alias.resolve(this.document);
    if (target !== undefined && !this.open.has(target)) return this.read(target, depth + 1);
    const problem = target === undefined ? 'has no anchor' : 'is within what it refers to, which would never end';
    this.diagnostics.addError(`the alias *${alias.source} ${problem}.`, { at });
    return undefined;
  }

  private readParts(node: YAMLMap | YAMLSeq, at: FilePosition, depth: number): GivenNode {
    this.open.add(node);
    try {
      if (isMap(node)) return this.readMap(node, at, depth);
      const items = node.items.map((each) => this.read(each, depth + 1));
      return { content: items.filter((each) => each !== undefined), at };
    } finally {
      this.open.delete(node);
    }
  }

  private readMap(node: { items: readonly unknown[] }, at: FilePosition, depth: number): GivenNode {
    const content = new Map<string, GivenNode>();
    for (const { key, value } of node.items as readonly { key: unknown; value: unknown }[]) {
      const text = (key as { value?: unknown } | null)?.value;
      const name = typeof text === 'string' ? text : '';
      const read = this.read(value, depth + 1);
      const keyAt = this.positionOf((key as { range?: readonly number[] } | null)?.range?.[0]);
      if (read !== undefined) content.set(name, { ...read, at: keyAt });
    }
    return { content, at };
  }
}

function scalarOf(value: unknown): string | number | bigint | boolean | null | Uint8Array {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value instanceof Uint8Array) return value;
  return null;
}

/** Gives the parts of a map; `undefined` for anything else. */
export function mapOf({ content }: GivenNode): GivenMap | undefined {
  return content instanceof Map ? content : undefined;
}

/** Gives a part as plain data. */
export function dataOf({ content }: GivenNode): ConfigValue {
  if (content instanceof Map) {
    const all = [...(content as GivenMap)].map(([key, each]): [string, ConfigValue] => [key, dataOf(each)]);
    return Object.fromEntries(all);
  }
  if (Array.isArray(content)) return (content as readonly GivenNode[]).map(dataOf);
  return content as ConfigValue;
}

/** Reads parts of known kinds out of a map, and reports every part that is not what it should be. */
export class NodeFields {
  /**
   * @param map - The parts.
   * @param what - Names the map in messages: `the entry`.
   * @param entry - Address of the entry, for messages.
   */
  constructor(
    private readonly map: GivenMap,
    private readonly what: string,
    private readonly diagnostics: Diagnostics,
    private readonly entry?: string,
  ) {}

  /** Reports keys that are not known, each with the nearest one that is. */
  allowOnly(known: readonly string[]): void {
    for (const [key, { at }] of this.map) {
      if (known.includes(key)) continue;
      const nearest = nearestName(key, known);
      const detail = `${nearest === undefined ? '' : `Did you mean ${nearest}? `}There are ${known.join(', ')}.`;
      this.error(`${this.what} has no key "${key}".`, at, detail);
    }
  }

  /** Gives a text; `undefined` when it is absent or something else. */
  text(key: string): string | undefined {
    return this.typed(key, 'a text', (content) => (typeof content === 'string' ? content : undefined));
  }

  /** Gives a whole number within bounds. */
  integer(key: string, least: number, most: number): number | undefined {
    return this.typed(key, `a whole number from ${least} to ${most}`, (content) =>
      typeof content === 'number' && Number.isInteger(content) && content >= least && content <= most
        ? content
        : undefined,
    );
  }

  /** Gives a truth value. */
  flag(key: string): boolean | undefined {
    return this.typed(key, 'true or false', (content) => (typeof content === 'boolean' ? content : undefined));
  }

  /** Gives one of some words. */
  choice<T extends string>(key: string, allowed: readonly T[]): T | undefined {
    return this.typed(key, allowed.join(', '), (content) => allowed.find((each) => each === content));
  }

  /** Gives a map of texts, such as tags. */
  texts(key: string): Readonly<Record<string, string>> | undefined {
    return this.typed(key, 'a map of texts', (content) => {
      if (!(content instanceof Map)) return undefined;
      const all = [...(content as GivenMap)].map(([name, each]) => [name, each.content] as const);
      return all.every(([, each]) => typeof each === 'string')
        ? (Object.fromEntries(all) as Record<string, string>)
        : undefined;
    });
  }

  private typed<T>(
    key: string,
    expected: string,
    read: (content: GivenNode['content']) => T | undefined,
  ): T | undefined {
    const node = this.map.get(key);
    if (node === undefined) return undefined;
    const value = read(node.content);
    if (value === undefined) this.error(`"${key}" is not ${expected}.`, node.at);
    return value;
  }

  private error(summary: string, at: FilePosition, detail?: string): void {
    this.diagnostics.addError(summary, {
      at,
      ...(detail !== undefined && { detail }),
      ...(this.entry !== undefined && { entry: this.entry }),
    });
  }
}
