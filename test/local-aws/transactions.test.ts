import { setImmediate } from 'node:timers/promises';
import {
  DynamoDBClient,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

import { DynamoTables } from '../../src/local-aws/dynamo-tables';
import { type LocalAws, type LocalAwsChange, startLocalAws } from '../../src/local-aws/local-aws';
import { clientOptions, rejectionName } from './local-requests';

const accounts = ['a', 'b', 'c'];
const keyOf = (name: string) => ({ app_key: { S: '/bank' }, name_key: { S: name } });
let aws: LocalAws;
let dynamo: DynamoDBClient;

beforeEach(async () => {
  const rows = accounts.map((name_key) => ({ app_key: '/bank', name_key, money: 10 }));
  aws = await startLocalAws({ seed: { tables: { bank: { rows }, log: { hashKey: 'id', rangeKey: null } } } });
  dynamo = new DynamoDBClient(clientOptions(aws));
});

afterEach(async () => {
  dynamo.destroy();
  await aws.close();
});

const pay = (from: string, to: string, amount: number) =>
  dynamo.send(
    new TransactWriteItemsCommand({
      TransactItems: [
        {
          Update: {
            ...{ TableName: 'bank', Key: keyOf(from), UpdateExpression: 'SET money = money - :m' },
            ...{ ConditionExpression: 'money >= :m', ExpressionAttributeValues: { ':m': { N: `${amount}` } } },
          },
        },
        {
          Update: {
            ...{ TableName: 'bank', Key: keyOf(to), UpdateExpression: 'SET money = money + :m' },
            ExpressionAttributeValues: { ':m': { N: `${amount}` } },
          },
        },
      ],
    }),
  );

async function moneyAtOneMoment(): Promise<number> {
  const TransactItems = accounts.map((name) => ({ Get: { TableName: 'bank', Key: keyOf(name) } }));
  const { Responses = [] } = await dynamo.send(new TransactGetItemsCommand({ TransactItems }));
  return Responses.reduce((sum, { Item }) => sum + Number(Item?.['money']?.N), 0);
}

describe('transactions', () => {
  it('let reads wait until they are done', async () => {
    const tables = new DynamoTables({ clock: () => 0, changed: () => undefined });
    const key = (id: string) => ({ TableName: 'tab', Key: { id: { S: id } } });
    let goOn = (): void => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    await tables.createWithKeys('tab', new Map([['id', 'S']]));

    const writing = tables.transact(async (call) => {
      await call('PutItem', { TableName: 'tab', Item: { id: { S: 'a' } } });
      await gate;
      await call('PutItem', { TableName: 'tab', Item: { id: { S: 'b' } } });
      return { changed: [] };
    });
    const reading = Promise.all(['a', 'b'].map((id) => tables.read('GetItem', key(id))));
    const first = await Promise.race([reading.then(() => 'read'), settle().then(() => 'waits')]);
    goOn();
    await writing;

    expect([first, await reading]).toEqual(['waits', [{ Item: { id: { S: 'a' } } }, { Item: { id: { S: 'b' } } }]]);
  });

  it('are never seen half done', async () => {
    const payments = Array.from({ length: 12 }, (_, index) =>
      pay(accounts[index % 3] ?? '', accounts[(index + 1) % 3] ?? '', 7).catch(() => undefined),
    );
    const looks = Array.from({ length: 12 }, () => moneyAtOneMoment());

    const [sums] = await Promise.all([Promise.all(looks), Promise.all(payments)]);

    expect(sums).toEqual(Array.from({ length: 12 }, () => 30));
    expect(await moneyAtOneMoment()).toBe(30);
  });

  it('do not lose a write that comes between', async () => {
    const add = new UpdateItemCommand({
      ...{ TableName: 'bank', Key: keyOf('a'), UpdateExpression: 'SET money = money + :m' },
      ExpressionAttributeValues: { ':m': { N: '1' } },
    });

    await Promise.all([pay('a', 'b', 5), dynamo.send(add), pay('b', 'c', 15), dynamo.send(add)]);

    expect(await moneyAtOneMoment()).toBe(32);
  });

  it('report a change of each table that they write', async () => {
    const changes: LocalAwsChange[] = [];
    aws.onChange((change) => void changes.push(change));
    const check = {
      ConditionCheck: { TableName: 'bank', Key: keyOf('a'), ConditionExpression: 'attribute_exists(money)' },
    };

    await dynamo.send(
      new TransactWriteItemsCommand({
        TransactItems: [check, ...['1', '2'].map((id) => ({ Put: { TableName: 'log', Item: { id: { S: id } } } }))],
      }),
    );
    const failed = await rejectionName(pay('a', 'b', 11));

    expect(failed).toBe('TransactionCanceledException');
    expect(changes).toEqual([{ service: 'dynamodb', operation: 'TransactWriteItems', name: 'log' }]);
  });
});

/** Lets everything go as far as it can. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await setImmediate();
}
