import type { DependencyContainer, InjectionToken } from 'tsyringe';
import { tsyringe } from './tsyringe';

/** A class of dependencies. */
type Token = new () => object;

const tokens = new Set<Token>();

/**
 * Registers classes of dependencies of your own in the tsyringe containers that are made afterwards.
 *
 * @param dependencyClasses - Classes derived from `Dependency`. In a container, each resolves to the instance of its context.
 */
export function registerDependencies(dependencyClasses: readonly Token[]): void {
  for (const each of dependencyClasses) tokens.add(each);
}

/**
 * Makes the container of a context: a child of its parent's, or of tsyringe's global one, in which every dependency
 * resolves to the context's.
 *
 * That stays so when it is reset.
 *
 * @param parent - Container of the context outside; `undefined` for a root.
 * @param resolve - Gives the dependency of a class in the context.
 */
export function createContainer<D extends object>(
  parent: DependencyContainer | undefined,
  resolve: (dependencyClass: new () => D) => D,
): DependencyContainer {
  const container = (parent ?? tsyringe().container).createChildContainer();
  registerAll(container, resolve);
  const reset = container.reset.bind(container);
  container.reset = () => {
    reset();
    // Without its registrations, tsyringe would quietly make dependencies of its own.
    registerAll(container, resolve);
  };
  return container;
}

/** Registers every known class of dependencies in a container, each resolved again at every request. */
export function registerAll<D extends object>(
  container: DependencyContainer,
  resolve: (dependencyClass: new () => D) => D,
): void {
  for (const token of tokens) {
    container.register(token as InjectionToken<object>, { useFactory: () => resolve(token as new () => D) });
  }
}
