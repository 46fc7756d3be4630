import { Dependency } from './context';

/** Gives the current time; a dependency, so that tests can set it. */
export class Clock extends Dependency {
  static readonly dependencyName: string = 'Clock';

  /** Gives the current time, **milliseconds** since the Unix epoch. */
  nowMs(): number {
    return Date.now();
  }
}
