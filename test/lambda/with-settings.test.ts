import { Config, defineSettings, InvalidSettingsError, setting, SettingsValidationError } from '../../src/index';
import { type InvocationOptions, withSettings } from '../../src/lambda/index';
import { isolated, MapProvider, RecordedLog, StoppedClock } from '../chain/doubles';
import { gate } from '../chain/doubles';

type Held = Record<string, string> | Error;

const directory = '/orders/prod';
let clock: StoppedClock;
let log: RecordedLog;
let held: () => Held | Promise<Held>;
let provider: MapProvider;

beforeEach(() => {
  clock = new StoppedClock();
  log = new RecordedLog();
  held = () => ({ HOST: 'db' });
  provider = new MapProvider({ held: { [directory]: () => held() } });
});

/** Runs as a function does whose module is loaded in a process of its own. */
function inFunction<T>(fn: (config: Config) => Promise<T>): Promise<T> {
  return isolated([clock, log.logger()], () => {
    const config = new Config({ providers: [provider], directories: [directory], cacher: null });
    return config.run(() => fn(config));
  });
}

const settings = () => defineSettings({ host: setting('HOST') });
const makeHandler = (options?: InvocationOptions) =>
  withSettings(settings(), (event: string, _context: object, { host }) => `${event} ${host}`, options);

describe('withSettings', () => {
  it('calls the handler with event, context and the typed settings', () =>
    inFunction(async () => {
      const seen: unknown[] = [];
      const handler = withSettings(settings(), (event: { id: number }, context: { awsRequestId: string }, given) => {
        const host: string = given.host;
        seen.push(event, context, given);
        return { host };
      });

      const result: { host: string } = await handler({ id: 7 }, { awsRequestId: 'r' });

      expect(result).toEqual({ host: 'db' });
      expect(seen).toEqual([{ id: 7 }, { awsRequestId: 'r' }, { host: 'db' }]);
    }));

  it('loads in the init phase, before there is an invocation', () =>
    inFunction(async () => {
      makeHandler();

      await new Promise((resolve) => setImmediate(resolve));

      expect(provider.listed).toEqual([directory]);
    }));

  it('gives the same settings until they expire, and reads them again at the start of the next invocation', () =>
    inFunction(async () => {
      const handler = makeHandler({ refreshSeconds: 60 });
      const results = [await handler('one', {})];
      held = () => ({ HOST: 'other' });
      clock.advanceMs(59_999);
      results.push(await handler('two', {}));
      clock.advanceMs(1);
      expect(provider.listed).toHaveLength(1);
      results.push(await handler('three', {}));

      expect(results).toEqual(['one db', 'two db', 'three other']);
      expect(provider.listed).toHaveLength(2);
    }));

  it('fails an invocation without settings with the one error, and tries again with the next', () =>
    inFunction(async () => {
      held = () => ({});
      const handler = makeHandler();

      await expect(handler('one', {})).rejects.toThrow(SettingsValidationError);
      await expect(handler('two', {})).rejects.toThrow(/HOST/);
      held = () => ({ HOST: 'db' });
      clock.advanceMs(24 * 3600 * 1000);

      expect(await handler('three', {})).toBe('three db');
    }));

  it('keeps its settings when they cannot be read again, retries after a pause, and logs a warning', () =>
    inFunction(async () => {
      const handler = makeHandler({ refreshSeconds: 60 });
      await handler('one', {});
      held = () => ({});
      clock.advanceMs(60_000);

      expect(await handler('two', {})).toBe('two db');
      const asked = provider.listed.length;
      clock.advanceMs(9_999);
      expect(await handler('three', {})).toBe('three db');
      expect(provider.listed).toHaveLength(asked);
      expect(log.warnings('settings.refresh-failed')).toHaveLength(1);
      expect(JSON.stringify(log.lines)).not.toContain('"db"');

      held = () => ({ HOST: 'repaired' });
      clock.advanceMs(24 * 3600 * 1000);
      expect(await handler('four', {})).toBe('four repaired');
    }));

  it('fails when the settings it has are too old', () =>
    inFunction(async () => {
      const handler = makeHandler({ refreshSeconds: 60, staleSeconds: 3600 });
      await handler('one', {});
      held = () => ({});
      clock.advanceMs(3_600_001);

      await expect(handler('two', {})).rejects.toThrow(SettingsValidationError);
    }));

  it('waits for settings that are read again within its budget', () =>
    inFunction(async () => {
      const handler = makeHandler({ refreshSeconds: 60, refreshBudgetMs: 500 });
      await handler('one', {});
      const answer = gate<Held>();
      held = () => answer.promise;
      clock.advanceMs(60_000);
      jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
      try {
        const invocation = handler('two', {});
        await jest.advanceTimersByTimeAsync(499);
        let hasEnded = false;
        invocation.then(
          () => (hasEnded = true),
          () => undefined,
        );
        await new Promise((resolve) => setImmediate(resolve));
        expect(hasEnded).toBe(false);
        await jest.advanceTimersByTimeAsync(1);

        expect(await invocation).toBe('two db');
        expect(log.warnings('settings.refresh-failed')[0]).toMatchObject({
          reason: expect.stringContaining('refreshBudgetMs (500 ms)') as string,
        });
      } finally {
        jest.useRealTimers();
        answer.open({ HOST: 'late' });
      }
    }));

  it.each([
    ['ends well', () => 'done'],
    ['fails', () => Promise.reject(new Error('of the handler'))],
  ])('waits for what is written before an invocation that %s has ended', (_, work) =>
    inFunction(async (config) => {
      const written = gate<undefined>();
      const flush = jest.spyOn(Config.prototype, 'flush').mockImplementation(() => written.promise);
      const handler = withSettings(settings(), work as () => string, { flushBudgetMs: 900_000 });
      let hasEnded = false;

      const invocation = handler({}, {}).catch((error: Error) => error.message);
      invocation.then(
        () => (hasEnded = true),
        () => undefined,
      );
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      expect([hasEnded, flush.mock.calls.length]).toEqual([false, 1]);
      written.open(undefined);

      expect(['done', 'of the handler']).toContain(await invocation);
      flush.mockRestore();
      await config.close();
    }),
  );

  it('does not wait for what is written longer than its budget', () =>
    inFunction(async () => {
      const flush = jest.spyOn(Config.prototype, 'flush').mockReturnValue(new Promise(() => undefined));
      const handler = makeHandler({ flushBudgetMs: 0 });

      expect(await handler('one', {})).toBe('one db');
      flush.mockRestore();
    }));

  it.each([
    [{ refreshSecond: 5 }, 'option refreshSecond: there is no such option. Did you mean refreshSeconds?'],
    [{ refreshBudgetMs: -1 }, 'option refreshBudgetMs: expected a number, from 0 to 900000.'],
    [{ refreshBudgetMs: 2 ** 31 }, 'option refreshBudgetMs: expected a number, from 0 to 900000.'],
    [{ flushBudgetMs: Infinity }, 'option flushBudgetMs: expected a number, from 0 to 900000.'],
    [{ refreshSeconds: Number.NaN }, 'option refreshSeconds: expected a number, 0 or more.'],
    [{ staleSeconds: '5' }, 'option staleSeconds: expected a number, 0 or more.'],
  ])('refuses %j', (options, problem) =>
    inFunction(() => {
      const make = () => makeHandler(options as never);
      expect(make).toThrow(InvalidSettingsError);
      expect(make).toThrow(problem);
      return Promise.resolve();
    }),
  );
});
