import type * as NodeCrypto from 'node:crypto';
import * as nodeModule from 'node:module';
import { inspect } from 'node:util';
import type * as NodeV8 from 'node:v8';
import { mask } from '../base/printable';
import { brandClass } from '../base/brand-class';
import { copyValue, sealValue, type SealedValue, type ConfigValue } from './value';

const fingerprint = Symbol.for('xcon.secret');
const holder = globalThis as { [fingerprint]?: Buffer };

// Loaded with the first secret: a process without secrets does not need them. Any path works for modules of Node. Through the
// namespace, because webpack warns of an imported `createRequire` whose path it cannot resolve.
const requireOfNode = nodeModule.createRequire(process.execPath);

/** Gives a text that is the same for the same value in this process and reveals nothing of it: the key is random. */
function fingerprintOf(value: unknown): string {
  const { createHmac, randomBytes } = requireOfNode('node:crypto') as typeof NodeCrypto;
  const { serialize } = requireOfNode('node:v8') as typeof NodeV8;
  try {
    return createHmac('sha256', (holder[fingerprint] ??= randomBytes(32)))
      .update(serialize(value))
      .digest('base64');
  } catch {
    // A value that cannot be compared, such as a function, equals no other.
    return randomBytes(32).toString('base64');
  }
}

/**
 * Wraps the value of a declared secret, so that it is not printed by accident; {@link Secret.reveal} gives it.
 *
 * Texts, templates, JSON, `util.inspect`, `structuredClone`, spreading and loggers get a mask, or nothing.
 */
export class Secret<T> {
  readonly #sealed: SealedValue;
  /** Differs where values differ, so that deep comparisons (`assert.deepEqual`, `toEqual`) tell secrets apart. */
  readonly [fingerprint]: string;

  /**
   * @param value - The secret; data is copied and frozen, so that it cannot be changed from outside.
   * @throws InvalidValueError for data that is too deep, or contains itself.
   */
  constructor(value: T) {
    this.#sealed = sealValue(value as ConfigValue, 'Secret');
    this[fingerprint] = fingerprintOf(value);
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

brandClass(Secret, 'Secret');
