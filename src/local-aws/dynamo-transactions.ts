import { createHash } from 'node:crypto';

import { DynamoTables, type EngineCall, keyOf } from './dynamo-tables';
import {
  choiceField,
  constraint,
  type Fields,
  fieldsListField,
  isFields,
  missingMember,
  requireText,
  textField,
} from './fields';
import { ServiceError, validationError } from './service-error';
import { type WireItem } from './wire-attribute';

/** Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const mostActions = 100;
/** How long a token makes a request idempotent. Source: the same page. */
const tokenLifeMs = 10 * 60_000;

/** Operation of the engine that does what an action does; a check does nothing once its condition was met. */
const operations = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'DeleteItem',
} as const;

type Kind = keyof typeof operations;

interface Action {
  readonly kind: Kind;
  readonly table: string;
  readonly key: Fields;
  readonly fields: Fields;
}

/** Outcome of one action. */
interface Reason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: unknown;
}

/** Problems that only show with the item at hand cancel a transaction; all others are mistakes of the request. */
const problemsOfItems =
  /^The provided (key element|expression refers)|^An operand in the update expression|^Item size|^One or more parameter values were invalid: (Missing|Type mismatch)|^One or more parameter values are not valid/;

/**
 * Transactions, which the engine does not have.
 *
 * Each is rehearsed with copies of its items first; when no action fails there, all are done, one after the other.
 */
export class DynamoTransactions {
  private readonly tokens = new Map<string, { readonly digest: string; readonly atMs: number }>();

  /** @param clock - Current time, milliseconds since the Unix epoch. */
  constructor(
    private readonly tables: DynamoTables,
    private readonly clock: () => number,
  ) {}

  /** @throws ServiceError `TransactionCanceledException` with a reason for each action, and what else `TransactWriteItems` refuses. */
  async write(fields: Fields): Promise<Fields> {
    const items = actionsOf(fields);
    const token = textField(fields, 'ClientRequestToken');
    const digest = createHash('sha256').update(JSON.stringify(items)).digest('hex');
    await this.tables.transact(async (call) => {
      if (this.isRepeated(token, digest)) return { changed: [] };
      const actions = await Promise.all(items.map((item) => this.readAction(item)));
      refuseTwice(actions);
      cancelUnlessAll(await this.rehearse(actions, call));
      const writes = actions.filter(({ kind }) => kind !== 'ConditionCheck');
      for (const { kind, fields: action } of writes) await call(operations[kind], action);
      if (token !== undefined) this.tokens.set(token, { digest, atMs: this.clock() });
      return { changed: [...new Set(writes.map(({ table }) => table))] };
    });
    return {};
  }

  /** @throws ServiceError `TransactionCanceledException` with a reason for each item, and what else `TransactGetItems` refuses. */
  async get(fields: Fields): Promise<Fields> {
    const gets = actionsOf(fields).map((item) => {
      const { Get } = item;
      if (!isFields(Get)) throw missingMember('Get');
      return { table: requireText(Get, 'TableName'), key: isFields(Get['Key']) ? Get['Key'] : {}, fields: Get };
    });
    refuseTwice(gets);
    const { answers } = await this.tables.transact(async (call) => {
      const reads = await Promise.all(
        gets.map((get) => attempt(() => call('GetItem', { ...get.fields, ConsistentRead: true }))),
      );
      cancelUnlessAll(reads.map((each) => ('reason' in each ? each.reason : none)));
      return { changed: [], answers: reads.flatMap((each) => ('answer' in each ? [each.answer] : [])) };
    });
    return { Responses: answers.map(({ Item }) => ({ Item })) };
  }

  private isRepeated(token: string | undefined, digest: string): boolean {
    const nowMs = this.clock();
    for (const [each, { atMs }] of this.tokens) if (atMs + tokenLifeMs <= nowMs) this.tokens.delete(each);
    const known = token === undefined ? undefined : this.tokens.get(token);
    if (known !== undefined && known.digest !== digest) {
      throw new ServiceError(
        'com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException',
        'The token of the request was used with other parameters.',
      );
    }
    return known !== undefined;
  }

  private async readAction(item: Fields): Promise<Action> {
    const kinds = (Object.keys(operations) as Kind[]).filter((kind) => isFields(item[kind]));
    const [kind] = kinds;
    if (kind === undefined || kinds.length > 1) {
      throw validationError('TransactItems can only contain one of Check, Put, Update or Delete');
    }
    const fields = item[kind] as Fields;
    const table = requireText(fields, 'TableName');
    choiceField(fields, 'ReturnValuesOnConditionCheckFailure', ['ALL_OLD', 'NONE']);
    if (kind === 'ConditionCheck' && textField(fields, 'ConditionExpression') === undefined) {
      throw missingMember('ConditionExpression');
    }
    const key =
      kind === 'Put' ? keyOf((fields['Item'] ?? {}) as WireItem, await this.tables.keysOf(table)) : fields['Key'];
    return { kind, table, key: isFields(key) ? key : {}, fields };
  }

  /** Performs every action with a copy of its item, in separate tables. */
  private async rehearse(actions: readonly Action[], call: EngineCall): Promise<readonly Reason[]> {
    const stage = new DynamoTables({ clock: this.clock, changed: () => undefined });
    for (const table of new Set(actions.map((each) => each.table))) {
      // Lets the engine refuse a table that does not exist, with its own message.
      await call('DescribeTable', { TableName: table });
      await stage.createWithKeys(table, (await this.tables.keysOf(table)) ?? new Map());
    }
    const reasons: Reason[] = [];
    for (const { kind, table: TableName, key: Key, fields } of actions) {
      const tried = await attempt(async () => {
        const { Item } = await call('GetItem', { TableName, Key, ConsistentRead: true });
        if (Item !== undefined) await stage.write('PutItem', { TableName, Item });
        return stage.write(operations[kind], fields);
      });
      reasons.push('reason' in tried ? tried.reason : none);
    }
    return reasons;
  }
}

const none: Reason = { Code: 'None' };

/** @throws ServiceError `TransactionCanceledException` */
function cancelUnlessAll(reasons: readonly Reason[]): void {
  if (reasons.every(({ Code }) => Code === 'None')) return;
  throw new ServiceError(
    'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    'Transaction cancelled, please refer cancellation reasons for specific reasons ' +
      `[${reasons.map(({ Code }) => Code).join(', ')}]`,
    400,
    { CancellationReasons: reasons },
  );
}

/** Gives an answer, or why the item at hand does not allow it. */
async function attempt(
  work: () => Promise<Fields>,
): Promise<{ readonly answer: Fields } | { readonly reason: Reason }> {
  try {
    return { answer: await work() };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const { type, message, details } = error;
    if (type.endsWith('#ConditionalCheckFailedException')) {
      return { reason: { Code: 'ConditionalCheckFailed', Message: message, Item: details['Item'] } };
    }
    if (type.endsWith('#ValidationException') && problemsOfItems.test(message)) {
      return { reason: { Code: 'ValidationError', Message: message } };
    }
    throw error;
  }
}

function actionsOf(fields: Fields): readonly Fields[] {
  const items = fieldsListField(fields, 'TransactItems');
  if (items.length >= 1 && items.length <= mostActions) return items;
  throw constraint("Value at 'transactItems'", `Member must have length between 1 and ${mostActions}, inclusive`);
}

function refuseTwice(actions: readonly Pick<Action, 'table' | 'key'>[]): void {
  const items = actions.map(({ table, key }) => JSON.stringify([table, Object.entries(key).sort()]));
  if (new Set(items).size < items.length) {
    throw validationError('Transaction request cannot include multiple operations on one item');
  }
}
