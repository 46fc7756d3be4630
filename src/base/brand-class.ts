/**
 * Makes `instanceof` recognize instances of a class that another copy of the package has made.
 *
 * A process may load the package more than once: test runners that reset modules do. Subclasses keep the usual meaning.
 *
 * @param name - Name of the class, the same in all copies.
 */
export function brandClass(branded: abstract new (...args: never) => object, name: string): void {
  const mark = Symbol.for(`xcon.${name}`);
  const usual = Function.prototype[Symbol.hasInstance];
  Object.defineProperty(branded.prototype, mark, { value: true });
  Object.defineProperty(branded, Symbol.hasInstance, {
    value(this: unknown, given: unknown): boolean {
      try {
        if (this !== branded) return usual.call(this as typeof branded, given);
        return typeof given === 'object' && given !== null && mark in given;
      } catch {
        // A revoked proxy, or one with a trap that throws, is an instance of nothing.
        return false;
      }
    },
  });
}
