import type { ListSecretsCommandOutput, SecretListEntry, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { whenPermitted } from '../aws/call-aws';
import { openConnection } from '../aws/open-connection';
import { readPages } from '../aws/pages';
import { momentOf } from '../base/time';
import { type Directory } from '../directory/directory';
import { DirectoryListing, Unavailable, unreadSecret, type UnreadSecret } from '../item/directory-listing';
import { nameInDirectory } from './name-in-directory';
import { type ListingOutcome } from './provider';
import { type SecretReading } from './secret-values';

export { readPreviousValue, readSecretValues } from './secret-values';

/** Lists the secrets of up to ten directories. @returns A function that gives those of one. */
export async function listSecrets(
  { connecting, signal }: SecretReading,
  directories: readonly Directory[],
): Promise<(directory: Directory) => ListingOutcome> {
  const client = await connecting;
  const remedy = 'allow secretsmanager:ListSecrets on *';
  const secrets = await whenPermitted(client, remedy, () => secretsOf(client, directories, signal));
  return (directory) => (secrets instanceof Unavailable ? secrets : listingOf(directory, secrets));
}

/** Opens a connection for reads. @throws What the SDK throws without region or credentials. */
export async function openSecretsConnection({ connecting, signal }: SecretReading): Promise<void> {
  const client = await connecting;
  const { ListSecretsCommand } = await import('@aws-sdk/client-secrets-manager');
  await openConnection(client, new ListSecretsCommand({}), signal);
}

function listingOf(directory: Directory, secrets: readonly SecretListEntry[]): DirectoryListing {
  const entries = secrets.map((each) => entryOf(directory, each));
  return new DirectoryListing(
    directory,
    entries.filter((each) => each !== undefined),
  );
}

function entryOf(
  directory: Directory,
  { Name: exactName, NextRotationDate: nextRotation, LastChangedDate: changed }: SecretListEntry,
): UnreadSecret | undefined {
  if (exactName === undefined) throw new Error('The answer of the service lists a secret without a name.');
  const name = nameInDirectory(exactName, directory);
  if (name === undefined) return undefined;
  const times = { nextRotationMs: momentOf(nextRotation), changedAtMs: momentOf(changed) };
  return { ...unreadSecret(directory, exactName, name), ...times };
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
