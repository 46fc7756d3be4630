import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Directory } from '../directory/directory';
import { type ResolvedSettings, settingsDefaults } from '../settings/settings-values';
import { type SuggestedEntry } from './access';
import { AwsProvider, type SourceReading, writeSession } from './aws-provider';
import { type ListingOutcome, type ReadSession } from './provider';
import { type SourceWriter, type WriteSession } from './writer';

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
    const { connectToTable } = await import('../aws/table-client');
    const connection = { client: await reading.connecting, table: session.settings.configTable };
    await connectToTable(connection, session.signal);
  }

  override async commandToSet(entry: SuggestedEntry): Promise<string | undefined> {
    return (await import('./dynamo-access')).dynamoAccess.commandToSet(entry);
  }

  override async writer(session?: WriteSession): Promise<SourceWriter> {
    const [{ DynamoWriter }, used] = await Promise.all([import('./dynamo-writer'), writeSession(session)]);
    const { settings } = used;
    return new DynamoWriter(this.name, this.clientsFor(used).dynamo(settings), settings.configTable, used);
  }

  private readingIn(session: ReadSession): SourceReading<DynamoDBClient> {
    return this.reading(session, (clients) => clients.dynamo(session.settings));
  }
}
