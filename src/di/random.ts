import { Dependency } from './context';

/** Random numbers, as a dependency, so that tests can fix them. */
export class Random extends Dependency {
  static readonly dependencyName: string = 'Random';

  /** Gives a number in `[0, 1)`. */
  next(): number {
    return Math.random();
  }
}
