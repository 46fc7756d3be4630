import { inspect } from 'node:util';
import { Context, withDependencies } from '../../src/di/context';
import { Default } from '../../src/di/default';
import { state } from '../../src/di/state';
import { InvalidSettingsError } from '../../src/errors';
import { settingsDefaults, type SettingsValues } from '../../src/settings/settings-values';
import { xconSettings, XconSettings } from '../../src/settings/xcon-settings';
import { testKey } from '../base/test-key';

const key = testKey(7).toString('base64');

let environment: Record<string, string>;

beforeEach(() => {
  environment = {};
  jest.replaceProperty(process, 'env', environment);
});

afterEach(() => jest.restoreAllMocks());

describe('a setting', () => {
  it('is its default by default', () => {
    const resolved = new XconSettings().resolve();

    expect(resolved).toEqual({ ...settingsDefaults, serviceGiven: false, environmentGiven: false });
    expect(Object.isFrozen(resolved)).toBe(true);
  });

  it.each<[keyof SettingsValues, string, string, unknown]>([
    ['service', 'APP_NAME', 'orders', 'orders'],
    ['service', 'SERVICE_NAME', 'orders', 'orders'],
    ['environment', 'APP_ENV', 'prod', 'prod'],
    ['onlyEnvProvider', 'XCON_ONLY_ENV_PROVIDER', 'yes', true],
    ['disableDefaultCacher', 'XCON_DISABLE_DEFAULT_CACHER', '1', true],
    ['internalCacheExpirationMinutes', 'XCON_INTERNAL_CACHE_EXPIRATION_MINUTES', '2.5', 2.5],
    ['configTable', 'XCON_CONFIG_TABLE', 'my-config', 'my-config'],
    ['cacheTable', 'XCON_CACHE_TABLE', 'my-cache', 'my-cache'],
    ['cacheSecrets', 'XCON_CACHE_SECRETS', 'NEVER', 'never'],
    ['cacheKeys', 'XCON_CACHE_KEY', key, [key]],
    ['cacheKmsKeyId', 'XCON_CACHE_KMS_KEY_ID', 'alias/xcon', 'alias/xcon'],
    ['refusals', 'XCON_REFUSALS', 'Error', 'error'],
    ['logLevel', 'XCON_LOG_LEVEL', 'error', 'error'],
  ])('%s is what %s says, unless that is empty', (name, variable, text, expected) => {
    environment[variable] = text;
    expect(new XconSettings().resolve()[name]).toEqual(expected);

    if (name === 'internalCacheExpirationMinutes') return;
    environment[variable] = '';
    expect(new XconSettings().resolve()[name]).toEqual(settingsDefaults[name]);
  });

  it.each<[keyof SettingsValues, string, string, unknown]>([
    ['service', 'APP_NAME', 'orders', 'billing'],
    ['environment', 'APP_ENV', 'prod', 'dev'],
    ['onlyEnvProvider', 'XCON_ONLY_ENV_PROVIDER', 'yes', false],
    ['internalCacheExpirationMinutes', 'XCON_INTERNAL_CACHE_EXPIRATION_MINUTES', '2', 3],
    ['cacheSecrets', 'XCON_CACHE_SECRETS', 'never', 'plaintext'],
    ['logLevel', 'XCON_LOG_LEVEL', 'error', 'debug'],
  ])('%s that was assigned takes precedence over %s', (name, variable, text, assigned) => {
    environment[variable] = text;

    const settings = new XconSettings({ [name]: assigned });

    expect(settings.resolve()[name]).toEqual(assigned);
  });

  it('is read from APP_NAME before SERVICE_NAME, and past an empty one', () => {
    Object.assign(environment, { APP_NAME: 'app', SERVICE_NAME: 'service' });
    expect(new XconSettings().resolve().service).toBe('app');

    environment['APP_NAME'] = '';
    expect(new XconSettings().resolve().service).toBe('service');
  });

  it.each(['ture', 'maybe', '2'])('that is a flag is false for the text %p, which is not a boolean', (text) => {
    environment['XCON_ONLY_ENV_PROVIDER'] = text;

    expect(new XconSettings().resolve().onlyEnvProvider).toBe(false);
  });

  it.each([
    ['XCON_INTERNAL_CACHE_EXPIRATION_MINUTES', 'soon'],
    ['XCON_INTERNAL_CACHE_EXPIRATION_MINUTES', ''],
    ['XCON_CACHE_SECRETS', 'hide'],
    ['XCON_CACHE_KEY', 'hunter2'],
    ['XCON_LOG_LEVEL', 'loud'],
  ])('that is invalid is an error that names %s', (variable, text) => {
    environment[variable] = text;
    const settings = new XconSettings();

    expect(() => settings.resolve()).toThrow(InvalidSettingsError);
    expect(() => settings.resolve()).toThrow(expect.objectContaining({ setting: variable }) as Error);
  });

  it('may have an invalid variable when code has assigned it', () => {
    environment['XCON_LOG_LEVEL'] = 'loud';

    expect(new XconSettings({ logLevel: 'info' }).resolve().logLevel).toBe('info');
  });
});

describe('an empty service or environment', () => {
  it('is global or all, and counts as not given', () => {
    const resolved = new XconSettings({ service: '', environment: '' }).resolve();

    expect(resolved).toMatchObject({ service: 'global', environment: 'all' });
    expect([resolved.serviceGiven, resolved.environmentGiven]).toEqual([false, false]);
  });
});

describe('whether service and environment are given', () => {
  it.each<[string, Record<string, string>, Partial<SettingsValues>, readonly boolean[]]>([
    ['nothing', {}, {}, [false, false]],
    ['variables', { APP_NAME: 'orders', APP_ENV: 'prod' }, {}, [true, true]],
    ['the older variable', { SERVICE_NAME: 'orders' }, {}, [true, false]],
    ['empty variables', { APP_NAME: '', APP_ENV: '' }, {}, [false, false]],
    ['assignments', {}, { service: 'orders', environment: 'prod' }, [true, true]],
    ['an assignment of what is the default', {}, { service: 'global', environment: 'all' }, [true, true]],
  ])('is correct after %s', (_, variables, assigned, expected) => {
    Object.assign(environment, variables);

    const { serviceGiven, environmentGiven } = new XconSettings(assigned).resolve();

    expect([serviceGiven, environmentGiven]).toEqual(expected);
  });
});

describe('sealing secrets', () => {
  it('needs a key', () => {
    const settings = new XconSettings({ cacheSecrets: 'encrypt' });

    expect(() => settings.resolve()).toThrow(
      new InvalidSettingsError(
        'cacheSecrets',
        "'encrypt' needs a key: XCON_CACHE_KEY (32 bytes, base64) or XCON_CACHE_KMS_KEY_ID.",
      ),
    );
  });

  it.each<Partial<SettingsValues>>([{ cacheKeys: [key] }, { cacheKmsKeyId: 'alias/xcon' }])(
    'is satisfied by $cacheKmsKeyId$cacheKeys',
    (given) => {
      expect(new XconSettings({ cacheSecrets: 'encrypt', ...given }).resolve().cacheSecrets).toBe('encrypt');
    },
  );
});

describe('assign', () => {
  it('takes effect at once', () => {
    const settings = new XconSettings();
    settings.resolve();

    settings.assign('service', 'orders');

    expect(settings.resolve()).toMatchObject({ service: 'orders', serviceGiven: true });
  });

  it.each([Default, undefined])('of %p resets the setting', (nothing) => {
    environment['APP_NAME'] = 'orders';
    const settings = new XconSettings({ service: 'billing' });

    settings.assign('service', nothing);

    expect(settings.resolve().service).toBe('orders');
  });

  it('makes everything that depends on settings be worked out again', () => {
    const before = state.mutations;

    new XconSettings().assign('service', 'orders');

    expect(state.mutations).toBeGreaterThan(before);
  });

  it('refuses an invalid value, names the setting and keeps the former value', () => {
    const settings = new XconSettings({ cacheTtlSeconds: 60 });

    expect(() => settings.assign('cacheTtlSeconds', 'long')).toThrow(
      new InvalidSettingsError(
        'xconSettings.cacheTtlSeconds',
        'expected a number of seconds, from 1 to 315360000, got string.',
      ),
    );
    expect(settings.resolve().cacheTtlSeconds).toBe(60);
  });

  it('is how a new object takes its values', () => {
    expect(() => new XconSettings({ logLevel: 'loud' as never })).toThrow('xconSettings.logLevel: expected one of');
    expect(new XconSettings({ service: undefined as never }).resolve().service).toBe('global');
  });
});

describe('resolve', () => {
  it('gives the same object until something changes', () => {
    const settings = new XconSettings();

    expect(settings.resolve()).toBe(settings.resolve());
  });

  it('sees variables that changed', () => {
    const settings = new XconSettings();
    const before = settings.resolve();

    environment['APP_NAME'] = 'orders';
    const after = settings.resolve();
    delete environment['APP_NAME'];

    expect([before.service, after.service, settings.resolve().service]).toEqual(['global', 'orders', 'global']);
  });

  it('recovers when an invalid variable is corrected', () => {
    const settings = new XconSettings();
    environment['XCON_LOG_LEVEL'] = 'loud';
    expect(() => settings.resolve()).toThrow(InvalidSettingsError);

    environment['XCON_LOG_LEVEL'] = 'info';

    expect(settings.resolve().logLevel).toBe('info');
  });
});

describe('xconSettings', () => {
  it('reads and assigns the settings that are current', () => {
    const inner = new XconSettings({ service: 'inner' });
    const outer = Context.createRoot([new XconSettings({ service: 'outer' })]);

    const seen = outer.run(() => {
      const whileInner = withDependencies([inner], () => {
        xconSettings.environment = 'test';
        return [xconSettings.service, xconSettings.environment];
      });
      return [...whileInner, xconSettings.service, xconSettings.environment];
    });

    expect(seen).toEqual(['inner', 'test', 'outer', 'all']);
    expect(inner.resolve().environment).toBe('test');
  });

  it('resets a setting when Default or undefined is assigned', () => {
    Context.createRoot().run(() => {
      xconSettings.cacheTable = 'mine';
      xconSettings.configTable = 'mine';

      Object.assign(xconSettings, { cacheTable: Default, configTable: undefined });

      expect([xconSettings.cacheTable, xconSettings.configTable]).toEqual([
        'global-all-configCache',
        'global-all-config',
      ]);
    });
  });

  it('has every setting and nothing else', () => {
    expect(Object.getOwnPropertyNames(xconSettings).sort()).toEqual(Object.keys(settingsDefaults).sort());
    expect(Object.getPrototypeOf(xconSettings)).toBeNull();
  });

  it('refuses invalid values', () => {
    expect(() =>
      Context.createRoot().run(() => {
        xconSettings.lookupBudgetMs = 0;
      }),
    ).toThrow('xconSettings.lookupBudgetMs: expected a number of milliseconds, from 1 to 2147483647, got 0.');
  });
});

describe('a printed XconSettings', () => {
  it('names what was assigned and shows no value', () => {
    const settings = new XconSettings({ service: 'orders', cacheKeys: [key], defaults: { password: 'hunter2' } });

    const shown = inspect({ settings }, { depth: null, showHidden: true });

    expect(shown).toContain('XconSettings(assigned: service, cacheKeys, defaults)');
    expect(shown).not.toContain(key);
    expect(shown).not.toContain('hunter2');
  });

  it('shows neither when it is resolved, nor as what is current', () => {
    const settings = new XconSettings({ service: 'orders', cacheKeys: [key], defaults: { password: 'hunter2' } });
    const resolved = settings.resolve();

    const shown = settings.run(() => [
      inspect({ resolved, xconSettings }, { depth: null, showHidden: true, getters: true }),
      JSON.stringify({ resolved, xconSettings }),
    ]);

    expect(shown.join()).toContain('orders');
    expect(shown.join()).not.toContain(key);
    expect(shown.join()).not.toContain('hunter2');
    expect(resolved.defaults).toEqual({ password: 'hunter2' });
  });

  it('says so when nothing was assigned', () => {
    expect(inspect(new XconSettings())).toBe('XconSettings(assigned: none)');
  });
});
