import assert from 'node:assert/strict';
import { defineSettings, secret } from '../../src/index';
import { gate, StoppedClock, StubCacher } from '../chain/doubles';
import { failureOf, secretOf, type Scenarios, Service, turns, WrittenProvider } from './scenario';

/** Runs a scenario as AWS Lambda runs a function. */
function inLambda(scenario: () => Promise<unknown>): () => Promise<unknown> {
  return async () => {
    process.env['AWS_LAMBDA_FUNCTION_NAME'] = 'orders';
    try {
      await scenario();
    } finally {
      delete process.env['AWS_LAMBDA_FUNCTION_NAME'];
    }
  };
}

class WatchedCacher extends StubCacher {
  constructor(private readonly look: () => Promise<number>) {
    super();
  }

  override readGeneration(): Promise<number> {
    return this.look();
  }
}

export const lambdaScenarios: Scenarios = {
  'a signal fires while a watch looks for changes, and the sources fail': inLambda(async () => {
    const look = gate<number>();
    const clock = new StoppedClock();
    const down = new WrittenProvider({ readDirectory: () => Promise.reject(new Error('down')) });
    const cacher = new WatchedCacher(() => look.promise);
    const service = new Service({ providers: [down], cacher }, {}, [clock]);
    await service.run(() => service.config.watch({ everySeconds: 1 }));
    clock.advanceMs(1500);
    const aborting = new AbortController();
    const waiting = failureOf(service.get('FOUND', aborting.signal));
    await turns();
    aborting.abort(new Error('stop'));
    assert.equal(((await waiting).error as Error).message, 'stop');
    const other = failureOf(service.get('FOUND'));
    look.fail(new Error('down'));
    await other;
    await service.run(() => service.config.close());
  }),

  'the reads of a lookup that has ended reject when they are aborted': inLambda(async () => {
    const readDirectory = (_: unknown, { signal }: { readonly signal: AbortSignal }): Promise<never> =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    const slow = new WrittenProvider({ readDirectory }, { name: 'slow' });
    const service = new Service({ providers: [new WrittenProvider({}), slow] });
    assert.equal(await service.get('FOUND'), 'value');
    await turns();
    await service.run(() => service.config.close());
  }),

  'a lookup ends while a secret is read again, and while names are explained': inLambda(async () => {
    const again = gate<undefined>();
    let reads = 0;
    const readToken = (signal: AbortSignal): Promise<unknown> => {
      reads += 1;
      if (reads === 1) return Promise.resolve(secretOf('TOKEN', 'first'));
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
      return Promise.race([again.promise.then(() => secretOf('TOKEN', 'second')), aborted]);
    };
    const readSecrets = (
      asked: readonly { readonly exactName: string }[],
      { signal }: { readonly signal: AbortSignal },
    ) =>
      new Map(
        asked.map(({ exactName }) => [
          exactName,
          exactName === '/orders/prod/TOKEN' ? readToken(signal) : Promise.resolve(undefined),
        ]),
      );
    const secrets = new WrittenProvider({ readSecrets }, { name: 'secrets', readsByName: true });
    const other = new WrittenProvider({}, { name: 'other' });
    const service = new Service({ providers: [secrets, other], strategy: 'names' });
    const declared = defineSettings({ token: secret('TOKEN') });
    const seen: unknown[] = [];
    const use = (value: unknown): Promise<string> => {
      seen.push(value);
      return value === 'second'
        ? Promise.resolve('used')
        : Promise.reject(Object.assign(new Error('denied'), { status: 401 }));
    };
    const using = service.run(() => declared.withSecret('token', use));
    for (let turn = 0; reads < 2 && turn < 10_000; turn += 1) await turns(1);
    assert.equal(await service.get('FOUND'), 'value');
    again.open(undefined);
    assert.equal(await using, 'used');
    assert.deepEqual(seen, ['first', 'second']);
  }),
};
