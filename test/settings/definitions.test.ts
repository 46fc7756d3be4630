import { Dependency } from '../../src/di/context';
import { Directory } from '../../src/directory/directory';
import { InvalidDirectoryError, InvalidSettingsError } from '../../src/errors';
import { DirectoryListing } from '../../src/item/directory-listing';
import { definitionOf, type SettingName as Name, settingNames, variablesOf } from '../../src/settings/definitions';
import { EnvProvider, SsmProvider } from '../../src/index';
import { testKey } from '../base/test-key';

class Source extends Dependency {}

const key = testKey(7).toString('base64');
const urlSafeKey = testKey(0xfb).toString('base64url');

/** Reads the text of the variable of a setting. */
function read(name: Name, text: string): unknown {
  return definitionOf(name).kind.parse(text, variablesOf(name)[0] ?? '');
}

function check(name: Name, value: unknown): unknown {
  return definitionOf(name).kind.check(value, `xconSettings.${name}`);
}

describe('the variables', () => {
  it.each<[Name, readonly string[]]>([
    ['service', ['APP_NAME', 'SERVICE_NAME']],
    ['environment', ['APP_ENV']],
    ['onlyEnvProvider', ['XCON_ONLY_ENV_PROVIDER']],
    ['disableDefaultCacher', ['XCON_DISABLE_DEFAULT_CACHER']],
    ['internalCacheExpirationMinutes', ['XCON_INTERNAL_CACHE_EXPIRATION_MINUTES']],
    ['configTable', ['XCON_CONFIG_TABLE']],
    ['cacheTable', ['XCON_CACHE_TABLE']],
    ['cacheSecrets', ['XCON_CACHE_SECRETS']],
    ['cacheKeys', ['XCON_CACHE_KEY']],
    ['cacheKmsKeyId', ['XCON_CACHE_KMS_KEY_ID']],
    ['refusals', ['XCON_REFUSALS']],
    ['logLevel', ['XCON_LOG_LEVEL']],
  ])('of %s are %p, in this order', (name, variables) => {
    expect(variablesOf(name)).toEqual(variables);
  });

  it('of a setting is XCON_ and its name in capitals, when the definition names no other', () => {
    const others = settingNames.filter((name) => !variablesOf(name)[0]?.startsWith('XCON_'));

    expect(others).toEqual(['service', 'environment']);
    expect(['cacheTtlSeconds', 'strategy', 'lookupBudgetMs'].map((name) => variablesOf(name as Name))).toEqual([
      ['XCON_CACHE_TTL_SECONDS'],
      ['XCON_STRATEGY'],
      ['XCON_LOOKUP_BUDGET_MS'],
    ]);
  });

  it('are each of one setting only', () => {
    const all = settingNames.flatMap(variablesOf);

    expect(all).toEqual([...new Set(all)]);
  });

  it('count as absent when they are empty, but for the minutes', () => {
    const given = settingNames.filter((name) => definitionOf(name).emptyIsGiven === true);

    expect(given).toEqual(['internalCacheExpirationMinutes']);
  });

  it.each<Name>(['service', 'environment', 'configTable', 'cacheTable', 'cacheKmsKeyId'])(
    'give %s as it is',
    (name) => {
      expect(read(name, '  Orders ')).toBe('  Orders ');
    },
  );

  it.each<[string, boolean]>([
    ['Yes', true],
    [' on ', true],
    ['off', false],
    ['ture', false],
    ['2', false],
  ])('give a flag for %p: %p', (text, expected) => {
    expect(read('onlyEnvProvider', text)).toBe(expected);
    expect(read('disableDefaultCacher', text)).toBe(expected);
  });

  it.each<[string, number]>([
    ['5', 5],
    [' 0.5 ', 0.5],
    ['0', 15],
    ['0.0', 15],
  ])('give minutes for %p: %p', (text, expected) => {
    expect(read('internalCacheExpirationMinutes', text)).toBe(expected);
  });

  it.each(['', '  ', 'soon', '5m', '-1', 'Infinity', 'NaN'])('refuse minutes of %p and name the variable', (text) => {
    const reading = (): unknown => read('internalCacheExpirationMinutes', text);

    expect(reading).toThrow(InvalidSettingsError);
    expect(reading).toThrow(
      /^XCON_INTERNAL_CACHE_EXPIRATION_MINUTES: expected a number of minutes, from 0 to 5256000, got -?\w+\.$/,
    );
  });

  it('give a choice in any case, trimmed', () => {
    expect(read('cacheSecrets', ' Encrypt ')).toBe('encrypt');
    expect(read('logLevel', 'DEBUG')).toBe('debug');
  });

  it.each<[Name, string, string]>([
    ['cacheSecrets', 'plain', 'XCON_CACHE_SECRETS: expected one of reference, encrypt, never, plaintext.'],
    ['refusals', 'throw', 'XCON_REFUSALS: expected one of warn, error.'],
    ['logLevel', 'loud', 'XCON_LOG_LEVEL: expected one of trace, debug, info, warn, error, fatal, silent.'],
  ])('refuse an invalid choice for %s, and list the valid ones', (name, text, message) => {
    expect(() => read(name, text)).toThrow(new InvalidSettingsError(...(message.split(/: /) as [string, string])));
  });

  it('give keys separated by commas, trimmed', () => {
    expect(read('cacheKeys', `${key}, ${urlSafeKey}`)).toEqual([key, urlSafeKey]);
  });

  it.each(['hunter2', `${key},`, `${key},hunter2`, Buffer.alloc(31).toString('base64'), `${key}${key}`])(
    'refuse keys such as %p without repeating them',
    (text) => {
      expect(() => read('cacheKeys', text)).toThrow(
        new InvalidSettingsError('XCON_CACHE_KEY', 'expected keys of 32 bytes in base64, separated by commas.'),
      );
    },
  );
});

describe('the variable', () => {
  it('of directories has paths separated by commas', () => {
    const directories = read('directories', '/{service}/{environment}, /shared,') as readonly Directory[];

    expect(directories.map(({ path }) => path)).toEqual(['/{service}/{environment}', '/shared']);
  });

  it('of providers has names separated by commas', () => {
    expect(read('providers', 'env, ssm')).toEqual([EnvProvider, SsmProvider]);
  });

  it('of defaults has a JSON object', () => {
    expect(read('defaults', '{"POOL":5,"HOSTS":["a"]}')).toEqual({ POOL: 5, HOSTS: ['a'] });
  });

  it('of the sealed file has a JSON object', () => {
    expect(read('lastKnownGood', JSON.stringify({ file: '/answers', key }))).toMatchObject({ file: '/answers' });
  });

  it.each<[Name, string, unknown]>([
    ['cacheTtlSeconds', '3600', 3600],
    ['negativeTtlSeconds', ' 0 ', 0],
    ['failurePauseMs', '250.5', 250.5],
    ['refreshLease', 'off', false],
    ['strategy', 'Names', 'names'],
  ])('of %s may be %p', (name, text, expected) => {
    expect(read(name, text)).toBe(expected);
  });

  it.each<[Name, string, string]>([
    ['service', '/orders', '"/orders" cannot be part of a path: it has a brace, or a slash at an end or doubled.'],
    ['environment', '{x}', '"{x}" cannot be part of a path: it has a brace, or a slash at an end or doubled.'],
    [
      'directories',
      '/a,orders',
      'Directory "orders" is relative. A directory is an absolute path such as /orders/prod; the placeholders are {service} and {environment}.',
    ],
    ['providers', 'env,vault', 'there is no provider "vault". There are env, ssm, secrets, dynamo.'],
    ['defaults', 'hunter2', 'expected JSON.'],
    ['defaults', '["hunter2"]', 'expected an object of names and values, got a list.'],
    ['lastKnownGood', '{"key":"hunter2"', 'expected JSON.'],
    ['cacheTtlSeconds', '', 'expected a number of seconds, from 1 to 315360000, got NaN.'],
    ['requestTimeoutMs', '3s', 'expected a number of milliseconds, from 1 to 2147483647, got NaN.'],
    ['strategy', 'fast', 'expected one of listing, names.'],
  ])('of %s may not be %p: the error names the variable', (name, text, problem) => {
    const [variable = ''] = variablesOf(name);

    expect(() => read(name, text)).toThrow(
      expect.objectContaining({
        code: 'INVALID_SETTINGS',
        setting: variable,
        message: `${variable}: ${problem}`,
      }) as Error,
    );
  });
});

describe('an assignment', () => {
  it.each<[Name, unknown]>([
    ['service', ''],
    ['service', 'orders'],
    ['environment', 'prod'],
    ['configTable', 'table'],
    ['cacheTable', 'table'],
    ['cacheKmsKeyId', 'alias/xcon'],
    ['cacheKmsKeyId', undefined],
    ['onlyEnvProvider', true],
    ['disableDefaultCacher', false],
    ['refreshLease', false],
    ['refusals', 'error'],
    ['internalCacheExpirationMinutes', 0.5],
    ['cacheTtlSeconds', 1],
    ['negativeTtlSeconds', 0],
    ['secretTtlSeconds', 0],
    ['staleIfErrorSeconds', 0],
    ['connectTimeoutMs', 1],
    ['requestTimeoutMs', 1],
    ['lookupBudgetMs', 1],
    ['cacheSecrets', 'never'],
    ['strategy', 'names'],
    ['strategy', 'listing'],
    ['logLevel', 'silent'],
    ['cacheKeys', []],
    ['cacheKeys', [key]],
    ['directories', undefined],
    ['providers', undefined],
    ['lastKnownGood', undefined],
    ['defaults', { pool: 5 }],
  ])('of %s may be %p', (name, value) => {
    expect(check(name, value)).toEqual(value);
  });

  it('of 0 minutes means the default', () => {
    expect(check('internalCacheExpirationMinutes', 0)).toBe(15);
  });

  it.each<[Name, unknown, string]>([
    ['service', 5, 'expected text, got 5.'],
    ['service', '/orders', '"/orders" cannot be part of a path: it has a brace, or a slash at an end or doubled.'],
    ['environment', null, 'expected text, got null.'],
    ['configTable', ['x'], 'expected text, got a list.'],
    ['cacheTable', {}, 'expected text, got object.'],
    ['cacheKmsKeyId', 5, 'expected text, got 5.'],
    ['onlyEnvProvider', 'true', 'expected true or false, got string.'],
    ['disableDefaultCacher', 1, 'expected true or false, got 1.'],
    ['refreshLease', undefined, 'expected true or false, got undefined.'],
    ['internalCacheExpirationMinutes', -1, 'expected a number of minutes, from 0 to 5256000, got -1.'],
    ['cacheTtlSeconds', 0, 'expected a number of seconds, from 1 to 315360000, got 0.'],
    ['negativeTtlSeconds', -1, 'expected a number of seconds, from 0 to 315360000, got -1.'],
    ['secretTtlSeconds', Number.NaN, 'expected a number of seconds, from 0 to 315360000, got NaN.'],
    ['staleIfErrorSeconds', '5', 'expected a number of seconds, from 0 to 315360000, got string.'],
    ['connectTimeoutMs', 0, 'expected a number of milliseconds, from 1 to 2147483647, got 0.'],
    [
      'requestTimeoutMs',
      Number.POSITIVE_INFINITY,
      'expected a number of milliseconds, from 1 to 2147483647, got Infinity.',
    ],
    ['lookupBudgetMs', 0, 'expected a number of milliseconds, from 1 to 2147483647, got 0.'],
    ['internalCacheExpirationMinutes', 1e10, 'expected a number of minutes, from 0 to 5256000, got 10000000000.'],
    ['cacheTtlSeconds', 1e10, 'expected a number of seconds, from 1 to 315360000, got 10000000000.'],
    ['staleIfErrorSeconds', 1e10, 'expected a number of seconds, from 0 to 315360000, got 10000000000.'],
    ['failurePauseMs', 1e10, 'expected a number of milliseconds, from 0 to 2147483647, got 10000000000.'],
    ['connectTimeoutMs', 1e10, 'expected a number of milliseconds, from 1 to 2147483647, got 10000000000.'],
    ['requestTimeoutMs', 1e10, 'expected a number of milliseconds, from 1 to 2147483647, got 10000000000.'],
    ['lookupBudgetMs', 1e10, 'expected a number of milliseconds, from 1 to 2147483647, got 10000000000.'],
    ['cacheSecrets', 'Encrypt', 'expected one of reference, encrypt, never, plaintext.'],
    ['strategy', 'fast', 'expected one of listing, names.'],
    ['logLevel', 30, 'expected one of trace, debug, info, warn, error, fatal, silent.'],
    ['cacheKeys', 'hunter2', 'expected a list, got string.'],
    ['cacheKeys', [5], 'expected text, got 5.'],
    ['cacheKeys', ['hunter2'], 'expected keys of 32 bytes in base64, separated by commas.'],
    ['directories', '/orders', 'expected a list, got string.'],
    ['providers', Source, 'expected a list, got function.'],
    ['providers', ['ssm'], 'expected provider classes or instances, got string.'],
    ['providers', [null], 'expected provider classes or instances, got null.'],
    ['defaults', ['x'], 'expected an object of names and values, got a list.'],
    ['defaults', null, 'expected an object of names and values, got null.'],
    ['defaults', 'x', 'expected an object of names and values, got string.'],
  ])('of %s may not be %p', (name, value, problem) => {
    expect(() => check(name, value)).toThrow(new InvalidSettingsError(`xconSettings.${name}`, problem));
  });

  it('of directories makes Directories of paths and keeps those that are', () => {
    const directory = new Directory({ path: '/shared' });

    const checked = check('directories', ['/{service}/prod', directory]) as readonly Directory[];

    expect(checked.map(({ path }) => path)).toEqual(['/{service}/prod', '/shared']);
    expect(checked[1]).toBe(directory);
  });

  it('of null directories or providers means none', () => {
    expect([check('directories', null), check('providers', null)]).toEqual([[], []]);
  });

  it('of an invalid path says so', () => {
    expect(() => check('directories', ['orders'])).toThrow(InvalidDirectoryError);
  });

  it('of providers keeps classes and instances', () => {
    const source = new Source();

    expect(check('providers', [Source, source])).toEqual([Source, source]);
  });

  it('of defaults keeps a frozen copy', () => {
    const given = { pool: 5 };

    const checked = check('defaults', given);
    given.pool = 6;

    expect(checked).toEqual({ pool: 5 });
    expect(Object.isFrozen(checked)).toBe(true);
  });

  it('of defaults accepts a listing with names and values', () => {
    const listing = DirectoryListing.of(new Directory({ path: '/file' }), 'file', { Pool: 5, empty: '' });

    const checked = check('defaults', listing);

    expect(checked).toEqual({ Pool: 5, empty: '' });
    expect(Object.isFrozen(checked)).toBe(true);
  });

  it('of keys keeps a frozen copy, trimmed', () => {
    const given = [` ${key} `];

    const checked = check('cacheKeys', given);
    given.push('hunter2');

    expect(checked).toEqual([key]);
    expect(Object.isFrozen(checked)).toBe(true);
  });
});
