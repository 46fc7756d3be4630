import { inspect } from 'node:util';
import { type DependencyContainer } from 'tsyringe';
import { ContextError } from '../errors';
import { brandClass } from '../base/brand-class';
import { createContainer, registerAll } from './container';
import { type ProcessState, state as processState } from './state';

const state = processState as ProcessState<Context>;

/** What `enter()` gives: `exit()` ends it. Scopes end in reverse order, or `exit()` throws a `ContextError`; with `using`, at the end of the block. */
export interface Scope {
  /**
   * Leaves what was entered; does nothing when that has been left already, by itself or with something around it.
   *
   * @param options - `andLater`: also leaves whatever was entered after it.
   * @throws ContextError when something entered later has not been left, unless `andLater` is set.
   */
  exit(options?: { readonly andLater?: boolean }): void;
  /** As `exit()`: everything that ends has this. */
  close(): void;
  [Symbol.dispose](): void;
}

/** A class of dependencies, such as `Config`: constructible without arguments. */
export type DependencyClass<T extends Dependency = Dependency> = (new () => T) & {
  /** Name that identifies the class in all copies of the package; absent on classes of users. */
  readonly dependencyName?: string;
  /** Own property of classes whose direct subclasses are kinds of dependencies. */
  readonly isAbstractKind?: boolean;
};

/**
 * The set of dependencies that code uses at a moment: Config, providers, cacher, clients, settings, memory, logger, clock, random source.
 *
 * A child context replaces some of them for the code that runs inside it; the others are those of its parent, made once,
 * in the root, on first use.
 */
export class Context {
  // Every promise that is made inside of a `run()` holds its context, so printing one could show dependencies.
  readonly #replaced: ReadonlyMap<DependencyKey, Dependency>;
  readonly #found = new Map<DependencyKey, Dependency>();
  /** The last class that was resolved, and its dependency: a lookup in memory resolves one class again and again. */
  #latestClass: DependencyClass | undefined;
  #latest: Dependency | undefined;
  #ownContainer: DependencyContainer | undefined;
  /** Whether it is, or was, that of the process, by `enter()`. */
  private wasEntered = false;

  private constructor(
    /** The context this one was made in; `undefined` for a root. */
    readonly parent: Context | undefined,
    dependencies: readonly Dependency[],
  ) {
    for (const each of dependencies) checkInstance(each);
    this.#replaced = new Map(dependencies.map((each) => [dependencyKey(each.constructor as DependencyClass), each]));
  }

  /** Gives the context of the innermost `run()`, else what was entered last, else the root. */
  static current(): Context {
    return state.storage.getStore() ?? state.entered.at(-1)?.context ?? (state.root ??= new Context(undefined, []));
  }

  /**
   * Makes a root of its own, which shares nothing with the others.
   *
   * @param dependencies - Used in place of the ones it would make.
   */
  static createRoot(dependencies: readonly Dependency[] = []): Context {
    return new Context(undefined, dependencies);
  }

  /** Makes a context in which some dependencies are replaced. */
  child(dependencies: readonly Dependency[]): Context {
    return new Context(this, dependencies);
  }

  /** The outermost context around this one. */
  get root(): Context {
    return this.parent === undefined ? this : this.parent.root;
  }

  /**
   * Gives the dependency of a class: the nearest replacement, else the one of the root, which is made when first needed.
   *
   * @param dependencyClass - A class that can be constructed without arguments.
   */
  resolve<T extends Dependency>(dependencyClass: DependencyClass<T>): T {
    if (this.#latestClass === dependencyClass) return this.#latest as T;
    const key = dependencyKey(dependencyClass);
    const known = this.#found.get(key);
    const dependency =
      known ?? this.#replaced.get(key) ?? this.parent?.resolve(dependencyClass) ?? this.make(dependencyClass);
    if (known === undefined) this.#found.set(key, dependency);
    this.#latestClass = dependencyClass;
    this.#latest = dependency;
    return dependency as T;
  }

  /**
   * Gives the dependency of a class that the process as a whole uses: the outermost replacement by the root or by a context that
   * was entered, else the one of the root.
   */
  resolveForProcess<T extends Dependency>(dependencyClass: DependencyClass<T>): T {
    let outermost: Dependency | undefined;
    for (const context of this.outwards()) {
      const isOfProcess = context.parent === undefined || context.wasEntered;
      if (isOfProcess) outermost = context.#replaced.get(dependencyKey(dependencyClass)) ?? outermost;
    }
    return (outermost as T | undefined) ?? this.root.resolve(dependencyClass);
  }

  /** Lists the dependencies of a class from this context outwards, each once; the root's is made when needed. */
  resolveAll<T extends Dependency>(dependencyClass: DependencyClass<T>): readonly T[] {
    const all = new Set<Dependency>();
    for (const context of this.outwards()) {
      const own = context.#replaced.get(dependencyKey(dependencyClass));
      if (own !== undefined) all.add(own);
    }
    return [...all.add(this.root.resolve(dependencyClass))] as T[];
  }

  /** A tsyringe container in which classes that inject our dependencies get those of this context. */
  get container(): DependencyContainer {
    return (this.#ownContainer ??= createContainer<Dependency>(this.parent?.container, (dependencyClass) =>
      this.resolve(dependencyClass),
    ));
  }

  /**
   * Runs a function in the root of this context: work that several callers share must not run in the context of one of them.
   *
   * Outside of any `run()` there is nothing to leave, and `AsyncLocalStorage` stays unused: from its first use on, every
   * `await` of the process takes about twice as long (Node 20).
   */
  runShared<T>(fn: () => T): T {
    const { root } = this;
    return state.storage.getStore() === undefined && Context.current() === root ? fn() : root.run(fn);
  }

  /** Runs a function with this as the current context, in everything it calls or awaits. */
  run<T>(fn: () => T): T {
    return state.storage.run(this, fn);
  }

  /** Gives what `util.inspect` prints. */
  toString(): string {
    return this[inspect.custom]();
  }

  /** Gives what `util.inspect` prints: what a context holds may be secret. */
  toJSON(): string {
    return this.toString();
  }

  /** Names what it replaces. */
  [inspect.custom](): string {
    const replaced = [...this.#replaced.values()].map((each) => classNameOf(each.constructor));
    return `Context(${[...(this.parent === undefined ? ['root'] : []), ...replaced].join(', ')})`;
  }

  /**
   * Makes this the current context of the process wherever no `run()` is active, until the scope is left.
   *
   * For tests and start-up.
   *
   * @throws ContextError inside a `run()`, where it would have no effect.
   */
  enter(): Scope {
    if (state.storage.getStore() !== undefined) {
      throw new ContextError('enter() has no effect inside run(): use run() there, or enter before it.');
    }
    const entry = { context: this };
    state.entered.push(entry);
    this.wasEntered = true;
    const exit = ({ andLater = false }: { readonly andLater?: boolean } = {}): void => {
      const index = state.entered.indexOf(entry);
      if (index === -1) return;
      if (!andLater && state.entered.at(-1) !== entry) {
        throw new ContextError('Contexts must be left in reverse order: something entered later has not been left.');
      }
      state.entered.length = index;
    };
    return { exit, close: () => exit(), [Symbol.dispose]: () => exit() };
  }

  /** Makes a dependency with this as the current context. A constructor is synchronous, so the stack of entered contexts is enough. */
  private make<T extends Dependency>(dependencyClass: DependencyClass<T>): T {
    if (state.storage.getStore() !== undefined) return this.run(() => new dependencyClass());
    const { entered } = state;
    entered.push({ context: this });
    try {
      return new dependencyClass();
    } finally {
      entered.pop();
    }
  }

  private *outwards(): Generator<Context> {
    yield this;
    if (this.parent !== undefined) yield* this.parent.outwards();
  }
}

/**
 * Base of what code gets from the current context, by `grab()`, instead of keeping a reference.
 *
 * A subclass is a kind of dependency of its own when its parent is abstract, else it replaces its parent.
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
    // Printing uses the target of a proxy: its inspect method prints the current one.
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

brandClass(Dependency, 'Dependency');

function checkInstance(dependency: unknown): void {
  if (typeof dependency === 'object' && dependency !== null) return;
  const given = typeof dependency === 'function' ? `the class ${classNameOf(dependency)}` : `a ${typeof dependency}`;
  throw new ContextError(`Dependencies are replaced by instances; ${given} was given.`);
}

/**
 * Runs a function with some dependencies replaced, in everything it calls or awaits.
 *
 * @param dependencies - Instances; each takes the place of its class.
 * @param fn - Called once; what it gives is returned.
 *
 * @example
 * await withDependencies([new EnvProvider({ REGION: 'us' })], () => config.get('REGION')); // us
 */
export function withDependencies<T>(dependencies: readonly Dependency[], fn: () => T): T {
  return Context.current().child(dependencies).run(fn);
}

/**
 * Registers the library's dependencies in a container of the application.
 *
 * Each resolves to the one that is current at the moment of the resolution; nothing is kept, so that `clearInstances()` of
 * that container changes nothing. `reset()` takes these registrations away with all others: call this again after it.
 *
 * @param container - Any tsyringe container.
 */
export function registerIn(container: DependencyContainer): void {
  registerAll<Dependency>(container, (dependencyClass) => Context.current().resolve(dependencyClass));
}

/** What identifies a kind of dependency: the name of one of the library's classes, else the class. */
export type DependencyKey = string | object;

/**
 * Gives the key under which contexts keep a dependency.
 *
 * Climbs from a class to the kind it belongs to, so that a subclass made for a test takes the place of the real one.
 */
export function dependencyKey(dependencyClass: DependencyClass): DependencyKey {
  const known = keys.get(dependencyClass);
  if (known !== undefined) return known;
  const key = findKey(dependencyClass);
  keys.set(dependencyClass, key);
  return key;
}

/**
 * Gives the name of the class of a dependency.
 *
 * For the library's own classes, a name that minifiers do not shorten.
 */
export function classNameOf(dependencyClass: { readonly name: string; readonly dependencyName?: string }): string {
  return Object.hasOwn(dependencyClass, 'dependencyName') ? `${dependencyClass.dependencyName}` : dependencyClass.name;
}

const keys = new WeakMap<DependencyClass, DependencyKey>();

function findKey(dependencyClass: DependencyClass): DependencyKey {
  if (Object.hasOwn(dependencyClass, 'dependencyName')) return `${dependencyClass.dependencyName}`;
  const parent = Object.getPrototypeOf(dependencyClass) as DependencyClass;
  return typeof parent !== 'function' || parent === Function.prototype || Object.hasOwn(parent, 'isAbstractKind')
    ? dependencyClass
    : dependencyKey(parent);
}
