import { keySeparator, tableKeys } from '../aws/table-names';
import { type EventChange, isCacheable } from './changed-place';
import { type EventFields, objectField, textField } from './event-fields';

/**
 * Reads a record of the stream of a config table.
 *
 * Needs a stream of new and old images: the name of a row may stand outside of its key.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
 *
 * @param cacheTable - Its own stream is nothing to follow: each change would lead to the next.
 * @returns None for a row that no chain can have; `undefined` for a record of another kind of table.
 */
export function readStreamRecord(record: EventFields, cacheTable: string): readonly EventChange[] | undefined {
  const changed = objectField(record, 'dynamodb');
  const keys = objectField(changed, 'Keys');
  const directory = attributeText(keys, tableKeys.partition);
  if (directory === undefined || isOfTable(record, cacheTable)) return undefined;
  const images = ['NewImage', 'OldImage'].map((name) => objectField(changed, name)).filter(hasFields);
  const names = images.map((image) => nameOfRow({ ...keys, ...image }));
  const known: readonly (string | undefined)[] = images.length === 0 ? [undefined] : names;
  const eventId = textField(record, 'eventID') ?? '';
  const cacheable = [...new Set(known)].filter((name) => isCacheable(directory, name));
  return cacheable.map((name) => ({ directory, name, eventIds: [eventId] }));
}

/** As `DynamoProvider` names rows; without a name, all of the directory may have changed. */
function nameOfRow(row: EventFields): string | undefined {
  const nameKey = attributeText(row, tableKeys.sort)?.split(keySeparator, 1)[0];
  return (attributeText(row, 'real_name') ?? attributeText(row, 'name') ?? nameKey)?.toLowerCase();
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
