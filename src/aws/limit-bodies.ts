import { Readable } from 'node:stream';
import { TimeBudget } from '../base/time-limit';

/** What is done with one attempt of a call, and what comes of it. */
type Step = (request: unknown) => Promise<{ readonly response: unknown }>;

/** A client of the SDK, as far as it is steered here. */
interface SteeredClient {
  readonly middlewareStack: {
    add(middleware: (next: Step) => Step, options: { step: 'deserialize'; priority: 'low'; name: string }): void;
  };
}

/**
 * Makes attempts end whose answer begins and does not end.
 *
 * The SDK stops counting `requestTimeout` when the head of an answer has come, so a body that never ends would be waited
 * for without end.
 *
 * @param limitMs - Time for an attempt, head and body, **milliseconds** in which the process runs.
 */
export function limitBodies<T>(client: T, limitMs: number): T {
  const limited =
    (next: Step): Step =>
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
  (client as SteeredClient).middlewareStack.add(limited, {
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
