import { withLambdaFreezeGuard } from '../../src/config/lambda-freeze-guard';
import {
  Config,
  defineSettings,
  type Directory,
  DirectoryItem,
  DirectoryListing,
  type ListingOutcome,
  LocalCache,
  Provider,
  type ReadSession,
  secret,
  type UnreadSecret,
  XconSettings,
} from '../../src/index';
import { envOf, gate, isolated, rejection, StubCacher } from '../chain/doubles';

/** A memory that counts how often what is unfinished in it was given up. */
class CountingCache extends LocalCache {
  aborted = 0;

  override abortReads(): void {
    this.aborted += 1;
  }
}

const variable = 'AWS_LAMBDA_FUNCTION_NAME';
let before: string | undefined;

beforeEach(() => {
  before = process.env[variable];
});

afterEach(() => {
  if (before === undefined) delete process.env[variable];
  else process.env[variable] = before;
});

describe.each([
  ['absent', undefined],
  ['empty', ''],
])('where the variable of AWS Lambda is %s', (_, value) => {
  it('has no effect on a lookup', async () => {
    if (value === undefined) delete process.env[variable];
    else process.env[variable] = value;
    const scope = { cacher: new StubCacher(), localCache: new CountingCache() };

    const result = await withLambdaFreezeGuard(scope, () => Promise.resolve('answer'));

    expect(result).toBe('answer');
    expect([scope.cacher.flushed, scope.localCache.aborted]).toEqual([0, 0]);
  });
});

describe('where a process may be frozen', () => {
  beforeEach(() => {
    process.env[variable] = 'orders';
  });

  it('awaits writes before it returns the answer, and aborts unfinished reads', async () => {
    const written = gate<undefined>();
    const scope = { cacher: new StubCacher(), localCache: new CountingCache() };
    scope.cacher.track(written.promise);
    let answered = false;

    const answering = withLambdaFreezeGuard(scope, () => Promise.resolve('answer')).then((answer) => {
      answered = true;
      return answer;
    });
    await new Promise((resolve) => setImmediate(resolve));
    const answeredBefore = answered;
    written.open(undefined);

    expect(await answering).toBe('answer');
    expect(answeredBefore).toBe(false);
    expect(scope.localCache.aborted).toBe(1);
  });

  it('waits for writes that hang for 300 ms at most', async () => {
    const scope = { cacher: new StubCacher(), localCache: new CountingCache() };
    scope.cacher.track(gate().promise);
    jest.useFakeTimers();

    try {
      const answering = withLambdaFreezeGuard(scope, () => Promise.resolve('answer'));
      await jest.advanceTimersByTimeAsync(299);
      const abortedBefore = scope.localCache.aborted;
      await jest.advanceTimersByTimeAsync(1);

      expect(await answering).toBe('answer');
      expect(abortedBefore).toBe(0);
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  it('works without a cacher', async () => {
    const scope = { cacher: null, localCache: new CountingCache() };

    expect(await withLambdaFreezeGuard(scope, () => Promise.resolve('answer'))).toBe('answer');
    expect(scope.localCache.aborted).toBe(1);
  });

  it('aborts reads after a failed lookup as well', async () => {
    const scope = { cacher: null, localCache: new CountingCache() };

    const error = await rejection(() => withLambdaFreezeGuard(scope, () => Promise.reject(new Error('down'))));

    expect(error.message).toBe('down');
    expect(scope.localCache.aborted).toBe(1);
  });

  it('does not abort a read that another lookup may need', async () => {
    const slow = gate<string>();
    const scope = { cacher: null, localCache: new CountingCache() };

    const other = withLambdaFreezeGuard(scope, () => slow.promise);
    await withLambdaFreezeGuard(scope, () => Promise.resolve('answer'));
    const abortedBefore = scope.localCache.aborted;
    slow.open('other');
    await other;

    expect(abortedBefore).toBe(0);
    expect(scope.localCache.aborted).toBe(1);
  });
});

/** A source of the secret TOKEN, whose reads of some kind wait for a gate, unless they are aborted. */
class SlowProvider extends Provider {
  override readonly name = 'secrets';
  override readonly readsByName = true;
  slow: 'listing' | 'value' | 'previous' | undefined;
  readonly waiting = gate<AbortSignal>();
  readonly answer = gate<undefined>();

  override async readDirectory(directory: Directory, { signal }: ReadSession): Promise<ListingOutcome> {
    await this.pause('listing', signal);
    const exactName = `${directory.path}/TOKEN`;
    return new DirectoryListing(directory, [
      { kind: 'unread', name: 'token', exactName, directory, nextRotationMs: undefined },
    ]);
  }

  override readSecrets(secrets: readonly UnreadSecret[], { signal }: ReadSession) {
    return new Map(secrets.map((each) => [each.exactName, this.read('value', each, signal)]));
  }

  override readPreviousSecret(each: UnreadSecret, { signal }: ReadSession): Promise<DirectoryItem> {
    return this.read('previous', each, signal);
  }

  private async read(kind: 'value' | 'previous', { exactName, directory }: UnreadSecret, signal: AbortSignal) {
    await this.pause(kind, signal);
    const facts = { exactName, directory, source: this.name, secret: true };
    return new DirectoryItem({ name: 'TOKEN', value: this.slow === 'value' ? 'newer' : 'first', ...facts });
  }

  private async pause(kind: string, signal: AbortSignal): Promise<void> {
    if (kind !== this.slow) return;
    this.waiting.open(signal);
    await this.answer.promise;
    signal.throwIfAborted();
  }
}

describe('reads in AWS Lambda go on although another lookup ends', () => {
  const declared = defineSettings({ token: secret('TOKEN') });
  const refused = Object.assign(new Error('denied'), { status: 401 });

  beforeEach(() => {
    process.env[variable] = 'orders';
  });

  it.each<readonly [string, SlowProvider['slow'], (slow: Config) => Promise<unknown>]>([
    ['get', 'listing', (slow) => slow.get('TOKEN')],
    ['get with a signal', 'listing', (slow) => slow.get('TOKEN', undefined, { signal: new AbortController().signal })],
    ['require', 'listing', (slow) => slow.require('TOKEN')],
    ['getString', 'listing', (slow) => slow.getString('TOKEN')],
    ['getItem', 'listing', (slow) => slow.getItem('TOKEN')],
    ['has', 'listing', (slow) => slow.has('TOKEN')],
    ['load', 'listing', (slow) => slow.load(['TOKEN', 'OTHER'])],
    ['explain of a name', 'listing', (slow) => slow.explain('TOKEN')],
    ['explain of names', 'listing', (slow) => slow.explain(['TOKEN', 'OTHER'])],
    ['load of declared settings', 'listing', () => declared.load()],
    ['explain of declared settings', 'listing', () => declared.explain()],
    ['health with a probe', 'listing', (slow) => slow.health({ probe: true })],
    [
      'withSecret that reads the secret again',
      'value',
      async (slow) => {
        const provider = slow.providers[0] as SlowProvider;
        provider.slow = undefined;
        await declared.load();
        return declared.withSecret('token', (value) => {
          provider.slow = 'value';
          return value === 'newer' ? value : Promise.reject(refused);
        });
      },
    ],
    [
      'withSecret that reads the previous version',
      'previous',
      () => declared.withSecret('token', (_, versions) => versions.previous()),
    ],
  ])('%s', async (_, kind, start) => {
    const provider = new SlowProvider();
    provider.slow = kind;
    const slow = new Config({ directories: ['/orders/prod'], providers: [provider], cacher: null });
    const other = new Config({ directories: ['/orders/prod'], providers: [envOf({ other: 'value' })], cacher: null });

    await isolated([slow], async () => {
      const reading = start(slow);
      const signal = await provider.waiting.promise;
      await other.get('OTHER');
      const wasAborted = signal.aborted;
      provider.answer.open(undefined);

      await expect(reading).resolves.toBeDefined();
      expect(wasAborted).toBe(false);
    });
  });
});

it('a probe in AWS Lambda aborts what has not answered in time', async () => {
  process.env[variable] = 'orders';
  const provider = new SlowProvider();
  provider.slow = 'listing';
  const config = new Config({ directories: ['/orders/prod'], providers: [provider], cacher: null });

  await isolated([config, new XconSettings({ lookupBudgetMs: 20 })], async () => {
    const health = await config.health({ probe: true });

    expect(health.providers.map(({ state }) => state)).toEqual(['failing']);
    expect((await provider.waiting.promise).aborted).toBe(true);
  });
});
