import type { Dependency } from './dependency';

/** A class of dependencies, such as `Config`: constructible without arguments. */
export type DependencyClass<T extends Dependency = Dependency> = (new () => T) & {
  /** Name by which all copies of the package know the class; absent on classes of users. */
  readonly dependencyName?: string;
  /** Own property of classes whose direct subclasses are kinds of dependencies. */
  readonly isAbstractKind?: boolean;
};

/** What identifies a kind of dependency: its name for our own, else the class. */
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
 * Of our own, the name that minifiers leave alone: they shorten the names of classes.
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
