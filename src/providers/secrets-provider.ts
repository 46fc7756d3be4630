import type { ListSecretsCommandOutput, SecretListEntry, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { batchesOf, promisesOf } from '../aws/batches';
import { openConnection } from '../aws/open-connection';
import { readPages } from '../aws/pages';
import { momentOf } from '../base/time';
import { type Directory } from '../directory/directory';
import { DirectoryListing, Unavailable, type UnreadSecret } from '../item/directory-listing';
import { AwsProvider, whenPermitted } from './aws-provider';
import { nameInDirectory } from './name-in-directory';
import { type ListingOutcome, type ReadSession, type SecretOutcome } from './provider';
import { readPreviousValue, readSecretValues, type SecretReading } from './secret-values';

/** Most values that one filter of `ListSecrets` takes. */
const maxFilterValues = 10;

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
    return readPreviousValue(this.reading(session), secret);
  }

  private reading(session: ReadSession): SecretReading {
    const connecting = this.clientsFor(session).secretsManager(session.settings);
    return { connecting, source: this.name, cacheName: this.cacheName, signal: session.signal };
  }

  override async warm(session: ReadSession): Promise<void> {
    const client = await this.clientsFor(session).secretsManager(session.settings);
    const { ListSecretsCommand } = await import('@aws-sdk/client-secrets-manager');
    await openConnection(client, new ListSecretsCommand({}), session.signal);
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
  { Name: exactName, NextRotationDate: nextRotation }: SecretListEntry,
): UnreadSecret | undefined {
  if (exactName === undefined) throw new Error('The answer of the service lists a secret without a name.');
  const name = nameInDirectory(exactName, directory)?.toLowerCase();
  if (name === undefined) return undefined;
  return { kind: 'unread', name, exactName, directory, nextRotationMs: momentOf(nextRotation) };
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
