import { setImmediate } from 'node:timers/promises';
import { Directory } from '../../src/directory/directory';
import { type DirectoryItem } from '../../src/item/directory-item';
import { type DirectoryListing, Unavailable } from '../../src/item/directory-listing';
import { readPolicyOf } from '../../src/memory/source-memory';
import { type ListingOutcome, type SecretOutcome } from '../../src/providers/provider';
import { gate } from '../chain/doubles';
import { readSession } from '../contract/read-session';
import { failureOf, listing, MemoryWorld, ScriptedProvider, secretItem, secretOf } from './doubles';

const down = new Error('down');
const refusal = new Unavailable('denied', 'allow it');
const never = (): Promise<never> => new Promise(() => undefined);
let provider: ScriptedProvider;
let world: MemoryWorld;

beforeEach(() => {
  provider = new ScriptedProvider();
  world = new MemoryWorld(provider);
});

// Reads that were given no answer end here.
afterEach(() => world.memory.abortReads());

describe('listing directories', () => {
  it('asks for what is not in memory, in one call, and gives the reads by path', async () => {
    const [first] = world.start(['/b']);
    const reads = world.start(['/a', '/b', '/c']);
    const listings = (await Promise.all(reads.map(({ promise }) => promise))) as DirectoryListing[];

    expect(provider.asked).toEqual([['/b'], ['/a', '/c']]);
    expect(reads[1]).toBe(first);
    expect(listings.map(({ directory }) => directory.path)).toEqual(['/a', '/b', '/c']);
  });

  it('gives the outcome without waiting once the read has ended', async () => {
    const answer = gate<ListingOutcome>();
    provider.answerListing = () => answer.promise;
    const [read] = world.start(['/a']);

    const before = [read?.outcome, world.known('/a')];
    const answered = listing('/a');
    answer.open(answered);
    await read?.promise;

    expect(before).toEqual([undefined, undefined]);
    expect([read?.outcome, world.known('/a'), world.known('/b')]).toEqual([answered, answered, undefined]);
  });

  it('calls back with each new listing once, and not with failures', async () => {
    const listed: string[] = [];
    provider.answerListing = (path) => (path === '/b' ? Promise.reject(down) : refusal);

    const onListed = (by: unknown, path: string, outcome: ListingOutcome): void => {
      listed.push(`${path} ${outcome.constructor.name} ${String(by === provider)}`);
    };
    world.start(['/a', '/b'], { onListed });
    world.start(['/a'], { onListed });
    await setImmediate();

    expect(listed).toEqual(['/a Unavailable true']);
  });

  it('ignores errors of the callback', async () => {
    const onListed = (): never => {
      throw new Error('listener');
    };

    expect(await world.list('/a', { onListed })).toMatchObject({ size: 0 });
  });

  it('passes the session on, with a signal that is not aborted', () => {
    world.start(['/a']);

    expect(provider.sessions[0]).toMatchObject({ clients: world.session.clients, settings: world.session.settings });
    expect(provider.signals[0]?.aborted).toBe(false);
  });
});

describe('a failure', () => {
  it('that is not awaited does not end the process', async () => {
    provider.answerListing = () => Promise.reject(down);
    provider.answerSecret = () => Promise.reject(down);

    world.start(['/a', '/b']);
    world.memory.startSecrets([secretOf('x')], world.options());
    await setImmediate();

    expect([world.known('/a'), world.memory.knownSecret(secretOf('x'))]).toEqual([undefined, 'unread']);
  });

  it('of a read without an answer comes after a minute, and a late answer becomes the last good one', async () => {
    jest.useFakeTimers();
    try {
      const answer = gate<ListingOutcome>();
      provider.answerListing = () => answer.promise;
      const failing = failureOf(world.list('/a'));
      await jest.advanceTimersByTimeAsync(60_000);
      const error = await failing;
      answer.open(listing('/a', { x: 'late' }));
      await jest.advanceTimersByTimeAsync(0);

      expect(error).toMatchObject({ message: 'no answer within 60000 ms' });
      expect(world.known('/a')).toBeUndefined();
      expect(world.atHand('/a')).toMatchObject({ outcome: { size: 1 } });
      expect(world.memory.problems).toEqual([]);
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('a read that takes longer than a minute', () => {
  it('has failed, and counts once: what the source answers later is no second failure', async () => {
    jest.useFakeTimers();
    try {
      const answer = gate<ListingOutcome>();
      provider.answerListing = () => answer.promise;
      const failing = failureOf(world.list('/a'));
      await jest.advanceTimersByTimeAsync(60_000);
      await failing;
      answer.fail(down);
      await jest.advanceTimersByTimeAsync(0);
      provider.answerListing = (path) => listing(path);

      expect(world.memory.problems).toMatchObject([['/a', { reason: 'Error: no answer within 60000 ms' }]]);
      expect(await world.list('/a')).toMatchObject({ size: 0 });
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('a refusal', () => {
  it.each(['credentials', 'region'] as const)('for want of %s is remembered for failurePauseMs only', async (scope) => {
    const ofClients = new Unavailable('none', 'log in', scope);
    provider.answerListing = () => ofClients;
    await world.list('/a');
    provider.answerListing = (path) => listing(path, { x: '1' });

    world.nowMs = 999;
    const within = await world.list('/a');
    world.nowMs = 1000;

    expect(within).toBe(ofClients);
    expect(await world.list('/a')).toMatchObject({ size: 1 });
  });
});

describe('a reset', () => {
  it('does not let such a read replace a newer last good value', async () => {
    const answer = gate<ListingOutcome>();
    provider.answerListing = () => answer.promise;
    const before = world.list('/a');
    world.memory.reset();
    provider.answerListing = (path) => listing(path, { x: 'new' });
    await world.list('/a');
    answer.open(listing('/a', { x: 'old' }));
    await before;

    world.memory.reset();

    expect((world.atHand('/a') as { outcome: DirectoryListing }).outcome.find('x')).toMatchObject({ value: 'new' });
  });

  it('does not let the failure of such a read affect the next one', async () => {
    const answer = gate<ListingOutcome>();
    provider.answerListing = () => answer.promise;
    world.policy = { ...world.policy, staleIfErrorMs: 0 };
    const failing = failureOf(world.list('/a'));
    world.memory.reset();
    provider.answerListing = (path) => listing(path);
    await world.list('/a');
    answer.fail(down);

    expect(await failing).toBe(down);
    expect(world.known('/a')).toBeDefined();
  });
});

describe('the time at which a read began', () => {
  it('is given for what has been read, and for nothing else', async () => {
    const at = (): unknown[] => [
      world.memory.listingReadAt(new Directory({ path: '/a' })),
      world.memory.secretReadAt(secretOf('x')),
    ];
    const before = at();
    world.nowMs = 5;
    const reading = [world.list('/a'), world.secret('x')];
    const during = at();
    await Promise.all(reading);
    world.nowMs = 9;

    expect([before, during]).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
    expect(at()).toMatchObject([{ atMs: 5 }, { atMs: 5 }]);
  });

  it('is, for memory as a whole, that of the first read since the last reset', async () => {
    const before = world.memory.readSince;
    world.nowMs = 5;
    await world.list('/a');
    world.nowMs = 6;
    await world.secret('x');
    const { readSince } = world.memory;
    world.memory.reset();

    expect([before, readSince, world.memory.readSince]).toEqual([
      undefined,
      expect.objectContaining({ atMs: 5 }),
      undefined,
    ]);
  });

  it('does not count for a provider that is not cacheable', async () => {
    class Local extends ScriptedProvider {
      override readonly cacheable = false;
    }
    world = new MemoryWorld<ScriptedProvider>(new Local());
    await world.list('/_scripted');

    expect(world.memory.readSince).toBeUndefined();
  });
});

describe('a secret', () => {
  it('is read together with those asked for in the same turn, each once', async () => {
    const outcomes = await Promise.all([
      world.secret('x'),
      world.secret('y'),
      world.secret('x'),
      Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => world.secret('z')),
    ]);

    expect(provider.asked).toEqual([['/a/x', '/a/y', '/a/z']]);
    expect(outcomes.map((each) => (each as DirectoryItem).value)).toEqual([
      'value of x',
      'value of y',
      'value of x',
      'value of z',
    ]);
    expect(outcomes[2]).toBe(outcomes[0]);
  });

  it('is read in advance for the lookup that needs it', async () => {
    world.memory.startSecrets([secretOf('x'), secretOf('y')], world.options());

    expect(await world.secret('y')).toMatchObject({ value: 'value of y' });
    expect(provider.asked).toEqual([['/a/x', '/a/y']]);
    expect(world.memory.knownSecret(secretOf('x'))).toMatchObject({ value: 'value of x' });
  });

  it('in its directory differs from the same one by its id, and both are read in one call', async () => {
    const byId = { ...secretOf('x'), directory: Directory.literal('/_id') };

    const [listed, asked] = await Promise.all([world.secret('x'), world.memory.readSecret(byId, world.options())]);

    const known = [world.memory.knownSecret(secretOf('x')), world.memory.knownSecret(byId)];
    const directories = [listed, asked, ...known].map((each) => (each as DirectoryItem).directory.path);
    expect(directories).toEqual(['/a', '/_id', '/a', '/_id']);
    expect([listed, asked]).toMatchObject([{ value: 'value of x' }, { value: 'value of x' }]);
    expect(provider.asked).toEqual([['/a/x']]);
  });

  it('that is gone is remembered as gone', async () => {
    provider.answerSecret = () => undefined;
    const before = world.memory.knownSecret(secretOf('x'));
    const reading = world.secret('x');
    const during = world.memory.knownSecret(secretOf('x'));

    expect([before, during, await reading]).toEqual(['unread', 'unread', undefined]);
    expect([await world.secret('x'), world.memory.knownSecret(secretOf('x'))]).toEqual([undefined, undefined]);
    expect(provider.asked).toHaveLength(1);
  });
});

describe('reading a secret again', () => {
  it('gives no stale value when it fails, and leaves nothing in memory', async () => {
    await world.secret('x');
    provider.answerSecret = () => Promise.reject(down);

    expect(await failureOf(world.memory.rereadSecret(secretOf('x'), world.options()))).toBe(down);
    expect(world.memory.knownSecret(secretOf('x'))).toBe('unread');
  });

  it('starts again after a reset', async () => {
    const answers = [gate<SecretOutcome>(), gate<SecretOutcome>()];
    provider.answerSecret = () => answers[provider.asked.length - 1]?.promise;
    const first = world.memory.rereadSecret(secretOf('x'), world.options());
    await setImmediate();
    world.memory.reset();
    const second = world.memory.rereadSecret(secretOf('x'), world.options());
    await setImmediate();
    answers[0]?.open(secretItem(secretOf('x'), 'first'));
    await first;
    const third = world.memory.rereadSecret(secretOf('x'), world.options());
    answers[1]?.open(secretItem(secretOf('x'), 'second'));

    expect(third).toBe(second);
    expect(await second).toMatchObject({ value: 'second' });
  });
});

describe('the previous version of a secret', () => {
  const readPrevious = () => world.memory.readPreviousSecret(secretOf('x'), world.options());

  it('is read once, until the secret is read again', async () => {
    let reads = 0;
    provider.answerPrevious = (secret) => secretItem(secret, `previous ${(reads += 1)}`);

    const values = [...(await Promise.all([readPrevious(), readPrevious()]))];
    await world.memory.rereadSecret(secretOf('x'), world.options());
    values.push(await readPrevious());

    expect(values.map((each) => (each as DirectoryItem).value)).toEqual(['previous 1', 'previous 1', 'previous 2']);
  });

  it('is asked for again after a provider threw at once', async () => {
    provider.answerPrevious = () => {
      throw down;
    };
    const error = await failureOf(readPrevious());
    provider.answerPrevious = (secret) => secretItem(secret, 'previous');

    expect(error).toBe(down);
    expect(await readPrevious()).toMatchObject({ value: 'previous' });
  });
});

describe('aborting reads, for a process that may be frozen', () => {
  it('aborts and forgets what is being read, and keeps what has ended', async () => {
    provider.answerListing = (path) => (path === '/a' ? listing(path) : never());
    const ended = await world.list('/a');
    world.start(['/b']);

    world.memory.abortReads();
    world.start(['/a', '/b']);

    expect(provider.asked).toEqual([['/a'], ['/b'], ['/b']]);
    expect(provider.signals.map(({ aborted }) => aborted)).toEqual([true, true, false]);
    expect(world.known('/a')).toBe(ended);
  });

  it('aborts secrets, and those that wait for their turn', async () => {
    provider.answerSecret = never;
    const reading = failureOf(world.secret('x'));
    await setImmediate();
    const waiting = failureOf(world.secret('y'));

    world.memory.abortReads();
    world.secret('x').catch(() => undefined);
    await setImmediate();

    expect(provider.asked).toEqual([['/a/x'], ['/a/x']]);
    expect(provider.signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(await waiting).toMatchObject({ message: 'The read was aborted: no lookup waited for it.' });
    expect(await Promise.race([reading, setImmediate('under way')])).toBe('under way');
  });

  it('aborts reads that began before a reset, too', () => {
    provider.answerListing = never;
    world.start(['/a']);
    world.memory.reset();
    const wasReading = world.memory.isReading;

    world.memory.abortReads();

    expect([wasReading, world.memory.isReading]).toEqual([true, false]);
    expect(provider.signals[0]?.aborted).toBe(true);
  });

  it('aborts nothing when everything has ended', async () => {
    await world.list('/a');

    world.memory.abortReads();

    expect(provider.signals[0]?.aborted).toBe(false);
    expect(world.known('/a')).toBeDefined();
  });

  it('lets an aborted read reject for its callers, without an effect on the circuit or the next read', async () => {
    const answers = [gate<ListingOutcome>(), gate<ListingOutcome>()];
    provider.answerListing = () => answers[provider.asked.length - 1]?.promise ?? never();
    const failing = failureOf(world.list('/a'));
    world.memory.abortReads();
    const [second] = world.start(['/a']);

    answers[0]?.fail(down);

    expect(await failing).toBe(down);
    expect(world.start(['/a'])[0]).toBe(second);
    expect(world.memory.problems).toEqual([]);
    expect(world.start(['/a'], { inAdvance: true })).toHaveLength(1);
  });

  it('lets an aborted read that succeeds resolve for its callers, without an effect on memory', async () => {
    const answer = gate<ListingOutcome>();
    provider.answerListing = () => answer.promise;
    const reading = world.list('/a');
    world.memory.abortReads();
    answer.open(listing('/a'));

    expect(await reading).toMatchObject({ size: 0 });
    expect([world.known('/a'), world.atHand('/a')]).toEqual([undefined, undefined]);
  });
});

describe('a provider that violates its contract', () => {
  it.each<[string, unknown, unknown]>([
    ['throws at once', down, down],
    [
      'throws no Error',
      'hunter2',
      expect.objectContaining({ message: 'The provider threw no Error.', cause: 'hunter2' }),
    ],
  ])('and %s fails every read', async (_, thrown, expected) => {
    const throwNow = (): never => {
      throw thrown as Error;
    };
    class Throwing extends ScriptedProvider {
      override readDirectories = throwNow;
      override readSecrets = throwNow;
    }
    world = new MemoryWorld<ScriptedProvider>(new Throwing());

    const reads = [...world.start(['/a', '/b']).map(({ promise }) => promise), world.secret('x')];
    const errors = await Promise.all(reads.map(failureOf));

    expect(errors).toEqual([expected, expected, expected]);
    expect(world.known('/a')).toBeUndefined();
  });

  it('and starts no read fails what it was asked for, by name', async () => {
    class Forgetful extends ScriptedProvider {
      override readDirectories(): ReadonlyMap<string, Promise<ListingOutcome>> {
        return new Map<string, Promise<ListingOutcome>>();
      }

      override readSecrets(): ReadonlyMap<string, Promise<SecretOutcome>> {
        return new Map<string, Promise<SecretOutcome>>();
      }
    }
    world = new MemoryWorld<ScriptedProvider>(new Forgetful());

    const errors = await Promise.all([world.list('/a'), world.secret('x')].map(failureOf));

    expect(errors).toMatchObject([
      { message: 'The provider started no read of /a.' },
      { message: 'The provider started no read of /a/x.' },
    ]);
  });

  it('and gives a promise of a Map fails every read; what the Map holds may reject', async () => {
    class Async extends ScriptedProvider {
      override readDirectories(): never {
        return Promise.resolve(new Map([['/a', Promise.reject(down)]])) as never;
      }
    }
    world = new MemoryWorld<ScriptedProvider>(new Async());

    expect(await failureOf(world.list('/a'))).toMatchObject({
      message: 'expected readDirectories to give a Map of promises, got an instance of Promise',
    });
    await setImmediate();
  });

  it.each<[string, unknown, string]>([
    ['no listing', { a: 1 }, 'expected a DirectoryListing or an Unavailable, got a plain object'],
    ['nothing', undefined, 'expected a DirectoryListing or an Unavailable, got undefined'],
    [
      'a listing of something else',
      { names: ['x'], find: () => 'text' },
      'expected a DirectoryListing or an Unavailable, got a plain object',
    ],
  ])('and lists %s fails the lookup', async (_, given, message) => {
    provider.answerListing = () => given as ListingOutcome;

    expect(await failureOf(world.list('/a'))).toMatchObject({ name: 'TypeError', message });
  });

  it.each<[string, unknown]>([
    ['text', 'hunter2'],
    ['null', null],
    ['an object', {}],
    ['an entry of another kind', { kind: 'other', name: 'x' }],
    ['an unread secret without a name', { kind: 'unread', name: 'x' }],
    ['a refusal without a reason', { kind: 'refused', name: 'x', refusal: 'no' }],
  ])('and lists %s as an entry fails the lookup', async (_, entry) => {
    class Odd extends ScriptedProvider {
      override readDirectory({ path }: Directory): Promise<ListingOutcome> {
        const odd = listing(path, { x: '1' });
        Object.defineProperty(odd, 'find', { value: () => entry });
        return Promise.resolve(odd);
      }
    }
    world = new MemoryWorld<ScriptedProvider>(new Odd());

    expect(await failureOf(world.list('/a'))).toMatchObject({
      message: 'expected a listing of DirectoryItems, of unread secrets and of refused entries',
    });
  });

  it('and gives something else as a secret fails the lookup', async () => {
    provider.answerSecret = () => 'hunter2' as unknown as SecretOutcome;

    expect(await failureOf(world.secret('x'))).toMatchObject({
      message: 'expected a DirectoryItem, an Unavailable or undefined, got a string',
    });
  });
});

describe('a probe', () => {
  it('asks whatever is in memory, and leaves memory as it is', async () => {
    await world.list('/a');
    await world.secret('x');
    const { readSince } = world.memory;
    provider.answerListing = () => listing('/a', { probed: '1' });

    const probed = await world.list('/a', { isProbe: true });
    await world.secret('x', { isProbe: true });
    await world.list('/b', { isProbe: true });

    expect(probed).toMatchObject({ size: 1 });
    expect(world.known('/a')).toMatchObject({ size: 0 });
    expect([world.known('/b'), world.memory.readSince]).toEqual([undefined, readSince]);
    expect(provider.asked).toEqual([['/a'], ['/a/x'], ['/a'], ['/a/x'], ['/b']]);
  });

  it('counts as a success or a failure, and gives no earlier outcome while it is running', async () => {
    jest.useFakeTimers();
    try {
      await world.list('/a');
      const answer = gate<ListingOutcome>();
      provider.answerListing = () => answer.promise;
      const probe = world.list('/a', { isProbe: true });
      await jest.advanceTimersByTimeAsync(300);
      answer.fail(down);

      expect(await probe).toMatchObject({ details: { reason: 'Error: down' } });
      expect(world.memory.problems).toMatchObject([['/a', { state: 'stale' }]]);
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('the policy of reads', () => {
  it.each([
    ['as long as memory and the setting together', {}, (15 + 60) * 60_000],
    ['as the settings say', { internalCacheExpirationMinutes: 1, staleIfErrorSeconds: 30 }, 90_000],
    ['not at all, when the setting is 0', { staleIfErrorSeconds: 0 }, 0],
  ])('lets the last good outcome be served %s', (_, settings, staleIfErrorMs) => {
    expect(readPolicyOf(readSession({ settings }))).toMatchObject({ staleIfErrorMs, failurePauseMs: 1000 });
  });

  it('uses the given clock and random source', () => {
    const policy = readPolicyOf(readSession({ nowMs: 5, settings: { failurePauseMs: 7 } }), () => 0.25);

    expect([policy.nowMs(), policy.random(), policy.failurePauseMs]).toEqual([5, 0.25, 7]);
    expect(readPolicyOf(readSession()).random()).toBeLessThan(1);
  });
});
