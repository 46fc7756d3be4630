import type { GetParametersByPathCommandOutput, Parameter, SSMClient } from '@aws-sdk/client-ssm';
import { openConnection } from '../aws/open-connection';
import { readPages } from '../aws/pages';
import { momentOf } from '../base/time';
import { type Directory } from '../directory/directory';
import { DirectoryItem } from '../item/directory-item';
import { DirectoryListing, type ListingEntry, Unavailable, type UnreadSecret } from '../item/directory-listing';
import { AwsProvider, whenPermitted } from './aws-provider';
import { nameInDirectory } from './name-in-directory';
import { type ListingOutcome, type ReadSession, type SecretOutcome } from './provider';
import { readParameters } from './secure-parameters';

/**
 * SSM Parameter Store: the parameters directly under a directory, decrypted.
 *
 * Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html
 */
export class SsmProvider extends AwsProvider {
  static readonly dependencyName: string = 'SsmProvider';

  override readonly name = 'ssm';
  override readonly readsByName = true;

  override async readDirectory(directory: Directory, session: ReadSession): Promise<ListingOutcome> {
    const client = await this.clientsFor(session).ssm(session.settings);
    const { signal } = session;
    const remedy = `allow ssm:GetParametersByPath on arn:aws:ssm:*:*:parameter${directory.path}`;
    const decrypted = await whenPermitted(client, remedy, () =>
      parametersOf(client, directory, { decrypt: true, signal }),
    );
    if (!(decrypted instanceof Unavailable)) return this.list(directory, decrypted);
    if (!mayBeKey(decrypted)) return decrypted;
    const undecrypted = await whenPermitted(client, remedy, () =>
      parametersOf(client, directory, { decrypt: false, signal }),
    );
    return undecrypted instanceof Unavailable ? decrypted : this.list(directory, undecrypted, decrypted);
  }

  override readSecrets(
    secrets: readonly UnreadSecret[],
    session: ReadSession,
  ): ReadonlyMap<string, Promise<SecretOutcome>> {
    const pick = ({ directory }: UnreadSecret, parameter: Parameter): DirectoryItem | undefined => {
      const entry = this.entryOf(directory, parameter);
      return entry instanceof DirectoryItem ? entry : undefined;
    };
    return readParameters(
      { connecting: this.clientsFor(session).ssm(session.settings), signal: session.signal, pick },
      secrets,
    );
  }

  override async warm(session: ReadSession): Promise<void> {
    const client = await this.clientsFor(session).ssm(session.settings);
    const { GetParametersByPathCommand } = await import('@aws-sdk/client-ssm');
    await openConnection(client, new GetParametersByPathCommand({ Path: '/' }), session.signal);
  }

  /** @param keyRefusal - Why secure strings could not be decrypted; absent when they were. */
  private list(directory: Directory, parameters: readonly Parameter[], keyRefusal?: Unavailable): DirectoryListing {
    const entries = parameters.map((each) => this.entryOf(directory, each, keyRefusal));
    return new DirectoryListing(
      directory,
      entries.filter((each) => each !== undefined),
    );
  }

  private entryOf(directory: Directory, parameter: Parameter, keyRefusal?: Unavailable): ListingEntry | undefined {
    const { Name: exactName, Value: value, Type: type, Version: version, LastModifiedDate: changed } = parameter;
    const name = nameInDirectory(exactName, directory);
    if (exactName === undefined || name === undefined || value === undefined) return undefined;
    if (typeof value !== 'string') throw new Error(`The answer for ${exactName} has a value that is no text.`);
    const secret = type === 'SecureString';
    if (secret && keyRefusal !== undefined) {
      const remedy = `allow kms:Decrypt on the key of the parameter ${exactName}`;
      return { kind: 'refused', name: name.toLowerCase(), refusal: new Unavailable(keyRefusal.reason, remedy) };
    }
    return new DirectoryItem({
      name,
      value,
      directory,
      source: this.name,
      cacheName: this.cacheName,
      secret,
      exactName,
      version: version === undefined ? undefined : `${version}`,
      changedAtMs: momentOf(changed),
    });
  }
}

/** A refusal that does not name the listing itself may be that of one parameter's key. */
function mayBeKey({ reason }: Unavailable): boolean {
  return reason.startsWith('AccessDenied') && !reason.includes('perform: ssm:GetParametersByPath');
}

async function parametersOf(
  client: SSMClient,
  { path }: Directory,
  { decrypt, signal }: { readonly decrypt: boolean; readonly signal: AbortSignal },
): Promise<readonly Parameter[]> {
  const { GetParametersByPathCommand } = await import('@aws-sdk/client-ssm');
  return readPages(
    (token: string | undefined): Promise<GetParametersByPathCommandOutput> => {
      const input = { Path: path, Recursive: false, WithDecryption: decrypt, MaxResults: 10, NextToken: token };
      return client.send(new GetParametersByPathCommand(input), { abortSignal: signal });
    },
    (page) => page.NextToken,
    (page) => page.Parameters,
  );
}
