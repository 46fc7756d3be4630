/** What is done with one call or attempt, and what comes of it. */
type Step = (request: object) => Promise<unknown>;

/** A client of the SDK, as far as it is steered here. */
interface SteeredClient {
  readonly middlewareStack: {
    add(
      middleware: (next: Step) => Step,
      options: { step: 'initialize' | 'finalizeRequest'; priority: 'high' | 'low'; name: string },
    ): void;
  };
  destroy(): void;
}

/** Whether a client has been closed; set by its owner. */
export interface ClientLife {
  isClosed: boolean;
}

/**
 * Makes a client of the SDK send nothing after it has been closed: neither a call that had begun to wait for it while it was
 * being made, nor the next attempt of one that was under way. By itself, a destroyed client opens new connections.
 */
export function refuseWhenClosed<T extends { destroy(): void }>(client: T, life: ClientLife): T {
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
