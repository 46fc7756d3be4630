import { AwsClients } from '../aws/aws-clients';
import { sourceRefusalOf } from '../aws/aws-errors';
import { callAws } from '../aws/credentials';
import { hideFields } from '../base/hidden';
import { classNameOf } from '../di/context';
import { InvalidSettingsError } from '../errors';
import { checkOptions } from '../options';
import { type Unavailable } from '../item/directory-listing';
import { Provider, type SharedSession } from './provider';

/** Where a provider reads, when not with the clients of the context. */
export interface AwsProviderOptions {
  /** Another region; tells the cache name apart (`ssm@eu-west-1`). */
  readonly region?: string;
  /** Clients of another account or endpoint; needs a `cacheName`. Never closed here. */
  readonly clients?: AwsClients;
  /** Tells the provider apart in cache keys. Default: its name, with `@` and the region when one is given. */
  readonly cacheName?: string;
}

/** What the providers that read AWS have in common. */
export abstract class AwsProvider extends Provider {
  static override readonly isAbstractKind: boolean = true;

  private readonly ownClients: AwsClients | undefined;

  /**
   * @param options - Where to read; absent: with the clients of the context.
   * @throws InvalidSettingsError for clients without a cache name: their rows would be taken for those of the default ones.
   */
  constructor(private readonly options: AwsProviderOptions = {}) {
    super();
    const name = classNameOf(this.constructor);
    checkOptions(`new ${name}()`, options, { region: true, clients: true, cacheName: true });
    const { region, clients, cacheName } = options;
    if (clients !== undefined && region !== undefined) {
      throw new InvalidSettingsError(
        `${name} option region`,
        'is given beside clients, which have a region of their own: give one of them.',
      );
    }
    if (clients !== undefined && cacheName === undefined) {
      throw new InvalidSettingsError(
        `${name} option clients`,
        'needs a cacheName beside it, so that cached rows tell the accounts apart.',
      );
    }
    hideFields(this, 'options');
    this.ownClients = clients ?? (region === undefined ? undefined : new AwsClients({ region }));
  }

  override get cacheName(): string {
    const { region, cacheName } = this.options;
    return cacheName ?? (region === undefined ? this.name : `${this.name}@${region}`);
  }

  /** Where it reads, when not where the clients of the context do: clients of its own may lead to any account. */
  get ownPlace(): { readonly region: string; readonly account?: string } | undefined {
    const { region, clients } = this.options;
    if (clients !== undefined) return { region: '*', account: '*' };
    return region === undefined ? undefined : { region };
  }

  override clientsFor(session: SharedSession): AwsClients {
    return this.ownClients ?? session.clients;
  }

  override async close(): Promise<void> {
    if (this.ownClients !== undefined && this.options.clients === undefined) await this.ownClients.close();
  }
}

/**
 * Runs a call to AWS whose refusal is an outcome and not a failure.
 *
 * @param client - Asked for its region first: without one, the SDK throws an error that says nothing else.
 * @param remedy - What would make the source readable.
 * @returns What the call gives, or why it is not permitted.
 */
export async function whenPermitted<T>(
  client: { readonly config: { readonly region: () => Promise<string> } },
  remedy: string,
  call: () => Promise<T>,
): Promise<T | Unavailable> {
  try {
    return await callAws(client, call);
  } catch (error) {
    const refusal = sourceRefusalOf(error, remedy);
    if (refusal === undefined) throw error;
    return refusal;
  }
}
