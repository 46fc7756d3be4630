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
export interface ColdOutcome extends Omit<ColdAnswer, 'answeredAtMs'> {
  /** Requests that followed one another until the answer came. */
  readonly rounds: number;
  /** Requests that it takes to answer. */
  readonly requests: number;
  /** Others: writes of rows, and those that had not ended when the answer came. */
  readonly others: number;
}

/** Clocks of two processes may differ by so much, milliseconds. */
const clockMs = 3;

/** Starts a process against a local AWS, and waits until it has ended. */
export async function coldStart(aws: LocalAwsClient, { program, args, env = {} }: ColdStart): Promise<ColdOutcome> {
  await aws.reset();
  const { answeredAtMs, ...answer } = await runChild<ColdAnswer>(program, {
    args,
    env: { ...aws.environment, ...env },
  });
  const { log } = await aws.report();
  const needed = log.filter((request) => !isWriteBehind(request, log) && request.endedAtMs <= answeredAtMs + clockMs);
  return { ...answer, rounds: roundsOf(needed), requests: needed.length, others: log.length - needed.length };
}

/** Whether a request writes rows, or says that a lease is done: the first put of a process takes the lease. */
function isWriteBehind(request: LoggedRequest, log: readonly LoggedRequest[]): boolean {
  if (request.operation === 'PutItem') return request !== log.find(({ operation }) => operation === 'PutItem');
  return request.operation === 'BatchWriteItem';
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
