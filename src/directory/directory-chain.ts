import { inspect } from 'node:util';
import { printable } from '../base/printable';
import { type Directory } from './directory';

/** The directories that a lookup walks, in order. Immutable; equal ones are folded into the first. */
export class DirectoryChain {
  /** The directories, each path once. */
  readonly directories: readonly Directory[];
  /** The paths joined by `|`, as cache keys hold them. */
  readonly concat: string;

  /** @param directories - In order of precedence; repeated paths are dropped. */
  constructor(directories: readonly Directory[]) {
    const firsts = directories.filter((each, index) => directories.findIndex((other) => other.equals(each)) === index);
    this.directories = Object.freeze(firsts);
    this.concat = this.directories.map(({ path }) => path).join('|');
    Object.freeze(this);
  }

  [Symbol.iterator](): Iterator<Directory> {
    return this.directories[Symbol.iterator]();
  }

  /** Gives the paths joined by `|`. */
  toString(): string {
    return this.concat;
  }

  /** Gives the paths. */
  toJSON(): readonly string[] {
    return this.directories.map(({ path }) => path);
  }

  [inspect.custom](): string {
    return printable(`DirectoryChain(${this.concat})`);
  }
}
