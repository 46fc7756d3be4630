import { withLambdaFreezeGuard } from '../../src/config/lambda-freeze-guard';
import { LocalCache } from '../../src/index';
import { gate, rejection, StubCacher } from '../chain/doubles';

/** A memory that counts how often what is unfinished in it was given up. */
class CountingCache extends LocalCache {
  aborted = 0;

  override abortUnfinished(): void {
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
  it('does nothing but look up', async () => {
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

  it('awaits writes before the answer is given, and gives unfinished reads up', async () => {
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

  it('gives reads up after a lookup that failed, too', async () => {
    const scope = { cacher: null, localCache: new CountingCache() };

    const error = await rejection(() => withLambdaFreezeGuard(scope, () => Promise.reject(new Error('down'))));

    expect(error.message).toBe('down');
    expect(scope.localCache.aborted).toBe(1);
  });

  it('gives no read up that another lookup may still need', async () => {
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
