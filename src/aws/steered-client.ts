import { Readable } from 'node:stream';
import { TimeBudget } from '../base/time-limit';
import { reportRequests } from './report-requests';

/** A handler of one call or attempt. */
type Step<T = unknown> = (request: object) => Promise<T>;

/** The part of an SDK client that is used here. */
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
 * Makes a client of the SDK keep the time limits of the library, publish its calls, and send nothing after it has been closed.
 *
 * @param limitMs - Time for an attempt, **milliseconds** in which the process runs.
 */
export function steer<T extends { destroy(): void }>(client: T, limitMs: number, life: ClientLife): T {
  return refuseWhenClosed(reportRequests(limitBodies(client, limitMs)), life);
}

/**
 * Makes a client of the SDK send nothing after it has been closed: neither a call that had waited for the client to be made, nor the next
 * attempt of a call that was under way. Without this, a destroyed client opens new connections.
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
        // Calls that were connecting when the client was closed have connected by now.
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

/** The result of an attempt. */
interface Answered {
  readonly response: unknown;
}

/**
 * Ends attempts whose response does not end.
 *
 * `requestTimeout` of the SDK ends with the head of the response: a body that never ends would be awaited without a limit.
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
