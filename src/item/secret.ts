import { inspect } from 'node:util';
import { copyValue, sealValue, type SealedValue, type ConfigValue } from './value';

/** Takes the place of a secret wherever one would be shown. */
export const mask = '********';

/**
 * A value that shows itself only to who asks for it by {@link Secret.reveal}.
 *
 * Texts, templates, JSON, `util.inspect`, `structuredClone`, spreading and loggers get a mask, or nothing.
 */
export class Secret<T> {
  readonly #sealed: SealedValue;

  /** @param value - The secret; data is copied and frozen, so that nobody changes it from outside. */
  constructor(value: T) {
    this.#sealed = sealValue(value as ConfigValue);
    Object.freeze(this);
  }

  /** Gives the value, deeply frozen; binary ones, which cannot be, are copies. */
  reveal(): T {
    const { value, needsCopy } = this.#sealed;
    return (needsCopy ? copyValue(value) : value) as T;
  }

  /** Gives a mask. */
  toString(): string {
    return mask;
  }

  /** Gives a mask. */
  toJSON(): string {
    return mask;
  }

  [inspect.custom](): string {
    return `Secret(${mask})`;
  }
}
