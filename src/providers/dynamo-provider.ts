import { type AttributeMap, decodeAttribute, isUsable } from '../aws/attribute-value';
import { rememberAttribute } from '../aws/stored-attribute';
import { connectToTable, queryRows } from '../aws/table-client';
import { nameOfRow, tableArnText } from '../aws/table-names';
import { type Directory } from '../directory/directory';
import { DirectoryItem } from '../item/directory-item';
import { DirectoryListing, type ListingEntry, Unavailable } from '../item/directory-listing';
import { type ResolvedSettings, settingsDefaults } from '../settings/settings-values';
import { type SuggestedEntry } from './access';
import { AwsProvider, whenPermitted, writeSession } from './aws-provider';
import { type ListingOutcome, type ReadSession } from './provider';
import { type SourceWriter, type WriteSession } from './writer';

/**
 * The configuration table: one partition per directory, one row per setting, values of any DynamoDB type.
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
    const table = session.settings.configTable;
    const client = await this.clientsFor(session).dynamo(session.settings);
    const remedy = `allow dynamodb:Query on ${tableArnText(table)}, and create that table`;
    const rows = await whenPermitted(client, remedy, () =>
      queryRows({ client, table }, directory.path, { signal: session.signal }),
    );
    if (rows instanceof Unavailable) return rows;
    const entries = rows.map((row) => this.entryOf(directory, row, session.nowMs()));
    return new DirectoryListing(
      directory,
      entries.filter((each) => each !== undefined),
    );
  }

  override async warm(session: ReadSession): Promise<void> {
    const client = await this.clientsFor(session).dynamo(session.settings);
    await connectToTable({ client, table: session.settings.configTable }, session.signal);
  }

  override async commandToSet(entry: SuggestedEntry): Promise<string | undefined> {
    return (await import('./dynamo-access')).dynamoAccess.commandToSet(entry);
  }

  override async writer(session?: WriteSession): Promise<SourceWriter> {
    const [{ DynamoWriter }, used] = await Promise.all([import('./dynamo-writer'), writeSession(session)]);
    const { settings } = used;
    return new DynamoWriter(this.name, this.clientsFor(used).dynamo(settings), settings.configTable, used);
  }

  private entryOf(directory: Directory, row: AttributeMap, nowMs: number): ListingEntry | undefined {
    const name = nameOfRow(row);
    const ttl = Number(row['ttl']?.N ?? Number.NaN);
    if (name === undefined || ttl * 1000 <= nowMs) return undefined;
    const attribute = row['value'] ?? { NULL: true };
    if (!isUsable(attribute)) {
      const remedy = `write the row of "${name}" in ${directory.path} anew`;
      return {
        kind: 'refused',
        name: name.toLowerCase(),
        refusal: new Unavailable('its value makes no sense', remedy),
      };
    }
    const value = decodeAttribute(attribute) ?? null;
    const item = new DirectoryItem({
      name,
      value,
      directory,
      source: this.name,
      cacheName: this.cacheName,
      ttl: Number.isFinite(ttl) ? ttl : undefined,
    });
    return rememberAttribute(item, attribute);
  }
}
