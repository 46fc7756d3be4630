import { inspect } from 'node:util';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient, SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { startWork } from '../base/start-work';
import { Clock } from '../di/clock';
import { state } from '../di/state';
import { Dependency } from '../di/context';
import { type Hidden, hidden, hideFields } from '../base/hidden';
import { InvalidSettingsError } from '../errors';
import { checkOptions } from '../options';
import { type ResolvedSettings } from '../settings/settings-values';
import { XconSettings } from '../settings/xcon-settings';
import { type SharedCredentials, type SharedCredentialsOptions } from './credentials';
import { importAppConfig, importKms } from './optional-packages';
import { type ClientLife } from './steered-client';

/** Share of the time of a lookup that the source of credentials may take. */
const credentialsShare = 0.9;

/** Clients to use, or what to make them with. */
export interface AwsClientsOptions {
  /** Region; absent: as the SDK finds it (`AWS_REGION`, profile). */
  readonly region?: string;
  /** Address of all services, for tests; absent: as the SDK finds it (`AWS_ENDPOINT_URL`). */
  readonly endpoint?: string;
  /** Credentials or a provider of them; absent: the SDK's default chain. */
  readonly credentials?: NonNullable<SecretsManagerClientConfig['credentials']>;
  /** Attempts per call, the first included; absent: as the SDK finds it (`AWS_MAX_ATTEMPTS`). */
  readonly maxAttempts?: number;
  /** How the SDK retries; absent: as it finds it (`AWS_RETRY_MODE`). */
  readonly retryMode?: 'standard' | 'adaptive';
  /** A client of the application, used as it is and never closed. */
  readonly ssm?: SSMClient;
  /** A client of the application, used as it is and never closed. */
  readonly secretsManager?: SecretsManagerClient;
  /** A client of the application, used as it is and never closed. */
  readonly dynamo?: DynamoDBClient;
  /** A client of the application, used as it is and never closed. */
  readonly kms?: AwsClientLike;
  /** A client of the application, used as it is and never closed. */
  readonly appConfig?: AwsClientLike;
}

/** A client of the AWS SDK whose package is optional, so that its types may be missing. */
export interface AwsClientLike {
  /** Its resolved configuration. */
  readonly config: Pick<
    SSMClient['config'],
    'credentials' | 'endpoint' | 'maxAttempts' | 'region' | 'requestHandler' | 'retryMode'
  >;
  /** Closes its connections. */
  destroy(): void;
}

/** Options with clients that decide what is read. */
const givenClients = ['ssm', 'secretsManager', 'dynamo', 'appConfig'] as const;

/** A client that was or is being made, not given. */
interface MadeClient {
  readonly client: Promise<AwsClientLike>;
  readonly life: ClientLife;
}

/**
 * The AWS clients that providers and cacher use.
 *
 * Each is made when first needed, and its SDK module loaded then. All time out: connecting after `connectTimeoutMs`, an
 * answer after `requestTimeoutMs`.
 */
export class AwsClients extends Dependency {
  static readonly dependencyName: string = 'AwsClients';

  // Both hold credentials.
  private readonly options: Hidden<AwsClientsOptions>;
  private readonly made = hidden(new Map<string, MadeClient>());
  private credentials = hidden<{ shared?: SharedCredentials }>({});

  /** @param options - Clients, or what to make them with; all optional. */
  constructor(options: AwsClientsOptions = {}) {
    super();
    this.options = hidden(options);
    hideFields(this, 'options', 'made', 'credentials');
    checkOptions('new AwsClients()', options, optionNames);
    const { maxAttempts } = options;
    if (maxAttempts !== undefined && !(Number.isInteger(maxAttempts) && maxAttempts > 0)) {
      throw new InvalidSettingsError('AwsClients.maxAttempts', `expected a whole number above 0, got ${maxAttempts}.`);
    }
  }

  /**
   * Gives the suffix of cache names for reads with these clients instead of those of the process.
   *
   * @returns Empty when both read the same; `@` and the region when only that differs; `undefined` when endpoint, credentials
   * or given clients differ: no name would identify them in other processes.
   */
  nameBeside(home: AwsClients): string | undefined {
    const { region, ...own } = this.options();
    const { region: homeRegion, ...others } = home.options();
    const isSame =
      own.endpoint === others.endpoint &&
      isSameIdentity(own.credentials, others.credentials) &&
      givenClients.every((name) => own[name] === others[name]);
    if (!isSame) return undefined;
    if (region === homeRegion) return '';
    return region === undefined ? undefined : `@${region}`;
  }

  /** Gives the SSM client. @param settings - Its time limits; absent: the current ones. */
  ssm(settings?: ResolvedSettings): Promise<SSMClient> {
    return this.client('ssm', settings, this.options().ssm, async (config) => {
      const { SSMClient: Client } = await import('@aws-sdk/client-ssm');
      return new Client(config);
    });
  }

  /** Gives the Secrets Manager client. */
  secretsManager(settings?: ResolvedSettings): Promise<SecretsManagerClient> {
    return this.client('secretsManager', settings, this.options().secretsManager, async (config) => {
      const { SecretsManagerClient: Client } = await import('@aws-sdk/client-secrets-manager');
      return new Client(config);
    });
  }

  /** Gives the DynamoDB client. */
  dynamo(settings?: ResolvedSettings): Promise<DynamoDBClient> {
    return this.client('dynamo', settings, this.options().dynamo, async (config) => {
      const { DynamoDBClient: Client } = await import('@aws-sdk/client-dynamodb');
      return new Client(config);
    });
  }

  /** Gives the KMS client, of an optional package. */
  kms(settings?: ResolvedSettings): Promise<AwsClientLike> {
    return this.client('kms', settings, this.options().kms, async (config) => {
      const { KMSClient: Client } = await importKms();
      return new Client(config);
    });
  }

  /** Gives the client of AppConfigData, of an optional package. */
  appConfig(settings?: ResolvedSettings): Promise<AwsClientLike> {
    return this.client('appConfig', settings, this.options().appConfig, async (config) => {
      const { AppConfigDataClient: Client } = await importAppConfig();
      return new Client(config);
    });
  }

  /**
   * Closes the connections of the clients that were made, or are being made: calls that use them fail without sending anything.
   * Clients that were given stay open. The next call makes new clients.
   */
  async close(): Promise<void> {
    const all = [...this.made().values()];
    this.made().clear();
    this.credentials = hidden({});
    for (const { life } of all) life.isClosed = true;
    for (const made of await Promise.allSettled(all.map(({ client }) => client)))
      if (made.status === 'fulfilled') made.value.destroy();
  }

  override [inspect.custom](): string {
    return `AwsClients(${this.options().region ?? 'default region'})`;
  }

  private client<T extends AwsClientLike>(
    name: string,
    settings: ResolvedSettings | undefined,
    given: T | undefined,
    make: (config: ReturnType<typeof clientConfig>) => Promise<T>,
  ): Promise<T> {
    if (given !== undefined) return Promise.resolve(given);
    const known = this.made().get(name);
    if (known !== undefined) return known.client as Promise<T>;
    const limits = settings ?? XconSettings.grab().resolve();
    const attach = this.credentialsWith(limits);
    const life = { isClosed: false };
    const client = startWork(async () => {
      const making = startWork(() => make(clientConfig(this.options(), limits)).catch(explainBundle));
      const { steer } = await import('./steered-client');
      return steer(await attach(await making), limits.requestTimeoutMs, life);
    });
    const entry = { client, life };
    this.made().set(name, entry);
    client.catch(() => {
      if (this.made().get(name) === entry) this.made().delete(name);
    });
    return client;
  }

  /** Gives the function that makes a client sign with the shared credentials. */
  private credentialsWith({ failurePauseMs, lookupBudgetMs }: ResolvedSettings): <T>(client: T) => Promise<T> {
    const { credentials: provider } = this.options();
    // Fixed credentials have no source that could renew them.
    if (typeof provider === 'object') return (client) => Promise.resolve(client);
    const clock = Clock.grab();
    const holder = this.credentials();
    const options: SharedCredentialsOptions = {
      provider,
      nowMs: () => clock.nowMs(),
      pauseMs: failurePauseMs,
      limitMs: lookupBudgetMs * credentialsShare,
    };
    return async (client) => {
      const { SharedCredentials: Shared } = await import('./credentials');
      return (holder.shared ??= new Shared(options)).attach(client);
    };
  }
}

const optionNames: Readonly<Record<keyof AwsClientsOptions, true>> = {
  region: true,
  endpoint: true,
  credentials: true,
  maxAttempts: true,
  retryMode: true,
  ssm: true,
  secretsManager: true,
  dynamo: true,
  kms: true,
  appConfig: true,
};

state.clientsClass = AwsClients;

/** Replaces the error of an SDK that a bundle cannot load. @throws InvalidSettingsError with what to do, or the error itself. */
function explainBundle(error: unknown): never {
  if (!(error instanceof Error && error.message.startsWith('Dynamic require of '))) throw error;
  const problem =
    'the AWS SDK cannot be loaded in this bundle, which has no require(): build it with --main-fields=module,main, ' +
    'or with a banner that makes a require() (docs/guides/bundling.md of the package).';
  throw new InvalidSettingsError('AwsClients', problem, { cause: error });
}

type Credentials = AwsClientsOptions['credentials'];

/** Whether credentials are equal by their keys: the SDK adds fields to the object that it was given. */
function isSameIdentity(some: Credentials, others: Credentials): boolean {
  if (some === others) return true;
  if (typeof some !== 'object' || typeof others !== 'object') return false;
  return (
    some.accessKeyId === others.accessKeyId &&
    some.secretAccessKey === others.secretAccessKey &&
    some.sessionToken === others.sessionToken
  );
}

function clientConfig(
  { region, endpoint, credentials, maxAttempts, retryMode }: AwsClientsOptions,
  { connectTimeoutMs, requestTimeoutMs }: ResolvedSettings,
) {
  return {
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials }),
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...(retryMode !== undefined && { retryMode }),
    // The SDK caches the shared configuration files; a login changes them.
    ignoreCache: true,
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
  };
}
