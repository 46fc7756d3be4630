import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  AwsClients,
  config,
  Config,
  DynamoProvider,
  EnvProvider,
  LocalCache,
  SecretsProvider,
  SsmProvider,
  XconSettings,
} from '../../../src/index';
import { failProcess } from '../../setup/fail-process';
import { patience } from '../../setup/patience';

/** A command to a process: to look names up. */
export interface Order {
  readonly id: number;
  readonly names: readonly string[];
}

/** Its reports: the values, a check for changes, a cleared memory. */
export type Report =
  | { readonly kind: 'values'; readonly id: number; readonly values: readonly unknown[] }
  | { readonly kind: 'looked' }
  | { readonly kind: 'refreshed' };

// Runs as a process of its own, started with an IPC channel; ends when the channel does.
// Ten processes start at once, on whatever machine tests run: what counts here is who asks what, not how fast.
const dynamo = new DynamoDBClient({});
dynamo.middlewareStack.add(
  (next) => async (step) => {
    const result = await next(step);
    const { Key: key } = step.input as { readonly Key?: { readonly name_key?: { readonly S?: string } } };
    if (key?.name_key?.S === '~xcon|gen') report({ kind: 'looked' });
    return result;
  },
  { step: 'initialize' },
);
new XconSettings(patience).enter();
new AwsClients({ dynamo }).enter();
new Config({ providers: [EnvProvider, SsmProvider, SecretsProvider, DynamoProvider] }).enter();
LocalCache.grab().onReset(() => report({ kind: 'refreshed' }));
process.on('message', (order: Order) => {
  handle(order).catch(failProcess);
});
process.on('disconnect', () => process.exit());
config.watch({ everySeconds: 1 }).catch(failProcess);

async function handle({ id, names }: Order): Promise<void> {
  const values = await Promise.all(names.map(async (name) => (await config.get(name)) ?? null));
  await config.flush();
  report({ kind: 'values', id, values });
}

function report(message: Report): void {
  process.send?.(message);
}
