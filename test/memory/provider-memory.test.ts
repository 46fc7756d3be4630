import { setImmediate } from 'node:timers/promises';
import { Directory } from '../../src/directory/directory';
import { DirectoryItem } from '../../src/item/directory-item';
import { DirectoryListing, Unavailable, type UnreadSecret } from '../../src/item/directory-listing';
import { type ListingOutcome, Provider, type ReadSession, type SecretOutcome } from '../../src/providers/provider';
import { ProviderMemory, type RememberedSetting } from '../../src/memory/provider-memory';
import { readSession } from '../contract/read-session';

type Answers<T> = ReadonlyMap<string, Promise<T>>;

/** Answers as it is told, and notes what it was asked. */
class ScriptedProvider extends Provider {
  override readonly name = 'scripted';
  readonly asked: (readonly string[])[] = [];
  readonly sessions: ReadSession[] = [];

  constructor(
    private readonly answerListing: (path: string) => Promise<ListingOutcome> = (path) =>
      Promise.resolve(new DirectoryListing(new Directory({ path }), [])),
    private readonly answerSecret: (secret: UnreadSecret) => Promise<SecretOutcome> = (secret) =>
      Promise.resolve(itemOf(secret)),
  ) {
    super();
  }

  override readDirectory(directory: Directory): Promise<ListingOutcome> {
    return this.answerListing(directory.path);
  }

  override readDirectories(directories: readonly Directory[], session: ReadSession): Answers<ListingOutcome> {
    this.asked.push(directories.map(({ path }) => path));
    this.sessions.push(session);
    return super.readDirectories(directories, session);
  }

  override readSecrets(secrets: readonly UnreadSecret[], session: ReadSession): Answers<SecretOutcome> {
    this.asked.push(secrets.map(({ exactName }) => exactName));
    this.sessions.push(session);
    return new Map(secrets.map((each) => [each.exactName, this.answerSecret(each)]));
  }
}

const session = readSession();
const [prod, all, global] = ['/orders/prod', '/orders/all', '/global/all'].map((path) => new Directory({ path })) as [
  Directory,
  Directory,
  Directory,
];

function secretOf(name: string): UnreadSecret {
  return { kind: 'unread', name, exactName: `/orders/prod/${name}`, directory: prod, nextRotationMs: undefined };
}

function itemOf({ name, directory }: UnreadSecret): DirectoryItem {
  return new DirectoryItem({ name, value: `of ${name}`, directory, source: 'scripted', secret: true });
}

/** A promise that is settled from outside. */
function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: unknown) => void } {
  let settle: [(value: T) => void, (error: unknown) => void] | undefined;
  const promise = new Promise<T>((resolve, reject) => (settle = [resolve, reject]));
  return { promise, resolve: (value) => settle?.[0](value), reject: (error) => settle?.[1](error) };
}

let memory: ProviderMemory;

beforeEach(() => {
  memory = new ProviderMemory();
});

// Reads that were given no answer end here.
afterEach(() => memory.abortUnfinished());

describe('list', () => {
  it('reads what is missing, together, and gives the reads in the order asked', async () => {
    const provider = new ScriptedProvider();

    const [first] = memory.list(provider, [all], session);
    const reads = memory.list(provider, [prod, all, global], session);
    const listings = (await Promise.all(reads.map(({ promise }) => promise))) as DirectoryListing[];

    expect(provider.asked).toEqual([['/orders/all'], ['/orders/prod', '/global/all']]);
    expect(reads[1]).toBe(first);
    expect(listings.map(({ directory }) => directory.path)).toEqual(['/orders/prod', '/orders/all', '/global/all']);
  });

  it('has the outcome at hand once the reading has ended', async () => {
    const answer = deferred<ListingOutcome>();
    const provider = new ScriptedProvider(() => answer.promise);
    const [read] = memory.list(provider, [prod], session);
    const listing = new DirectoryListing(prod, []);

    const before = [read?.outcome, memory.knownListing(prod)];
    answer.resolve(listing);
    await read?.promise;

    expect(before).toEqual([undefined, undefined]);
    expect(read?.outcome).toBe(listing);
    expect(memory.knownListing(prod)).toBe(listing);
    expect(memory.knownListing(all)).toBeUndefined();
  });

  it('remembers a refusal like any other outcome', async () => {
    const refusal = new Unavailable('denied', 'allow it');
    const provider = new ScriptedProvider(() => Promise.resolve(refusal));

    await memory.list(provider, [prod], session)[0]?.promise;
    memory.list(provider, [prod], session);

    expect(memory.knownListing(prod)).toBe(refusal);
    expect(provider.asked).toHaveLength(1);
  });

  it('forgets what failed and keeps the rest', async () => {
    const failure = new Error('out of order');
    const provider = new ScriptedProvider((path) =>
      path === '/orders/all' ? Promise.reject(failure) : Promise.resolve(new DirectoryListing(prod, [])),
    );

    const results = await Promise.allSettled(memory.list(provider, [prod, all], session).map(({ promise }) => promise));
    memory.list(provider, [prod, all], session);

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(results[1]).toMatchObject({ reason: failure });
    expect(provider.asked).toEqual([['/orders/prod', '/orders/all'], ['/orders/all']]);
  });

  it('does not end the process when nobody waits for what failed', async () => {
    memory.list(new ScriptedProvider(() => Promise.reject(new Error('out of order'))), [prod, all], session);

    await setImmediate();

    expect(memory.knownListing(prod)).toBeUndefined();
  });

  it('tells of each new listing once, and not of failures', async () => {
    const told: string[] = [];
    const onRead = (path: string, outcome: ListingOutcome): void => {
      told.push(`${path} ${outcome.constructor.name}`);
    };
    const provider = new ScriptedProvider((path) =>
      path === '/orders/all' ? Promise.reject(new Error('no')) : Promise.resolve(new Unavailable('denied', 'allow')),
    );

    memory.list(provider, [prod, all], session, { onRead });
    memory.list(provider, [prod], session, { onRead });
    await setImmediate();

    expect(told).toEqual(['/orders/prod Unavailable']);
  });

  it('hands on the session, with a signal that is not aborted', () => {
    const provider = new ScriptedProvider();

    memory.list(provider, [prod], session);

    expect(provider.sessions[0]).toMatchObject({ clients: session.clients, settings: session.settings });
    expect(provider.sessions[0]?.signal.aborted).toBe(false);
  });
});

describe('a provider that does not do as it should', () => {
  class ThrowingProvider extends ScriptedProvider {
    constructor(private readonly thrown: unknown) {
      super();
    }

    override readDirectories(): Answers<ListingOutcome> {
      throw this.thrown;
    }

    override readSecrets(): Answers<SecretOutcome> {
      throw this.thrown;
    }
  }

  class ForgetfulProvider extends ScriptedProvider {
    override readDirectories(): Answers<ListingOutcome> {
      return new Map();
    }

    override readSecrets(): Answers<SecretOutcome> {
      return new Map();
    }
  }

  it('fails every reading when it throws at once', async () => {
    const failure = new RangeError('at once');
    const provider = new ThrowingProvider(failure);

    const results = await Promise.allSettled([
      ...memory.list(provider, [prod, all], session).map(({ promise }) => promise),
      memory.readSecret(provider, secretOf('a'), session),
    ]);

    expect(results.map((each) => each.status === 'rejected' && (each.reason as unknown))).toEqual([
      failure,
      failure,
      failure,
    ]);
    expect(memory.knownListing(prod)).toBeUndefined();
  });

  it('fails with an Error when it throws something else', async () => {
    const [read] = memory.list(new ThrowingProvider('hunter2'), [prod], session);

    await expect(read?.promise).rejects.toMatchObject({ message: 'The provider threw no Error.', cause: 'hunter2' });
  });

  it('fails what it has not begun to read, by name', async () => {
    const provider = new ForgetfulProvider();

    const listing = memory.list(provider, [prod], session)[0]?.promise;
    const secret = memory.readSecret(provider, secretOf('a'), session);

    await expect(listing).rejects.toThrow('The provider started no read of /orders/prod.');
    await expect(secret).rejects.toThrow('The provider started no read of /orders/prod/a.');
  });
});

describe('readSecret', () => {
  it('reads together what is asked for in the same turn, each once', async () => {
    const provider = new ScriptedProvider();
    const ask = (name: string): Promise<RememberedSetting> => memory.readSecret(provider, secretOf(name), session);

    const outcomes = await Promise.all([
      ask('a'),
      ask('b'),
      ask('a'),
      Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => ask('c')),
    ]);

    expect(provider.asked).toEqual([['/orders/prod/a', '/orders/prod/b', '/orders/prod/c']]);
    expect(outcomes.map((each) => (each as DirectoryItem).value)).toEqual(['of a', 'of b', 'of a', 'of c']);
    expect(outcomes[2]).toBe(outcomes[0]);
  });

  it('reads in a call of its own what is asked for later', async () => {
    const provider = new ScriptedProvider();

    await memory.readSecret(provider, secretOf('a'), session);
    await memory.readSecret(provider, secretOf('b'), session);
    await memory.readSecret(provider, secretOf('a'), session);

    expect(provider.asked).toEqual([['/orders/prod/a'], ['/orders/prod/b']]);
  });

  it('tells a secret in its directory from one that was asked for by its id, and reads it once for both', async () => {
    const provider = new ScriptedProvider();
    const byId = { ...secretOf('a'), directory: Directory.literal('/_id') };

    const [listed, asked] = await Promise.all([
      memory.readSecret(provider, secretOf('a'), session),
      memory.readSecret(provider, byId, session),
    ]);

    const directories = [listed, asked, memory.knownSecret(secretOf('a')), memory.knownSecret(byId)];
    expect(directories.map((each) => (each as DirectoryItem).directory.path)).toEqual([
      '/orders/prod',
      '/_id',
      '/orders/prod',
      '/_id',
    ]);
    expect((listed as DirectoryItem).value).toBe('of a');
    expect((asked as DirectoryItem).value).toBe('of a');
    expect(provider.asked).toEqual([['/orders/prod/a']]);
  });

  it('remembers that a secret is gone, or refused', async () => {
    const refusal = new Unavailable('denied', 'allow it');
    const provider = new ScriptedProvider(undefined, ({ name }) =>
      Promise.resolve(name === 'gone' ? undefined : refusal),
    );

    const before = memory.knownSecret(secretOf('gone'));
    const reading = memory.readSecret(provider, secretOf('gone'), session);
    const during = memory.knownSecret(secretOf('gone'));
    await Promise.all([reading, memory.readSecret(provider, secretOf('refused'), session)]);
    await memory.readSecret(provider, secretOf('gone'), session);

    expect([before, during]).toEqual(['unread', 'unread']);
    expect(memory.knownSecret(secretOf('gone'))).toBeUndefined();
    expect(memory.knownSecret(secretOf('refused'))).toBe(refusal);
    expect(provider.asked).toHaveLength(1);
  });

  it('forgets what failed and keeps the rest', async () => {
    const failures = [new Error('out of order')];
    const provider = new ScriptedProvider(undefined, (secret) => {
      const failure = secret.name === 'a' ? failures.shift() : undefined;
      return failure === undefined ? Promise.resolve(itemOf(secret)) : Promise.reject(failure);
    });
    const ask = (name: string): Promise<RememberedSetting> => memory.readSecret(provider, secretOf(name), session);

    const first = await Promise.allSettled([ask('a'), ask('a'), ask('b')]);
    const again = await ask('a');

    expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(again).toMatchObject({ value: 'of a' });
    expect(provider.asked).toEqual([['/orders/prod/a', '/orders/prod/b'], ['/orders/prod/a']]);
  });
});

describe('startSecrets', () => {
  it('reads together what somebody will ask for', async () => {
    const provider = new ScriptedProvider();

    memory.startSecrets(provider, [secretOf('a'), secretOf('b')], session);
    const outcome = await memory.readSecret(provider, secretOf('b'), session);

    expect(outcome).toMatchObject({ value: 'of b' });
    expect(provider.asked).toEqual([['/orders/prod/a', '/orders/prod/b']]);
    expect(memory.knownSecret(secretOf('a'))).toMatchObject({ value: 'of a' });
  });

  it('does not end the process when nobody asks for what failed', async () => {
    memory.startSecrets(
      new ScriptedProvider(undefined, () => Promise.reject(new Error('out of order'))),
      [secretOf('a')],
      session,
    );

    await setImmediate();

    expect(memory.knownSecret(secretOf('a'))).toBe('unread');
  });
});

describe('abortUnfinished', () => {
  it('aborts what is being read, forgets it, and keeps what has ended', async () => {
    const provider = new ScriptedProvider((path) =>
      path === '/orders/prod' ? Promise.resolve(new DirectoryListing(prod, [])) : new Promise(() => undefined),
    );
    const [ended] = memory.list(provider, [prod], session);
    await ended?.promise;
    memory.list(provider, [all], session);

    memory.abortUnfinished();
    memory.list(provider, [prod, all], session);

    expect(provider.asked).toEqual([['/orders/prod'], ['/orders/all'], ['/orders/all']]);
    expect(provider.sessions.map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
    expect(memory.knownListing(prod)).toBe(ended?.outcome);
  });

  it('forgets secrets that are being read', async () => {
    const provider = new ScriptedProvider(undefined, () => new Promise(() => undefined));
    memory.readSecret(provider, secretOf('a'), session).catch(() => undefined);
    await setImmediate();

    memory.abortUnfinished();
    memory.readSecret(provider, secretOf('a'), session).catch(() => undefined);
    await setImmediate();

    expect(provider.asked).toEqual([['/orders/prod/a'], ['/orders/prod/a']]);
    expect(provider.sessions.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  });

  it('aborts nothing when everything has ended', async () => {
    const provider = new ScriptedProvider();
    await memory.list(provider, [prod], session)[0]?.promise;

    memory.abortUnfinished();

    expect(provider.sessions[0]?.signal.aborted).toBe(false);
    expect(memory.knownListing(prod)).toBeInstanceOf(DirectoryListing);
  });

  it('does not let an aborted read forget the one that took its place', async () => {
    const answers = [deferred<ListingOutcome>(), deferred<ListingOutcome>()];
    let count = 0;
    const provider = new ScriptedProvider(() => answers[count++]?.promise as Promise<ListingOutcome>);
    memory.list(provider, [prod], session);

    memory.abortUnfinished();
    const [second] = memory.list(provider, [prod], session);
    answers[0]?.reject(new Error('aborted'));
    await setImmediate();
    const [third] = memory.list(provider, [prod], session);

    expect(third).toBe(second);
    expect(provider.asked).toHaveLength(2);
  });
});

describe('rereadSecret', () => {
  it('asks again for what is known, and remembers the new outcome', async () => {
    let version = 0;
    const provider = new ScriptedProvider(undefined, (secret) =>
      Promise.resolve(new DirectoryItem({ ...itemOf(secret), value: `v${(version += 1)}` })),
    );

    const first = await memory.readSecret(provider, secretOf('a'), session);
    const again = await memory.rereadSecret(provider, secretOf('a'), session);
    const known = await memory.readSecret(provider, secretOf('a'), session);

    expect([first, again, known].map((each) => (each as DirectoryItem).value)).toEqual(['v1', 'v2', 'v2']);
  });

  it('that fails leaves nothing remembered', async () => {
    const answers = [Promise.resolve(itemOf(secretOf('a'))), Promise.reject(new Error('down'))];
    answers[1]?.catch(() => undefined);
    const provider = new ScriptedProvider(undefined, (secret) => answers.shift() ?? Promise.resolve(itemOf(secret)));
    await memory.readSecret(provider, secretOf('a'), session);

    await expect(memory.rereadSecret(provider, secretOf('a'), session)).rejects.toThrow('down');

    expect(memory.knownSecret(secretOf('a'))).toBe('unread');
  });
});

describe('readPreviousSecret', () => {
  class Versioned extends ScriptedProvider {
    asks = 0;

    override readPreviousSecret(secret: UnreadSecret, { signal }: ReadSession): Promise<SecretOutcome> {
      signal.throwIfAborted();
      this.asks += 1;
      return Promise.resolve(new DirectoryItem({ ...itemOf(secret), value: `previous ${this.asks}` }));
    }
  }

  it('asks once, until the secret is read again', async () => {
    const provider = new Versioned();
    const values: unknown[] = [];
    const readPrevious = async () => {
      const outcome = await memory.readPreviousSecret(provider, secretOf('a'), session);
      values.push((outcome as DirectoryItem).value);
    };

    await Promise.all([readPrevious(), readPrevious()]);
    await memory.rereadSecret(provider, secretOf('a'), session);
    await readPrevious();

    expect(values).toEqual(['previous 1', 'previous 1', 'previous 2']);
  });

  it('is apart from the current version', async () => {
    const provider = new Versioned();

    await memory.readPreviousSecret(provider, secretOf('a'), session);

    expect(memory.knownSecret(secretOf('a'))).toBe('unread');
  });

  it('gives nothing of a provider that keeps none', async () => {
    expect(await memory.readPreviousSecret(new ScriptedProvider(), secretOf('a'), session)).toBeUndefined();
  });

  it('rejects when the provider throws at once, and asks again', async () => {
    class Broken extends Versioned {
      override readPreviousSecret(secret: UnreadSecret, reading: ReadSession): Promise<SecretOutcome> {
        if (this.asks > 0) return super.readPreviousSecret(secret, reading);
        this.asks += 1;
        throw new Error('broken');
      }
    }
    const provider = new Broken();

    await expect(memory.readPreviousSecret(provider, secretOf('a'), session)).rejects.toThrow('broken');

    expect(await memory.readPreviousSecret(provider, secretOf('a'), session)).toMatchObject({ value: 'previous 2' });
  });
});
