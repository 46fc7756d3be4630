import { Part } from '../di/part';
import { type Directory } from '../directory/directory';
import { InvalidSettingsError } from '../errors';
import { type SuggestedEntry } from './access';
import { type UnreadSecret } from '../item/directory-listing';
import { AwsProvider, type AwsProviderOptions, laterReads, writeSession } from './aws-provider';
import { type ListingOutcome, type ReadSession, type SecretOutcome } from './provider';
import { type SsmReading } from './ssm-reads';
import type * as SsmWriters from './ssm-writer';
import { type SourceWriter, type WriteSession } from './writer';

/** Where the provider reads, and which versions, in which form. */
export interface SsmProviderOptions extends AwsProviderOptions {
  /** Label of the versions to read: a parameter that has none with it is absent. Default: the latest version of each. */
  readonly label?: string;
  /** Whether a `StringList` is a list of texts. Default: false, its text with commas. */
  readonly stringLists?: boolean;
}

/** What `SsmProvider.writer()` loads. @internal */
export const ssmWriterPart = new Part<typeof SsmWriters>('SsmProvider.writer()', 'provideOperations');

/**
 * Reads SSM Parameter Store: the parameters directly under a directory, decrypted.
 *
 * Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html
 *
 * @example
 * config.providers = [Default, new SsmProvider({ region: 'eu-west-1' })];
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

  protected override get cacheNameParts(): readonly string[] {
    const label = this.label === undefined ? [] : [`label=${this.label}`];
    return [...label, ...(this.stringLists ? ['lists'] : [])];
  }

  override async readDirectory(directory: Directory, session: ReadSession): Promise<ListingOutcome> {
    const reading = this.readingIn(session);
    return (await import('./ssm-reads')).listParameters(reading, directory);
  }

  override readSecrets(
    secrets: readonly UnreadSecret[],
    session: ReadSession,
  ): ReadonlyMap<string, Promise<SecretOutcome>> {
    const reading = this.readingIn(session);
    return laterReads(secrets, async () => (await import('./ssm-reads')).readNamedParameters(reading, secrets));
  }

  override async warm(session: ReadSession): Promise<void> {
    const reading = this.readingIn(session);
    await (await import('./ssm-reads')).openSsmConnection(reading);
  }

  override async commandToSet(entry: SuggestedEntry): Promise<string | undefined> {
    return (await import('./commands-to-set')).parameterCommand(entry);
  }

  override async writer(session?: WriteSession): Promise<SourceWriter> {
    const [{ SsmWriter }, used] = await Promise.all([ssmWriterPart.load(), writeSession(session)]);
    return new SsmWriter(this.name, this.clientsFor(used).ssm(used.settings), used);
  }

  private readingIn(session: ReadSession): SsmReading {
    const { label, stringLists } = this;
    return { ...this.reading(session, (clients) => clients.ssm(session.settings)), label, stringLists };
  }
}

/** Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html */
const labelPattern = /^(?!aws|ssm|\d)[\w.-]{1,100}$/i;
