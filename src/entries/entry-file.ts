import { sha256 } from '../base/digest';
import { defaultDirectories } from '../directory/default-directories';
import { Directory } from '../directory/directory';
import { isConfigError } from '../errors';
import { nearestName } from '../options';
import { type Diagnostic, Diagnostics, type FilePosition } from './diagnostics';
import { addressText, type AnyEntryKind, type EntryAddress } from './entry-kind';
import { type GivenMap, type GivenNode, mapOf, NodeFields, parseGiven } from './given-node';

/** An entry that the file declares, in one environment. */
export interface DeclaredEntry {
  /** Kind, directory and name. */
  readonly address: EntryAddress;
  /** The kind that checks, reads and writes it. */
  readonly kind: AnyEntryKind;
  /** What the kind has made of the file. */
  readonly config: unknown;
  /** Environment of its directory; `undefined` for a directory of all environments. */
  readonly environment: string | undefined;
  /** Whether it may not be deleted. */
  readonly protect: boolean;
  /** Where the file declares it. */
  readonly at: FilePosition;
}

/** An entry that has another place than before. Full names, placeholders filled in. */
export interface MovedEntry {
  /** Full name before. */
  readonly from: string;
  /** Full name now. */
  readonly to: string;
  /** Where the file says so. */
  readonly at: FilePosition;
}

/** A file of entries, checked whole. */
export interface EntryFile {
  /** Path of the file. */
  readonly path: string;
  /** SHA-256 of its text: a plan is bound to it. */
  readonly digest: string;
  /** Service, for `{service}` in directories. */
  readonly service: string;
  /** Environments, for `{environment}` in directories. */
  readonly environments: readonly string[];
  /** Name of the owner of the entries. */
  readonly stack: string;
  /** Directories of lookups, for what a change makes visible or hides; placeholders as given. */
  readonly chain: readonly string[];
  /** Every declared entry, once for each environment. */
  readonly entries: readonly DeclaredEntry[];
  /** Entries that have another place than before. */
  readonly moved: readonly MovedEntry[];
}

/** How a file is read. */
export interface EntryFileOptions {
  /** Path of the file, for messages. */
  readonly path: string;
  /** Kinds of entries that the file may use. */
  readonly kinds: readonly AnyEntryKind[];
  /** Service, where the file names none. */
  readonly service?: string | undefined;
  /** Environments, where the file names none. */
  readonly environments?: readonly string[] | undefined;
  /** Keys of the file that others read. */
  readonly otherKeys?: readonly string[];
}

/** Keys of the file that are read here. */
export const entryFileKeys = ['service', 'environments', 'stack', 'entries', 'moved'] as const;
/** Keys of `xcon.yaml` that are not about entries. */
const usualOtherKeys = ['directories', 'providers', 'declaration'];
/** Takes the place of a directory that cannot be used, where its entries are checked. */
const misplaced = '/misplaced';
/** Names that tags, row keys and file names can hold. */
const plainName = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;

/**
 * Reads a file of entries, and checks it whole before anything is read or written.
 *
 * @param text - YAML or JSON.
 * @param options - Its path, for messages, and the kinds of entries that it may have.
 * @returns The file, `undefined` where one of the diagnostics is an error; and every problem, with its place.
 */
export function parseEntryFile(
  text: string,
  options: EntryFileOptions,
): { readonly file: EntryFile | undefined; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics = new Diagnostics();
  const found = new Diagnostics();
  const { brokenLine, root } = parseGiven(text, options.path, diagnostics);
  const map = root && mapOf(root);
  const isPartial = brokenLine !== undefined;
  if (root !== undefined && map === undefined && !isPartial)
    diagnostics.addError('the file is not a map of keys.', { at: root.at });
  const file = map === undefined ? undefined : new FileReader(map, { ...options, isPartial }, found).read(sha256(text));
  for (const each of found.all)
    if (!isPartial || (each.at !== undefined && each.at.line < brokenLine)) diagnostics.add(each);
  return { file: diagnostics.hasErrors ? undefined : file, diagnostics: diagnostics.all };
}

interface ReaderOptions extends EntryFileOptions {
  /** Whether the file has an error of syntax, so that keys may be missing. */
  readonly isPartial: boolean;
}

class FileReader {
  private readonly byPlace = new Map<string, DeclaredEntry>();
  private readonly service: string;
  private readonly environments: readonly string[];

  constructor(
    private readonly map: GivenMap,
    private readonly options: ReaderOptions,
    private readonly diagnostics: Diagnostics,
  ) {
    this.service = this.plain('service') ?? options.service ?? 'global';
    this.environments = this.readEnvironments();
  }

  read(digest: string): EntryFile {
    const { path, otherKeys = usualOtherKeys } = this.options;
    new NodeFields(this.map, 'the file', this.diagnostics).allowOnly([...entryFileKeys, ...otherKeys]);
    const { environments, service } = this;
    const stack = this.plain('stack') ?? service;
    const entries = this.map.get('entries');
    const directories = entries === undefined ? undefined : mapOf(entries);
    if (entries !== undefined && directories === undefined)
      this.error('"entries" is not a map of directories.', entries.at);
    for (const [template, node] of directories ?? []) this.readDirectory(template, node);
    return {
      path,
      digest,
      service,
      environments,
      stack,
      chain: this.readChain(),
      entries: [...this.byPlace.values()],
      moved: this.readMoved(),
    };
  }

  private readEnvironments(): readonly string[] {
    const node = this.map.get('environments');
    if (node === undefined) return this.options.environments ?? [];
    const names = Array.isArray(node.content) ? (node.content as readonly GivenNode[]) : [];
    const valid = names.flatMap(({ content }) =>
      typeof content === 'string' && plainName.test(content) ? [content] : [],
    );
    if (valid.length === 0 || valid.length < names.length || new Set(valid).size < valid.length) {
      this.error('"environments" is not a list of different names, such as [staging, prod].', node.at);
    }
    return valid;
  }

  private readChain(): readonly string[] {
    const node = this.map.get('directories');
    const given = Array.isArray(node?.content) ? (node.content as readonly GivenNode[]) : [];
    const paths = given.flatMap(({ content }) => (typeof content === 'string' ? [content] : []));
    return paths.length > 0 ? paths : defaultDirectories.map(({ path }) => path);
  }

  /** Gives a name of the file itself, such as that of the stack. */
  private plain(key: string): string | undefined {
    const node = this.map.get(key);
    if (node === undefined) return undefined;
    if (typeof node.content === 'string' && plainName.test(node.content)) return node.content;
    this.error(`"${key}" is not a name of letters, digits, and . _ -`, node.at);
    return undefined;
  }

  private readDirectory(template: string, node: GivenNode): void {
    const entries = mapOf(node);
    if (entries === undefined) return this.error(`"${template}" is not a map of entries.`, node.at);
    // The environments may be behind an error of syntax; without them, a value cannot be told from a map of environments.
    if (this.options.isPartial && this.environments.length === 0) return;
    const places = this.expand(template, node.at);
    for (const { environment, path } of places)
      for (const [name, entry] of entries) this.readEntry(path, name, entry, environment);
    if (places.length === 0) this.checkMisplaced(template, entries);
  }

  /** Checks entries of a directory that cannot be used, so that their problems are reported with its own. */
  private checkMisplaced(template: string, entries: GivenMap): void {
    const found = new Diagnostics();
    const options = { ...this.options, environments: this.environments };
    const reader = new FileReader(new Map(), options, found);
    const [environment] = this.environments;
    for (const [name, entry] of entries) reader.readEntry(misplaced, name, entry, environment);
    for (const { entry, ...each } of found.all)
      this.diagnostics.add({ ...each, ...(entry !== undefined && { entry: entry.replace(misplaced, template) }) });
  }

  /** Fills the placeholders of a path in: once for each environment, where it has that placeholder. */
  private expand(
    template: string,
    at: FilePosition,
  ): readonly { readonly path: string; readonly environment?: string }[] {
    try {
      const directory = Directory.from(template);
      const isEach = template.includes('{environment}');
      if (isEach && this.environments.length === 0)
        this.error('"environments" is missing, and the path has {environment}.', at);
      const all = isEach ? this.environments : [undefined];
      return all.map((environment) => ({
        path: directory.resolve({ service: this.service, environment: environment ?? '' }).path,
        ...(environment !== undefined && { environment }),
      }));
    } catch (error) {
      if (!isConfigError(error)) throw error;
      this.error(error.message, at);
      return [];
    }
  }

  private readEntry(directory: string, name: string, node: GivenNode, environment: string | undefined): void {
    const { kinds } = this.options;
    if (!/^[^/\s]+$/.test(name))
      return this.error(`"${name}" is not the name of an entry: it is empty, or has a slash or a space.`, node.at);
    const map = mapOf(node);
    const [kind, ...others] =
      map === undefined ? kinds.filter((each) => each.name === 'ssm') : kinds.filter((each) => map.has(each.name));
    if (kind === undefined || others.length > 0) {
      const found = [...(map?.keys() ?? [])]
        .map((key) =>
          nearestName(
            key,
            kinds.map((each) => each.name),
          ),
        )
        .find((each) => each !== undefined);
      const detail = `An entry has one of ${kinds.map((each) => each.name).join(', ')}.${found === undefined || others.length > 0 ? '' : ` Did you mean ${found}?`}`;
      return this.error(`"${name}" has ${others.length > 0 ? 'more than one source' : 'no source'}.`, node.at, detail);
    }
    const given = map?.get(kind.name) ?? node;
    const value = this.valueFor(given, environment, name);
    if (value === undefined) return;
    const address = { kind: kind.name, directory, name };
    this.checkPlace(address, node.at);
    const options = new Map([...(map ?? [])].filter(([key]) => key !== kind.name));
    const fields = new NodeFields(options, 'the entry', this.diagnostics, addressText(address));
    const protect = fields.flag('protect') ?? false;
    const config = kind.validate({ address, value, options, diagnostics: this.diagnostics });
    if (config === undefined) return;
    this.byPlace.set(placeOf(address), { address, kind, config, environment, protect, at: node.at });
  }

  /** Gives the value of one environment, where a value is a map of them; `undefined`: there is none in this one. */
  private valueFor(node: GivenNode, environment: string | undefined, name: string): GivenNode | undefined {
    const map = mapOf(node);
    const isEach = map !== undefined && map.size > 0 && [...map.keys()].every((key) => this.environments.includes(key));
    if (!isEach) return node;
    if (environment !== undefined) return map.get(environment);
    this.error(
      `"${name}" has a value for each environment, in a directory of all.`,
      node.at,
      'Move it to a directory with {environment}.',
    );
    return undefined;
  }

  private checkPlace(address: EntryAddress, at: FilePosition): void {
    const entry = addressText(address);
    if (Buffer.byteLength(entry) > 1000)
      this.diagnostics.addError('its directory and name have more than 1,000 bytes.', { entry, at });
    const other = this.byPlace.get(placeOf(address));
    if (other === undefined) return;
    const detail = `Names are compared without case, so lookups find one of them. The other: line ${other.at.line}.`;
    this.diagnostics.addError('it is declared twice in its directory.', { entry, at, detail });
  }

  private readMoved(): readonly MovedEntry[] {
    const node = this.map.get('moved');
    if (node === undefined) return [];
    const items = Array.isArray(node.content) ? (node.content as readonly GivenNode[]) : [];
    if (!Array.isArray(node.content)) this.error('"moved" is not a list of { from, to }.', node.at);
    return items.flatMap((item) => {
      const map = mapOf(item);
      const fields = new NodeFields(map ?? new Map(), 'a move', this.diagnostics);
      fields.allowOnly(['from', 'to']);
      const [from, to] = [fields.text('from'), fields.text('to')];
      if (from === undefined || to === undefined) {
        this.error('a move has "from" and "to", each a full name such as /orders/prod/DB_HOST.', item.at);
        return [];
      }
      const [sources, targets] = [this.expand(from, item.at), this.expand(to, item.at)];
      if (sources.length === targets.length)
        return sources.map(({ path }, index) => ({ from: path, to: targets[index]?.path ?? '', at: item.at }));
      this.error('"from" and "to" do not have the same placeholders.', item.at);
      return [];
    });
  }

  private error(summary: string, at: FilePosition, detail?: string): void {
    this.diagnostics.addError(summary, { at, ...(detail !== undefined && { detail }) });
  }
}

/** What lookups find an entry by, whatever its kind. */
export function placeOf({ directory, name }: EntryAddress): string {
  return `${directory}/${name.toLowerCase()}`;
}
