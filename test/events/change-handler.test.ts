import { setImmediate as turn } from 'node:timers/promises';
import { CacherError, InvalidDirectoryError, InvalidSettingsError } from '../../src/index';
import { type BatchResponse, createChangeHandler } from '../../src/events/index';
import { startMs } from '../cache/doubles';
import { CacheWorld, chainOf } from './cache-world';
import { queueBatch, streamBatch } from './fixtures/batches';
import { parameterEvent, parameterPolicyEvent } from './fixtures/parameter-store';
import { labelEvent, trailCalls } from './fixtures/secrets-manager';

let world: CacheWorld;

beforeEach(() => {
  world = new CacheWorld();
});

/** An error as DynamoDB answers it. */
function refusal(): Error {
  return Object.assign(new Error('no'), { name: 'AccessDeniedException' });
}

describe('a change in the own directory of a partition', () => {
  it('drops the rows of its name, of every kind, and raises the generation, by one Query', async () => {
    await world.plain('db_host');
    await world.plain('pool');
    await world.secret('token');
    await world.secret('db_host');

    const response = await world.handle(parameterEvent('Update', '/orders/prod/DB_HOST'));

    expect(response).toBeUndefined();
    expect(world.left).toEqual(['/orders/prod pool', '/orders/prod token', '/orders/prod token']);
    expect(world.generations).toEqual({ '/orders/prod': startMs });
    expect(world.dynamo.operations).toEqual(['Query', 'BatchWriteItem', 'GetItem', 'PutItem']);
  });

  it('drops what was found below it, and what was missing', async () => {
    await world.plain('region', { directory: '/global/all' });
    await world.missing('nope');
    const created = [parameterEvent('Create', '/orders/prod/REGION'), parameterEvent('Create', '/orders/prod/nope')];

    await world.handle(queueBatch(...created));

    expect(world.left).toEqual([]);
  });

  it('raises the generation also when no process has asked for the name: processes may remember that it is missing', async () => {
    await world.plain('pool');

    await world.handle(parameterEvent('Create', '/orders/prod/NEW'));

    expect(world.left).toEqual(['/orders/prod pool']);
    expect(world.generations).toEqual({ '/orders/prod': startMs });
  });

  it('leaves other partitions alone', async () => {
    await world.plain('db_host');
    await world.plain('db_host', { environ: '/billing/prod' });

    await world.handle(parameterEvent('Update', '/orders/prod/DB_HOST'));

    expect(world.left).toEqual(['/billing/prod db_host']);
    expect(Object.keys(world.generations)).toEqual(['/orders/prod']);
    expect(world.count('Scan')).toBe(0);
  });

  it('is looked for everywhere when it is said to be shared', async () => {
    const directories = chainOf('/billing/prod', '/orders/prod');
    await world.plain('db_host');
    await world.plain('db_host', { environ: '/billing/prod', directories, directory: '/orders/prod' });

    await world.handle(parameterEvent('Update', '/orders/prod/DB_HOST'), { sharedDirectories: ['/orders/prod'] });

    expect(world.left).toEqual([]);
    expect(Object.keys(world.generations).sort()).toEqual(['/billing/prod', '/orders/prod']);
  });
});

describe('a change in a directory of many', () => {
  beforeEach(async () => {
    for (const environ of ['/orders/prod', '/orders/test', '/billing/prod']) {
      await world.plain('region', { environ, directory: '/global/all' });
      await world.plain('pool', { environ, directory: '/global/all' });
    }
    world.dynamo.operations.length = 0;
  });

  it.each([
    ['/global/all/REGION', ['/billing/prod', '/orders/prod', '/orders/test']],
    ['/global/prod/REGION', ['/billing/prod', '/orders/prod']],
    ['/orders/all/REGION', ['/orders/prod', '/orders/test']],
  ])('%s is followed wherever it is looked in, by one Scan', async (name, touched) => {
    await world.handle(parameterEvent('Update', name));

    expect(Object.keys(world.generations).sort()).toEqual(touched);
    const left = ['/billing/prod', '/orders/prod', '/orders/test'].filter((each) => !touched.includes(each));
    expect(world.left.filter((each) => each.endsWith('region')).sort()).toEqual(left.map((each) => `${each} region`));
    expect(world.left.filter((each) => each.endsWith('pool'))).toHaveLength(3);
    expect(world.count('Scan')).toBe(1);
  });

  it.each(['/mine/X', '/orders/special/X', '/payments/export/prod/X', '/payments/all/X'])(
    '%s outside the usual directories is found in the chains that have it, also when they are hashed',
    async (name) => {
      const directory = name.slice(0, -2);
      await world.secret('x', { directories: `${directory}|/global/all` });

      await world.handle(parameterEvent('Update', name));

      expect(world.left).toHaveLength(6);
      expect(Object.keys(world.generations)).toContain('/orders/prod');
    },
  );

  it('is followed where a process only watches', async () => {
    await world.dynamo.plant({
      app_key: { S: '/quiet/prod' },
      name_key: { S: '~xcon|gen' },
      real_name: { S: '~xcon-gen' },
      xcon_gen: { N: '0' },
      xcon_directories: { SS: ['/mine', '/quiet/prod'] },
    });

    await world.handle(parameterEvent('Create', '/mine/X'));

    expect(world.generations).toEqual({ '/quiet/prod': startMs });
  });

  it('is left alone where no process looks', async () => {
    await world.handle(parameterEvent('Create', '/nobody/X'));

    expect(world.left).toHaveLength(6);
    expect(world.generations).toEqual({});
  });

  it('is looked for each time when it looks like that of a partition which is not in use', async () => {
    await world.handle(parameterEvent('Create', '/orders/special/X'));
    await world.handle(parameterEvent('Create', '/orders/special/X'));

    expect(world.count('Scan')).toBe(2);
    expect(world.generations).toEqual({});
  });
});

describe('a burst', () => {
  it('of a thousand changes is followed together', async () => {
    await world.plain('name_1');
    await world.plain('name_2', { environ: '/billing/prod', directory: '/global/all' });
    await world.plain('other', { environ: '/billing/prod', directory: '/global/all' });
    const messages = Array.from({ length: 1000 }, (_, index) =>
      parameterEvent('Update', `${index % 2 === 0 ? '/global/all' : '/orders/prod'}/NAME_${index}`, `event-${index}`),
    );

    const response = await world.handle(queueBatch(...messages));

    expect(response).toEqual({ batchItemFailures: [] });
    expect(world.left).toEqual(['/billing/prod other']);
    expect([world.count('Scan'), world.count('Query')]).toEqual([1, 1]);
    // The own directory and those of all are two passes over one partition.
    expect(world.generations).toEqual({ '/orders/prod': startMs + 1, '/billing/prod': startMs });
  });

  it('of changes of one name is one change', async () => {
    await world.plain('db_host');
    const event = parameterEvent('Update', '/orders/prod/DB_HOST');

    await world.handle(
      queueBatch(event, event, labelEvent('/orders/prod/DB_HOST'), trailCalls.DeleteSecret('/orders/prod/db_host')),
    );

    expect(world.generations).toEqual({ '/orders/prod': startMs });
  });
});

describe('a change that is reported twice', () => {
  it('drops nothing more the second time', async () => {
    await world.plain('db_host');
    await world.plain('pool');
    const event = parameterEvent('Update', '/orders/prod/DB_HOST');
    await world.handle(event);

    await world.handle(event);

    expect(world.left).toEqual(['/orders/prod pool']);
    expect(world.generations).toEqual({ '/orders/prod': startMs + 1 });
  });
});

describe('what cannot be followed', () => {
  it('fails a single event, so that it is tried again', async () => {
    await world.plain('db_host');
    world.dynamo.fail = refusal();

    const handling = world.handle(parameterEvent('Update', '/orders/prod/DB_HOST'));

    await expect(handling).rejects.toThrow(CacherError);
    await expect(handling).rejects.toThrow('A change could not be followed: AccessDeniedException: no.');
    expect(world.log.warnings).toEqual([
      expect.objectContaining({ event: 'change.failed', events: 1, reason: 'AccessDeniedException: no' }),
    ]);
  });

  it('is not looked for elsewhere when its own partition cannot be read', async () => {
    world.dynamo.failPartition('/orders/prod', refusal());

    await expect(world.handle(parameterEvent('Update', '/orders/prod/A'))).rejects.toThrow(CacherError);

    expect(world.count('Scan')).toBe(0);
  });

  it('fails the messages that it concerns, and no others', async () => {
    await world.plain('a');
    await world.plain('b', { environ: '/billing/prod' });
    world.dynamo.failPartition('/billing/prod', refusal());
    const batch = queueBatch(
      parameterEvent('Update', '/orders/prod/A'),
      parameterEvent('Update', '/billing/prod/B'),
      parameterEvent('Update', 'golden-ami'),
      { source: 'unknown' },
    );

    expect(await world.handle(batch)).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-1' }] });
    expect(world.left).toEqual(['/billing/prod b']);
  });

  it('fails, of a change in many partitions, all messages about it, once the others are done', async () => {
    for (const environ of ['/a/prod', '/b/prod', '/c/prod'])
      await world.plain('x', { environ, directory: '/global/all' });
    world.dynamo.failPartition('/b/prod', refusal());

    const response = await world.handle(queueBatch(parameterEvent('Update', '/global/all/X')));

    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
    expect(world.left).toEqual(['/b/prod x']);
  });

  it('fails the first record of a stream that it concerns: Lambda tries all from there on', async () => {
    await world.plain('a');
    world.dynamo.failPartition('/billing/prod', refusal());
    const row = (directory: string, name: string) => ({ app_key: { S: directory }, name_key: { S: name } });

    const response = await world.handle(
      streamBatch(
        { after: row('/orders/prod', 'A') },
        { after: row('/billing/prod', 'B') },
        { after: row('/billing/prod', 'C') },
      ),
    );

    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: '112' }] });
    expect(world.left).toEqual([]);
  });
});

describe('a scan that takes longer than the invocation', () => {
  const environs = ['/a/prod', '/b/prod', '/c/prod', '/d/prod'];
  const event = parameterEvent('Update', '/global/all/X', 'event-1');
  const unlimited = { getRemainingTimeInMillis: () => 30_000 };

  /** Has time for so many pages, and the one that is being read. */
  function timeFor(pages: number) {
    const before = world.count('Scan');
    return { getRemainingTimeInMillis: () => (world.count('Scan') - before <= pages ? 30_000 : 1000) };
  }

  beforeEach(async () => {
    for (const environ of environs) await world.plain('x', { environ, directory: '/global/all' });
    world.dynamo.scanPageRows = 1;
    world.dynamo.scanPageUnits = 0;
  });

  it('is continued by the next attempt of the same event', async () => {
    await expect(world.handle(event, {}, timeFor(2))).rejects.toThrow('There is no time left');
    expect(world.left).toEqual(['/c/prod x', '/d/prod x']);

    await world.handle(event, {}, unlimited);

    expect(world.left).toEqual([]);
    // None was raised twice.
    expect(world.generations).toEqual(Object.fromEntries(environs.map((each) => [each, startMs])));
  });

  it('advances with each attempt, however short', async () => {
    for (let tries = 0; tries < 3; tries += 1) await expect(world.handle(event, {}, timeFor(1))).rejects.toThrow();

    await world.handle(event, {}, unlimited);

    expect(world.left).toEqual([]);
  });

  it('begins again for another event, which has not been followed in the part before', async () => {
    const other = parameterEvent('Update', '/global/all/X', 'event-2');
    await expect(world.handle(event, {}, timeFor(2))).rejects.toThrow();
    for (const environ of environs) await world.plain('x', { environ, directory: '/global/all' });

    const response = await world.handle(queueBatch(event, other), {}, unlimited);

    expect(response).toEqual({ batchItemFailures: [] });
    expect(world.left).toEqual([]);
  });

  it('begins again when something has failed on the way', async () => {
    world.dynamo.failPartition('/a/prod', refusal());
    await expect(world.handle(event, {}, timeFor(3))).rejects.toThrow();
    world.dynamo.failPartition('/a/prod', undefined);

    await world.handle(event, {}, unlimited);

    expect(world.left).toEqual([]);
  });

  it('begins again for an event without an id', async () => {
    const nameless = { ...event, id: undefined };
    await expect(world.handle(nameless, {}, timeFor(2))).rejects.toThrow();
    for (const environ of environs) await world.plain('x', { environ, directory: '/global/all' });

    await world.handle(nameless, {}, unlimited);

    expect(world.left).toEqual([]);
  });
});

describe('a change outside the paths of services', () => {
  const unrelated = [
    parameterEvent('Update', '/website/db/PASSWORD'),
    parameterEvent('Create', '/orders-old/prod/A'),
    parameterPolicyEvent('Expiration', '/website/db/TOKEN'),
    labelEvent('/website/db/PASSWORD'),
    trailCalls.PutSecretValue('/website/db/PASSWORD'),
    parameterEvent('Update', 'golden-ami'),
  ];
  const ours = { pathPrefixes: ['/orders/', '/mine'] };

  it('costs no request to the table where the paths of services are known', async () => {
    await world.plain('password');

    expect(await world.handle(queueBatch(...unrelated), ours)).toEqual({ batchItemFailures: [] });
    for (const each of unrelated) expect(await world.handle(each, { ...ours, index: true })).toBeUndefined();

    expect(world.dynamo.operations).toEqual([]);
    expect(world.log.warnings).toEqual([]);
  });

  it('leaves no row where they are not known, and reads the table once for all', async () => {
    await world.plain('password');
    const before = world.dynamo.rows;

    await world.handle(queueBatch(...unrelated));

    expect(world.dynamo.operations.sort()).toEqual(['GetItem', 'Query', 'Query', 'Scan']);
    expect(world.dynamo.rows).toEqual(before);
  });

  it('does not prevent changes at the paths, below them and below /global from being followed', async () => {
    await world.plain('a');
    await world.plain('b', { directory: '/global/all' });
    await world.plain('c', { directories: chainOf('/orders/prod', '/mine'), directory: '/mine' });
    const changes = ['/orders/prod/A', '/global/all/B', '/mine/C'].map((name) => parameterEvent('Update', name));

    await world.handle(queueBatch(...unrelated, ...changes), ours);

    expect(world.left).toEqual([]);
    expect(Object.keys(world.generations)).toEqual(['/orders/prod']);
  });
});

describe('a partition that has nothing but a generation', () => {
  it('is raised: processes of it have been there', async () => {
    await world.plain('a');
    await world.handle(parameterEvent('Update', '/orders/prod/A'));
    expect(world.left).toEqual([]);

    await world.handle(parameterEvent('Update', '/orders/prod/A'));

    expect(world.generations).toEqual({ '/orders/prod': startMs + 1 });
  });
});

describe('an invocation that is about to end', () => {
  const services = Array.from({ length: 40 }, (_, index) => `/service-${index}/prod`);
  const batch = queueBatch(...services.map((each) => parameterEvent('Update', `${each}/A`)));

  beforeEach(async () => {
    for (const environ of services) await world.plain('a', { environ });
  });

  it.each([30_000, 3000])(
    'begins nothing when its %i ms are nearly over, and reports what it has not begun',
    async (ms) => {
      // Time is over with the twentieth Query.
      const context = { getRemainingTimeInMillis: () => (world.count('Query') < 20 ? ms : ms / 20) };

      const response = await world.handle(batch, {}, context);

      const failed = response?.batchItemFailures.length ?? 0;
      expect([world.left.length, world.count('Query')]).toEqual([failed, 20]);
      expect(failed).toBe(20);
      expect(world.log.warnings).toEqual([
        expect.objectContaining({ event: 'change.failed', reason: expect.stringContaining('no time left') as string }),
      ]);
    },
  );

  it('reports what waits for a request that is not answered, and no other', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
    try {
      world.dynamo.hangPartition('/service-7/prod');
      let response: BatchResponse | undefined;
      const handling = world.handle(batch, {}, { getRemainingTimeInMillis: () => 30_000 }).then((given) => {
        response = given;
      });
      for (let turns = 0; turns < 10_000 && world.left.length > 1; turns += 1) await turn();
      for (let turns = 0; turns < 100; turns += 1) await turn();
      expect(world.left).toEqual(['/service-7/prod a']);
      expect(response).toBeUndefined();

      jest.advanceTimersByTime(29_500);
      await handling;

      expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-7' }] });
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('what is not known', () => {
  it('is logged, and does not fail', async () => {
    expect(await world.handle({ source: 'aws.ec2', 'detail-type': 'State-change', detail: 'canary' })).toBeUndefined();
    expect(await world.handle(queueBatch('canary'))).toEqual({ batchItemFailures: [] });

    expect(world.log.warnings).toEqual([
      { event: 'change.unknown', what: 'aws.ec2, State-change' },
      { event: 'change.unknown', what: 'no event, but undefined' },
    ]);
    expect(world.log.text.join()).not.toContain('canary');
    expect(world.dynamo.operations).toEqual([]);
  });
});

describe('createChangeHandler', () => {
  it('says at debug level what was done', async () => {
    await world.plain('db_host');

    await world.handle(parameterEvent('Update', '/orders/prod/DB_HOST'));

    expect(world.log.text.map((line) => JSON.parse(line) as unknown)).toContainEqual({
      event: 'change.followed',
      table: 'global-all-configCache',
      changes: 1,
      partitions: 1,
      rows: 1,
    });
  });

  it.each<[string, object, string]>([
    ['an option that it does not know', { sharedDirectory: [] }, 'Did you mean sharedDirectories?'],
    ['a text as a list', { sharedDirectories: '/a/b' }, 'expected a list of paths'],
    ['prefixes that are no list', { pathPrefixes: '/a' }, 'expected a list of paths'],
    ['a relative path', { pathPrefixes: ['orders'] }, 'is relative'],
    ['the root as a prefix', { pathPrefixes: ['/'] }, 'names no service'],
    [
      'a shared directory elsewhere',
      { pathPrefixes: ['/orders'], sharedDirectories: ['/a/b'] },
      '/a/b is outside of pathPrefixes',
    ],
    ['an index that is a name', { index: 'xcon-names' }, 'expected true or false'],
    ['a table without a name', { cacheTable: '' }, 'expected the name of a table'],
    ['units that are no number', { scanUnitsPerSecond: '500' }, 'expected a number above 0'],
  ])('refuses %s', (_, options, message) => {
    const make = () => createChangeHandler(options);
    expect(make).toThrow(
      message.includes('relative') || message.includes('service') ? InvalidDirectoryError : InvalidSettingsError,
    );
    expect(make).toThrow(message);
  });

  it.each([0, -1, Number.NaN])('cannot scan at %s units a second', (scanUnitsPerSecond) => {
    expect(() => createChangeHandler({ scanUnitsPerSecond })).toThrow(InvalidSettingsError);
  });
});
