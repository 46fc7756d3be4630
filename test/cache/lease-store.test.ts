import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { finishLease, leaseAfterDelay, lookAtLease, takeLease } from '../../src/cache/lease-store';
import { TestClock } from './doubles';
import { clientOptions } from './fleet-process';
import { MemoryDynamo } from './memory-dynamo';
import { cacheKey, startSeconds, table } from './rows';

let dynamo: MemoryDynamo;
let clock: TestClock;

beforeEach(() => {
  dynamo = new MemoryDynamo();
  clock = new TestClock();
});

function target(client: DynamoDBClient = dynamo.client) {
  return { client, table, key: cacheKey(), nowMs: () => clock.nowMs() };
}

function aborted(): Error {
  return Object.assign(new Error('Request aborted'), { name: 'AbortError' });
}

describe('takeLease', () => {
  test('takes a lease that nobody has, for 2 seconds', async () => {
    expect(await takeLease(target(), 'me').inTime).toBe('taken');

    expect(await lookAtLease(target())).toMatchObject({
      kind: 'lease',
      nameKey: cacheKey().leaseKey,
      directory: '/_nonExistent',
      owner: 'me',
      state: 'held',
      untilMs: clock.nowMs() + 2000,
      ttl: startSeconds + 2,
    });
  });

  test('does not take one that somebody else has, before it ends', async () => {
    await takeLease(target(), 'other').inTime;
    clock.advance(2);

    expect(await takeLease(target(), 'me').inTime).toBe('held');

    clock.advance(0.001);
    expect(await takeLease(target(), 'me').inTime).toBe('taken');
  });

  test('tells leases of other chains and partitions apart', async () => {
    await takeLease(target(), 'other').inTime;

    expect(await takeLease({ ...target(), key: cacheKey('/elsewhere') }, 'me').inTime).toBe('taken');
    expect(await takeLease({ ...target(), key: cacheKey(undefined, undefined, '/orders/test') }, 'me').inTime).toBe(
      'taken',
    );
  });

  test('goes without when the table is in trouble', async () => {
    const client = new DynamoDBClient(clientOptions('http://127.0.0.1:1'));
    const mocked = mockClient(client);
    mocked.on(PutItemCommand).rejects(Object.assign(new Error('no'), { name: 'ResourceNotFoundException' }));

    expect(await takeLease(target(client), 'me').inTime).toBe('unavailable');

    expect(mocked.calls()).toHaveLength(1);
  });

  test.each([
    ['holds it when the attempt did work', 'me', 1000, 'taken'],
    ['waits when somebody else has it', 'other', 1000, 'held'],
    ['goes without when it has ended', 'other', -1, 'unavailable'],
  ])('looks at the lease after an attempt that took too long: %s', async (_, owner, leftMs, expected) => {
    await takeLease(target(), owner).inTime;
    clock.advance(2 - leftMs / 1000);
    const client = new DynamoDBClient(clientOptions('http://127.0.0.1:1'));
    const mocked = mockClient(client);
    mocked.on(PutItemCommand).rejects(aborted());
    mocked.on(GetItemCommand).resolves({ Item: { ...dynamo.rows[0] } });

    expect(await takeLease(target(client), 'me').inTime).toBe('late');
    expect(await leaseAfterDelay(target(client), 'me')).toBe(expected);
  });

  test('goes without when nothing can be seen after an attempt that took too long', async () => {
    const client = new DynamoDBClient(clientOptions('http://127.0.0.1:1'));
    const mocked = mockClient(client);
    mocked.on(PutItemCommand).rejects(aborted());
    mocked.on(GetItemCommand).resolvesOnce({}).rejects(aborted());

    expect(await leaseAfterDelay(target(client), 'me')).toBe('unavailable');
    expect(await leaseAfterDelay(target(client), 'me')).toBe('unavailable');
  });
});

describe('lookAtLease', () => {
  test('sees nothing where there is no lease, or a row that is none', async () => {
    expect(await lookAtLease(target())).toBeUndefined();

    await dynamo.plant({ app_key: { S: '/orders/prod' }, name_key: { S: cacheKey().leaseKey } });
    expect(await lookAtLease(target())).toBeUndefined();
  });

  test('reads consistently', async () => {
    const client = new DynamoDBClient(clientOptions('http://127.0.0.1:1'));
    const mocked = mockClient(client);
    mocked.on(GetItemCommand).resolves({});

    await lookAtLease(target(client));

    expect(mocked.commandCalls(GetItemCommand)[0]?.args[0].input).toMatchObject({ ConsistentRead: true });
  });
});

describe('finishLease', () => {
  test('says that the holder is done, and keeps that for a minute', async () => {
    await takeLease(target(), 'me').inTime;

    await finishLease(target(), 'me');

    expect(await lookAtLease(target())).toMatchObject({ state: 'done', untilMs: clock.nowMs() + 60_000 });
    expect(await takeLease(target(), 'other').inTime).toBe('held');
  });

  test('leaves alone a lease that somebody else has taken meanwhile', async () => {
    await takeLease(target(), 'me').inTime;
    clock.advance(3);
    await takeLease(target(), 'other').inTime;

    await finishLease(target(), 'me');

    expect(await lookAtLease(target())).toMatchObject({ owner: 'other', state: 'held' });
  });

  test('never rejects', async () => {
    const client = new DynamoDBClient(clientOptions('http://127.0.0.1:1'));
    mockClient(client).on(PutItemCommand).rejects(new Error('no'));

    await expect(finishLease(target(client), 'me')).resolves.toBeUndefined();
  });
});
