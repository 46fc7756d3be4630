import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type DirectoryItem } from '../item/directory-item';
import { survivesRoundTrip, encodeAttribute } from './attribute-value';

const stored = new WeakMap<DirectoryItem, AttributeValue>();

/** Remembers the attribute that an item was read from, so that it is written back unchanged. */
export function rememberAttribute(item: DirectoryItem, attribute: AttributeValue): DirectoryItem {
  stored.set(item, attribute);
  return item;
}

/**
 * Gives the attribute for the value of an item: the one it was read from, else its value's.
 *
 * @returns `undefined` for a value that DynamoDB cannot hold, or would change.
 */
export function attributeOfItem(item: DirectoryItem): AttributeValue | undefined {
  const known = stored.get(item);
  if (known !== undefined) return known;
  const { value } = item;
  return survivesRoundTrip(value) ? encodeAttribute(value) : undefined;
}
