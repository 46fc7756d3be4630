import { assumedRole } from '../aws/assumed-role';
import { AwsClients } from '../aws/aws-clients';
import { promisesOf } from '../aws/batches';
import { startWork } from '../base/start-work';
import { hideFields } from '../base/hidden';
import { classNameOf, Context } from '../di/context';
import { InvalidSettingsError } from '../errors';
import { checkOptions } from '../options';
import { type UnreadSecret } from '../item/directory-listing';
import { Provider, type ReadSession, type SecretOutcome, type SharedSession } from './provider';
import { type WriteSession } from './writer';

/** Where a provider reads, when not with the clients of the context. */
export interface AwsProviderOptions {
  /** Another region; it becomes part of the cache name (`ssm@eu-west-1`). */
  readonly region?: string;
  /** Clients of another account or endpoint; needs a `cacheName`. Never closed by the provider. */
  readonly clients?: AwsClients;
  /**
   * ARN of a role to read with, such as one of another account; its account becomes part of the cache name (`ssm@role=111122223333`).
   * Needs the package `@aws-sdk/credential-providers`.
   */
  readonly roleArn?: string;
  /** External id that the trust policy of the role requires. */
  readonly externalId?: string;
  /** The name of the provider in cache keys. Default: its name, and `@` with each of region, account and other options that change what it reads. */
  readonly cacheName?: string;
}

/** Where a provider reads: in another region or account, or with a role, which then needs the permissions. */
export interface OwnPlace {
  readonly region?: string | undefined;
  readonly account?: string | undefined;
  readonly roleArn?: string | undefined;
}

const optionNames: Readonly<Record<keyof AwsProviderOptions, true>> = {
  region: true,
  clients: true,
  cacheName: true,
  roleArn: true,
  externalId: true,
};

/** What reads of a source need. */
export interface SourceReading<Client> {
  /** The client to read with. */
  readonly connecting: Promise<Client>;
  /** Short name of the provider. */
  readonly source: string;
  /** Its name in cache keys. */
  readonly cacheName: string;
  readonly signal: AbortSignal;
}

/** Base of the providers that read AWS. The modules of their reads are loaded with the first read. */
export abstract class AwsProvider extends Provider {
  static override readonly isAbstractKind: boolean = true;

  private readonly ownClients: AwsClients | undefined;

  /**
   * @param options - Where to read; absent: with the clients of the context.
   * @param ownOptions - Names of the options that the provider has beside these.
   * @throws InvalidSettingsError for clients without a cache name: their rows would count as those of the default clients.
   */
  constructor(
    private readonly options: AwsProviderOptions = {},
    ownOptions: Readonly<Record<string, true>> = {},
  ) {
    super();
    const name = classNameOf(this.constructor);
    checkOptions(`new ${name}()`, options, { ...optionNames, ...ownOptions });
    const { region, clients, cacheName, roleArn, externalId } = options;
    if (clients !== undefined && region !== undefined) {
      throw new InvalidSettingsError(
        `${name} option region`,
        'is given beside clients, which have a region of their own: give one of them.',
      );
    }
    if (clients !== undefined && cacheName === undefined) {
      throw new InvalidSettingsError(
        `${name} option clients`,
        'needs a cacheName beside it, so that the cached rows of two accounts are kept apart.',
      );
    }
    if (roleArn !== undefined) checkRole(name, roleArn, clients);
    if (externalId !== undefined && roleArn === undefined) {
      throw new InvalidSettingsError(`${name} option externalId`, 'needs the roleArn of the role that requires it.');
    }
    hideFields(this, 'options');
    this.ownClients = clients ?? clientsWith(options);
  }

  override get cacheName(): string {
    const { region, cacheName, roleArn } = this.options;
    const account = accountOf(roleArn);
    const place = [...(region === undefined ? [] : [region]), ...(account === undefined ? [] : [`role=${account}`])];
    return cacheName ?? [this.name, ...place, ...this.cacheNameParts].join('@');
  }

  /** Suffixes of the cache name for options that change what the provider reads; none by default. */
  protected get cacheNameParts(): readonly string[] {
    return [];
  }

  /** Where it reads, unless with the clients of the context; given clients may read any account. */
  get ownPlace(): OwnPlace | undefined {
    const { region, clients, roleArn } = this.options;
    if (clients !== undefined) return { region: '*', account: '*' };
    return region === undefined && roleArn === undefined ? undefined : { region, roleArn };
  }

  override clientsFor(session: SharedSession): AwsClients {
    return this.ownClients ?? session.clients;
  }

  /**
   * Starts making the client, which loads its SDK module, while the caller loads the modules of the read.
   *
   * @internal
   */
  protected reading<Client>(
    session: ReadSession,
    connect: (clients: AwsClients) => Promise<Client>,
  ): SourceReading<Client> {
    const connecting = startWork(() => connect(this.clientsFor(session)));
    return { connecting, source: this.name, cacheName: this.cacheName, signal: session.signal };
  }

  override async close(): Promise<void> {
    if (this.ownClients !== undefined && this.options.clients === undefined) await this.ownClients.close();
  }
}

/** Makes the provider's own clients; `undefined` when it reads with those of the context. */
function clientsWith({ region, roleArn, externalId }: AwsProviderOptions): AwsClients | undefined {
  if (roleArn !== undefined) {
    const credentials = assumedRole({ roleArn, externalId, region });
    return new AwsClients({ credentials, ...(region !== undefined && { region }) });
  }
  return region === undefined ? undefined : new AwsClients({ region });
}

/** Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns */
function accountOf(roleArn: string | undefined): string | undefined {
  return /^arn:aws[\w-]*:iam::(\d{12}):role\/./.exec(roleArn ?? '')?.[1];
}

function checkRole(provider: string, roleArn: string, clients: AwsClients | undefined): void {
  const where = `${provider} option roleArn`;
  if (clients !== undefined) {
    throw new InvalidSettingsError(
      where,
      'is given beside clients, which have credentials of their own: give one of them.',
    );
  }
  if (accountOf(roleArn) === undefined) {
    throw new InvalidSettingsError(where, 'is not the ARN of a role: expected arn:aws:iam::ACCOUNT:role/NAME.');
  }
}

/** Gives a promise for each setting of reads that begin once their module is loaded. */
export function laterReads(
  settings: readonly UnreadSecret[],
  start: () => Promise<ReadonlyMap<string, Promise<SecretOutcome>>>,
): ReadonlyMap<string, Promise<SecretOutcome>> {
  const starting = startWork(start).then(
    (started) =>
      ({ exactName }: UnreadSecret) =>
        started.get(exactName),
  );
  return new Map(
    promisesOf(
      settings,
      ({ exactName }) => exactName,
      startWork(() => starting),
    ),
  );
}

/** Gives the session of writes; without one, that of the context that is current at the call. */
export async function writeSession(given: WriteSession | undefined): Promise<WriteSession> {
  if (given !== undefined) return given;
  const context = Context.current();
  return (await import('./write-session')).writeSessionOf(context);
}
