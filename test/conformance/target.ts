import { type Config, type config } from '../../src/index';
import { UnknownFormError } from './form';

/** What a step acts on: a Config the vector made, or the facade that acts as the current one. */
export type Target = Config | typeof config;

/**
 * Reads a property that a vector names.
 *
 * @throws UnknownFormError when there is none of that name.
 */
export function readProperty(object: object, name: string): unknown {
  if (!(name in object)) throw new UnknownFormError(`No property "${name}".`);
  return Reflect.get(object, name, object);
}

/**
 * Assigns to a property that a vector names.
 *
 * @throws UnknownFormError when there is none of that name, or when it cannot be assigned to.
 */
export function assignProperty(object: object, name: string, value: unknown): void {
  if (!(name in object)) throw new UnknownFormError(`No property "${name}".`);
  if (!Reflect.set(object, name, value, object)) throw new UnknownFormError(`The property "${name}" is read-only.`);
}
