/**
 * A value in a closure, which a call returns. Nothing that reads the fields of an object finds it: `util.inspect` with any options
 * (`showHidden`, `getters`, `customInspect: false`), `structuredClone`, spreading, loggers.
 *
 * For classes that tsyringe may wrap in a `delay()` proxy, where `#private` fields break. Other classes use `#private`.
 */
export type Hidden<T> = () => T;

/** Hides a value. */
export function hidden<T>(value: T): Hidden<T> {
  return () => value;
}

/** Makes fields non-enumerable, so that `structuredClone`, spreading and loggers leave them out. */
export function hideFields<T extends object>(object: T, ...fields: readonly string[]): void {
  for (const field of fields) {
    Object.defineProperty(object, field, { enumerable: false, writable: true, value: Reflect.get(object, field) });
  }
}
