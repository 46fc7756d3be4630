import {
  DynamoDBClient,
  UpdateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { encodeRow } from '../../src/cache/rows';
import { ensureCacheTable } from '../../src/cache/cache-table';
import { nameIndex } from '../../src/aws/table-names';
import { createChangeHandler } from '../../src/events/index';
import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { putRows } from '../cache/e2e/orders-aws';
import { clientOptions } from '../cache/fleet-process';
import { cacheKey, plainRow, pythonRow, referenceRow, table } from '../cache/rows';
import { CacheWorld, chainOf } from './cache-world';
import { queueBatch } from './fixtures/batches';
import { parameterEvent } from './fixtures/parameter-store';

const index = { index: true };

describe('a handler with an index', () => {
  let aws: LocalAws;
  let client: DynamoDBClient;

  beforeEach(async () => {
    aws = await startLocalAws();
    client = new DynamoDBClient(clientOptions(aws.url));
    await ensureCacheTable(client, { table, ...index });
  });

  afterEach(async () => {
    client.destroy();
    await aws.close();
  });

  async function left(): Promise<readonly string[]> {
    const rows = (await aws.rows(table)).filter((row) => row['real_name']?.S?.startsWith('~') === false);
    return rows.map((row) => `${row['app_key']?.S ?? ''} ${row['real_name']?.S ?? ''}`).sort();
  }

  async function generations(): Promise<readonly (string | undefined)[]> {
    const rows = (await aws.rows(table)).filter((row) => row['real_name']?.S === '~xcon-gen');
    return rows
      .filter((row) => row['xcon_gen']?.N !== '0')
      .map((row) => row['app_key']?.S)
      .sort();
  }

  /** Puts rows of two services, of this library and the Python library, and one of a watching process. */
  async function fill(): Promise<void> {
    const rows = ['/orders/prod', '/billing/prod'].flatMap((environ) => {
      const key = cacheKey(chainOf(environ, '/mine'), 'ssm|secrets', environ);
      const facts = { chain: key.chain, directory: '/global/all' };
      const reference = referenceRow({
        name: 'token',
        directory: '/global/all',
        chainHash: key.chainHash,
        nameKey: `${key.nameKey('token')}|+|xcon:ref`,
      });
      return [
        encodeRow(environ, plainRow({ name: 'region', nameKey: key.nameKey('region'), ...facts })),
        encodeRow(environ, plainRow({ name: 'pool', nameKey: key.nameKey('pool'), ...facts })),
        encodeRow(environ, reference),
      ];
    });
    const watched = {
      app_key: { S: '/quiet/prod' },
      name_key: { S: '~xcon|gen' },
      real_name: { S: '~xcon-gen' },
      xcon_gen: { N: '0' },
      xcon_directories: { SS: ['/mine'] },
    };
    const python = pythonRow({
      app_key: { S: '/python/prod' },
      real_name: { S: 'region' },
      real_directory: { S: '/global/all' },
    });
    await putRows(aws, [...rows, watched, python]);
  }

  it('follows a change in a shared directory without a Scan, in rows of either library', async () => {
    await fill();

    await createChangeHandler({ dynamo: client, ...index })(parameterEvent('Update', '/global/all/REGION'));

    expect(await left()).toEqual([
      '/billing/prod pool',
      '/billing/prod token',
      '/orders/prod pool',
      '/orders/prod token',
    ]);
    expect(await generations()).toEqual(['/billing/prod', '/orders/prod', '/python/prod', '/quiet/prod']);
    expect(aws.calls.count('Scan')).toBe(0);
  });

  it('finds rows that name their chain by its hash alone', async () => {
    await fill();

    await createChangeHandler({ dynamo: client, ...index })(parameterEvent('Update', '/global/prod/TOKEN'));

    expect((await left()).filter((each) => each.endsWith('token'))).toEqual([]);
  });

  it('follows a change in a directory of one partition for other partitions that look there', async () => {
    await fill();
    const key = cacheKey(chainOf('/billing/prod', '/orders/prod'), 'ssm', '/billing/prod');
    const facts = { nameKey: key.nameKey('region'), chain: key.chain, directory: '/orders/prod' };
    await putRows(aws, [encodeRow('/billing/prod', plainRow({ name: 'region', ...facts }))]);

    await createChangeHandler({ dynamo: client, ...index })(parameterEvent('Update', '/orders/prod/REGION'));

    expect((await left()).filter((each) => each.endsWith('region'))).toEqual(['/billing/prod region']);
    expect(await generations()).toEqual(['/billing/prod', '/orders/prod', '/python/prod']);
  });

  it('raises the generation where a process only watches', async () => {
    await fill();

    await createChangeHandler({ dynamo: client, ...index })(parameterEvent('Create', '/mine/NEW'));

    expect(await generations()).toEqual(['/quiet/prod']);
  });
});

describe('a burst of 500 changes, with an index', () => {
  const names = Array.from({ length: 500 }, (_, index) => `name_${index}`);
  const batch = queueBatch(...names.map((name) => parameterEvent('Update', `/global/all/${name}`)));
  let world: CacheWorld;
  let indexed: number;
  let mostAtOnce: number;

  beforeEach(async () => {
    world = new CacheWorld();
    for (const name of names) await world.plain(name, { directory: '/global/all' });
    indexed = mostAtOnce = 0;
    let atOnce = 0;
    const send = world.dynamo.send.bind(world.dynamo);
    jest.spyOn(world.dynamo, 'send').mockImplementation(async (command) => {
      if (command.input.IndexName === undefined) return send(command);
      indexed += 1;
      mostAtOnce = Math.max(mostAtOnce, (atOnce += 1));
      const answer = await send(command);
      atOnce -= 1;
      return answer;
    });
  });

  it('is followed whole, its names looked up some at a time', async () => {
    expect(await world.handle(batch, index, { getRemainingTimeInMillis: () => 30_000 })).toEqual({
      batchItemFailures: [],
    });

    expect(world.left).toEqual([]);
    expect([indexed, mostAtOnce]).toEqual([501, 16]);
  });

  it('is followed as far as there is time, and reports the rest', async () => {
    const context = { getRemainingTimeInMillis: () => (indexed < 101 ? 30_000 : 3000) };

    const response = await world.handle(batch, index, context);

    expect(indexed).toBe(101);
    // There was no time left to begin with a partition, either.
    expect(response?.batchItemFailures).toHaveLength(500);
    expect(world.log.warnings).toEqual([
      expect.objectContaining({
        event: 'change.failed',
        events: 500,
        reason: expect.stringContaining('no time left') as string,
      }),
    ]);
  });

  it('fails only those whose names cannot be looked up', async () => {
    world.dynamo.failPartition('name_7', new Error('throttled'));

    const response = await world.handle(batch, index);

    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-7' }] });
    expect(world.left).toEqual(['/orders/prod name_7']);
  });

  it('fails as a whole when the watching partitions cannot be read, and still deletes the rows', async () => {
    world.dynamo.failPartition('~xcon-gen', new Error('throttled'));

    const response = await world.handle(batch, index);

    expect(response?.batchItemFailures).toHaveLength(500);
    expect(world.left).toEqual([]);
  });
});

describe('ensureCacheTable with an index', () => {
  const active = {
    Table: {
      KeySchema: [
        { AttributeName: 'app_key', KeyType: 'HASH' as const },
        { AttributeName: 'name_key', KeyType: 'RANGE' as const },
      ],
    },
  };

  let client: DynamoDBClient;

  beforeEach(() => {
    client = new DynamoDBClient(clientOptions('http://127.0.0.1:1'));
  });

  function tableThat(hasIndex: boolean) {
    const mock = mockClient(client);
    const indexes = [{ IndexName: nameIndex.name }];
    mock
      .on(DescribeTableCommand)
      .resolves({ Table: { ...active.Table, ...(hasIndex && { GlobalSecondaryIndexes: indexes }) } });
    mock.on(DescribeTimeToLiveCommand).resolves({ TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED' } });
    return mock;
  }

  it('adds it to a table that has none', async () => {
    const mock = tableThat(false);
    mock.on(UpdateTableCommand).resolves({});

    await ensureCacheTable(client, { table, ...index });

    expect(mock.commandCalls(UpdateTableCommand)[0]?.args[0].input).toEqual({
      TableName: table,
      AttributeDefinitions: [
        { AttributeName: 'real_name', AttributeType: 'S' },
        { AttributeName: 'app_key', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: 'xcon-names',
            KeySchema: [
              { AttributeName: 'real_name', KeyType: 'HASH' },
              { AttributeName: 'app_key', KeyType: 'RANGE' },
            ],
            Projection: {
              ProjectionType: 'INCLUDE',
              NonKeyAttributes: ['real_directory', 'cache_concat_directory_paths', 'xcon_chain', 'xcon_directories'],
            },
          },
        },
      ],
    });
  });

  it('leaves a table alone that has it, or that needs none', async () => {
    const mock = tableThat(true);
    await ensureCacheTable(client, { table, ...index });
    tableThat(false);
    await ensureCacheTable(client, { table });

    expect(mock.commandCalls(UpdateTableCommand)).toEqual([]);
  });

  it('continues where another process adds it at the same time', async () => {
    const mock = tableThat(false);
    mock.on(UpdateTableCommand).rejects(Object.assign(new Error('busy'), { name: 'ResourceInUseException' }));

    await expect(ensureCacheTable(client, { table, ...index })).resolves.toBeUndefined();
  });

  it('says what to allow when it may not', async () => {
    const mock = tableThat(false);
    mock.on(UpdateTableCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));

    await expect(ensureCacheTable(client, { table, ...index })).rejects.toThrow(
      /UpdateTimeToLive on it, and UpdateTable/,
    );
  });
});

it('without names, rows are looked for by a Scan also where there is an index', async () => {
  const world = new CacheWorld();
  await world.plain('a', { directory: '/global/all' });
  const keysOnly = {
    Records: [
      { eventSource: 'aws:dynamodb', dynamodb: { Keys: { app_key: { S: '/global/all' } }, SequenceNumber: '1' } },
    ],
  };

  expect(await world.handle(keysOnly, index)).toEqual({ batchItemFailures: [] });

  expect(world.left).toEqual([]);
  expect(world.count('Scan')).toBe(1);
});
