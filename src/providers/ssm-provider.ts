import type { GetParametersByPathCommandOutput, Parameter, SSMClient } from '@aws-sdk/client-ssm';
import { classifyAwsError, sourceRefusalOf } from '../aws/aws-errors';
import { callAws } from '../aws/credentials';
import { openConnection } from '../aws/open-connection';
import { readPages } from '../aws/pages';
import { momentOf } from '../base/time';
import { errorFacts } from '../base/describe-error';
import { type Directory } from '../directory/directory';
import { InvalidSettingsError } from '../errors';
import { DirectoryItem } from '../item/directory-item';
import { DirectoryListing, type ListingEntry, type UnreadSecret } from '../item/directory-listing';
import { type SuggestedEntry } from './access';
import { AwsProvider, type AwsProviderOptions, writeSession } from './aws-provider';
import { nameInDirectory } from './name-in-directory';
import { type ListingOutcome, type ReadSession, type SecretOutcome } from './provider';
import { readParameters } from './secure-parameters';
import { type SourceWriter, type WriteSession } from './writer';

/** Where the provider reads, and which versions, in which form. */
export interface SsmProviderOptions extends AwsProviderOptions {
  /** Label of the versions to read: a parameter that has none with it is absent. Default: the latest version of each. */
  readonly label?: string;
  /** Whether a `StringList` is a list of texts. Default: false, its text with commas. */
  readonly stringLists?: boolean;
}

/**
 * SSM Parameter Store: the parameters directly under a directory, decrypted.
 *
 * Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html
 */
export class SsmProvider extends AwsProvider {
  static readonly dependencyName: string = 'SsmProvider';

  override readonly name = 'ssm';
  override readonly givesNull = false;
  override readonly readsByName = true;
  override readonly idOption = 'parameterId';

  private readonly label: string | undefined;
  private readonly stringLists: boolean;

  /** @throws InvalidSettingsError for an unknown option, and for a label that no version can have. */
  constructor(options: SsmProviderOptions = {}) {
    super(options, { label: true, stringLists: true });
    this.label = options.label;
    this.stringLists = options.stringLists ?? false;
    if (this.label !== undefined && !labelPattern.test(this.label)) {
      throw new InvalidSettingsError('SsmProvider option label', 'is not a label: letters, digits, ".", "-" and "_".');
    }
  }

  protected override get readsApart(): readonly string[] {
    const label = this.label === undefined ? [] : [`label=${this.label}`];
    return [...label, ...(this.stringLists ? ['lists'] : [])];
  }

  override async readDirectory(directory: Directory, session: ReadSession): Promise<ListingOutcome> {
    const client = await this.clientsFor(session).ssm(session.settings);
    const { signal } = session;
    const { label } = this;
    const remedy = `allow ssm:GetParametersByPath on arn:aws:ssm:*:*:parameter${directory.path}`;
    const list = (decrypt: boolean): Promise<readonly Parameter[]> =>
      callAws(client, () => parametersOf(client, directory, { decrypt, signal, label }));
    try {
      return this.listingOf(directory, await list(true), true);
    } catch (error) {
      const undecrypted = mayBeKey(error) ? await unlessRefused(list(false)) : undefined;
      if (undecrypted !== undefined) return this.listingOf(directory, undecrypted, false);
      const refusal = sourceRefusalOf(error, remedy);
      if (refusal === undefined) throw error;
      return refusal;
    }
  }

  override readSecrets(
    secrets: readonly UnreadSecret[],
    session: ReadSession,
  ): ReadonlyMap<string, Promise<SecretOutcome>> {
    const itemOf = ({ directory, exactName }: UnreadSecret, parameter: Parameter): DirectoryItem => {
      const item = this.itemOf(directory, parameter);
      if (item !== undefined) return item;
      throw new Error(`The answer of the service is not understood: it has no value for ${exactName}.`);
    };
    const connecting = this.clientsFor(session).ssm(session.settings);
    return readParameters({ connecting, signal: session.signal, itemOf, label: this.label }, secrets);
  }

  override async warm(session: ReadSession): Promise<void> {
    const client = await this.clientsFor(session).ssm(session.settings);
    const { GetParametersByPathCommand } = await import('@aws-sdk/client-ssm');
    await openConnection(client, new GetParametersByPathCommand({ Path: '/' }), session.signal);
  }

  override async commandToSet(entry: SuggestedEntry): Promise<string | undefined> {
    return (await import('./ssm-access')).ssmAccess.commandToSet(entry);
  }

  override async writer(session?: WriteSession): Promise<SourceWriter> {
    const [{ SsmWriter }, used] = await Promise.all([import('./ssm-writer'), writeSession(session)]);
    return new SsmWriter(this.name, this.clientsFor(used).ssm(used.settings), used);
  }

  /** @param decrypted - Whether secure strings have their values. */
  private listingOf(directory: Directory, parameters: readonly Parameter[], decrypted: boolean): DirectoryListing {
    const entries = parameters.map((parameter): ListingEntry | undefined => {
      const { Name: exactName, Type: type } = parameter;
      if (exactName === undefined) throw new Error('The answer of the service lists a parameter without a name.');
      const name = nameInDirectory(exactName, directory)?.toLowerCase();
      if (name === undefined) return undefined;
      const item = decrypted || type !== 'SecureString' ? this.itemOf(directory, parameter) : undefined;
      // What has no value here is read by its name when a lookup needs it, and fails or is refused alone.
      return item ?? { kind: 'unread', name, exactName, directory, nextRotationMs: undefined };
    });
    return new DirectoryListing(
      directory,
      entries.filter((each) => each !== undefined),
    );
  }

  /** @returns `undefined` without a value. */
  private itemOf(directory: Directory, parameter: Parameter): DirectoryItem | undefined {
    const { Name: exactName, Value: value, Type: type, Version: version, LastModifiedDate: changed } = parameter;
    const name = nameInDirectory(exactName, directory);
    if (typeof value !== 'string' || name === undefined) return undefined;
    return new DirectoryItem({
      name,
      value: this.stringLists && type === 'StringList' ? value.split(',') : value,
      directory,
      source: this.name,
      cacheName: this.cacheName,
      secret: type === 'SecureString',
      exactName,
      version: version === undefined ? undefined : `${version}`,
      changedAtMs: momentOf(changed),
    });
  }
}

/** Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html */
const labelPattern = /^(?!aws|ssm|\d)[\w.-]{1,100}$/i;

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

/** Whether a listing may be refused because of the key of one parameter; a refusal of the listing itself names its action. */
function mayBeKey(error: unknown): boolean {
  const failure = classifyAwsError(error);
  const isOfListing = errorFacts(error).message.includes('perform: ssm:GetParametersByPath');
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
