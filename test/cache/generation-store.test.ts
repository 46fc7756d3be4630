import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { readGeneration, updateGeneration } from '../../src/cache/generation-store';
import { generationKey } from '../../src/cache/generation-row';
import { nextGeneration } from '../../src/cache/next-generation';
import { readWatchedGeneration } from '../../src/cache/watched-generation';
import { startMs } from './doubles';
import { clientOptions } from './fleet-process';
import { MemoryDynamo } from './memory-dynamo';
import { table } from './rows';

const change = { directory: '/orders/prod', name: 'db_host' };
let dynamo: MemoryDynamo;

beforeEach(() => {
  dynamo = new MemoryDynamo();
});

function target(client: DynamoDBClient = dynamo.client) {
  return { client, table, environ: '/orders/prod' };
}

function raise(nowMs = startMs) {
  return updateGeneration(target(), (before) => nextGeneration(before, [change], nowMs));
}

describe('updateGeneration', () => {
  test('puts the first generation, and each next one', async () => {
    await raise();
    await raise(startMs + 1000);

    expect(await readGeneration(target())).toMatchObject({ current: startMs + 1000, changes: [change] });
    expect(dynamo.rows.map((row) => row['name_key']?.S)).toEqual([generationKey]);
  });

  test('loses nothing when several raise at the same time', async () => {
    const raised = await Promise.all([1, 2, 3, 4].map(() => raise()));

    expect(raised.map((each) => each?.current).sort()).toEqual([0, 1, 2, 3].map((more) => startMs + more));
    expect((await readGeneration(target()))?.current).toBe(startMs + 3);
  });

  test('leaves it as it is when there is nothing to change', async () => {
    await raise();
    const before = dynamo.operations.length;

    const known = await updateGeneration(target(), () => undefined);

    expect(known?.current).toBe(startMs);
    expect(dynamo.operations.slice(before)).toEqual(['GetItem']);
  });

  test('goes on from a row that makes no sense', async () => {
    await dynamo.plant({ app_key: { S: '/orders/prod' }, name_key: { S: generationKey }, xcon_gen: { N: '7' } });

    await raise();

    expect((await readGeneration(target()))?.current).toBe(startMs);
  });

  test('gives up when others are always faster', async () => {
    const mock = mockClient(new DynamoDBClient(clientOptions('http://127.0.0.1:1')));
    mock.on(GetItemCommand).resolves({});
    mock.on(PutItemCommand).rejects(Object.assign(new Error('no'), { name: 'ConditionalCheckFailedException' }));

    const raising = updateGeneration(target(mock as unknown as DynamoDBClient), (before) =>
      nextGeneration(before, [change], startMs),
    );

    await expect(raising).rejects.toThrow('The generation of /orders/prod was changed by others 8 times in a row.');
  });

  test('throws what the table answers', async () => {
    const mock = mockClient(new DynamoDBClient(clientOptions('http://127.0.0.1:1')));
    mock.on(GetItemCommand).resolves({});
    mock.on(PutItemCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));

    const raising = updateGeneration(target(mock as unknown as DynamoDBClient), (before) =>
      nextGeneration(before, [change], startMs),
    );

    await expect(raising).rejects.toThrow(expect.objectContaining({ name: 'AccessDeniedException' }) as Error);
  });
});

describe('readWatchedGeneration', () => {
  let untold: Set<string>;

  beforeEach(() => {
    untold = new Set();
  });

  test('makes the directories known the first time, and reads once from then on', async () => {
    const first = await readWatchedGeneration(target(), ['/orders/prod'], { nowMs: startMs, untold });
    const before = dynamo.operations.length;
    const second = await readWatchedGeneration(target(), ['/orders/prod'], { nowMs: startMs, untold });

    expect([first, second]).toEqual([0, 0]);
    expect((await readGeneration(target()))?.directories).toEqual(['/orders/prod']);
    expect(dynamo.operations.slice(before)).toEqual(['GetItem', 'GetItem']);
  });

  test('tells the number that others have raised', async () => {
    await raise();

    expect(await readWatchedGeneration(target(), ['/orders/prod'], { nowMs: startMs + 1, untold })).toBe(startMs);
  });

  test('reads also where it may not write, which it tries once', async () => {
    const mock = mockClient(new DynamoDBClient(clientOptions('http://127.0.0.1:1')));
    mock.on(GetItemCommand).resolves({});
    mock.on(PutItemCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
    const read = (): Promise<number> =>
      readWatchedGeneration(target(mock as unknown as DynamoDBClient), ['/a'], { nowMs: startMs, untold });

    expect([await read(), await read(), await read()]).toEqual([0, 0, 0]);

    expect(mock.commandCalls(PutItemCommand)).toHaveLength(1);
  });
});
