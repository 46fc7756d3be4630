import { describeError, errorFacts } from '../base/describe-error';
import { unfakedTimers, withTimeLimit } from '../base/time-limit';
import { classifyAwsError, isChainExhausted, isCredentialsOutage, withoutPayload } from './aws-errors';
import { CredentialsError } from './credentials-error';
import { outageOfEndpoint } from './credentials-endpoint';

/** What calls are signed with, as far as it matters here. */
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

/** A client of the SDK, as far as its credentials are concerned. */
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
  /** For how long it is remembered that there are none, **milliseconds**. */
  readonly pauseMs: number;
  /** How long their source may take, **milliseconds** in which the process runs. The SDK waits for some without end. */
  readonly limitMs: number;
}

/** How long before their end credentials are renewed, **milliseconds**; that of the SDK. */
const renewalMs = 300_000;

/**
 * The credentials that all clients of one `AwsClients` share.
 *
 * Credentials are remembered until they end. That there are none is remembered for a pause; a failure of their source is not.
 * When a service refuses them, their source is asked again, and the call repeated if it gives others: after a new login the
 * next call works.
 */
export class SharedCredentials {
  private source: IdentityProvider | undefined;
  private makeChain: () => IdentityProvider = () => () => Promise.reject(new CredentialsError('no client', false));
  private given: Identity | undefined;
  private asking: Promise<Identity> | undefined;
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
    const provider: IdentityProvider = (asked) => this.resolve(asked?.forceRefresh === true);
    // What is given is remembered here, for all clients; the SDK would do so for each again.
    config.credentials = Object.assign(provider, { memoized: true, configBound: true });
    middlewareStack.add((next) => (args) => this.callWithFreshOnes(() => next(args)), {
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
    this.asking ??= this.ask(forceRefresh).finally(() => {
      this.asking = undefined;
    });
    try {
      return await this.asking;
    } catch (error) {
      if (!forceRefresh && given !== undefined && endsAfter(given, nowMs)) return given;
      throw error;
    }
  }

  private async ask(anew: boolean): Promise<Identity> {
    try {
      const found = await this.askInTime(anew);
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

  private async askInTime(anew: boolean): Promise<Identity> {
    const { limitMs, provider } = this.options;
    // What hangs would be waited for again, and each new chain would keep a connection.
    const outage = this.hasHung ? await outageOfEndpoint() : undefined;
    if (outage !== undefined && !outage.isOver) throw new CredentialsError(outage.problem, true);
    if (anew || this.hasHung || this.source === undefined) this.source = provider ?? this.makeChain();
    this.hasHung = false;
    const { source } = this;
    const answer = async (): Promise<Identity> => (this.given = await source({ forceRefresh: anew }));
    const onTimeout = (): Error => {
      this.hasHung = true;
      return new CredentialsError(`the source of the credentials gave no answer within ${limitMs} ms`, true);
    };
    return withTimeLimit(answer, { budgetMs: limitMs, onTimeout, keepsAlive: false, timers: unfakedTimers });
  }

  private async callWithFreshOnes(call: () => Promise<unknown>): Promise<unknown> {
    const before = this.given;
    try {
      return await call();
    } catch (error) {
      const used = before ?? this.given;
      const isRefused = classifyAwsError(error) === 'no-credentials' && errorFacts(error).name !== 'CredentialsError';
      if (!isRefused || used === undefined) throw error;
      if (isSame(used, await this.resolve(true))) throw error;
      return call();
    }
  }
}

/**
 * Says why a provider of credentials gave none.
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
