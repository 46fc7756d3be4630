import { inspect } from 'node:util';
import {
  CacherError,
  ConfigError,
  ConfigNotFoundError,
  ContextError,
  InvalidDirectoryError,
  InvalidNameError,
  InvalidSettingsError,
  InvalidValueError,
  isConfigError,
  NotLoadedError,
  ProviderError,
} from '../src/errors';
import { WriteError } from '../src/providers/write-error';

const cause = new Error('socket hang up');

const kinds: readonly (readonly [name: string, code: string, error: ConfigError])[] = [
  ['ConfigNotFoundError', 'CONFIG_NOT_FOUND', new ConfigNotFoundError('DB_HOST', [])],
  ['InvalidValueError', 'INVALID_VALUE', new InvalidValueError('POOL', 'a number', 'a string from ssm')],
  ['InvalidNameError', 'INVALID_NAME', new InvalidNameError('it is empty')],
  ['InvalidDirectoryError', 'INVALID_DIRECTORY', new InvalidDirectoryError('orders', 'is relative')],
  ['InvalidSettingsError', 'INVALID_SETTINGS', new InvalidSettingsError('XCON_LOG_LEVEL', 'expected one of warn.')],
  ['NotLoadedError', 'NOT_LOADED', new NotLoadedError('DB_HOST')],
  ['ContextError', 'CONTEXT_ORDER', new ContextError('left too early')],
  ['ProviderError', 'PROVIDER_FAILED', new ProviderError('ssm', '/orders/prod', 'TimeoutError')],
  ['CacherError', 'CACHER_FAILED', new CacherError('no such table')],
  ['WriteError', 'WRITE_FAILED', new WriteError('ssm', '/orders/prod/X', 'busy', 'try again')],
];

describe.each(kinds)('%s', (name, code, error) => {
  it('has a name and a stable code', () => {
    expect(error.name).toBe(name);
    expect(error.code).toBe(code);
  });

  it('is an Error and a ConfigError, with a stack that begins with its name', () => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(ConfigError);
    expect(inspect(error)).toContain(name);
  });

  it('is recognised by isConfigError', () => {
    expect(isConfigError(error)).toBe(true);
  });
});

/** What would begin a line, steer a terminal, or turn a line around. */
const hostile = 'a\nb\u001b[31m\u202ec\u2028d\u0085e';

it.each<[string, ConfigError]>([
  [
    'ConfigNotFoundError',
    new ConfigNotFoundError(hostile, [{ provider: hostile, directory: hostile, outcome: 'absent' }]),
  ],
  ['InvalidValueError', new InvalidValueError(hostile, 'a number', hostile)],
  ['InvalidNameError', new InvalidNameError(hostile)],
  ['InvalidDirectoryError', new InvalidDirectoryError(hostile, hostile)],
  ['InvalidSettingsError', new InvalidSettingsError(hostile, hostile)],
  ['NotLoadedError', new NotLoadedError(hostile)],
  ['ContextError', new ContextError(hostile)],
  ['ProviderError', new ProviderError(hostile, hostile, hostile)],
  ['CacherError', new CacherError(hostile)],
])('the message of a %s is one line, whatever names and texts of others are in it', (_, error) => {
  expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(error.message).toContain('a\\nb\\u001b[31m\\u202ec\\u2028d\\u0085e');
  expect(error.stack).toContain(error.message);
});

describe('isConfigError', () => {
  it('recognises the errors of another copy of the package', async () => {
    let foreign: unknown;
    await jest.isolateModulesAsync(async () => {
      const copy = await import('../src/errors');
      foreign = new copy.NotLoadedError('DB_HOST');
    });

    expect(foreign).not.toBeInstanceOf(ConfigError);
    expect(isConfigError(foreign)).toBe(true);
  });

  it.each([new Error('plain'), { name: 'ConfigError', code: 'NOT_LOADED' }, 'ConfigError', null, undefined, 7])(
    'rejects %p',
    (thrown) => {
      expect(isConfigError(thrown)).toBe(false);
    },
  );
});

describe('ConfigNotFoundError', () => {
  it('marks the places that were asked only by an earlier read', () => {
    const places = [
      { provider: 'ssm', directory: '/a', outcome: 'absent', stale: true },
      { provider: 'secrets', directory: '/a', outcome: 'not permitted', stale: true },
    ];

    expect(new ConfigNotFoundError('X', places).message).toContain(
      'Looked in: ssm (stale), secrets (not permitted, stale) in /a.',
    );
  });

  it('says that the sources were not read when the cache table records a name as missing', () => {
    const places = [{ provider: 'cacher', outcome: 'known to be missing' }];

    expect(new ConfigNotFoundError('X', places).message).toBe(
      'No value for "X". Looked in: cacher (known to be missing). The cache table records it as missing, and the sources were ' +
        'not read: require() reads them, and so does a lookup after config.refresh({ pastCache: true }). ' +
        "Set it in one of them, or give a fallback: config.get('X', fallback).",
    );
  });

  it('lists every place that was searched, in order, and says what to do', () => {
    const places = [
      { provider: 'env', directory: '/_environmental', outcome: 'absent' },
      { provider: 'ssm', directory: '/orders/prod', outcome: 'not permitted' },
      { provider: 'secrets', directory: '/orders/prod', outcome: 'absent' },
      { provider: 'ssm', directory: '/orders/all', outcome: 'absent' },
      { provider: 'default', outcome: 'absent' },
    ];

    const error = new ConfigNotFoundError('DB_HOST', places);

    expect(error.message).toBe(
      'No value for "DB_HOST". Looked in: env; ssm (not permitted), secrets in /orders/prod; ssm in /orders/all; ' +
        "default. Set it in /orders/prod, or give a fallback: config.get('DB_HOST', fallback).",
    );
    expect(error.key).toBe('DB_HOST');
    expect(error.places).toBe(places);
  });

  it('says that no service is named, and suggests no directory that all services share', () => {
    const places = [
      { provider: 'env', directory: '/_environmental', outcome: 'absent' },
      { provider: 'ssm', directory: '/global/all', outcome: 'absent' },
    ];

    expect(new ConfigNotFoundError('X', places).message).toBe(
      'No value for "X". Looked in: env; ssm in /global/all. No service is named, so only directories that all services share were ' +
        "searched: set APP_NAME, or give a fallback: config.get('X', fallback).",
    );
    const own = [...places, { provider: 'ssm', directory: '/orders/all', outcome: 'absent' }];
    expect(new ConfigNotFoundError('X', own).message).toContain('Set it in /orders/all,');
  });

  it('keeps the order of the search, and groups places of a directory only where they are adjacent', () => {
    const places = [
      { provider: 'env', outcome: 'absent' },
      { provider: 'process', directory: '/_process', outcome: 'failed' },
      { provider: 'ssm', directory: '/orders/prod', outcome: 'absent' },
      { provider: 'ssm', directory: '/orders/all', outcome: 'absent' },
      { provider: 'file', directory: '/orders/prod', outcome: 'known to be missing' },
    ];

    const { message } = new ConfigNotFoundError('DB_HOST', places);

    expect(message).toContain(
      'Looked in: env; process (failed); ssm in /orders/prod; ssm in /orders/all; ' +
        'file (known to be missing) in /orders/prod.',
    );
  });

  it('says that there was no place to search', () => {
    const error = new ConfigNotFoundError('DB_HOST', []);

    expect(error.message).toContain('Looked in: nowhere; no provider is configured.');
  });
});

describe('messages', () => {
  it('name the setting, what was expected and what kind of value was found', () => {
    const error = new InvalidValueError('POOL', 'a number', 'a string from ssm (/orders/prod)');

    expect(error.message).toBe('The value of "POOL" is not a number; found a string from ssm (/orders/prod).');
    expect([error.key, error.expected, error.found]).toEqual(['POOL', 'a number', 'a string from ssm (/orders/prod)']);
  });

  it('say what a valid name is', () => {
    const error = new InvalidNameError('it is empty');

    expect(error.message).toBe(
      "Not the name of a setting: it is empty. A name is a non-empty string, such as 'DB_HOST'.",
    );
  });

  it('show the directory that is not usable and what one looks like', () => {
    const error = new InvalidDirectoryError('orders', 'is relative');

    expect(error.path).toBe('orders');
    expect(error.message).toBe(
      'Directory "orders" is relative. A directory is an absolute path such as /orders/prod; ' +
        'the placeholders are {service} and {environment}.',
    );
  });

  it('begin with the setting or variable at fault', () => {
    const error = new InvalidSettingsError('XCON_LOG_LEVEL', 'expected one of warn, error.');

    expect(error.setting).toBe('XCON_LOG_LEVEL');
    expect(error.message).toBe('XCON_LOG_LEVEL: expected one of warn, error.');
  });

  it('say how to load a name that was not loaded', () => {
    const error = new NotLoadedError('DB_HOST');

    expect(error.key).toBe('DB_HOST');
    expect(error.message).toBe('"DB_HOST" is not in this snapshot. Add it to the names given to config.load([...]).');
  });

  it('name the provider and the directory that failed', () => {
    const error = new ProviderError('ssm@eu-west-1', '/orders/prod', 'TimeoutError: too slow');

    expect([error.provider, error.directory]).toEqual(['ssm@eu-west-1', '/orders/prod']);
    expect(error.message).toBe('Provider "ssm@eu-west-1" failed for /orders/prod: TimeoutError: too slow');
  });

  it('leave the directory out when the call was for none', () => {
    const error = new ProviderError('ssm', undefined, 'TimeoutError');

    expect(error.directory).toBeUndefined();
    expect(error.message).toBe('Provider "ssm" failed: TimeoutError');
  });
});

describe('cause', () => {
  it.each([
    new ProviderError('ssm', '/orders/prod', 'TimeoutError', { cause }),
    new InvalidSettingsError('cacheKmsKeyId', 'needs a package', { cause }),
    new CacherError('clear failed', { cause }),
    new ContextError('left too early', { cause }),
  ])('is kept by $name', (error) => {
    expect(error.cause).toBe(cause);
  });

  it('is absent when there is none', () => {
    expect(new ProviderError('ssm', '/orders/prod', 'TimeoutError')).not.toHaveProperty('cause');
  });
});
