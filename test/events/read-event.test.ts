import { readBatch } from '../../src/events/read-event';
import { queueBatch, streamBatch } from './fixtures/batches';
import { parameterEvent, parameterPolicyEvent } from './fixtures/parameter-store';
import { labelEvent, rotationEvent, secretArn, trailCalls, trailEvent } from './fixtures/secrets-manager';

const cacheTable = 'global-all-configCache';

/** Gives the places that a single event reports; `undefined` for an unknown one. */
function placesOf(event: unknown): readonly string[] | undefined {
  const { kind, items } = readBatch(event, cacheTable);
  expect([kind, items.length]).toEqual(['single', 1]);
  return items[0]?.changes?.map(({ directory, name }) => `${directory} ${name ?? '(any)'}`);
}

/** Gives the places that the items of a batch report. */
function placesOfAll(event: unknown): readonly (readonly string[] | undefined)[] {
  return readBatch(event, cacheTable).items.map(({ changes }) =>
    changes?.map(({ directory, name }) => `${directory} ${name ?? '(any)'}`),
  );
}

describe('an event of Parameter Store', () => {
  it.each(['Create', 'Update', 'Delete', 'LabelParameterVersion'] as const)('reports a %s', (operation) => {
    expect(placesOf(parameterEvent(operation, '/orders/prod/DB_HOST'))).toEqual(['/orders/prod db_host']);
  });

  it('reports the last directory of a path', () => {
    expect(placesOf(parameterEvent('Update', '/orders/prod/db/Host'))).toEqual(['/orders/prod/db host']);
  });

  it.each(['golden-ami', '/alone', '/orders//x', '/orders/{env}/x', '/orders/a|b/x', `/${'o'.repeat(1020)}/prod`])(
    'reports nothing that a chain can have: %s',
    (name) => {
      expect(placesOf(parameterEvent('Update', name))).toEqual([]);
    },
  );

  it('is named by ARN where the parameter is shared', () => {
    const arn = 'arn:aws:ssm:us-east-1:123456789012:parameter/orders/prod/DB_HOST';

    expect(placesOf(parameterEvent('Update', arn))).toEqual(['/orders/prod db_host']);
  });

  it('is unknown without a name', () => {
    expect(placesOf({ ...parameterEvent('Update', '/a/b'), detail: { operation: 'Update' } })).toBeUndefined();
  });
});

describe('an event of a parameter policy', () => {
  it('reports a parameter that has expired', () => {
    expect(placesOf(parameterPolicyEvent('Expiration', '/orders/prod/DB_HOST'))).toEqual(['/orders/prod db_host']);
  });

  it.each(['ExpirationNotification', 'NoChangeNotification'] as const)('reports nothing for a %s', (policy) => {
    expect(placesOf(parameterPolicyEvent(policy, '/orders/prod/DB_HOST'))).toEqual([]);
  });

  it.each([{ 'policy-type': 'Expiration' }, { 'parameter-name': '/a/b/c' }, undefined])(
    'is unknown with %j',
    (detail) => {
      expect(placesOf({ ...parameterPolicyEvent('Expiration', '/a/b/c'), detail })).toBeUndefined();
    },
  );
});

describe('an event of Secrets Manager', () => {
  it.each(Object.entries(trailCalls))('reports %s', (_, event) => {
    const places = placesOf(event('/orders/prod/TOKEN'));

    expect(places).toContain('/orders/prod token');
    expect(places?.filter((each) => !each.startsWith('/orders/prod token'))).toEqual([]);
  });

  it.each(['additionalEventData', 'serviceEventDetails'] as const)('reports a rotation, by %s', (where) => {
    expect(placesOf(rotationEvent('/orders/prod/TOKEN', where))).toContain('/orders/prod token');
  });

  it('reports both names that an ARN may mean, because callers may leave out its random suffix', () => {
    const event = trailEvent({ eventName: 'PutSecretValue', requestParameters: { secretId: secretArn('/a/b/token') } });

    expect(placesOf(event)).toEqual(['/a/b token', '/a/b token-a1b2c3']);
  });

  it('reports a name as it is, whatever its ending', () => {
    const event = trailEvent({ eventName: 'PutSecretValue', requestParameters: { secretId: '/a/b/token-a1B2c3' } });

    expect(placesOf(event)).toEqual(['/a/b token-a1b2c3']);
  });

  it.each([
    ['a call that failed', trailEvent({ eventName: 'UpdateSecret', errorCode: 'AccessDenied' })],
    [
      'a call that changes no value',
      trailEvent({ eventName: 'TagResource', requestParameters: { secretId: '/a/b/c' } }),
    ],
    ['a secret that no chain can have', trailCalls.UpdateSecret('rds!cluster-0a')],
    ['a label that nobody reads by', labelEvent('/a/b/c', 'PINNED')],
  ])('reports nothing for %s', (_, event) => {
    expect(placesOf(event)).toEqual([]);
  });

  it('reports a version that has become the current one', () => {
    expect(placesOf(labelEvent('/orders/prod/TOKEN'))).toEqual(['/orders/prod token']);
  });

  it.each([
    ['no name', trailEvent({ eventName: 'UpdateSecret' })],
    ['another service', trailEvent({ eventName: 'UpdateSecret', eventSource: 'kms.amazonaws.com' })],
    ['a label and no name', { ...labelEvent('/a/b/c'), detail: { labelUpdated: 'AWSCURRENT' } }],
    ['no detail', { ...labelEvent('/a/b/c'), detail: undefined }],
  ])('is unknown with %s', (_, event) => {
    expect(placesOf(event)).toBeUndefined();
  });
});

describe('records of the stream of a config table', () => {
  const row = (name: string, more = {}) => ({ app_key: { S: '/orders/prod' }, name_key: { S: name }, ...more });

  it('report new, changed and deleted rows', () => {
    const batch = streamBatch(
      { after: row('DB_HOST') },
      { before: row('pool'), after: row('pool', { value: { N: '1' } }) },
      { before: row('gone|+|more') },
    );

    expect(placesOfAll(batch)).toEqual([['/orders/prod db_host'], ['/orders/prod pool'], ['/orders/prod gone']]);
  });

  it('report the name that a row gives itself, before and after', () => {
    const batch = streamBatch({
      before: row('k', { real_name: { S: 'Old' } }),
      after: row('k', { name: { S: 'New' } }),
    });

    expect(placesOfAll(batch)).toEqual([['/orders/prod new', '/orders/prod old']]);
  });

  it('report the whole directory when there are no images', () => {
    expect(placesOfAll(streamBatch({ after: row('k'), images: false }))).toEqual([['/orders/prod (any)']]);
  });

  it('report nothing in a directory that no chain can have', () => {
    expect(placesOfAll(streamBatch({ after: { ...row('k'), app_key: { S: 'orders' } } }))).toEqual([[]]);
  });

  it('are unknown when they come from another kind of table, or from the cache', () => {
    const other = { app_key: { N: '1' }, name_key: { S: 'k' } };

    expect(placesOfAll(streamBatch({ after: other }, { after: row('k'), table: cacheTable }))).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('are identified by their sequence numbers', () => {
    const { kind, items } = readBatch(streamBatch({ after: row('a') }, { after: row('b') }), cacheTable);

    expect([kind, items.map(({ id }) => id)]).toEqual(['stream', ['111', '112']]);
  });
});

describe('messages of a queue', () => {
  it('hold events, and are identified by their ids', () => {
    const { kind, items } = readBatch(
      queueBatch(parameterEvent('Update', '/a/b/c', 'event-1'), labelEvent('/a/b/d', 'AWSCURRENT', 'event-2')),
      cacheTable,
    );

    expect(kind).toBe('queue');
    expect(items).toEqual([
      {
        id: 'message-0',
        changes: [{ directory: '/a/b', name: 'c', eventIds: ['event-1'] }],
        label: expect.anything() as string,
      },
      {
        id: 'message-1',
        changes: [{ directory: '/a/b', name: 'd', eventIds: ['event-2'] }],
        label: expect.anything() as string,
      },
    ]);
  });

  it.each(['no JSON', '7', 'null', '[]', '{}'])('are unknown with %s in them', (body) => {
    expect(placesOfAll(queueBatch(body))).toEqual([undefined]);
  });
});

describe('what is not known', () => {
  it.each([
    undefined,
    null,
    7,
    'text',
    [],
    {},
    { Records: [] },
    { Records: 'no list' },
    { source: 'aws.ec2', 'detail-type': 'x' },
  ])('is unknown: %j', (event) => {
    expect(placesOf(event)).toBeUndefined();
  });

  it('is identified in the log by its source and type, and by nothing of its content', () => {
    const event = { source: 'aws.ec2', 'detail-type': 'State-change', detail: { secret: 'canary' } };

    expect(readBatch(event, cacheTable).items[0]?.label).toBe('aws.ec2, State-change');
    expect(readBatch('canary', cacheTable).items[0]?.label).toBe('no event, but string');
  });
});
