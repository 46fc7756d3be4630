import { Readable } from 'node:stream';
import { TimeBudget } from '../base/time-limit';
import { reportRequests } from './report-requests';

/** What is done with one call or attempt, and what comes of it. */
type Step<T = unknown> = (request: object) => Promise<T>;

/** A client of the SDK, as far as it is steered here. */
interface SteeredClient<T = unknown> {
  readonly middlewareStack: {
    add(
      middleware: (next: Step<T>) => Step<T>,
      options: { step: 'initialize' | 'finalizeRequest' | 'deserialize'; priority: 'high' | 'low'; name: string },
    ): void;
  };
}

/** Whether a client has been closed; set by its owner. */
export interface ClientLife {
  isClosed: boolean;
}

/**
 * Makes a client of the SDK keep the limits of the library, publish its calls, and end.
 *
 * @param limitMs - Time for an attempt, **milliseconds** in which the process runs.
 */
export function steer<T extends { destroy(): void }>(client: T, limitMs: number, life: ClientLife): T {
  return refuseWhenClosed(reportRequests(limitBodies(client, limitMs)), life);
}

/**
 * Makes a client of the SDK send nothing after it has been closed: neither a call that had begun to wait for it while it was
 * being made, nor the next attempt of one that was under way. By itself, a destroyed client opens new connections.
 */
function refuseWhenClosed<T extends { destroy(): void }>(client: T, life: ClientLife): T {
  let underWay = 0;
  const refuse = (): void => {
    if (life.isClosed)
      throw Object.assign(new Error('the AWS clients have been closed'), { name: 'ClientClosedError' });
  };
  const call =
    (next: Step): Step =>
    async (request) => {
      refuse();
      underWay += 1;
      try {
        return await next(request);
      } finally {
        underWay -= 1;
        // What was about to connect when the client was closed has done so by now.
        if (life.isClosed && underWay === 0) client.destroy();
      }
    };
  const attempt =
    (next: Step): Step =>
    async (request) => {
      refuse();
      return next(request);
    };
  const { middlewareStack } = client as unknown as SteeredClient;
  middlewareStack.add(call, { step: 'initialize', priority: 'high', name: 'xconNotClosed' });
  middlewareStack.add(attempt, { step: 'finalizeRequest', priority: 'low', name: 'xconNotClosedMeanwhile' });
  return client;
}

/** What comes of an attempt. */
interface Answered {
  readonly response: unknown;
}

/**
 * Makes attempts end whose answer begins and does not end.
 *
 * The SDK stops counting `requestTimeout` when the head of an answer has come, so a body that never ends would be waited
 * for without end.
 *
 * @param limitMs - Time for an attempt, head and body, **milliseconds** in which the process runs.
 */
function limitBodies<T>(client: T, limitMs: number): T {
  const limited =
    (next: Step<Answered>): Step<Answered> =>
    async (request) => {
      let body: Readable | undefined;
      const budget = new TimeBudget(limitMs, () => body?.destroy(lateError(limitMs)), { keepsAlive: false });
      try {
        const result = await next(request);
        body = bodyOf(result.response);
        if (budget.leftMs === 0) body?.destroy(lateError(limitMs));
        return result;
      } finally {
        if (body === undefined) budget.stop();
        else body.once('close', () => budget.stop());
      }
    };
  (client as SteeredClient<Answered>).middlewareStack.add(limited, {
    step: 'deserialize',
    priority: 'low',
    name: 'xconBodyTimeLimit',
  });
  return client;
}

function bodyOf(response: unknown): Readable | undefined {
  const body = (response as { readonly body?: unknown } | undefined)?.body;
  return body instanceof Readable ? body : undefined;
}

function lateError(limitMs: number): Error {
  const problem = `the answer did not end within requestTimeoutMs (${limitMs} ms)`;
  return Object.assign(new Error(problem), { name: 'TimeoutError' });
}
