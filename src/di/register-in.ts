import { type DependencyContainer } from 'tsyringe';
import { registerAll } from './container';
import { Context } from './context';

/**
 * Registers the library's dependencies in a container of the user's.
 *
 * Each resolves to the one that is current at the moment of the resolution; nothing is kept, so that `clearInstances()` of
 * that container changes nothing. `reset()` takes these registrations away with all others: call this again after it.
 *
 * @param container - Any tsyringe container.
 */
export function registerIn(container: DependencyContainer): void {
  registerAll(container, (dependencyClass) => Context.current().resolve(dependencyClass));
}
