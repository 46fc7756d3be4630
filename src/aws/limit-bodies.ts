import { Readable } from 'node:stream';

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
 * @param limitMs - Time for an attempt, head and body, **milliseconds**.
 */
export function limitBodies<T>(client: T, limitMs: number): T {
  const limited =
    (next: Step): Step =>
    async (request) => {
      const startedMs = performance.now();
      const result = await next(request);
      const body = bodyOf(result.response);
      if (body !== undefined) destroyLate(body, limitMs, limitMs - (performance.now() - startedMs));
      return result;
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

function destroyLate(body: Readable, limitMs: number, leftMs: number): void {
  const timer = setTimeout(
    () => {
      const problem = `the answer did not end within requestTimeoutMs (${limitMs} ms)`;
      body.destroy(Object.assign(new Error(problem), { name: 'TimeoutError' }));
    },
    Math.max(0, leftMs),
  );
  body.once('close', () => {
    clearTimeout(timer);
  });
}
