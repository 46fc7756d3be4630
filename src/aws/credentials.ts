import { describeError, errorSummary } from '../base/describe-error';
import { unfakedTimers, withTimeLimit } from '../base/time-limit';
import { classifyAwsError, isChainExhausted, isCredentialsOutage, withoutPayload } from './aws-errors';
import { CredentialsError } from './credentials-error';
import { outageOfEndpoint } from './credentials-endpoint';

/** The part of credentials that is used here. */
interface Identity {
  readonly accessKeyId: string;
  readonly sessionToken?: string | undefined;
  readonly expiration?: Date | undefined;
}

/** A provider of credentials of the SDK. */
type IdentityProvider = (options?: {
  readonly forceRefresh?: boolean;
  readonly callerClientConfig?: object;
}) => Promise<Identity>;

type Step = (args: unknown) => Promise<unknown>;

/** The part of an SDK client that concerns its credentials. */
interface SigningClient {
  readonly config: {
    credentials: IdentityProvider & { readonly memoized?: boolean; readonly configBound?: boolean };
    /** Makes the default chain of the SDK. */
    readonly credentialDefaultProvider: (config: object) => IdentityProvider;
  };
  readonly middlewareStack: {
    add(middleware: (next: Step) => Step, options: { step: 'initialize'; priority: 'high'; name: string }): void;
  };
}

/** What shared credentials need. */
export interface SharedCredentialsOptions {
  /** Gives them; absent: the default chain of the SDK. */
  readonly provider?: IdentityProvider | undefined;
  /** Gives the current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: () => number;
  /** How long the absence of credentials is remembered, **milliseconds**. */
  readonly pauseMs: number;
  /** How long their source may take, **milliseconds** in which the process runs. The SDK waits for some sources without a limit. */
  readonly limitMs: number;
}

/** How long before they expire credentials are renewed, **milliseconds**; as in the SDK. */
const renewalMs = 300_000;

/**
 * The credentials that all clients of one `AwsClients` share.
 *
 * Credentials are remembered until they expire, their absence for a pause, a failure of their source not at all. When a service refuses
 * them, they are requested again, and the call is repeated if they have changed: after a new login the next call succeeds.
 */
export class SharedCredentials {
  private source: IdentityProvider | undefined;
  private makeChain: () => IdentityProvider = () => () => Promise.reject(new CredentialsError('no client', false));
  private given: Identity | undefined;
  private resolving: Promise<Identity> | undefined;
  private hasHung = false;
  private absent: { readonly error: CredentialsError; readonly untilMs: number } | undefined;

  constructor(private readonly options: SharedCredentialsOptions) {}

  /** Makes a client sign with these credentials. The default chain is that of the client attached last. */
  attach<T>(client: T): T {
    const { config, middlewareStack } = client as SigningClient;
    this.makeChain = () => {
      const chain = config.credentialDefaultProvider({ ...config, parentClientConfig: config });
      return () => chain({ callerClientConfig: config });
    };
    const provider: IdentityProvider = (options) => this.resolve(options?.forceRefresh === true);
    // This class remembers them for all clients, so that the SDK need not do so for each.
    config.credentials = Object.assign(provider, { memoized: true, configBound: true });
    middlewareStack.add((next) => (args) => this.callWithFreshCredentials(() => next(args)), {
      step: 'initialize',
      priority: 'high',
      name: 'xconFreshCredentials',
    });
    return client;
  }

  private async resolve(forceRefresh: boolean): Promise<Identity> {
    const { absent, given } = this;
    const nowMs = this.options.nowMs();
    if (!forceRefresh) {
      if (given !== undefined && endsAfter(given, nowMs + renewalMs)) return given;
      if (absent !== undefined && nowMs < absent.untilMs) throw absent.error;
    }
    this.resolving ??= this.request(forceRefresh).finally(() => {
      this.resolving = undefined;
    });
    try {
      return await this.resolving;
    } catch (error) {
      if (!forceRefresh && given !== undefined && endsAfter(given, nowMs)) return given;
      throw error;
    }
  }

  private async request(isForced: boolean): Promise<Identity> {
    try {
      const found = await this.requestInTime(isForced);
      this.absent = undefined;
      return found;
    } catch (error) {
      const problem = await credentialsError(error);
      if (problem instanceof CredentialsError && !problem.isOutage) {
        this.absent = { error: problem, untilMs: this.options.nowMs() + this.options.pauseMs };
      }
      throw problem;
    }
  }

  private async requestInTime(isForced: boolean): Promise<Identity> {
    const { limitMs, provider } = this.options;
    // A source that hung would hang again, and each new chain would keep a connection.
    const outage = this.hasHung ? await outageOfEndpoint() : undefined;
    if (outage !== undefined && !outage.isOver) throw new CredentialsError(outage.problem, true);
    if (isForced || this.hasHung || this.source === undefined) this.source = provider ?? this.makeChain();
    this.hasHung = false;
    const { source } = this;
    const answer = async (): Promise<Identity> => (this.given = await source({ forceRefresh: isForced }));
    const onTimeout = (): Error => {
      this.hasHung = true;
      return new CredentialsError(`the source of the credentials gave no answer within ${limitMs} ms`, true);
    };
    return withTimeLimit(answer, { budgetMs: limitMs, onTimeout, keepsAlive: false, timers: unfakedTimers });
  }

  private async callWithFreshCredentials(call: () => Promise<unknown>): Promise<unknown> {
    const before = this.given;
    try {
      return await call();
    } catch (error) {
      const used = before ?? this.given;
      const isRefused = classifyAwsError(error) === 'no-credentials' && errorSummary(error).name !== 'CredentialsError';
      if (!isRefused || used === undefined) throw error;
      if (isSame(used, await this.resolve(true))) throw error;
      return call();
    }
  }
}

/**
 * Gives the error for a provider of credentials that gave none.
 *
 * @param error - What it threw.
 * @returns A `CredentialsError`; the error itself for a missing region.
 */
export async function credentialsError(error: unknown): Promise<unknown> {
  if (error instanceof CredentialsError || classifyAwsError(error) === 'no-region') return error;
  const outage = isChainExhausted(error) ? await outageOfEndpoint() : undefined;
  const problem = `${describeError(error)}${outage === undefined ? '' : `; ${outage.problem}`}`;
  return new CredentialsError(problem, outage !== undefined || isCredentialsOutage(error), {
    cause: withoutPayload(error),
  });
}

function isSame(one: Identity, other: Identity): boolean {
  return one.accessKeyId === other.accessKeyId && one.sessionToken === other.sessionToken;
}

function endsAfter({ expiration }: Identity, ms: number): boolean {
  return expiration === undefined || expiration.getTime() > ms;
}
