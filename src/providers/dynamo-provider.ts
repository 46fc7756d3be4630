import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Part } from '../di/part';
import { type Directory } from '../directory/directory';
import { type ResolvedSettings, settingsDefaults } from '../settings/settings-values';
import { type SuggestedEntry } from './access';
import { AwsProvider, type SourceReading, writeSession } from './aws-provider';
import { type ListingOutcome, type ReadSession } from './provider';
import type * as DynamoWriters from './dynamo-writer';
import { type SourceWriter, type WriteSession } from './writer';

/** What `DynamoProvider.writer()` loads. @internal */
export const dynamoWriterPart = new Part<typeof DynamoWriters>('DynamoProvider.writer()', 'provideOperations');

/**
 * Reads the config table of DynamoDB: one partition per directory, one row per setting, values of any DynamoDB type.
 *
 * Rows are `{app_key: directory, name_key: name, value}`, or as the Python library writes them.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
 */
export class DynamoProvider extends AwsProvider {
  static readonly dependencyName: string = 'DynamoProvider';

  override readonly name = 'dynamo';

  override variantFor({ configTable }: ResolvedSettings): string {
    return configTable === settingsDefaults.configTable ? '' : configTable;
  }

  override async readDirectory(directory: Directory, session: ReadSession): Promise<ListingOutcome> {
    const reading = this.readingIn(session);
    const { nowMs, settings } = session;
    return (await import('./table-reads')).listTable({ ...reading, nowMs, table: settings.configTable }, directory);
  }

  override async warm(session: ReadSession): Promise<void> {
    const reading = this.readingIn(session);
    const { openTableConnection } = await import('./table-reads');
    await openTableConnection({ ...reading, table: session.settings.configTable });
  }

  override async commandToSet(entry: SuggestedEntry): Promise<string | undefined> {
    return (await import('./commands-to-set')).rowCommand(entry);
  }

  override async writer(session?: WriteSession): Promise<SourceWriter> {
    const [{ DynamoWriter }, used] = await Promise.all([dynamoWriterPart.load(), writeSession(session)]);
    const { settings } = used;
    return new DynamoWriter(this.name, this.clientsFor(used).dynamo(settings), settings.configTable, used);
  }

  private readingIn(session: ReadSession): SourceReading<DynamoDBClient> {
    return this.reading(session, (clients) => clients.dynamo(session.settings));
  }
}
