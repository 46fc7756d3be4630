import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type AttributeMap, decodeAttribute, encodeAttribute, isUsable } from '../../aws/attribute-value';
import {
  bothOf,
  deleteRowIf,
  ifAbsentOrOver,
  ifOwnedBy,
  ifUnchanged,
  isRowOver,
  nextVersion,
  putRowIf,
  queryDirectory,
  readRows,
  rowAttributes,
  updateRowIf,
} from '../../aws/requests/rows';
import { type RowKey, type WriteConnection } from '../../aws/table-client';
import { fitsSortKey, nameOfRow, newRow, tableKeys } from '../../aws/table-names';
import { type ConfigValue } from '../../item/value';
import {
  addressText,
  type DesiredState,
  type EntryAddress,
  type EntryContext,
  type EntryKind,
  type GivenEntry,
  type Observed,
  type PlanRequest,
} from '../entry-kind';
import { NodeFields } from '../given-node';
import { CallError, sendRequest } from '../service-calls';
import { canonical, parseTemplate } from '../value-template';

/** A row of the config table as the file says it. */
export interface DynamoConfig {
  readonly value: ConfigValue;
}

/** What can be said of a row. */
export type DynamoState = {
  readonly value: ConfigValue;
  /** The number that each write of the library raises; `undefined`: none has. */
  readonly revision: string | undefined;
};

const kind = 'dynamo';
/** Bytes of an item, keys and our attributes left aside. Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const mostBytes = 400 * 1024 - 4096;

/** Rows of the config table. */
export const dynamoEntry: EntryKind<DynamoConfig, DynamoState> = {
  name: kind,
  listsWhole: true,

  validate({ address, diagnostics, options, value: node }: GivenEntry): DynamoConfig | undefined {
    const entry = addressText(address);
    new NodeFields(options, 'an entry of dynamo', diagnostics, entry).allowOnly(['protect']);
    const template = parseTemplate(node, entry, diagnostics, { allowData: true });
    if (template === undefined) return undefined;
    if (template.kind !== 'literal') {
      const detail = 'Everyone who may read the table would see it: use "secret", or "ssm".';
      diagnostics.addError('a row holds no secret.', { entry, at: node.at, detail });
      return undefined;
    }
    const problem = problemOf(address, template.value);
    if (problem !== undefined) diagnostics.addError(problem, { entry, at: node.at });
    return { value: template.value };
  },

  async list({ directories }, context) {
    const target = await targetOf(context);
    const all = new Map<string, Observed<DynamoState>>();
    const lists = await Promise.all(directories.map((each) => sendRequest(context, queryDirectory(target, each))));
    for (const [index, directory] of directories.entries()) {
      for (const row of lists[index] ?? []) addObserved(all, directory, row, context);
    }
    return all;
  },

  async read(targets, context) {
    const keys = targets.map(({ address }) => keyOf(address));
    const rows = await sendRequest(context, readRows(await targetOf(context), keys));
    const all = new Map<string, Observed<DynamoState>>();
    for (const row of rows) addObserved(all, row[tableKeys.partition]?.S ?? '', row, context);
    return all;
  },

  plan: ({ config: { value } }: PlanRequest<DynamoConfig, DynamoState, undefined>): DesiredState<DynamoState> => ({
    desired: { value },
  }),

  async create({ address, config }, context) {
    const target = await targetOf(context);
    const row = {
      ...newRow(address.directory, address.name),
      ...nextVersion(undefined),
      value: attributeOf(config.value),
      [rowAttributes.owner]: { S: context.stack },
    };
    const request = putRowIf(target, row, ifAbsentOrOver(context.nowMs()));
    await sendRequest(context, request).catch((error: unknown) => unlessDone(error, address, config, context));
    return { version: versionOf(config.value, context) };
  },

  async update({ address, config, observed }, context) {
    const { revision, value: before } = observed?.state ?? {};
    const former: AttributeMap = {
      value: attributeOf(before ?? null),
      ...(revision !== undefined && { [rowAttributes.version]: { N: revision } }),
    };
    const condition = bothOf(ifOwnedBy(context.stack), ifUnchanged(former));
    const request = updateRowIf(
      await targetOf(context),
      keyOf(address),
      { value: attributeOf(config.value) },
      condition,
    );
    await sendRequest(context, request).catch((error: unknown) => unlessDone(error, address, config, context));
    return { version: versionOf(config.value, context) };
  },

  async delete(address, context) {
    const gone = {
      ConditionExpression: `attribute_not_exists(#partition) OR ${ifOwnedBy(context.stack).ConditionExpression}`,
      ExpressionAttributeNames: { '#partition': tableKeys.partition, '#owner': rowAttributes.owner },
      ExpressionAttributeValues: { ':owner': { S: context.stack } },
    };
    await sendRequest(context, deleteRowIf(await targetOf(context), keyOf(address), gone));
  },

  async import(address, { owner, state: { revision, value = null }, version }, context) {
    const former: AttributeMap = {
      value: attributeOf(value),
      ...(revision !== undefined && { [rowAttributes.version]: { N: revision } }),
    };
    const condition = bothOf(ifOwnedBy(owner ?? context.stack, { orNone: owner === undefined }), ifUnchanged(former));
    const owned = { [rowAttributes.owner]: { S: context.stack } };
    const request = updateRowIf(await targetOf(context), keyOf(address), owned, condition);
    await sendRequest(context, request).catch((error: unknown) => unlessDone(error, address, { value }, context));
    return { version };
  },
};

function problemOf(address: EntryAddress, value: ConfigValue): string | undefined {
  if (!fitsSortKey(address.name) || address.name.startsWith('~xcon')) {
    return 'the name of a row has at most 1,024 bytes, and does not begin with ~xcon.';
  }
  const attribute = encodeAttribute(value);
  if (attribute === undefined) return 'DynamoDB cannot hold the value: too large a number, or more than 32 levels.';
  const bytes = Buffer.byteLength(JSON.stringify(attribute));
  return bytes > mostBytes ? `the value has ${bytes} bytes as an item; ${mostBytes} are allowed.` : undefined;
}

function attributeOf(value: ConfigValue): AttributeValue {
  return encodeAttribute(value) ?? { NULL: true };
}

function keyOf({ directory, name }: EntryAddress): RowKey {
  return { partition: directory, sort: name };
}

/** Rows have no versions of their own: the digest of the value changes with every other value. */
function versionOf(value: ConfigValue, { digest }: EntryContext): string {
  return digest(canonical(value));
}

async function targetOf({ clients, randomInt, settings }: EntryContext): Promise<WriteConnection> {
  return {
    client: await clients.dynamo(settings),
    table: settings.configTable,
    random: () => randomInt(1000) / 1000,
  };
}

function addObserved(
  all: Map<string, Observed<DynamoState>>,
  directory: string,
  row: AttributeMap,
  context: EntryContext,
): void {
  const name = nameOfRow(row);
  const attribute = row['value'] ?? { NULL: true };
  if (name === undefined || isRowOver(row, context.nowMs())) return;
  const value = isUsable(attribute) ? (decodeAttribute(attribute) ?? null) : null;
  all.set(addressText({ kind, directory, name }), {
    version: versionOf(value, context),
    owner: row[rowAttributes.owner]?.S,
    state: { value, revision: row[rowAttributes.version]?.N },
    unread: [],
  });
}

/** Where a condition does not hold, the answer to a former attempt may have been lost: then the row is as it was to be. */
async function unlessDone(
  error: unknown,
  address: EntryAddress,
  { value }: DynamoConfig,
  context: EntryContext,
): Promise<void> {
  if (!(error instanceof CallError) || error.reason !== 'changed') throw error;
  const there = (await dynamoEntry.read([{ address, fields: ['value'] }], context)).get(addressText(address));
  if (there?.owner !== context.stack || there.version !== versionOf(value, context)) throw error;
}
