/**
 * Lets `instanceof` know the instances of a class that other copies of the package have made.
 *
 * A process may load the package more than once: test runners that reset modules do. Subclasses keep the usual meaning.
 *
 * @param name - Of the class, as all copies know it.
 */
export function brandClass(target: abstract new (...args: never) => object, name: string): void {
  const mark = Symbol.for(`xcon.${name}`);
  const usual = Function.prototype[Symbol.hasInstance];
  Object.defineProperty(target.prototype, mark, { value: true });
  Object.defineProperty(target, Symbol.hasInstance, {
    value(this: unknown, given: unknown): boolean {
      try {
        if (this !== target) return usual.call(this as typeof target, given);
        return typeof given === 'object' && given !== null && mark in given;
      } catch {
        // A revoked proxy, or one with a trap that throws, is an instance of nothing.
        return false;
      }
    },
  });
}
