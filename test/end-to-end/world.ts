import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import {
  AwsClients,
  type AwsClientsOptions,
  Config,
  type ConfigOptions,
  type Dependency,
  EnvProvider,
  LocalCache,
  SecretsProvider,
  type SettingsValues,
  SsmProvider,
  XconSettings,
} from '../../src/index';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../../src/local-aws/local-aws';
import { isolated, RecordedLog } from '../chain/doubles';
import { patience } from '../setup/patience';
import { RoundGate } from './round-gate';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

/** A process that talks HTTP to a local AWS of its own. */
export class AwsWorld {
  readonly log = new RecordedLog();
  readonly localCache = new LocalCache();
  readonly clients: AwsClients;
  private readonly opened: AwsClients[] = [];

  private constructor(
    readonly aws: LocalAws,
    private readonly settings: Partial<SettingsValues>,
  ) {
    this.clients = this.makeClients();
  }

  static async start(options: LocalAwsOptions = {}, settings: Partial<SettingsValues> = {}): Promise<AwsWorld> {
    return new AwsWorld(await startLocalAws(options), settings);
  }

  /** Gives clients for the local AWS that do not retry, unless the options say so. */
  makeClients(options: AwsClientsOptions = {}): AwsClients {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const clients = new AwsClients({
      endpoint: this.aws.url,
      region: 'us-east-1',
      credentials,
      maxAttempts: 1,
      ...options,
    });
    this.opened.push(clients);
    return clients;
  }

  /** Runs a function in a root context of its own. */
  run<T>(fn: () => T, more: readonly Dependency[] = []): T {
    const settings = new XconSettings({ ...patience, ...this.settings });
    return isolated([this.log.logger(), this.localCache, this.clients, settings, ...more], fn);
  }

  /**
   * Runs a function in a root context of its own, its requests in rounds.
   *
   * @param sizes - How many requests each round should have.
   * @returns What the function gave, and the operations of each round.
   */
  async inRounds<T>(sizes: readonly number[], fn: () => Promise<T>) {
    const gate = await RoundGate.open(this.aws.url, sizes);
    const clients = this.makeClients({ endpoint: gate.url });
    try {
      const value = await this.run(fn, [clients]);
      return { value, rounds: gate.rounds };
    } finally {
      await clients.close();
      await gate.close();
    }
  }

  /** Warnings that something may not be read. */
  get refusals(): readonly Readonly<Record<string, unknown>>[] {
    return this.log.warnings('provider.refused');
  }

  /** Everything that was warned of. */
  get warnings(): readonly Readonly<Record<string, unknown>>[] {
    return this.log.lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields);
  }

  /** Waits until so many requests have come in all. */
  async asked(count: number): Promise<void> {
    for (let waits = 0; waits < 2000 && this.aws.calls.count() < count; waits += 1) await sleep(5);
  }

  /** Waits until so many requests have been answered in all, and gives how many have come by then. */
  async answered(count: number): Promise<number> {
    for (let waits = 0; waits < 2000 && this.ended < count; waits += 1) await sleep(5);
    return this.aws.calls.count();
  }

  private get ended(): number {
    return this.aws.calls.all.filter(({ endedAtMs }) => endedAtMs !== undefined).length;
  }

  async close(): Promise<void> {
    for (const each of this.opened) await each.close();
    await this.aws.close();
  }
}

/** A Config of the service `orders` in `prod`: the default four directories, no variables, no cache. */
export function ordersConfig(options: ConfigOptions = {}): Config {
  return new Config({
    service: 'orders',
    environment: 'prod',
    providers: [new EnvProvider({}), SsmProvider, SecretsProvider],
    cacher: null,
    ...options,
  });
}

/** Collects unhandled rejections while a function runs, and for some turns after. */
export async function unhandledDuring(work: () => Promise<unknown>): Promise<readonly unknown[]> {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', listener);
  try {
    await work();
    for (let turn = 0; turn < 50; turn += 1) await nextTurn();
    return unhandled;
  } finally {
    process.off('unhandledRejection', listener);
  }
}
