import type { ListSecretsCommandOutput, SecretListEntry, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { batchesOf, promisesOf } from '../aws/batches';
import { openConnection } from '../aws/open-connection';
import { readPages } from '../aws/pages';
import { momentOf } from '../base/time';
import { type Directory } from '../directory/directory';
import { DirectoryListing, Unavailable, type UnreadSecret } from '../item/directory-listing';
import { type SuggestedEntry } from './access';
import { AwsProvider, type AwsProviderOptions, whenPermitted, writeSession } from './aws-provider';
import { nameInDirectory } from './name-in-directory';
import { type ListingOutcome, type ReadSession, type SecretOutcome } from './provider';
import { readPreviousValue, readSecretValues, type SecretReading } from './secret-values';
import { type SourceWriter, type WriteSession } from './writer';

/** Most values that one filter of `ListSecrets` takes. */
const maxFilterValues = 10;

/** Where the provider reads, and which versions. */
export interface SecretsProviderOptions extends AwsProviderOptions {
  /** Staging label of the versions to read, such as `AWSPENDING`: a secret that has none with it is absent. Default: `AWSCURRENT`. */
  readonly versionStage?: string;
}

const currentStage = 'AWSCURRENT';

/**
 * Secrets Manager: the secrets directly under a directory.
 *
 * The listings of a chain are read together; a value only when a lookup reaches it.
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
 */
export class SecretsProvider extends AwsProvider {
  static readonly dependencyName: string = 'SecretsProvider';

  override readonly name = 'secrets';
  override readonly holdsOnlySecrets = true;
  override readonly givesNull = false;
  override readonly readsByName = true;
  override readonly idOption = 'secretId';

  /** `undefined`: the current version. */
  private readonly versionStage: string | undefined;

  /** @throws InvalidSettingsError for an unknown option. */
  constructor(options: SecretsProviderOptions = {}) {
    super(options, { versionStage: true });
    this.versionStage = options.versionStage === currentStage ? undefined : options.versionStage;
  }

  protected override get readsApart(): readonly string[] {
    return this.versionStage === undefined ? [] : [`stage=${this.versionStage}`];
  }

  override readDirectory(directory: Directory, session: ReadSession): Promise<ListingOutcome> {
    return this.readTogether([directory], session).then((list) => list(directory));
  }

  override readDirectories(
    directories: readonly Directory[],
    session: ReadSession,
  ): ReadonlyMap<string, Promise<ListingOutcome>> {
    const pathOf = ({ path }: Directory): string => path;
    const batches = batchesOf(directories, maxFilterValues);
    return new Map(batches.flatMap((each) => promisesOf(each, pathOf, this.readTogether(each, session))));
  }

  override readSecrets(
    secrets: readonly UnreadSecret[],
    session: ReadSession,
  ): ReadonlyMap<string, Promise<SecretOutcome>> {
    return readSecretValues(this.reading(session), secrets);
  }

  override readPreviousSecret(secret: UnreadSecret, session: ReadSession): Promise<SecretOutcome> {
    // Only of the current version it is known which one it has replaced.
    if (this.versionStage !== undefined) return Promise.resolve(undefined);
    return readPreviousValue(this.reading(session), secret);
  }

  private reading(session: ReadSession): SecretReading {
    const connecting = this.clientsFor(session).secretsManager(session.settings);
    const { cacheName, name: source, versionStage } = this;
    return { connecting, source, cacheName, signal: session.signal, versionStage };
  }

  override async warm(session: ReadSession): Promise<void> {
    const client = await this.clientsFor(session).secretsManager(session.settings);
    const { ListSecretsCommand } = await import('@aws-sdk/client-secrets-manager');
    await openConnection(client, new ListSecretsCommand({}), session.signal);
  }

  override async commandToSet(entry: SuggestedEntry): Promise<string | undefined> {
    return (await import('./secrets-access')).secretsAccess.commandToSet(entry);
  }

  override async writer(session?: WriteSession): Promise<SourceWriter> {
    const [{ SecretsWriter }, used] = await Promise.all([import('./secrets-writer'), writeSession(session)]);
    return new SecretsWriter(this.name, this.clientsFor(used).secretsManager(used.settings), used);
  }

  /** Lists the secrets of up to ten directories. @returns What picks those of one. */
  private async readTogether(
    directories: readonly Directory[],
    session: ReadSession,
  ): Promise<(directory: Directory) => ListingOutcome> {
    const client = await this.clientsFor(session).secretsManager(session.settings);
    const remedy = 'allow secretsmanager:ListSecrets on *';
    const secrets = await whenPermitted(client, remedy, () => secretsOf(client, directories, session.signal));
    return (directory) => (secrets instanceof Unavailable ? secrets : listingOf(directory, secrets));
  }
}

function listingOf(directory: Directory, secrets: readonly SecretListEntry[]): DirectoryListing {
  const entries = secrets.map((each) => unreadSecret(directory, each));
  return new DirectoryListing(
    directory,
    entries.filter((each) => each !== undefined),
  );
}

function unreadSecret(
  directory: Directory,
  { Name: exactName, NextRotationDate: nextRotation, LastChangedDate: changed }: SecretListEntry,
): UnreadSecret | undefined {
  if (exactName === undefined) throw new Error('The answer of the service lists a secret without a name.');
  const name = nameInDirectory(exactName, directory)?.toLowerCase();
  if (name === undefined) return undefined;
  const [nextRotationMs, changedAtMs] = [momentOf(nextRotation), momentOf(changed)];
  return { kind: 'unread', name, exactName, directory, nextRotationMs, changedAtMs };
}

async function secretsOf(
  client: SecretsManagerClient,
  directories: readonly Directory[],
  signal: AbortSignal,
): Promise<readonly SecretListEntry[]> {
  const { ListSecretsCommand } = await import('@aws-sdk/client-secrets-manager');
  const prefixes = directories.map(({ path }) => `${path}/`);
  return readPages(
    (token: string | undefined): Promise<ListSecretsCommandOutput> => {
      const input = { Filters: [{ Key: 'name' as const, Values: prefixes }], MaxResults: 100, NextToken: token };
      return client.send(new ListSecretsCommand(input), { abortSignal: signal });
    },
    (page) => page.NextToken,
    (page) => page.SecretList,
  );
}
