import { Dependency } from './context';

/** The current time, as a dependency, so that tests can replace it. */
export class Clock extends Dependency {
  static readonly dependencyName: string = 'Clock';

  /** Gives the current time, **milliseconds** since the Unix epoch. */
  nowMs(): number {
    return Date.now();
  }
}
