import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import {
  nextGeneration,
  readGeneration,
  readWatchedGeneration,
  updateGeneration,
  watchedGeneration,
} from '../../src/cache/generation';
import { encodeRow, generationKey, type GenerationRow, type SourceChange } from '../../src/cache/rows';
import { startMs } from './doubles';
import { clientOptions } from './fleet-process';
import { MemoryDynamo } from './memory-dynamo';
import { plainRow, table } from './rows';
import { isOutdated } from '../../src/cache/changes';
import { fc } from '../setup/fast-check';

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

  test('replaces an invalid row', async () => {
    await dynamo.plant({ app_key: { S: '/orders/prod' }, name_key: { S: generationKey }, xcon_gen: { N: '7' } });

    await raise();

    expect((await readGeneration(target()))?.current).toBe(startMs);
  });

  test('stops when other processes are always faster', async () => {
    const mock = mockClient(new DynamoDBClient(clientOptions('http://127.0.0.1:1')));
    mock.on(GetItemCommand).resolves({});
    mock.on(PutItemCommand).rejects(Object.assign(new Error('no'), { name: 'ConditionalCheckFailedException' }));

    const raising = updateGeneration(target(mock as unknown as DynamoDBClient), (before) =>
      nextGeneration(before, [change], startMs),
    );

    await expect(raising).rejects.toThrow(
      'The generation of /orders/prod was changed by other processes 8 times in a row.',
    );
  });

  test('throws the error of the table', async () => {
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
  let unmarked: Set<string>;

  beforeEach(() => {
    unmarked = new Set();
  });

  test('records the directories the first time, and reads once from then on', async () => {
    const first = await readWatchedGeneration(target(), ['/orders/prod'], { nowMs: startMs, unmarked });
    const before = dynamo.operations.length;
    const second = await readWatchedGeneration(target(), ['/orders/prod'], { nowMs: startMs, unmarked });

    expect([first, second]).toEqual([0, 0]);
    expect((await readGeneration(target()))?.directories).toEqual(['/orders/prod']);
    expect(dynamo.operations.slice(before)).toEqual(['GetItem', 'GetItem']);
  });

  test('gives the number that other processes have raised', async () => {
    await raise();

    expect(await readWatchedGeneration(target(), ['/orders/prod'], { nowMs: startMs + 1, unmarked })).toBe(startMs);
  });

  test('reads also where it may not write, which it tries once', async () => {
    const mock = mockClient(new DynamoDBClient(clientOptions('http://127.0.0.1:1')));
    mock.on(GetItemCommand).resolves({});
    mock.on(PutItemCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
    const read = (): Promise<number> =>
      readWatchedGeneration(target(mock as unknown as DynamoDBClient), ['/a'], { nowMs: startMs, unmarked });

    expect([await read(), await read(), await read()]).toEqual([0, 0, 0]);

    expect(mock.commandCalls(PutItemCommand)).toHaveLength(1);
  });
});

const one = { directory: '/orders/prod', name: 'one' };
const two = { directory: '/orders/prod', name: 'two' };
const hourMs = 3_600_000;

/** Follows changes one after the other. */
function follow(...steps: readonly (readonly [changes: readonly SourceChange[], nowMs: number])[]): GenerationRow {
  let generation: GenerationRow | undefined;
  for (const [changes, nowMs] of steps) generation = nextGeneration(generation, changes, nowMs);
  if (generation === undefined) throw new Error('There is no step.');
  return generation;
}

describe('nextGeneration', () => {
  test('begins with the time', () => {
    expect(follow([[one], startMs])).toMatchObject({
      current: startMs,
      floor: 0,
      changes: [{ ...one, generation: startMs }],
    });
  });

  test('grows, also when a clock is behind or does not move', () => {
    const generation = follow([[one], startMs], [[one], startMs - hourMs], [[one], startMs]);

    expect(generation.current).toBe(startMs + 2);
  });

  test('lists each change once, the newest first', () => {
    const generation = follow([[one, two], startMs], [[one, one], startMs + 5]);

    expect(generation.changes).toEqual([
      { ...one, generation: startMs + 5 },
      { ...two, generation: startMs },
    ]);
  });

  test('makes a change of a day ago the floor', () => {
    const generation = follow([[one], startMs], [[two], startMs + 24 * hourMs + 1]);

    expect(generation).toMatchObject({ floor: startMs, changes: [two] });
  });

  test('makes a change of everything the floor', () => {
    const generation = follow([[one], startMs], [[{ directory: undefined, name: undefined }], startMs + 1]);

    expect(generation).toMatchObject({ floor: startMs + 1, changes: [] });
  });

  test('stays small enough for a read of half a unit', () => {
    const many = Array.from({ length: 1000 }, (_, index) => ({ directory: '/orders/prod', name: `name_${index}` }));

    const generation = follow(
      [many, startMs],
      ...many.slice(0, 200).map((each, index) => [[each], startMs + 1 + index] as const),
    );

    const told = Object.keys(encodeRow('/orders/prod', generation)['xcon_changes']?.M ?? {});
    expect(told.reduce((sum, each) => sum + Buffer.byteLength(each) + 10, 400)).toBeLessThan(4096);
    expect(generation.changes.length).toBeGreaterThan(40);
    expect(generation.floor).toBeGreaterThan(startMs);
  });

  test('keeps the directories that are watched', () => {
    const watched = watchedGeneration(undefined, ['/orders/prod'], startMs);

    expect(nextGeneration(watched, [one], startMs).directories).toEqual(['/orders/prod']);
  });

  test('never lets a row be used that an earlier generation has outdated', () => {
    const names = ['a', 'b', 'c', 'n'.repeat(1500)];
    const change = fc.record({
      directory: fc.constantFrom('/orders/prod', undefined),
      name: fc.constantFrom(...names, undefined),
    });
    const step = fc.tuple(fc.array(change, { minLength: 1, maxLength: 3 }), fc.constantFrom(0, 1, hourMs, 25 * hourMs));
    const property = fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      const rows = names.map((name) => plainRow({ name, generation: startMs }));
      let nowMs = startMs;
      let before: GenerationRow | undefined;
      for (const [changes, laterMs] of steps) {
        nowMs += laterMs;
        const after = nextGeneration(before, changes, nowMs);
        const outdated = (row: (typeof rows)[number], generation: GenerationRow | undefined): boolean =>
          generation !== undefined && isOutdated(row, generation);
        const all = [...rows, ...rows.map((row) => ({ ...row, generation: before?.current ?? 0 }))];
        for (const row of all) expect(outdated(row, before) && !outdated(row, after)).toBe(false);
        before = after;
      }
    });

    fc.assert(property, { numRuns: 200 });
  });
});

describe('watchedGeneration', () => {
  test('is 0 where there has been none', () => {
    expect(watchedGeneration(undefined, ['/a'], startMs)).toMatchObject({ current: 0, directories: ['/a'] });
  });

  test('adds directories, and leaves the generation as it is', () => {
    const before = nextGeneration(watchedGeneration(undefined, ['/a'], startMs), [one], startMs);

    const after = watchedGeneration(before, ['/a', '/b'], startMs + 1);

    expect(after).toMatchObject({ current: startMs, changes: [one], directories: ['/a', '/b'] });
  });

  test('has nothing to add when all are known', () => {
    const before = watchedGeneration(undefined, ['/a', '/b'], startMs);

    expect(watchedGeneration(before, ['/b'], startMs)).toBeUndefined();
  });
});
