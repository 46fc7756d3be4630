import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import { type Logger as Pino, pino } from 'pino';
import {
  AwsClients,
  Config,
  Context,
  Default,
  DynamoProvider,
  EnvProvider,
  LocalCache,
  Logger,
  type SettingsValues,
  XconSettings,
} from '../../src/index';
import { type LocalAws } from '../../src/local-aws/local-aws';
import { patience } from '../setup/patience';

/** A process that has secrets from everywhere, and logs all it can: the library at `trace`, the SDK through its own logger. */
export class CanaryProcess {
  readonly log: Pino;
  readonly clients: AwsClients;
  readonly localCache = new LocalCache();
  readonly settings: XconSettings;
  readonly env: EnvProvider;
  readonly config: Config;
  readonly context: Context;
  private readonly lines: string[] = [];
  private readonly sdkLines: string[] = [];
  private readonly sdkClients: readonly { destroy(): void }[];

  constructor(
    readonly aws: LocalAws,
    canary: string,
    settings: Partial<SettingsValues> = {},
  ) {
    const stream = new Writable({
      write: (chunk: Buffer, _, done) => {
        this.lines.push(chunk.toString());
        done();
      },
    });
    this.log = pino({ level: 'trace' }, stream);
    const credentials = { accessKeyId: 'not-a-real-key', secretAccessKey: canary, sessionToken: canary };
    const say = (...said: readonly unknown[]): void =>
      void this.sdkLines.push(inspect(said, { depth: 10 }), JSON.stringify(said, withoutBigInts), format(...said));
    const logger = { trace: say, debug: say, info: say, warn: say, error: say };
    const options = { endpoint: aws.url, region: 'us-east-1', maxAttempts: 1, credentials, logger };
    const given = {
      ssm: new SSMClient(options),
      secretsManager: new SecretsManagerClient(options),
      dynamo: new DynamoDBClient(options),
      kms: new KMSClient(options),
    };
    this.sdkClients = Object.values(given);
    this.clients = new AwsClients({ ...given, endpoint: aws.url, region: 'us-east-1', credentials });
    this.settings = new XconSettings({
      service: 'orders',
      environment: 'prod',
      defaults: { settings_password: canary },
      logLevel: 'trace',
      ...patience,
      ...settings,
    });
    this.env = new EnvProvider({ ENV_PASSWORD: canary, PLAIN: canary, PLAIN_LIST: JSON.stringify([canary]) });
    this.config = new Config({
      providers: [Default, DynamoProvider],
      overrides: { over_password: canary },
      defaults: { default_token: canary },
    });
    const { localCache, clients, env, config } = this;
    this.context = Context.createRoot([new Logger(this.log), localCache, clients, this.settings, env, config]);
  }

  /** Runs a function as this process. */
  run<T>(fn: () => T): T {
    return this.context.run(fn);
  }

  /** Everything that the library has logged. */
  get logged(): string {
    return this.lines.join('\n');
  }

  /** Everything that the SDK has logged. */
  get sdkLogged(): string {
    return this.sdkLines.join('\n');
  }

  async close(): Promise<void> {
    await this.run(() => this.config.close());
    for (const each of this.sdkClients) each.destroy();
  }
}

/** Names that have a secret somewhere; those in no secret store are declared as secrets, or called like ones. */
export const secretNames = [
  'TOKEN',
  'BYTES',
  'LOGIN',
  'SECURE',
  'ROW_PASSWORD',
  'ENV_PASSWORD',
  'OVER_PASSWORD',
  'DEFAULT_TOKEN',
  'SETTINGS_PASSWORD',
] as const;

/** Secrets that are read in one batch. */
export const moreNames = Array.from({ length: 6 }, (_, index) => `MORE${index}`);

/** Plain parameters that are secrets by their names, or have one inside. */
export const plainNames = ['DB_PWD', 'SIGNING_KEY', 'SENTRY_DSN', 'DATABASE_URL'] as const;

/** Gives what is in the config table and in plain parameters, which the SDK takes for no secret and logs. */
export function inTable(canary: string): string {
  return [...canary].reverse().join('');
}

/** Gives digits that are in a secret as the key of a map. */
export function digitsOf(canary: string): string {
  return [...Buffer.from(canary)].map((byte) => byte.toString().padStart(3, '0')).join('');
}

function withoutBigInts(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}

/** Puts a secret into every source. */
export async function plant(aws: LocalAws, canary: string): Promise<void> {
  await aws.seed({
    ssm: {
      '/orders/prod/SECURE': { value: canary, type: 'SecureString' },
      '/orders/all/TOKEN': { value: canary, type: 'SecureString' },
      '/orders/all/LOGIN': canary,
      '/orders/prod/NUMBER': '1',
      '/orders/prod/DB_PWD': inTable(canary),
      '/orders/prod/SIGNING_KEY': inTable(canary),
      '/orders/prod/SENTRY_DSN': inTable(canary),
      '/orders/prod/DATABASE_URL': `postgres://app:${inTable(canary)}@db/orders`,
    },
    secrets: {
      '/orders/prod/TOKEN': { value: canary, previous: `${canary}-old` },
      // More than single reads take.
      ...Object.fromEntries(moreNames.map((name) => [`/orders/prod/${name}`, canary])),
      '/orders/prod/BYTES': { binary: Buffer.from(canary).toString('base64') },
      '/orders/prod/LOGIN': JSON.stringify({ password: canary, list: [canary] }),
      '/orders/prod/KEYED': JSON.stringify({ [canary]: canary, list: { [digitsOf(canary)]: canary } }),
      'rds!db-1234': JSON.stringify({ password: canary }),
    },
    tables: {
      'global-all-config': {
        rows: [{ app_key: '/orders/prod', name_key: 'ROW_PASSWORD', value: { nested: [inTable(canary)] } }],
      },
      'global-all-configCache': {},
    },
  });
}
