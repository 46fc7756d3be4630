import { z } from 'zod';
import { ValueMask } from '../../src/declared/issues';
import {
  defineSettings,
  type DefineSettingsOptions,
  InvalidSettingsError,
  secret,
  setting,
  type SettingsChange,
  type StandardSchema,
} from '../../src/index';
import { gate } from '../chain/doubles';
import { nextTurn, withoutVariables } from '../config/doubles';
import { invalid, Service } from './world';

withoutVariables();

let held: Record<string, string>;
let service: Service;

beforeEach(() => {
  held = { host: 'db', pool_size: '10', password: 'hunter2' };
  service = new Service({ ssm: { '/orders/prod': () => Promise.resolve({ ...held }) } });
});

const declare = (options: DefineSettingsOptions = {}) =>
  defineSettings(
    { host: setting(), db: { poolSize: setting('POOL_SIZE', z.coerce.number()), password: secret('PASSWORD') } },
    options,
  );

/** Loads settings with a listener for a key. */
async function listening(key: 'host' | 'db.poolSize' = 'host', options: DefineSettingsOptions = {}) {
  const declared = declare(options);
  const listener = jest.fn();
  declared.onChange(key, listener);
  await declared.load();
  return { declared, listener };
}

/** Runs a test with the Config of the service as the current one. */
const inside = <T>(fn: () => Promise<T>) => service.run(fn);

/** Waits until background work has ended. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 10; turns += 1) await nextTurn();
}

describe('onChange', () => {
  it('requires a function', () => {
    const declared = declare();
    const onChange = declared.onChange.bind(declared) as (key: string) => unknown;

    expect(() => onChange('host')).toThrow(new InvalidSettingsError('onChange', 'expected a function to call.'));
  });

  it('calls the listener when a refresh brings other values of its keys, with the former ones', () =>
    inside(async () => {
      const declared = declare();
      const calls: unknown[] = [];
      declared.onChange(['host', 'db.poolSize'], ({ host, db }, { keys, previous }) =>
        calls.push([host, db.poolSize, keys, previous.db.poolSize]),
      );
      await declared.load();

      held['pool_size'] = '20';
      await declared.refresh();
      held['host'] = 'other';
      await declared.refresh();
      await declared.refresh();

      expect(calls).toEqual([
        ['db', 20, ['db.poolSize'], 10],
        ['other', 20, ['host'], 20],
      ]);
    }));

  it('does not call it for other keys', () =>
    inside(async () => {
      const { declared, listener } = await listening();

      held['pool_size'] = '20';
      await declared.refresh();
      held['pool_size'] = ' 20';
      await declared.refresh();

      expect(listener).not.toHaveBeenCalled();
    }));

  it('does not call it for the same value in another notation', () =>
    inside(async () => {
      const { declared, listener } = await listening('db.poolSize');

      held['pool_size'] = '10.0';
      await declared.refresh();

      expect(listener).not.toHaveBeenCalled();
    }));

  it('calls it for the settings in a group, secrets as well', () =>
    inside(async () => {
      const declared = declare();
      const changes: SettingsChange<unknown>[] = [];
      declared.onChange('db', (_, change) => changes.push(change));
      await declared.load();

      held['password'] = 'hunter3';
      await declared.refresh();

      expect(changes.map(({ keys }) => keys)).toEqual([['db.password']]);
    }));

  it('calls it after memory has been forgotten, without a load', () =>
    inside(async () => {
      const { declared, listener } = await listening();

      held['host'] = 'other';
      await service.config.refresh();
      await settled();

      expect(listener).toHaveBeenCalledTimes(1);
      declared.close();
    }));

  it('calls it after memory has expired, with the next lookup', () =>
    inside(async () => {
      const { listener } = await listening();
      held['host'] = 'other';

      service.world.clock.advanceMs(15 * 60_000);
      await service.config.get('X');
      await settled();

      expect(listener).toHaveBeenCalledTimes(1);
      expect(service.ssm.listed).toHaveLength(4);
    }));

  it('calls it with a load that lets memory expire', () =>
    inside(async () => {
      const { declared, listener } = await listening();
      held['host'] = 'other';

      service.world.clock.advanceMs(15 * 60_000);
      await declared.load();

      expect(listener).toHaveBeenCalledTimes(1);
    }));

  it('ends with the subscription, which is disposable', () =>
    inside(async () => {
      const declared = declare();
      const listeners = [jest.fn(), jest.fn(), jest.fn()] as const;
      const [first, second] = listeners.map((each) => declared.onChange('host', each));
      await declared.load();

      first?.close();
      first?.close();
      second?.[Symbol.dispose]();
      held['host'] = 'other';
      await declared.refresh();

      expect(listeners.map((each) => each.mock.calls.length)).toEqual([0, 0, 1]);
    }));

  it('belongs to the Config that was current', async () => {
    const declared = declare();
    const other = new Service({ ssm: { '/orders/prod': { host: 'other', pool_size: '1', password: 'x' } } });
    const listener = jest.fn();
    await inside(async () => {
      declared.onChange('host', listener);
      await declared.load();
    });

    await other.run(() => declared.load());

    expect(listener).not.toHaveBeenCalled();
  });

  it('keeps the values of the load that began last, whichever ends last', () =>
    inside(async () => {
      const [slow, fast] = [gate<string>(), gate<string>()];
      const gates = [slow, fast];
      const validate = async (given: unknown) => ({
        value: given === 'x' ? await gates.shift()?.promise : (given as string),
      });
      const schema: StandardSchema<unknown, string | undefined> = {
        '~standard': { version: 1, vendor: 'test', validate },
      };
      const declared = defineSettings({ x: setting(schema) });
      const seen: unknown[] = [];
      declared.onChange('x', ({ x }) => seen.push(x));
      service.config.setOverride('x', 'first');
      await declared.load();

      service.config.setOverride('x', 'x');
      const loads = [declared.load(), declared.load()];
      fast.open('fast');
      await loads[1];
      slow.open('slow');
      await loads[0];

      expect(seen).toEqual(['fast']);
    }));

  it('refuses a key that is not declared', () => {
    const onChange = (key: string) => declare().onChange(key as 'host', () => undefined);

    expect(() => onChange('undeclared')).toThrow(InvalidSettingsError);
    expect(() => onChange('d')).toThrow('no setting is declared as "d"');
  });
});

describe('a refresh that fails', () => {
  it('rejects, and the last good settings stay', () =>
    inside(async () => {
      const { declared, listener } = await listening();

      held['pool_size'] = 'many';
      held['host'] = 'other';
      const error = await invalid(() => declared.refresh());
      held['pool_size'] = '10';
      await declared.refresh();

      expect(error.problems.map(({ key }) => key)).toEqual(['db.poolSize']);
      expect(listener).toHaveBeenCalledTimes(1);
    }));

  it('in the background is logged once, without the value, and given to onError each time', () =>
    inside(async () => {
      const onError = jest.fn();
      const { listener } = await listening('host', { onError });

      held['pool_size'] = 'hunter2';
      held['host'] = 'other';
      for (let times = 0; times < 3; times += 1) {
        await service.config.refresh();
        await settled();
      }

      const warnings = service.world.log.warnings('settings.refresh-failed');
      expect(warnings).toHaveLength(1);
      expect(warnings[0]?.['reason']).toContain('db.poolSize (POOL_SIZE)');
      expect(JSON.stringify(service.world.log.lines)).not.toContain('hunter2');
      expect(onError).toHaveBeenCalledTimes(3);
      expect(listener).not.toHaveBeenCalled();
    }));

  it('describes a refused value once, however often it is loaded again', () =>
    inside(async () => {
      const looks = jest.spyOn(ValueMask.prototype, 'message');
      const declared = declare();
      declared.onChange('host', () => undefined);
      held['pool_size'] = 'many';
      for (let times = 0; times < 5; times += 1) {
        await service.config.refresh();
        await settled();
      }
      const first = looks.mock.calls.length;
      held['pool_size'] = 'more';
      await service.config.refresh();
      await settled();

      expect(first).toBe(1);
      expect(looks).toHaveBeenCalledTimes(2);
      looks.mockRestore();
    }));

  it('is logged again after a refresh that succeeded', () =>
    inside(async () => {
      const declared = declare();
      declared.onChange('host', () => undefined);
      for (const size of ['many', '5', 'many']) {
        held['pool_size'] = size;
        await service.config.refresh();
        await settled();
      }

      expect(service.world.log.warnings('settings.refresh-failed')).toHaveLength(2);
    }));
});

describe('a listener that fails', () => {
  it.each([
    [
      'throws',
      () => {
        throw new TypeError('hunter2');
      },
    ],
    ['rejects', () => Promise.reject(new TypeError('hunter2'))],
  ])('because it %s is logged without its message, and disturbs neither the load nor other listeners', (_, failing) =>
    inside(async () => {
      const onError = jest.fn(() => {
        throw new Error('the handler fails as well');
      });
      const declared = declare({ onError });
      const listener = jest.fn();
      declared.onChange('host', failing);
      declared.onChange('host', listener);
      await declared.load();

      held['host'] = 'other';
      await declared.refresh();
      await settled();

      expect(listener).toHaveBeenCalledTimes(1);
      expect(onError).toHaveBeenCalledWith(expect.any(TypeError));
      expect(service.world.log.warnings('settings.listener-failed')).toEqual([
        { event: 'settings.listener-failed', keys: ['host'], reason: 'TypeError' },
      ]);
    }),
  );
});

describe('refreshEverySeconds', () => {
  beforeEach(() => {
    jest.useFakeTimers({
      doNotFake: ['Date', 'nextTick', 'queueMicrotask', 'setImmediate', 'setTimeout', 'clearTimeout'],
    });
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('reads again as long as there are listeners', () =>
    inside(async () => {
      const declared = declare({ refreshEverySeconds: 60 });
      const listener = jest.fn();
      await declared.load();
      expect(jest.getTimerCount()).toBe(0);

      const subscription = declared.onChange('host', listener);
      await declared.load();
      held['host'] = 'other';
      jest.advanceTimersByTime(59_999);
      await settled();
      expect(listener).not.toHaveBeenCalled();
      jest.advanceTimersByTime(1);
      await settled();
      expect(listener).toHaveBeenCalledTimes(1);

      subscription.close();
      expect(jest.getTimerCount()).toBe(0);
    }));

  it('uses the Config that was current, wherever the timer runs', async () => {
    const declared = declare({ refreshEverySeconds: 60, pastCache: true });
    const listener = jest.fn();
    await inside(async () => {
      declared.onChange('host', listener);
      await declared.load();
    });

    held['host'] = 'other';
    jest.advanceTimersByTime(60_000);
    await settled();

    expect(listener).toHaveBeenCalledTimes(1);
    expect(service.world.localCache.cacheReadPolicy.pastCache).toBe(true);
    declared.close();
  });

  it('begins no second refresh while one is under way', () =>
    inside(async () => {
      const declared = declare({ refreshEverySeconds: 60 });
      declared.onChange('host', () => undefined);
      await declared.load();

      jest.advanceTimersByTime(600_000);
      await settled();

      expect(service.ssm.listed).toHaveLength(4);
      declared.close();
    }));

  it('ends with close, which can be called twice, and with dispose', () =>
    inside(async () => {
      const { declared, listener } = await listening('host', { refreshEverySeconds: 60 });
      declared.close();
      declared[Symbol.dispose]();

      held['host'] = 'other';
      await declared.refresh();
      await settled();

      expect(jest.getTimerCount()).toBe(0);
      expect(listener).not.toHaveBeenCalled();
    }));

  it.each([0, -1, Number.NaN, 2_147_484])('cannot be %p', (refreshEverySeconds) => {
    expect(() => declare({ refreshEverySeconds })).toThrow(
      'refreshEverySeconds: expected a number of seconds, from 0.001 to 2147483',
    );
  });
});

it('a refresh that is aborted forgets nothing', () =>
  inside(async () => {
    const declared = declare();
    await declared.load();

    await expect(declared.refresh({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    await declared.load();

    expect(service.ssm.listed).toHaveLength(2);
  }));
