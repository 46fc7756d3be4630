import { setTimeout as untilLater } from 'node:timers/promises';
import {
  AwsClients,
  type AwsClientsOptions,
  Directory,
  DynamoProvider,
  type EntryAddress,
  type Provider,
  SecretsProvider,
  type SettingsValues,
  type SourceWriter,
  SsmProvider,
  WriteError,
  type WriteSession,
  XconSettings,
} from '../../src/index';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../../src/local-aws/local-aws';
import { patience } from '../setup/patience';

/** A directory of the tests. */
export const prod = Directory.literal('/orders/prod');

/** Gives the address of a name in {@link prod}. */
export function at(name: string): EntryAddress {
  return { directory: prod, name };
}

/** Classes of the providers that can be written, by their names. */
export const writable = { ssm: SsmProvider, secrets: SecretsProvider, dynamo: DynamoProvider } as const;

/** A local AWS, and writers for it whose time passes when they wait, and at no other time. */
export class WriteWorld {
  /** How long each wait was, **milliseconds**. */
  readonly waits: number[] = [];
  private nowMs = Date.UTC(2026, 0, 1);
  private readonly opened: AwsClients[] = [];
  private local: LocalAws | undefined;

  static async start(options: LocalAwsOptions = {}): Promise<WriteWorld> {
    const world = new WriteWorld();
    world.local = await startLocalAws({ clock: () => world.nowMs, ...options });
    await world.aws.seed({ tables: { 'global-all-config': { rows: [] } } });
    return world;
  }

  get aws(): LocalAws {
    if (this.local === undefined) throw new Error('There is no local AWS.');
    return this.local;
  }

  /** Gives what the writers use. */
  session(
    clients: AwsClientsOptions = {},
    settings: Partial<SettingsValues> = {},
    options: Partial<WriteSession> = {},
  ): WriteSession {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const made = new AwsClients({
      endpoint: this.aws.url,
      region: 'us-east-1',
      credentials,
      maxAttempts: 1,
      ...clients,
    });
    this.opened.push(made);
    return {
      clients: made,
      settings: new XconSettings({ ...patience, ...settings }).resolve(),
      nowMs: () => this.nowMs,
      random: () => 0.5,
      sleep: async (ms, signal) => {
        this.waits.push(ms);
        this.nowMs += ms;
        await untilLater(0);
        signal?.throwIfAborted();
      },
      ...options,
    };
  }

  /** Gives the writer of a provider. */
  writer(provider: keyof typeof writable, session: WriteSession = this.session()): Promise<SourceWriter> {
    return (new writable[provider]() as Provider).writer(session);
  }

  /** Gives the operations that were asked for, in order. */
  get operations(): readonly string[] {
    return this.aws.calls.all.map(({ operation }) => operation);
  }

  async close(): Promise<void> {
    for (const each of this.opened) await each.close();
    await this.aws.close();
  }
}

/** Gives the error that a write ends with. */
export async function writeError(write: Promise<unknown>): Promise<WriteError> {
  const error: unknown = await write.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof WriteError) return error;
  throw new Error('It was written, or failed otherwise.', { cause: error });
}
