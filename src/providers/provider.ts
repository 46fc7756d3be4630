import { inspect } from 'node:util';
import { printable } from '../base/printable';
import { startWork } from '../base/start-work';
import { type AwsClients } from '../aws/aws-clients';
import { Directory } from '../directory/directory';
import { classNameOf, Dependency } from '../di/context';
import { type PolicyStatement } from '../iam/policy-document';
import { type PolicyOptions } from '../iam/policy-options';
import { brandClass } from '../base/brand-class';
import { type DirectoryItem } from '../item/directory-item';
import { DirectoryListing, type Unavailable, type UnreadSecret } from '../item/directory-listing';
import { type ConfigValue } from '../item/value';
import { type ResolvedSettings } from '../settings/settings-values';
import { type IdOption, type SuggestedEntry } from './access';
import { type SourceWriter, type WriteSession } from './writer';

/** What reads of a scope may use; resolved in advance, because they may serve several callers. */
export interface SharedSession {
  /** AWS clients of the caller. */
  readonly clients: AwsClients;
  /** Library settings of the caller. */
  readonly settings: ResolvedSettings;
  /** Gives the current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: () => number;
}

/** What a read may use. */
export interface ReadSession extends SharedSession {
  /** Aborts when no caller needs the answer any more; pass it on. */
  readonly signal: AbortSignal;
}

/** Outcome of listing a directory. A failure is a rejection. */
export type ListingOutcome = DirectoryListing | Unavailable;

/** Outcome of reading a secret: its item, `undefined` when it does not exist, or why it may not be read. */
export type SecretOutcome = DirectoryItem | Unavailable | undefined;

/**
 * A source of settings.
 *
 * To write one: a `name` and {@link Provider.readDirectory}. A provider neither logs nor swallows: an absent directory is
 * an empty listing, one that may not be read an `Unavailable`, everything else is thrown. The library remembers what was
 * read, shares reads between concurrent callers, and decides what callers get.
 */
export abstract class Provider extends Dependency {
  static override readonly isAbstractKind: boolean = true;

  /** Short name, part of cache keys: never changes. Lower-case letters and digits. */
  abstract readonly name: string;

  /**
   * Whether answers may be kept in the shared cache table.
   *
   * `false` for a source of this process alone (`env`): it is read once, with {@link Provider.ownDirectory}, not per directory, and nothing
   * found behind it is cached either.
   */
  readonly cacheable: boolean = true;

  /**
   * Whether everything it holds is secret.
   *
   * Rows of the cache table with such a value in plain are used only with `cacheSecrets: 'plaintext'`, and shown masked.
   */
  readonly holdsOnlySecrets: boolean = false;

  /** Whether a value may be null. If not, a row of the cache table without a value is ignored. */
  readonly givesNull: boolean = true;

  /** The name in cache keys: it distinguishes providers that read another region, account or endpoint, as `ssm@eu-west-1`. */
  get cacheName(): string {
    return this.name;
  }

  /**
   * Distinguishes what one provider reads under different settings, in memory and in cache keys: the table of `dynamo`.
   *
   * @returns Empty where no setting affects what is read, and for the default.
   */
  variantFor(_settings: ResolvedSettings): string {
    return '';
  }

  /** Directory that a provider reads instead of those of the chain, when it is not cacheable; `undefined` for all others. */
  get ownDirectory(): Directory | undefined {
    return this.cacheable ? undefined : Directory.literal(`/_${this.name}`);
  }

  /**
   * Lists one directory.
   *
   * @returns All it holds (an empty listing when there is no such directory), or why it may not be read.
   * @throws Anything, when the source fails; it becomes the `cause` of a ProviderError, if a lookup reaches it.
   */
  abstract readDirectory(directory: Directory, session: ReadSession): Promise<ListingOutcome>;

  /**
   * Lists several directories; for sources that need fewer calls than one each.
   *
   * @returns A promise per path, all started.
   */
  readDirectories(
    directories: readonly Directory[],
    session: ReadSession,
  ): ReadonlyMap<string, Promise<ListingOutcome>> {
    // An exception fails its own directory only.
    return new Map(directories.map((each) => [each.path, startWork(() => this.readDirectory(each, session))]));
  }

  /** Option of lookups that gives a full name or ARN of this source: `secretId`, `parameterId`. Default: none does. */
  readonly idOption: IdOption | undefined = undefined;

  /** Whether {@link Provider.readSecrets} reads any setting by its exact name, so that no listing is needed (`names`). */
  readonly readsByName: boolean = false;

  /**
   * Reads settings by exact name: secrets that listings have left unread and, where `readsByName`, any others.
   *
   * @param secrets - As listed by this provider, or as requested.
   * @returns A promise per exact name, all started.
   */
  readSecrets(_secrets: readonly UnreadSecret[], _session: ReadSession): ReadonlyMap<string, Promise<SecretOutcome>> {
    return new Map();
  }

  /**
   * Reads the previous version of a secret, while it rotates.
   *
   * @returns Its item, why it may not be read, or `undefined` when there is none, or the source keeps none.
   */
  readPreviousSecret(_secret: UnreadSecret, _session: ReadSession): Promise<SecretOutcome> {
    return Promise.resolve(undefined);
  }

  /**
   * Gives the writer of this source, which writes, removes and lists versions of entries. Its module is never loaded by lookups.
   *
   * @param session - What it may use; absent: clients, settings, clock and random numbers of the current context.
   * @throws WriteError `read-only` for a source that cannot be written; by default.
   */
  async writer(_session?: WriteSession): Promise<SourceWriter> {
    const { readOnly } = await import('./write-error');
    throw readOnly(this.name, this.cacheable);
  }

  /**
   * Gives the IAM statements that a service needs to read this source, for `settings.policy()`. By default none; those of the library's own
   * providers are in separate modules, which the CDK and `infra/` use by name.
   */
  policyStatements(_options: PolicyOptions): readonly PolicyStatement[] {
    return [];
  }

  /** Gives the shell command that sets a value in this source, for messages; by default there is none to suggest. */
  commandToSet(_entry: SuggestedEntry): Promise<string | undefined> {
    return Promise.resolve(undefined);
  }

  /** Gives the clients that reads go through: those of the context, unless the provider has its own. */
  clientsFor(session: SharedSession): AwsClients {
    return session.clients;
  }

  /**
   * Prepares reads: loads modules, opens connections. By default does nothing.
   *
   * @throws Anything; it is only logged.
   */
  warm(_session: ReadSession): Promise<void> {
    return Promise.resolve();
  }

  /** Gives the cache name: what a provider holds may be secret. */
  override toJSON(): unknown {
    return this.cacheName;
  }

  override [inspect.custom](): string {
    return printable(`${classNameOf(this.constructor)}(${this.cacheName})`);
  }

  /** Closes what the provider has opened itself; what it was given stays open. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Makes the listing of a directory from plain values. */
  protected listing(directory: Directory, values: Readonly<Record<string, ConfigValue>>): DirectoryListing {
    return DirectoryListing.of(directory, this.name, values, this.cacheName);
  }
}

brandClass(Provider, 'Provider');
