import type { GetParametersByPathCommandOutput, Parameter, SSMClient } from '@aws-sdk/client-ssm';
import { classifyAwsError, sourceRefusalOf } from '../aws/aws-errors';
import { callAws } from '../aws/call-aws';
import { openConnection } from '../aws/open-connection';
import { readPages } from '../aws/pages';
import { errorSummary } from '../base/describe-error';
import { momentOf } from '../base/time';
import { type Directory } from '../directory/directory';
import { DirectoryItem } from '../item/directory-item';
import { DirectoryListing, type ListingEntry, unreadSecret, type UnreadSecret } from '../item/directory-listing';
import { type SourceReading } from './aws-provider';
import { nameInDirectory } from './name-in-directory';
import { type ListingOutcome, type SecretOutcome } from './provider';
import { readParameters } from './secure-parameters';

/** How parameters are read. */
export interface SsmReading extends SourceReading<SSMClient> {
  /** Label of the versions to read; `undefined`: the latest. */
  readonly label: string | undefined;
  /** Whether a `StringList` is a list of texts. */
  readonly stringLists: boolean;
}

/** Lists the parameters directly under a directory. @throws What the SDK throws when that fails. */
export async function listParameters(reading: SsmReading, directory: Directory): Promise<ListingOutcome> {
  const { connecting, label, signal } = reading;
  const client = await connecting;
  const remedy = `allow ssm:GetParametersByPath on arn:aws:ssm:*:*:parameter${directory.path}`;
  const list = (decrypt: boolean): Promise<readonly Parameter[]> =>
    callAws(client, () => parametersOf(client, directory, { decrypt, signal, label }));
  try {
    return listingOf(reading, directory, await list(true), true);
  } catch (error) {
    const undecrypted = mayBeKey(error) ? await unlessRefused(list(false)) : undefined;
    if (undecrypted !== undefined) return listingOf(reading, directory, undecrypted, false);
    const refusal = sourceRefusalOf(error, remedy);
    if (refusal === undefined) throw error;
    return refusal;
  }
}

/** Reads parameters by name. @returns A promise per exact name. */
export function readNamedParameters(
  reading: SsmReading,
  secrets: readonly UnreadSecret[],
): ReadonlyMap<string, Promise<SecretOutcome>> {
  const requiredItemOf = ({ directory, exactName }: UnreadSecret, parameter: Parameter): DirectoryItem => {
    const item = itemOf(reading, directory, parameter);
    if (item !== undefined) return item;
    throw new Error(`The answer of the service is not understood: it has no value for ${exactName}.`);
  };
  return readParameters({ ...reading, itemOf: requiredItemOf }, secrets);
}

/** Opens a connection for reads. @throws What the SDK throws without region or credentials. */
export async function openSsmConnection({ connecting, signal }: SsmReading): Promise<void> {
  const client = await connecting;
  const { GetParametersByPathCommand } = await import('@aws-sdk/client-ssm');
  await openConnection(client, new GetParametersByPathCommand({ Path: '/' }), signal);
}

/** @param decrypted - Whether secure strings have their values. */
function listingOf(
  reading: SsmReading,
  directory: Directory,
  parameters: readonly Parameter[],
  decrypted: boolean,
): DirectoryListing {
  const entries = parameters.map((parameter): ListingEntry | undefined => {
    const { Name: exactName, Type: type } = parameter;
    if (exactName === undefined) throw new Error('The answer of the service lists a parameter without a name.');
    const name = nameInDirectory(exactName, directory);
    if (name === undefined) return undefined;
    const item = decrypted || type !== 'SecureString' ? itemOf(reading, directory, parameter) : undefined;
    // A parameter without a value is read by its name when a lookup needs it, so that its failure or refusal affects no other.
    return item ?? unreadSecret(directory, exactName, name);
  });
  return new DirectoryListing(
    directory,
    entries.filter((each) => each !== undefined),
  );
}

/** @returns `undefined` without a value. */
function itemOf(
  { source, cacheName, stringLists }: SsmReading,
  directory: Directory,
  parameter: Parameter,
): DirectoryItem | undefined {
  const { Name: exactName, Value: value, Type: type, Version: version, LastModifiedDate: changed } = parameter;
  const name = nameInDirectory(exactName, directory);
  if (typeof value !== 'string' || name === undefined) return undefined;
  return new DirectoryItem({
    name,
    value: stringLists && type === 'StringList' ? value.split(',') : value,
    directory,
    source,
    cacheName,
    secret: type === 'SecureString',
    exactName,
    version: version === undefined ? undefined : `${version}`,
    changedAtMs: momentOf(changed),
  });
}

async function unlessRefused<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return sourceRefusalOf(error, '') !== undefined || classifyAwsError(error) === 'bad-request';
}

/** Whether a listing may have failed because of the key of one parameter; a refusal of the listing itself names its action. */
function mayBeKey(error: unknown): boolean {
  const failure = classifyAwsError(error);
  const isOfListing = errorSummary(error).message.includes('perform: ssm:GetParametersByPath');
  return failure === 'unusable-key' || failure === 'bad-request' || (failure === 'not-permitted' && !isOfListing);
}

async function parametersOf(
  client: SSMClient,
  { path }: Directory,
  {
    decrypt,
    signal,
    label,
  }: { readonly decrypt: boolean; readonly signal: AbortSignal; readonly label?: string | undefined },
): Promise<readonly Parameter[]> {
  const { GetParametersByPathCommand } = await import('@aws-sdk/client-ssm');
  return readPages(
    (token: string | undefined): Promise<GetParametersByPathCommandOutput> => {
      const input = {
        Path: path,
        Recursive: false,
        WithDecryption: decrypt,
        MaxResults: 10,
        NextToken: token,
        ...(label !== undefined && { ParameterFilters: [{ Key: 'Label', Option: 'Equals', Values: [label] }] }),
      };
      return client.send(new GetParametersByPathCommand(input), { abortSignal: signal });
    },
    (page) => page.NextToken,
    (page) => page.Parameters,
  );
}
