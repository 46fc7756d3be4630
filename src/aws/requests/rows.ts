import type {
  AttributeValue,
  DeleteItemCommandOutput,
  PutItemCommandOutput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { type AttributeMap } from '../attribute-value';
import {
  getRows,
  ifAbsent,
  type PutCondition,
  queryRows,
  type RowKey,
  type WriteConnection,
  type TableConnection,
} from '../table-client';
import { tableArnText, tableKeys } from '../table-names';
import { type ServiceAction, type ServiceRequest } from './service-request';

/** Attributes of rows of the config table that only writers read. `owner`: name of the stack. */
export const rowAttributes = {
  description: 'xcon_description',
  tags: 'xcon_tags',
  version: 'xcon_version',
  owner: 'xcon_stack',
} as const;

/** Gives the number that each write of a row raises, for the next one. @param row - `undefined`: there is no row. */
export function nextVersion(row: AttributeMap | undefined): AttributeMap {
  return { [rowAttributes.version]: { N: `${Number(row?.[rowAttributes.version]?.N ?? 0) + 1}` } };
}

/** Whether the time of a row is over, so that lookups do not read it. It may be there for days. */
export function isRowOver(row: AttributeMap, nowMs: number): boolean {
  return Number(row['ttl']?.N ?? Number.NaN) * 1000 <= nowMs;
}

/**
 * Makes the condition that a row is as it was: by the number that each write of ours raises, and by its value, for writes of others.
 * Of a list or a map it is the kind that is compared.
 */
export function ifUnchanged(row: AttributeMap): PutCondition {
  const { value, [rowAttributes.version]: version } = row;
  const isData = value?.M !== undefined || value?.L !== undefined;
  const kind = value?.M === undefined ? 'L' : 'M';
  const ofValue = isData ? 'attribute_type(#value, :formerValue)' : '#value = :formerValue';
  const conditions = [
    'attribute_exists(#partition)',
    value === undefined ? 'attribute_not_exists(#value)' : ofValue,
    version === undefined ? 'attribute_not_exists(#version)' : '#version = :formerVersion',
  ];
  const values: Record<string, AttributeValue> = {
    ...(value !== undefined && { ':formerValue': isData ? { S: kind } : value }),
    ...(version !== undefined && { ':formerVersion': version }),
  };
  return {
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeNames: {
      '#partition': tableKeys.partition,
      '#value': 'value',
      '#version': rowAttributes.version,
    },
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

/** Makes the condition that there is no row, or one whose time is over. */
export function ifAbsentOrOver(nowMs: number): PutCondition {
  return {
    ConditionExpression: `${ifAbsent.ConditionExpression} OR #ttl <= :now`,
    ExpressionAttributeNames: { ...ifAbsent.ExpressionAttributeNames, '#ttl': 'ttl' },
    ExpressionAttributeValues: { ':now': { N: `${Math.floor(nowMs / 1000)}` } },
  };
}

/** Makes the condition that both of two hold. */
export function bothOf(one: PutCondition, other: PutCondition): PutCondition {
  const values = { ...one.ExpressionAttributeValues, ...other.ExpressionAttributeValues };
  return {
    ConditionExpression: `(${one.ConditionExpression}) AND (${other.ConditionExpression})`,
    ExpressionAttributeNames: { ...one.ExpressionAttributeNames, ...other.ExpressionAttributeNames },
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

/** Makes the condition that a stack owns the row, or with `orNone` that none does. */
export function ifOwnedBy(stack: string, { orNone = false } = {}): PutCondition {
  return {
    ConditionExpression: `#owner = :owner${orNone ? ' OR attribute_not_exists(#owner)' : ''}`,
    ExpressionAttributeNames: { '#owner': rowAttributes.owner },
    ExpressionAttributeValues: { ':owner': { S: stack } },
  };
}

/** Reads the rows of a directory, page after page, as they are now. */
export function queryDirectory(target: TableConnection, directory: string): ServiceRequest<readonly AttributeMap[]> {
  return {
    ...actionOn('Query', target),
    send: ({ abortSignal } = {}) => queryRows(target, directory, { consistent: true, signal: abortSignal }),
  };
}

/** Reads rows by their keys, as they are now, 100 a call; those that are absent are left out. */
export function readRows(target: WriteConnection, keys: readonly RowKey[]): ServiceRequest<readonly AttributeMap[]> {
  return {
    ...actionOn('BatchGetItem', target),
    send: ({ abortSignal } = {}) => getRows(target, keys, { consistent: true, signal: abortSignal }),
  };
}

/** Puts a row under a condition. */
export function putRowIf(
  target: TableConnection,
  row: AttributeMap,
  condition: PutCondition,
): ServiceRequest<PutItemCommandOutput> {
  const { client, table } = target;
  return {
    ...actionOn('PutItem', target),
    ...sentOf(row),
    changes: true,
    send: async (options) => {
      const { PutItemCommand } = await import('@aws-sdk/client-dynamodb');
      return client.send(new PutItemCommand({ TableName: table, Item: { ...row }, ...condition }), options);
    },
  };
}

/** Sets attributes of a row under a condition, raises its version, and leaves its other attributes alone. */
export function updateRowIf(
  target: TableConnection,
  key: RowKey,
  attributes: AttributeMap,
  condition: PutCondition,
): ServiceRequest<UpdateItemCommandOutput> {
  const { client, table } = target;
  const all = Object.entries(attributes);
  const input = {
    TableName: table,
    Key: keyOf(key),
    UpdateExpression: `SET ${all.map((_, index) => `#set${index} = :set${index}`).join(', ')} ADD #version :one`,
    ConditionExpression: condition.ConditionExpression,
    ExpressionAttributeNames: {
      ...condition.ExpressionAttributeNames,
      '#version': rowAttributes.version,
      ...Object.fromEntries(all.map(([name], index) => [`#set${index}`, name])),
    },
    ExpressionAttributeValues: {
      ...condition.ExpressionAttributeValues,
      ':one': { N: '1' },
      ...Object.fromEntries(all.map(([, value], index) => [`:set${index}`, value])),
    },
  };
  return {
    ...actionOn('UpdateItem', target),
    ...sentOf(attributes),
    changes: true,
    send: async (options) => {
      const { UpdateItemCommand } = await import('@aws-sdk/client-dynamodb');
      return client.send(new UpdateItemCommand(input), options);
    },
  };
}

/** Deletes a row under a condition. */
export function deleteRowIf(
  target: TableConnection,
  key: RowKey,
  condition: PutCondition,
): ServiceRequest<DeleteItemCommandOutput> {
  const { client, table } = target;
  return {
    ...actionOn('DeleteItem', target),
    changes: true,
    send: async (options) => {
      const { DeleteItemCommand } = await import('@aws-sdk/client-dynamodb');
      return client.send(new DeleteItemCommand({ TableName: table, Key: keyOf(key), ...condition }), options);
    },
  };
}

function keyOf({ partition, sort }: RowKey): Record<string, AttributeValue> {
  return { [tableKeys.partition]: { S: partition }, [tableKeys.sort]: { S: sort } };
}

function sentOf({ value }: AttributeMap) {
  return value === undefined ? {} : { sent: value.S ?? value.N ?? '' };
}

function actionOn(
  operation: string,
  { client, table }: TableConnection,
): ServiceAction & Pick<ServiceRequest<unknown>, 'client' | 'changes'> {
  return { client, changes: false, action: `dynamodb:${operation}`, resource: tableArnText(table) };
}
