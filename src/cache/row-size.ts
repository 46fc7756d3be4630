import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type AttributeMap } from '../aws/attribute-value';

/** Most bytes that DynamoDB takes in an item, less room for rounding. */
const maxItemBytes = 400 * 1024;

/**
 * Tells whether a row is small enough for DynamoDB.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function fitsItem(row: AttributeMap): boolean {
  return mapSize(row) <= maxItemBytes;
}

function mapSize(map: AttributeMap): number {
  return Object.entries(map).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + attributeSize(value) + 1,
    3,
  );
}

function attributeSize(attribute: AttributeValue): number {
  if (attribute.S !== undefined) return Buffer.byteLength(attribute.S);
  if (attribute.N !== undefined) return attribute.N.length + 1;
  if (attribute.B !== undefined) return attribute.B.length;
  if (attribute.M !== undefined) return mapSize(attribute.M);
  if (attribute.L !== undefined) return attribute.L.reduce((sum, each) => sum + attributeSize(each) + 1, 3);
  const texts = attribute.SS ?? attribute.NS;
  if (texts !== undefined) return texts.reduce((sum, each) => sum + Buffer.byteLength(each) + 1, 3);
  return attribute.BS === undefined ? 1 : attribute.BS.reduce((sum, each) => sum + each.length + 1, 3);
}
