import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type AttributeMap, decodeAttribute, isUsable } from '../aws/attribute-value';
import { whenPermitted } from '../aws/call-aws';
import { rememberAttribute } from '../aws/stored-attribute';
import { connectToTable, queryRows } from '../aws/table-client';
import { nameOfRow, tableArnText } from '../aws/table-names';
import { type Directory } from '../directory/directory';
import { DirectoryItem } from '../item/directory-item';
import { DirectoryListing, type ListingEntry, Unavailable } from '../item/directory-listing';
import { type SourceReading } from './aws-provider';
import { type ListingOutcome } from './provider';

/** How rows of the configuration table are read. */
export interface TableReading extends SourceReading<DynamoDBClient> {
  readonly table: string;
  /** Gives the current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: () => number;
}

/** Lists the rows of a directory. @throws What the SDK throws when that fails. */
export async function listTable(reading: TableReading, directory: Directory): Promise<ListingOutcome> {
  const { connecting, nowMs, signal, table } = reading;
  const client = await connecting;
  const remedy = `allow dynamodb:Query on ${tableArnText(table)}, and create that table`;
  const rows = await whenPermitted(client, remedy, () => queryRows({ client, table }, directory.path, { signal }));
  if (rows instanceof Unavailable) return rows;
  const entries = rows.map((row) => entryOf(reading, directory, row, nowMs()));
  return new DirectoryListing(
    directory,
    entries.filter((each) => each !== undefined),
  );
}

/** Opens a connection for reads. @throws What the SDK throws without region or credentials. */
export async function openTableConnection({ connecting, signal, table }: Omit<TableReading, 'nowMs'>): Promise<void> {
  await connectToTable({ client: await connecting, table }, signal);
}

function entryOf(
  { source, cacheName }: TableReading,
  directory: Directory,
  row: AttributeMap,
  nowMs: number,
): ListingEntry | undefined {
  const name = nameOfRow(row);
  const ttl = Number(row['ttl']?.N ?? Number.NaN);
  if (name === undefined || ttl * 1000 <= nowMs) return undefined;
  const attribute = row['value'] ?? { NULL: true };
  if (!isUsable(attribute)) {
    const remedy = `write the row of "${name}" in ${directory.path} again`;
    return {
      kind: 'refused',
      name: name.toLowerCase(),
      refusal: new Unavailable('its value is malformed', remedy),
    };
  }
  const value = decodeAttribute(attribute) ?? null;
  const item = new DirectoryItem({
    name,
    value,
    directory,
    source,
    cacheName,
    ttl: Number.isFinite(ttl) ? ttl : undefined,
  });
  return rememberAttribute(item, attribute);
}
