import { type ReadProblem } from '../memory/entries';
import { type SourceStatus } from '../memory/source-memory';

/** What the cache table is used for. */
export type CacheActivity = 'reading' | 'writing';

/** How the cache has done so far, in reading and in writing. */
export class CacheRecord implements SourceStatus {
  requests = 0;
  hits = 0;
  lastSuccessMs: number | undefined;
  readonly problems = new Map<CacheActivity, ReadProblem>();

  /** Records that an activity succeeded. */
  succeed(activity: CacheActivity, atMs: number): void {
    this.lastSuccessMs = Math.max(atMs, this.lastSuccessMs ?? 0);
    this.problems.delete(activity);
  }

  /** Records what is wrong with an activity, since the first time in a row. */
  note(activity: CacheActivity, problem: ReadProblem): void {
    const { sinceMs } = this.problems.get(activity) ?? problem;
    this.problems.set(activity, { ...problem, sinceMs });
  }
}
