import { Dependency } from './context';

/** Source of chance; a dependency, so that tests can fix it. */
export class Random extends Dependency {
  static readonly dependencyName: string = 'Random';

  /** Gives a number in `[0, 1)`. */
  next(): number {
    return Math.random();
  }
}
