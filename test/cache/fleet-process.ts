import {
  AwsClients,
  type AwsClientsOptions,
  type Clock,
  config,
  Config,
  type ConfigOptions,
  type ConfigValue,
  Context,
  type DirectoryItem,
  EnvProvider,
  type Random,
  XconSettings,
} from '../../src/index';
import { type SettingsValues } from '../../src/settings/settings-values';
import { type LocalAws } from '../../src/local-aws/local-aws';
import { patience } from '../setup/patience';
import { RecordedLog, TestClock, TestRandom } from './doubles';

/** What makes one process differ from another. */
export interface ProcessOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly settings?: Partial<SettingsValues>;
  readonly config?: ConfigOptions;
  readonly clients?: AwsClientsOptions;
}

/** Options with which a client asks a local AWS. */
export function clientOptions(url: string) {
  const credentials = { accessKeyId: 'not-a-real-key', secretAccessKey: 'not-a-real-secret' };
  return { endpoint: url, region: 'us-east-1', maxAttempts: 1, credentials };
}

/**
 * One process of the service `orders` in `prod`: a root context of its own, which shares nothing with others but AWS.
 *
 * By default its clock does not advance, its random number is always 0.5, and it waits as long as a busy machine may take.
 */
export class FleetProcess {
  readonly log = new RecordedLog();
  readonly clock: Clock;
  readonly context: Context;

  /** @param aws - What its clients ask; absent: `options.clients` say. */
  constructor(aws: Pick<LocalAws, 'url'> | undefined, options: ProcessOptions = {}) {
    this.clock = options.clock ?? new TestClock();
    const endpoint = aws === undefined ? {} : clientOptions(aws.url);
    this.context = Context.createRoot([
      this.clock,
      options.random ?? new TestRandom(),
      this.log.logger(),
      new EnvProvider({}),
      new AwsClients({ ...endpoint, ...options.clients }),
      new XconSettings({ service: 'orders', environment: 'prod', ...patience, ...options.settings }),
      new Config(options.config),
    ]);
  }

  /** Runs something as this process. */
  run<T>(work: () => T): T {
    return this.context.run(work);
  }

  get(name: string): Promise<ConfigValue | undefined> {
    return this.run(() => config.get(name));
  }

  item(name: string): Promise<DirectoryItem> {
    return this.run(() => config.getItem(name));
  }

  /** Looks up several names at once. */
  values(names: readonly string[]): Promise<readonly (ConfigValue | undefined)[]> {
    return Promise.all(names.map((name) => this.get(name)));
  }

  /** Awaits all it writes. */
  flush(): Promise<void> {
    return this.run(() => config.flush());
  }

  /** Awaits all it writes, and ends. */
  close(): Promise<void> {
    return this.run(() => config.close());
  }
}
