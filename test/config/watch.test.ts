import { setImmediate as turn } from 'node:timers/promises';
import { unfakedTimers } from '../../src/base/time-limit';
import { nextGeneration, updateGeneration } from '../../src/cache/generation';
import { generationKey } from '../../src/cache/rows';
import {
  config,
  type ConfigOptions,
  defineSettings,
  type Directory,
  DynamoCacher,
  InvalidSettingsError,
  type ListingOutcome,
  LocalCache,
  Provider,
  setting,
  type Watch,
  withDependencies,
  XconSettings,
} from '../../src/index';
import { TestClock } from '../cache/doubles';
import { FleetProcess } from '../cache/fleet-process';
import { MemoryDynamo } from '../cache/memory-dynamo';
import { table } from '../cache/rows';

/** Everything of time but `setInterval`. */
const notFaked = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setTimeout',
  'clearTimeout',
] as const;
let dynamo: MemoryDynamo;
let clock: TestClock;
let source: MutableSource;
let member: FleetProcess;

/** Holds given values in `/orders/prod`. */
class MutableSource extends Provider {
  override readonly name = 'source';
  values: Record<string, string> = { DB_HOST: 'old', POOL: '5' };
  reads = 0;

  override readDirectory(directory: Directory): Promise<ListingOutcome> {
    this.reads += 1;
    return Promise.resolve(this.listing(directory, directory.path === '/orders/prod' ? this.values : {}));
  }
}

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: [...notFaked] });
  dynamo = new MemoryDynamo();
  clock = new TestClock();
  source = new MutableSource();
  member = process();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await member.close();
  jest.useRealTimers();
  delete globalThis.process.env['AWS_LAMBDA_FUNCTION_NAME'];
});

function process(options: ConfigOptions = {}, client = dynamo.client): FleetProcess {
  return new FleetProcess(undefined, {
    clock,
    clients: { dynamo: client },
    config: { providers: [source], directories: ['/orders/prod', '/global/all'], ...options },
  });
}

function watch(everySeconds = 10): Promise<Watch> {
  return member.run(() => config.watch({ everySeconds }));
}

/** Does what a handler of changes does to the table. */
async function change(name: string, directory = '/orders/prod'): Promise<void> {
  const target = { client: dynamo.client, table, environ: '/orders/prod' };
  await updateGeneration(target, (before) => nextGeneration(before, [{ directory, name }], clock.nowMs()));
  dynamo.operations.length = 0;
}

/** Lets time pass, and what a timer has begun come to its end. */
async function pass(seconds: number): Promise<void> {
  clock.advance(seconds);
  jest.advanceTimersByTime(seconds * 1000);
  for (let turns = 0; turns < 20; turns += 1) await turn();
}

/** Lets a process look everything up, so that it has all in memory. */
async function warmUp(): Promise<void> {
  expect(await member.values(['DB_HOST', 'POOL'])).toEqual(['old', '5']);
  await member.flush();
  dynamo.operations.length = 0;
  source.reads = 0;
}

describe('a watch with a timer', () => {
  it('sees a change at its next check, and reads the table once and the source for what has changed', async () => {
    await warmUp();
    await watch();
    await pass(10);
    source.values = { DB_HOST: 'new', POOL: '5' };
    await change('db_host');
    expect(await member.get('DB_HOST')).toBe('old');

    await pass(10);
    expect(dynamo.operations).toEqual(['GetItem']);

    expect(await member.values(['POOL', 'DB_HOST'])).toEqual(['5', 'new']);
    expect(dynamo.operations.filter((each) => each === 'Query')).toHaveLength(1);
    expect(source.reads).toBe(2);
  });

  it('reads nothing but the generation while nothing changes', async () => {
    await warmUp();
    await watch();
    await pass(10);
    dynamo.operations.length = 0;

    for (let looks = 0; looks < 5; looks += 1) {
      await pass(10);
      expect(await member.values(['DB_HOST', 'POOL'])).toEqual(['old', '5']);
    }

    expect(dynamo.operations).toEqual(Array(5).fill('GetItem'));
    expect(source.reads).toBe(0);
  });

  it('records which directories are watched', async () => {
    await watch();
    await pass(10);

    const row = dynamo.rows.find((each) => each['name_key']?.S === generationKey);
    expect(row).toMatchObject({ xcon_gen: { N: '0' }, xcon_directories: { SS: ['/orders/prod', '/global/all'] } });
  });

  it('sees a change from before it began, when memory is older', async () => {
    await warmUp();
    await change('db_host');
    source.values = { DB_HOST: 'new' };

    await watch();
    await pass(10);

    expect(await member.get('DB_HOST')).toBe('new');
  });

  it('leaves alone what was read after the change', async () => {
    await change('db_host');
    await warmUp();

    await watch();
    await pass(10);
    await member.values(['DB_HOST', 'POOL']);

    expect(dynamo.operations).not.toContain('Query');
  });

  it('notifies listeners, so that they can look names up again', async () => {
    await warmUp();
    const heard: string[] = [];
    member.run(() => LocalCache.grab().onReset(() => heard.push('reset')));
    await watch();
    await pass(10);
    expect(heard).toEqual([]);

    await change('pool');
    await pass(10);
    await pass(10);

    expect(heard).toEqual(['reset']);
  });

  it('lets declared settings notify listeners of what has changed', async () => {
    const declared = defineSettings({ dbHost: setting('DB_HOST'), pool: setting('POOL') });
    const changes: unknown[] = [];
    await member.run(async () => {
      await declared.load();
      declared.onChange(['dbHost', 'pool'], ({ dbHost }, { keys, previous }) =>
        changes.push([keys, previous.dbHost, dbHost]),
      );
    });
    await member.flush();
    await watch();
    source.values = { DB_HOST: 'new', POOL: '5' };
    await change('db_host');

    await pass(10);
    await pass(10);
    member.run(() => declared.close());

    expect(changes).toEqual([[['dbHost'], 'old', 'new']]);
  });

  it('treats a lost generation as a change, once', async () => {
    await change('db_host');
    await warmUp();
    await watch();
    await pass(10);
    source.values = { DB_HOST: 'new' };
    await member.run(() => DynamoCacher.grab().clear());
    dynamo.forget('/orders/prod');

    await pass(10);
    expect(await member.get('DB_HOST')).toBe('new');
    await member.flush();
    dynamo.operations.length = 0;
    await pass(10);
    await member.get('DB_HOST');

    expect(dynamo.operations).toEqual(['GetItem']);
  });

  it('does not treat an older generation as a change: a replica may lag behind', async () => {
    await change('db_host');
    await change('db_host');
    await warmUp();
    await watch();
    await pass(10);
    const row = dynamo.rows.find((each) => each['name_key']?.S === generationKey) ?? {};
    await dynamo.plant({ ...row, xcon_gen: { N: `${clock.nowMs() - 60_000}` } });
    dynamo.operations.length = 0;

    await pass(10);
    await member.get('DB_HOST');

    expect(dynamo.operations).toEqual(['GetItem']);
  });

  it('notices that the partition was cleared', async () => {
    await warmUp();
    await watch();
    await pass(10);
    source.values = { DB_HOST: 'new' };
    const operator = process();
    await operator.run(() => DynamoCacher.grab().clear({ environ: '/orders/prod' }));
    await operator.close();

    await pass(10);

    expect(await member.get('DB_HOST')).toBe('new');
  });

  it('ends with stop(), with its scope, and with close()', async () => {
    const stopped = await watch();
    const disposed = await watch();
    await watch();
    stopped.close();
    stopped.close();
    disposed[Symbol.dispose]();
    await pass(10);
    expect(dynamo.operations.filter((each) => each === 'GetItem').length).toBeGreaterThan(0);
    await member.close();
    dynamo.operations.length = 0;

    await pass(30);

    expect(dynamo.operations).toEqual([]);
  });

  it('warns once when it is not permitted, and keeps trying', async () => {
    const refusing = { send: () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDeniedException' })) };
    member = process({}, Object.assign(new MemoryDynamo(), refusing).client);
    await watch();

    await pass(10);
    await pass(10);

    expect(member.log.warnings).toEqual([
      expect.objectContaining({
        event: 'watch.failed',
        environ: '/orders/prod',
        reason: 'AccessDeniedException: no',
        remedy: expect.stringContaining('dynamodb:GetItem') as string,
      }),
    ]);
  });

  it('reports credentials that are refused as lookups do, once for both', async () => {
    const expired = Object.assign(new Error('no'), { name: 'ExpiredTokenException' });
    member = process({}, Object.assign(new MemoryDynamo(), { send: () => Promise.reject(expired) }).client);
    await watch();

    await pass(10);
    await member.get('DB_HOST');
    await pass(10);

    expect(member.log.warnings).toEqual([
      expect.objectContaining({
        event: 'aws.refused',
        missing: 'credentials',
        remedy: expect.stringContaining('renew the credentials') as string,
      }),
    ]);
  });

  it('does nothing where nothing is cached', async () => {
    member = process({ cacher: null });
    await watch();

    await pass(30);

    expect(dynamo.operations).toEqual([]);
    expect(member.log.warnings).toEqual([]);
  });

  it('survives invalid settings', async () => {
    await watch();
    member.run(() => config.addDirectory('/orders/{environment}'));
    globalThis.process.env['XCON_INTERNAL_CACHE_EXPIRATION_MINUTES'] = 'many';
    await pass(10);
    delete globalThis.process.env['XCON_INTERNAL_CACHE_EXPIRATION_MINUTES'];

    await pass(10);

    expect(dynamo.operations).toContain('GetItem');
  });

  test.each([0, -1, Number.NaN, 86_401, Number.POSITIVE_INFINITY, '5' as never])(
    'rejects an interval of %s seconds',
    async (seconds) => {
      await expect(watch(seconds)).rejects.toThrow(InvalidSettingsError);
    },
  );
});

describe('a watch in AWS Lambda', () => {
  beforeEach(() => {
    globalThis.process.env['AWS_LAMBDA_FUNCTION_NAME'] = 'orders';
  });

  it('checks with the next lookup, at most once an interval, and starts no timer', async () => {
    await warmUp();
    await watch();
    expect(jest.getTimerCount()).toBe(0);
    await pass(9);
    await member.values(['DB_HOST', 'POOL']);
    expect(dynamo.operations).toEqual([]);

    clock.advance(1);
    await member.values(['DB_HOST', 'POOL', 'DB_HOST']);
    await member.values(['DB_HOST', 'POOL']);

    expect(dynamo.operations.filter((each) => each === 'GetItem')).toHaveLength(2);
    expect(dynamo.operations).not.toContain('Query');
    clock.advance(10);
    dynamo.operations.length = 0;
    await member.values(['DB_HOST', 'POOL']);
    expect(dynamo.operations).toEqual(['GetItem']);
  });

  it('gives the answer after the change', async () => {
    await warmUp();
    await watch();
    source.values = { DB_HOST: 'new', POOL: '5' };
    await change('db_host');
    clock.advance(10);

    expect(await member.values(['DB_HOST', 'POOL'])).toEqual(['new', '5']);
  });

  it('answers from memory when it cannot check', async () => {
    await warmUp();
    await watch();
    dynamo.fail = Object.assign(new Error('slow'), { name: 'TimeoutError' });
    clock.advance(10);

    expect(await member.values(['DB_HOST', 'POOL'])).toEqual(['old', '5']);

    expect(member.log.events).toEqual(['watch.failed']);
    // What failed needs no permission.
    expect(member.log.warnings[0]).not.toHaveProperty('remedy');
  });

  it('rejects a lookup whose signal is aborted during a check, without waiting for the check', async () => {
    await warmUp();
    await watch();
    const held = setTimeout(() => undefined, 1);
    clearTimeout(held);
    const limit = jest.spyOn(unfakedTimers, 'start').mockReturnValue(held);
    const controller = new AbortController();
    const reason = new Error('enough');
    jest.spyOn(dynamo.client, 'send').mockReturnValue(new Promise<never>(() => undefined) as never);
    clock.advance(10);

    const waiting = member.run(() => config.get('DB_HOST', undefined, { signal: controller.signal }));
    for (let turns = 0; turns < 20; turns += 1) await turn();
    expect(limit).toHaveBeenCalledTimes(1);
    controller.abort(reason);

    await expect(waiting).rejects.toBe(reason);
  });

  it('no longer checks once it is stopped', async () => {
    await warmUp();
    const watched = await watch();
    watched.close();
    clock.advance(60);

    await member.get('DB_HOST');

    expect(dynamo.operations).toEqual([]);
  });
});

it('watches the partition of the context in which it began', async () => {
  const billing = [new XconSettings({ service: 'billing', environment: 'prod' }), new LocalCache()];
  await member.run(() => withDependencies(billing, () => config.watch({ everySeconds: 10 })));

  await pass(10);

  expect(dynamo.rows.map((row) => row['app_key']?.S)).toEqual(['/billing/prod']);
});
