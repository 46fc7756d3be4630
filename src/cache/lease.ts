import { type LeaseRow } from './cache-row';

/** How long a holder may take before others stop waiting for it, **milliseconds**. */
export const leaseMs = 2000;
/** How long `done` is kept, so that nobody waits for rows that cannot come, **milliseconds**. */
export const doneMs = 60_000;
/** How often a waiter stands for a lease again whose holder has not ended it. */
export const maxStands = 2;
/** Over how long those who go on alone spread, **milliseconds**. */
export const spreadMs = 1000;
/** Time for the attempt to take a lease, **milliseconds**. */
export const takeTimeoutMs = 300;
/** How long after an attempt that took too long the lease is looked at, **milliseconds**. */
export const lateLookMs = 500;
/** Time for a look at a lease, **milliseconds**. */
export const lookTimeoutMs = 1000;

const firstPollMs = 150;
const longestPollMs = 600;
const pollGrowth = 1.8;

/** What a waiter does after a look at the lease. */
export type LeaseStep = 'wait' | 'read rows' | 'stand again';

/**
 * Decides what a waiter does.
 *
 * @param row - The lease as it is; `undefined` when its row is gone.
 * @param nowMs - Current time, **milliseconds** since the Unix epoch.
 */
export function leaseStep(row: Pick<LeaseRow, 'state' | 'untilMs'> | undefined, nowMs: number): LeaseStep {
  if (row === undefined || row.untilMs < nowMs) return 'stand again';
  return row.state === 'done' ? 'read rows' : 'wait';
}

/** Gives the pause before the next look at the lease, **milliseconds**: growing, between half and all of it. */
export function pollPause(poll: number, random: number): number {
  return Math.min(longestPollMs, firstPollMs * pollGrowth ** poll) * (0.5 + random / 2);
}

/** Gives the pause before going on alone, **milliseconds**: so that those who do so spread, within the time that is left. */
export function spreadPause(random: number, leftMs: number): number {
  return Math.min(random * spreadMs, Math.max(0, leftMs));
}
