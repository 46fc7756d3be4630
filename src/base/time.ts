import { setTimeout } from './unfaked-timers';

/** Longest time that a timer of Node can wait, **milliseconds**; a longer one would go off at once. */
export const longestTimerMs = 2 ** 31 - 1;

/** Longest life of what is remembered or cached, **seconds**: ten years, far from the ends of any calendar. */
export const longestLifeSeconds = 315_360_000;

/**
 * Gives a signal that fires after a time that includes time in which the process is frozen: for results that would be too old.
 *
 * Limits on the duration of work count only time in which the process runs: `withTimeLimit`, `withTimeoutSignal`.
 *
 * @param ms - **Milliseconds**; unlike `AbortSignal.timeout`, takes fractions, and what is longer than a timer can wait.
 */
export function timeoutSignal(ms: number): AbortSignal {
  return AbortSignal.timeout(Math.min(Math.max(1, Math.ceil(ms)), longestTimerMs));
}

/** Waits, **milliseconds**; also while a test has fake timers. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Gives the time of a date in an answer of AWS, **milliseconds** since the Unix epoch; `undefined` for anything but a valid date. */
export function momentOf(date: Date | undefined): number | undefined {
  const ms = date instanceof Date ? date.getTime() : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

const secondsPer = { min: 60, h: 3600, d: 86_400 } as const;

/** Says how long a time is, in one unit and rounded down: `under 1 min`, `45 min`, `30 h`, `3 d`. @param ms - **Milliseconds**; less than 0 counts as 0. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, ms / 1000);
  if (seconds < secondsPer.min) return 'under 1 min';
  if (seconds < 2 * secondsPer.h) return `${Math.floor(seconds / secondsPer.min)} min`;
  if (seconds < 2 * secondsPer.d) return `${Math.floor(seconds / secondsPer.h)} h`;
  return `${Math.floor(seconds / secondsPer.d)} d`;
}

/** Latest moment that a Date can be. Source: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const latestDateMs = 8.64e15;

/** Whether a Date can hold a moment, **milliseconds** since the Unix epoch. */
export function isDate(ms: number): boolean {
  return Math.abs(ms) <= latestDateMs;
}

/** Gives a moment in ISO 8601, UTC. @param ms - **Milliseconds** since the Unix epoch; one that no Date can hold: the latest that it can. */
export function isoTime(ms: number): string {
  return new Date(isDate(ms) ? ms : latestDateMs).toISOString();
}
