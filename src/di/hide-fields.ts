/**
 * Keeps fields out of what walks over an object: `structuredClone`, spreading, loggers that inspect.
 *
 * Not `#private` ones, which break behind the proxies of tsyringe's `delay()`.
 */
export function hideFields<T extends object>(object: T, ...fields: readonly string[]): void {
  for (const field of fields) {
    Object.defineProperty(object, field, { enumerable: false, writable: true, value: Reflect.get(object, field) });
  }
}
