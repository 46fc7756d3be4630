import { type AwsClients } from '../../src/index';

/**
 * Reports requests that fail or take long when they end: a lookup may fail because of them, or give stale values.
 *
 * @param clients - Of the current context.
 * @param slowMs - How long a request may take at most to be in order, real **milliseconds**.
 */
export async function watchRequests(clients: AwsClients, slowMs: number, onTrouble: () => void): Promise<void> {
  const watched =
    <A, R>(next: (step: A) => Promise<R>) =>
    async (step: A): Promise<R> => {
      const startedMs = performance.now();
      try {
        const output = await next(step);
        if (performance.now() - startedMs >= slowMs) onTrouble();
        return output;
      } catch (error) {
        onTrouble();
        throw error;
      }
    };
  const options = { step: 'initialize', name: 'watchRequests', override: true } as const;
  const [ssm, secretsManager, dynamo] = await Promise.all([clients.ssm(), clients.secretsManager(), clients.dynamo()]);
  ssm.middlewareStack.add(watched, options);
  secretsManager.middlewareStack.add(watched, options);
  dynamo.middlewareStack.add(watched, options);
}
