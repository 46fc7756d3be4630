import { batchesOf, promisesOf } from '../aws/batches';
import { Part } from '../di/part';
import { type Directory } from '../directory/directory';
import { type SuggestedEntry } from './access';
import { type UnreadSecret } from '../item/directory-listing';
import { AwsProvider, type AwsProviderOptions, laterReads, writeSession } from './aws-provider';
import { type ListingOutcome, type ReadSession, type SecretOutcome } from './provider';
import { type SecretReading } from './secret-values';
import type * as SecretsWriters from './secrets-writer';
import { type SourceWriter, type WriteSession } from './writer';

/** Most values that one filter of `ListSecrets` takes. */
const maxFilterValues = 10;

/** Where the provider reads, and which versions. */
export interface SecretsProviderOptions extends AwsProviderOptions {
  /** Staging label of the versions to read, such as `AWSPENDING`: a secret that has none with it is absent. Default: `AWSCURRENT`. */
  readonly versionStage?: string;
}

const currentStage = 'AWSCURRENT';

/** What `SecretsProvider.writer()` loads. @internal */
export const secretsWriterPart = new Part<typeof SecretsWriters>('SecretsProvider.writer()', 'provideOperations');

/**
 * Reads Secrets Manager: the secrets directly under a directory.
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

  protected override get cacheNameParts(): readonly string[] {
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
    const reading = this.readingIn(session);
    return laterReads(secrets, async () => (await import('./secrets-reads')).readSecretValues(reading, secrets));
  }

  override async readPreviousSecret(secret: UnreadSecret, session: ReadSession): Promise<SecretOutcome> {
    // Only the current version has a known predecessor.
    if (this.versionStage !== undefined) return undefined;
    const reading = this.readingIn(session);
    return (await import('./secrets-reads')).readPreviousValue(reading, secret);
  }

  override async warm(session: ReadSession): Promise<void> {
    const reading = this.readingIn(session);
    await (await import('./secrets-reads')).openSecretsConnection(reading);
  }

  override async commandToSet(entry: SuggestedEntry): Promise<string | undefined> {
    return (await import('./commands-to-set')).secretCommand(entry);
  }

  override async writer(session?: WriteSession): Promise<SourceWriter> {
    const [{ SecretsWriter }, used] = await Promise.all([secretsWriterPart.load(), writeSession(session)]);
    return new SecretsWriter(this.name, this.clientsFor(used).secretsManager(used.settings), used);
  }

  /** Lists the secrets of up to ten directories. @returns A function that gives those of one. */
  private async readTogether(
    directories: readonly Directory[],
    session: ReadSession,
  ): Promise<(directory: Directory) => ListingOutcome> {
    const reading = this.readingIn(session);
    return (await import('./secrets-reads')).listSecrets(reading, directories);
  }

  private readingIn(session: ReadSession): SecretReading {
    const reading = this.reading(session, (clients) => clients.secretsManager(session.settings));
    return { ...reading, versionStage: this.versionStage };
  }
}
