/**
 * A value that nothing finds which walks over an object: `util.inspect` with any options (`showHidden`, `getters`,
 * `customInspect: false`), `structuredClone`, spreading, loggers. It is in a closure; calling gives it.
 *
 * For fields of classes that tsyringe may put a `delay()` proxy in front of, behind which `#private` breaks; others have that.
 */
export type Hidden<T> = () => T;

/** Hides a value. */
export function hidden<T>(value: T): Hidden<T> {
  return () => value;
}

/** Keeps fields out of what walks over the enumerable fields of an object: `structuredClone`, spreading, loggers. */
export function hideFields<T extends object>(object: T, ...fields: readonly string[]): void {
  for (const field of fields) {
    Object.defineProperty(object, field, { enumerable: false, writable: true, value: Reflect.get(object, field) });
  }
}
