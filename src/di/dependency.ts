import { inspect } from 'node:util';
import { knowAcrossCopies } from '../item/copies';
import { Context, type Scope } from './context';
import { classNameOf, type DependencyClass } from './dependency-class';

/**
 * Something that code gets from the current context instead of holding on to it.
 *
 * A subclass is a kind of dependency of its own when its parent is abstract, else a stand-in for its parent.
 */
export abstract class Dependency {
  /** Says that each class derived directly from this one is a kind of dependency. */
  static readonly isAbstractKind: boolean = true;

  /** Gives the current one. */
  static grab<T extends Dependency>(this: DependencyClass<T>): T {
    return Context.current().resolve(this);
  }

  /** Gives an object that acts as whichever one is current when it is used. */
  static proxy<T extends Dependency>(this: DependencyClass<T>): T {
    // Printing looks at the target of a proxy: there it finds how the current one is printed.
    const printed = { [inspect.custom]: () => Context.current().resolve(this)[inspect.custom]() };
    return new Proxy(Object.create(printed) as T, {
      get: (_, property) => {
        const target = Context.current().resolve(this);
        const value: unknown = Reflect.get(target, property);
        const isMethod = typeof value === 'function' && property !== 'constructor';
        return isMethod ? (value.bind(target) as unknown) : value;
      },
      set: (_, property, value) => Reflect.set(Context.current().resolve(this), property, value),
      has: (_, property) => Reflect.has(Context.current().resolve(this), property),
      getPrototypeOf: () => Reflect.getPrototypeOf(Context.current().resolve(this)),
    });
  }

  /** Gives what `util.inspect` prints. */
  toString(): string {
    return this[inspect.custom]();
  }

  /** Gives what `util.inspect` prints: what a dependency holds may be secret. */
  toJSON(): unknown {
    return this.toString();
  }

  [inspect.custom](): string {
    return `${classNameOf(this.constructor)}()`;
  }

  /** Runs a function with this as the current one of its kind, in everything it calls or awaits. */
  run<T>(fn: () => T): T {
    return Context.current().child([this]).run(fn);
  }

  /**
   * Makes this the current one of its kind wherever no `run()` is active, until the scope is left.
   *
   * @throws ContextError inside a `run()`.
   */
  enter(): Scope {
    return Context.current().child([this]).enter();
  }
}

knowAcrossCopies(Dependency, 'Dependency');
