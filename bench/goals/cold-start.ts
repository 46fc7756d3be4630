import { type LocalAwsClient } from '../local-aws-client';
import { type LoggedRequest } from '../local-aws-process';
import { runChild } from './child';
import { type ColdAnswer } from './cold-answer';

/** A process that starts, and asks for its settings. */
export interface ColdStart {
  readonly program: 'cold-xcon-process' | 'cold-powertools-process' | 'cold-sdk-process';
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What it took. */
export interface ColdOutcome {
  /** How many names had a value. */
  readonly found: number;
  /** From the start of the process to the answer, milliseconds. */
  readonly tookMs: number;
  /** Requests that followed one another until the answer came. */
  readonly rounds: number;
  /** Requests that had ended when the answer came. */
  readonly requests: number;
  /** Requests that were not waited for, such as writes to the cache table. */
  readonly later: number;
}

/** Clocks of two processes may differ by so much, milliseconds. */
const clockMs = 3;

/** Starts a process against a local AWS, and waits until it has ended. */
export async function coldStart(aws: LocalAwsClient, { program, args, env = {} }: ColdStart): Promise<ColdOutcome> {
  await aws.reset();
  const { found, tookMs, answeredAtMs } = await runChild<ColdAnswer>(program, {
    args,
    env: { ...aws.environment, ...env },
  });
  const { log } = await aws.report();
  const awaited = log.filter(({ endedAtMs }) => endedAtMs <= answeredAtMs + clockMs);
  return { found, tookMs, rounds: roundsOf(awaited), requests: awaited.length, later: log.length - awaited.length };
}

/** A request begins a round when it starts after all before it have ended. */
function roundsOf(log: readonly LoggedRequest[]): number {
  let rounds = 0;
  let endMs = -Infinity;
  for (const { startedAtMs, endedAtMs } of log) {
    if (startedAtMs > endMs) rounds += 1;
    endMs = Math.max(endMs, endedAtMs);
  }
  return rounds;
}
