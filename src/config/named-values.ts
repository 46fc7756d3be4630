import { inspect } from 'node:util';
import { printable } from '../base/printable';
import { Default } from '../di/default';
import { recordMutation } from '../di/state';
import { type Directory } from '../directory/directory';
import { InvalidNameError } from '../errors';
import { DirectoryItem } from '../item/directory-item';
import { DirectoryListing } from '../item/directory-listing';
import { type ConfigValue } from '../item/value';
import { type GivenValues } from './config-options';

/** The overrides or the defaults of one Config. */
export class NamedValues {
  readonly #items = new Map<string, DirectoryItem>();

  /**
   * @param directory - Directory of the items.
   * @param source - Source of the items.
   */
  constructor(
    private readonly directory: Directory,
    private readonly source: string,
    values: GivenValues = {},
  ) {
    for (const [name, value] of entriesOf(values)) if (value !== undefined) this.put(name, value);
  }

  /** Gives the item of a lower-cased name; `undefined` when there is none. */
  find(name: string): DirectoryItem | undefined {
    return this.#items.get(name);
  }

  /** Gives the value of a name in any case, or `Default` when there is none. */
  get(name: string): ConfigValue | Default {
    const item = this.#items.get(checkName(name));
    return item === undefined ? Default : item.value;
  }

  /** Sets the value of a name; `Default` or `undefined` removes it. */
  set(name: string, value: ConfigValue | Default | undefined): void {
    if (value === Default || value === undefined) this.#items.delete(checkName(name));
    else this.put(name, value);
    recordMutation();
  }

  /** Gives the items, one for each name. Not a getter, which `util.inspect` may call: it would show values. */
  items(): Iterable<DirectoryItem> {
    return this.#items.values();
  }

  /** The lower-cased names. */
  get names(): readonly string[] {
    return [...this.#items.keys()];
  }

  /** Gives the names and the source, no values. */
  toString(): string {
    return this[inspect.custom]();
  }

  /** Gives the names, no values. */
  toJSON(): readonly string[] {
    return this.names;
  }

  [inspect.custom](): string {
    return printable(`NamedValues(${this.source}: ${this.names.join(', ') || 'none'})`);
  }

  private put(name: string, value: ConfigValue): void {
    const { directory, source } = this;
    this.#items.set(checkName(name), new DirectoryItem({ name, value, directory, source, cacheable: false }));
  }
}

/**
 * Most characters of a name; no source has names that long.
 *
 * Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html (2,048)
 */
const longestName = 2048;

/**
 * Gives a name in lower case, the form in which names are compared.
 *
 * @throws InvalidNameError for an invalid name.
 */
export function checkName(name: unknown): string {
  if (typeof name !== 'string') throw new InvalidNameError(`${name === null ? 'null' : `a ${typeof name}`} was given`);
  if (name === '') throw new InvalidNameError('it is empty');
  if (name.length > longestName)
    throw new InvalidNameError(`it has ${name.length} characters, and no source takes so many`);
  if (name.includes('/')) throw new InvalidNameError(slashProblem(name));
  return name.toLowerCase();
}

/** Whether a name has a slash and is not a full name: a directory has no such name. */
export function isNestedName(name: unknown): boolean {
  return typeof name === 'string' && name.includes('/') && !name.startsWith('/');
}

function slashProblem(name: string): string {
  const last = name.slice(name.lastIndexOf('/') + 1);
  const kind = name.startsWith('/') ? 'is a full name' : 'has a slash';
  const part = last === '' ? 'the last part' : `the last part, "${last}"`;
  return (
    `"${name}" ${kind}, and names are looked up in directories. Look up ${part}, with the rest among the directories of the ` +
    `Config, or give a full name: { parameterId: '/shared/x' } for one lookup, setting('X', { id: '/shared/x' }) for a declared setting`
  );
}

function entriesOf(values: GivenValues): readonly (readonly [string, ConfigValue | undefined])[] {
  return values instanceof DirectoryListing ? values.values : Object.entries(values);
}
