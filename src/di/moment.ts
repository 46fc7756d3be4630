import { state } from './state';

/** When something happened in this process. */
export interface Moment {
  /** Greater than that of every earlier moment of the process, whatever its clock shows. */
  readonly order: number;
  /** **Milliseconds** since the Unix epoch. */
  readonly atMs: number;
}

/** Marks the current moment. @param nowMs - Current time, **milliseconds** since the Unix epoch. */
export function momentAt(nowMs: number): Moment {
  state.moments += 1;
  return { order: state.moments, atMs: nowMs };
}

/** Gives the earliest of some moments; `undefined` when there is none. */
export function earliestOf(...moments: readonly (Moment | undefined)[]): Moment | undefined {
  const known = moments.filter((each) => each !== undefined);
  if (known.length < 2) return known[0];
  return {
    order: Math.min(...known.map(({ order }) => order)),
    atMs: Math.min(...known.map(({ atMs }) => atMs)),
  };
}
