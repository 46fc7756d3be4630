import type { AttributeValue, DynamoDBClient, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { type AttributeMap, decodeAttribute, encodeAttribute, isUsable } from '../../aws/attribute-value';
import { ifAbsent, putRow, queryRows } from '../../aws/table-client';
import { fitsSortKey, nameOfRow, newRow, tableArnText, tableKeys } from '../../aws/table-names';
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
import { canonical, parseTemplate } from '../value-template';

/** A row of the config table as the file says it. */
export interface DynamoConfig {
  readonly value: ConfigValue;
}

/** What can be said of a row. */
export type DynamoState = { readonly value: ConfigValue };

const kind = 'dynamo';
/** Attribute that names the owner. */
const ownerAttribute = 'xcon_stack';
/** Bytes of an item, keys and our attributes left aside. Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const mostBytes = 400 * 1024 - 4096;

/** Rows of the config table. */
export const dynamoEntry: EntryKind<DynamoConfig, DynamoState> = {
  name: kind,

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

  async list(directories, context) {
    const all = new Map<string, Observed<DynamoState>>();
    const rows = await Promise.all(directories.map((each) => readPartition(each, context)));
    for (const [index, directory] of directories.entries()) {
      for (const row of rows[index] ?? []) addObserved(all, directory, row, context);
    }
    return all;
  },

  async read(targets, context) {
    const directories = [...new Set(targets.map(({ address }) => address.directory))];
    return dynamoEntry.list?.(directories, context) ?? new Map();
  },

  plan: ({ config: { value } }: PlanRequest<DynamoConfig, DynamoState, undefined>): DesiredState<DynamoState> => ({
    desired: { value },
  }),

  async create({ address, config }, context) {
    const { client, table } = await target(context);
    const { directory, name } = address;
    const row = {
      ...newRow(directory, name),
      value: attributeOf(config.value),
      [ownerAttribute]: { S: context.stack },
    };
    const isPut = await context.call(actionOn('dynamodb:PutItem', table), () =>
      putRow({ client, table }, row, { condition: ifAbsent }),
    );
    const version = versionOf(config.value, context);
    if (isPut) return { version };
    const there = (await dynamoEntry.read([{ address, fields: ['value'] }], context)).get(addressText(address));
    // The answer of a former attempt was lost.
    if (there?.owner === context.stack && there.version === version) return { version };
    throw changedMeanwhile(address);
  },

  async update({ address, config, observed }, context) {
    const before = attributeOf(observed?.state.value ?? null);
    // Lists and maps are not compared by every DynamoDB; of those, the owner is.
    const isCompared = before.M === undefined && before.L === undefined;
    await updateItem(address, context, {
      UpdateExpression: 'SET #value = :value',
      ConditionExpression: `#owner = :stack${isCompared ? ' AND (#value = :value OR #value = :before)' : ''}`,
      ExpressionAttributeNames: { '#value': 'value', '#owner': ownerAttribute },
      ExpressionAttributeValues: {
        ':value': attributeOf(config.value),
        ':stack': { S: context.stack },
        ...(isCompared && { ':before': before }),
      },
    });
    return { version: versionOf(config.value, context) };
  },

  async delete(address, context) {
    const { client, table } = await target(context);
    const { DeleteItemCommand } = await import('@aws-sdk/client-dynamodb');
    const input = {
      TableName: table,
      Key: keyOf(address),
      ConditionExpression: 'attribute_not_exists(#partition) OR #owner = :stack',
      ExpressionAttributeNames: { '#partition': tableKeys.partition, '#owner': ownerAttribute },
      ExpressionAttributeValues: { ':stack': { S: context.stack } },
    };
    await context.call(actionOn('dynamodb:DeleteItem', table), () =>
      client.send(new DeleteItemCommand(input)).catch(explainCondition(address)),
    );
  },

  async import(address, observed, context) {
    await updateItem(address, context, {
      UpdateExpression: 'SET #owner = :stack',
      ConditionExpression: 'attribute_exists(#partition)',
      ExpressionAttributeNames: { '#owner': ownerAttribute, '#partition': tableKeys.partition },
      ExpressionAttributeValues: { ':stack': { S: context.stack } },
    });
    return { version: observed.version };
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

function keyOf({ directory, name }: EntryAddress) {
  return { [tableKeys.partition]: { S: directory }, [tableKeys.sort]: { S: name } };
}

/** Rows have no versions of their own: the digest of the value changes with every other value. */
function versionOf(value: ConfigValue, { digest }: EntryContext): string {
  return digest(canonical(value));
}

async function target({
  clients,
  settings,
}: EntryContext): Promise<{ readonly client: DynamoDBClient; readonly table: string }> {
  return { client: await clients.dynamo(settings), table: settings.configTable };
}

function actionOn(action: string, table: string) {
  return { action, resource: tableArnText(table) };
}

async function readPartition(directory: string, context: EntryContext): Promise<readonly AttributeMap[]> {
  const { client, table } = await target(context);
  return context.call(actionOn('dynamodb:Query', table), () =>
    queryRows({ client, table }, directory, { consistent: true }),
  );
}

function addObserved(
  all: Map<string, Observed<DynamoState>>,
  directory: string,
  row: AttributeMap,
  context: EntryContext,
): void {
  const name = nameOfRow(row);
  const attribute = row['value'] ?? { NULL: true };
  // A row that has ended is not read by lookups, and waits to be deleted.
  const ttl = Number(row['ttl']?.N ?? Number.NaN);
  if (name === undefined || ttl * 1000 <= context.nowMs()) return;
  const value = isUsable(attribute) ? (decodeAttribute(attribute) ?? null) : null;
  all.set(addressText({ kind, directory, name }), {
    version: versionOf(value, context),
    owner: row[ownerAttribute]?.S,
    state: { value },
    unread: [],
  });
}

async function updateItem(
  address: EntryAddress,
  context: EntryContext,
  input: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>,
): Promise<void> {
  const { client, table } = await target(context);
  const { UpdateItemCommand } = await import('@aws-sdk/client-dynamodb');
  const command = new UpdateItemCommand({ ...input, TableName: table, Key: keyOf(address) });
  await context.call(actionOn('dynamodb:UpdateItem', table), () =>
    client.send(command).catch(explainCondition(address)),
  );
}

function explainCondition(address: EntryAddress): (error: unknown) => never {
  return (error) => {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') throw changedMeanwhile(address);
    throw error;
  };
}

function changedMeanwhile(address: EntryAddress): Error {
  const message = `${addressText(address)} was changed meanwhile, or has another key or owner: plan again.`;
  return Object.assign(new Error(message), { name: 'ChangedMeanwhileError', $metadata: { httpStatusCode: 409 } });
}
