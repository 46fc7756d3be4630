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

/** What a process is told: to look names up. */
export interface Order {
  readonly id: number;
  readonly names: readonly string[];
}

/** What it tells: what it found, that it has looked for changes, that it has forgotten what it remembered. */
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
    if (key?.name_key?.S === '~xcon|gen') tell({ kind: 'looked' });
    return result;
  },
  { step: 'initialize' },
);
new XconSettings(patience).enter();
new AwsClients({ dynamo }).enter();
new Config({ providers: [EnvProvider, SsmProvider, SecretsProvider, DynamoProvider] }).enter();
LocalCache.grab().onReset(() => tell({ kind: 'refreshed' }));
process.on('message', (order: Order) => {
  obey(order).catch(failProcess);
});
process.on('disconnect', () => process.exit());
config.watch({ everySeconds: 1 }).catch(failProcess);

async function obey({ id, names }: Order): Promise<void> {
  const values = await Promise.all(names.map(async (name) => (await config.get(name)) ?? null));
  await config.flush();
  tell({ kind: 'values', id, values });
}

function tell(report: Report): void {
  process.send?.(report);
}
