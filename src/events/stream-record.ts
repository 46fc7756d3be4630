import { nameOfRow, tableKeys } from '../aws/table-names';
import { type EventChange, isCacheable } from './changed-place';
import { type EventFields, objectField, textField } from './event-fields';

/**
 * Reads a record of the stream of a config table.
 *
 * Needs a stream of new and old images: the name of a row may be in an attribute outside of its key.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
 *
 * @param cacheTable - Records of its own stream are ignored: each change would cause the next.
 * @returns None for a row that no chain can contain; `undefined` for a record of another kind of table.
 */
export function readStreamRecord(record: EventFields, cacheTable: string): readonly EventChange[] | undefined {
  const changed = objectField(record, 'dynamodb');
  const keys = objectField(changed, 'Keys');
  const directory = attributeText(keys, tableKeys.partition);
  if (directory === undefined || isOfTable(record, cacheTable)) return undefined;
  const images = ['NewImage', 'OldImage'].map((name) => objectField(changed, name)).filter(hasFields);
  // Without a name, any setting of the directory may have changed.
  const names = images.map((image) => nameOfRow(textsOf({ ...keys, ...image }))?.toLowerCase());
  const known: readonly (string | undefined)[] = images.length === 0 ? [undefined] : names;
  const eventId = textField(record, 'eventID') ?? '';
  const cacheable = [...new Set(known)].filter((name) => isCacheable(directory, name));
  return cacheable.map((name) => ({ directory, name, eventIds: [eventId] }));
}

/** Gives the attributes of a row that are texts. */
function textsOf(row: EventFields): Readonly<Record<string, { readonly S: string | undefined }>> {
  return Object.fromEntries(Object.keys(row).map((name) => [name, { S: attributeText(row, name) }]));
}

function attributeText(row: EventFields, name: string): string | undefined {
  return textField(objectField(row, name), 'S');
}

function isOfTable(record: EventFields, table: string): boolean {
  const name = table.slice(table.lastIndexOf('/') + 1);
  return textField(record, 'eventSourceARN')?.includes(`:table/${name}/stream/`) === true;
}

function hasFields(fields: EventFields): boolean {
  return Object.keys(fields).length > 0;
}
