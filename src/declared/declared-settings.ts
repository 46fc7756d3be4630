import { inspect } from 'node:util';
import { type Declaration } from './declaration';

/** Settings that a service has declared. */
export class DeclaredSettings {
  /** @param declarations - In the order in which they were written. */
  constructor(
    /** The settings, in the order in which they were written. */
    readonly declarations: readonly Declaration[],
  ) {
    Object.freeze(this.declarations);
  }

  /** Gives the keys and names, no values. */
  toJSON(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.declarations.map(({ key, name }) => [key, name]));
  }

  [inspect.custom](): string {
    return `DeclaredSettings(${this.declarations.map(({ name }) => name).join(', ')})`;
  }
}
