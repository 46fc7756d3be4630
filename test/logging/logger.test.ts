import fs from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { Context, withDependencies } from '../../src/di/context';
import { InvalidSettingsError } from '../../src/errors';
import { type LogFields, Logger, type LogTarget } from '../../src/logging/logger';
import { type LogLevel } from '../../src/settings/settings-values';
import { XconSettings } from '../../src/settings/xcon-settings';

/** Lines that the library's own pino has written, with the descriptor they went to. */
let written: { readonly fd: number; readonly line: Record<string, unknown> }[];

beforeEach(() => {
  written = [];
  jest.replaceProperty(process, 'env', {});
  const write = fs.writeSync;
  jest.spyOn(fs, 'writeSync').mockImplementation(((fd: number, text: unknown, ...rest: never[]) => {
    const line = String(text);
    if (!line.startsWith('{"level":')) return write(fd, text as string, ...rest);
    written.push({ fd, line: JSON.parse(line) as Record<string, unknown> });
    return Buffer.byteLength(line);
  }) as typeof fs.writeSync);
});

afterEach(() => jest.restoreAllMocks());

/** Logs with a level set in code, and waits until the lines are written. */
async function logWith(values: { readonly logLevel?: LogLevel }, log: (logger: Logger) => void): Promise<void> {
  withDependencies([new XconSettings(values)], () => log(new Logger()));
  for (let turn = 0; turn < 5; turn += 1) await setImmediate();
}

describe('the library’s own log', () => {
  it('writes warnings as JSON lines on standard error', async () => {
    await logWith({}, (logger) => logger.warn('provider.refused', { provider: 'ssm', directory: '/orders/prod' }));

    expect(written).toHaveLength(1);
    expect(written[0]?.fd).toBe(2);
    expect(written[0]?.line).toMatchObject({
      name: 'xcon',
      level: 40,
      event: 'provider.refused',
      msg: 'provider.refused',
      provider: 'ssm',
      directory: '/orders/prod',
    });
  });

  it('does not write steps by default', async () => {
    await logWith({}, (logger) => logger.debug('lookup.hit', { name: 'db_host' }));

    expect(written).toEqual([]);
  });

  it('writes steps at the level debug', async () => {
    await logWith({ logLevel: 'debug' }, (logger) => logger.debug('lookup.hit', { name: 'db_host' }));

    expect(written.map(({ line }) => [line['level'], line['event'], line['name']])).toEqual([
      [20, 'lookup.hit', 'db_host'],
    ]);
  });

  it('reads its level from XCON_LOG_LEVEL', async () => {
    process.env['XCON_LOG_LEVEL'] = 'debug';
    await logWith({}, (logger) => logger.debug('lookup.hit', {}));

    process.env['XCON_LOG_LEVEL'] = 'error';
    await logWith({}, (logger) => logger.warn('provider.refused', {}));

    expect(written.map(({ line }) => line['event'])).toEqual(['lookup.hit']);
  });

  it.each<LogLevel>(['error', 'fatal', 'silent'])('writes no warning at the level %s', async (logLevel) => {
    await logWith({ logLevel }, (logger) => logger.warn('provider.refused', {}));

    expect(written).toEqual([]);
  });

  it('uses the level of the context in which a line is written', async () => {
    const logger = new Logger();
    const quiet = Context.createRoot([new XconSettings({ logLevel: 'silent' })]);
    const loud = Context.createRoot([new XconSettings({ logLevel: 'debug' })]);

    quiet.run(() => logger.warn('in.quiet', {}));
    loud.run(() => logger.debug('in.loud', {}));
    for (let turn = 0; turn < 5; turn += 1) await setImmediate();

    expect(written.map(({ line }) => line['event'])).toEqual(['in.loud']);
  });

  it('keeps the order of lines', async () => {
    await logWith({}, (logger) => {
      for (const event of ['first', 'second', 'third']) logger.warn(event, {});
    });

    expect(written.map(({ line }) => line['event'])).toEqual(['first', 'second', 'third']);
  });
});

describe('without pino', () => {
  it('a line is written as pino writes it', async () => {
    const plain: string[] = [];
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => plain.push(String(text)) > 0);

    await jest.isolateModulesAsync(async () => {
      jest.doMock('pino', () => {
        throw new Error("Cannot find module 'pino'");
      });
      const copy = await import('../../src/logging/logger');
      await logWith({}, () => new copy.Logger().warn('provider.refused', { provider: 'ssm' }));
      jest.dontMock('pino');
    });

    const lines: string[] = [];
    const own = pino({ name: 'xcon' }, { write: (line: string) => void lines.push(line) });
    own.warn({ event: 'provider.refused', provider: 'ssm' }, 'provider.refused');
    const withoutTime = (line: string): string => line.replace(/"time":\d+/, '"time":0');
    expect(plain.map(withoutTime)).toEqual(lines.map(withoutTime));
  });
});

describe('isEnabled', () => {
  const levels: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

  it.each(levels.map((level, index) => [level, levels.slice(index)] as const))(
    'is so, at the level %s, for %p',
    (logLevel, expected) => {
      const enabled = withDependencies([new XconSettings({ logLevel })], () =>
        levels.filter((each) => new Logger().isEnabled(each)),
      );

      expect(enabled).toEqual(expected);
    },
  );

  it('is so for nothing at the level silent', () => {
    const enabled = withDependencies([new XconSettings({ logLevel: 'silent' })], () =>
      levels.filter((each) => new Logger().isEnabled(each)),
    );

    expect(enabled).toEqual([]);
  });

  it.each([
    ['the default', undefined, false],
    ['the last valid one', 'debug', true],
  ])(
    'stays %s while the variable is invalid, which is an error of lookups and not of the log',
    (_, before, isDebug) => {
      const logger = new Logger();
      const isEnabled = (): boolean => Context.createRoot().run(() => logger.isEnabled('debug'));
      if (before !== undefined) process.env['XCON_LOG_LEVEL'] = before;
      isEnabled();

      process.env['XCON_LOG_LEVEL'] = 'loud';

      expect(isEnabled()).toBe(isDebug);
      expect(() => Context.createRoot().run(() => logger.warn('event', {}))).not.toThrow();
      expect(() => Context.createRoot().resolve(XconSettings).resolve()).toThrow(InvalidSettingsError);
    },
  );
});

describe('a logger of the user’s', () => {
  it('receives every line, whatever the level of the library', () => {
    const lines: (readonly [level: string, fields: LogFields, message?: string])[] = [];
    const to =
      (level: string) =>
      (fields: LogFields, message?: string): void => {
        lines.push([level, fields, ...(message === undefined ? [] : [message])] as never);
      };
    const target: LogTarget = {
      trace: to('trace'),
      debug: to('debug'),
      info: to('info'),
      warn: to('warn'),
      error: to('error'),
    };

    withDependencies([new XconSettings({ logLevel: 'silent' })], () => {
      const logger = new Logger(target);
      logger.debug('lookup.hit', { name: 'db_host' });
      logger.warn('provider.refused', { provider: 'ssm' });
      expect(logger.isEnabled('trace')).toBe(true);
    });

    expect(lines).toEqual([
      ['debug', { event: 'lookup.hit', name: 'db_host' }, 'lookup.hit'],
      ['warn', { event: 'provider.refused', provider: 'ssm' }, 'provider.refused'],
    ]);
    expect(written).toEqual([]);
  });

  it('does not receive lines of a level that it has disabled', () => {
    const target = { trace: jest.fn(), debug: jest.fn(), info: jest.fn(), warn: jest.fn(), error: jest.fn() };
    const logger = new Logger({ ...target, isLevelEnabled: (level) => level !== 'debug' });

    logger.debug('lookup.hit', {});
    logger.warn('provider.refused', {});

    expect([logger.isEnabled('debug'), logger.isEnabled('warn')]).toEqual([false, true]);
    expect([target.debug, target.warn].map(({ mock }) => mock.calls.length)).toEqual([0, 1]);
  });

  it('that throws does not fail what is logged', () => {
    const fail = (): never => {
      throw new Error('disk full');
    };
    const logger = new Logger({ trace: fail, debug: fail, info: fail, warn: fail, error: fail });

    expect(() => logger.warn('provider.refused', {})).not.toThrow();
  });

  it.each([
    ['lacks methods', {}],
    [
      'throws when it is asked for its level',
      {
        isLevelEnabled: () => {
          throw new Error('closed');
        },
      },
    ],
    ['is asynchronous and rejects', { warn: () => Promise.reject(new Error('disk full')) }],
  ])('that %s fails nothing either', async (_, target) => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const logger = new Logger(target as LogTarget);

    expect(() => logger.warn('provider.refused', {})).not.toThrow();
    await setImmediate();

    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('may be a pino instance', () => {
    const lines: Record<string, unknown>[] = [];
    const stream = new Writable({
      write(chunk: Buffer, _, done) {
        lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
        done();
      },
    });
    const logger = new Logger(pino({ level: 'warn', base: { service: 'orders' } }, stream));

    logger.debug('lookup.hit', {});
    logger.warn('provider.refused', { provider: 'ssm' });

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 40, service: 'orders', event: 'provider.refused', provider: 'ssm' });
  });

  it('is the current one inside a context that has it', () => {
    const logger = new Logger({
      trace: jest.fn(),
      debug: jest.fn(),
      info: jest.fn(),
      warn: jest.fn(),
      error: jest.fn(),
    });

    expect(withDependencies([logger], () => Logger.grab())).toBe(logger);
  });
});

it('escapes control characters in names and texts, also in lists and maps', () => {
  const lines: LogFields[] = [];
  const target = { debug: () => undefined, warn: (line: LogFields) => void lines.push(line) } as unknown as LogTarget;
  const error = new Error('x');

  new Logger(target).warn('event', {
    name: 'a\nb\u202e',
    places: ['c\u001b', { 'd\u2028': 'e\u0085' }],
    error,
    count: 1,
  });

  expect(lines).toEqual([
    { event: 'event', name: 'a\\nb\\u202e', places: ['c\\u001b', { 'd\\u2028': 'e\\u0085' }], error, count: 1 },
  ]);
});
