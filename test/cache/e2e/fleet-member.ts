import { config, XconSettings } from '../../../src/index';
import { failProcess } from '../../setup/fail-process';
import { patience } from '../../setup/patience';

/** A command to a process of the fleet: to clear its memory, or not, and then to look names up. */
export interface Order {
  readonly id: number;
  readonly forget: boolean;
  readonly names: readonly string[];
}

/** What it answers; `null` for names that are missing. */
export interface Report {
  readonly id: number;
  readonly values: readonly unknown[];
}

// Runs as a process of its own, started with an IPC channel; ends when the channel does.
new XconSettings(patience).enter();
process.on('message', (order: Order) => {
  handle(order).catch(failProcess);
});
process.on('disconnect', () => process.exit());

async function handle({ id, forget, names }: Order): Promise<void> {
  if (forget) await config.refresh();
  const values = await Promise.all(names.map(async (name) => (await config.get(name)) ?? null));
  await config.flush();
  process.send?.({ id, values } satisfies Report);
}
