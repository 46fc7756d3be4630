import { inspect } from 'node:util';
import {
  ConfigError,
  type ConfigOptions,
  defineSettings,
  isConfigError,
  ProviderError,
  secret,
  setting,
  type Setting,
  type SettingsProblem,
  SettingsValidationError,
} from '../../src/index';
import { envOf, MapProvider } from '../chain/doubles';
import { withoutVariables } from '../config/doubles';
import { invalid, Service } from './world';

withoutVariables();

const cause = new ProviderError('ssm', '/orders/prod', 'down');
const problems: readonly SettingsProblem[] = [
  {
    key: 'dbHost',
    name: 'DB_HOST',
    reason: 'missing',
    message: 'missing; looked in env',
    places: [{ provider: 'ssm', outcome: 'not permitted', remedy: 'allow ssm:GetParametersByPath' }],
    fix: 'export DB_HOST=VALUE',
  },
  { key: 'db.port', name: 'DB_PORT', reason: 'failed', message: 'Provider "ssm" failed', cause },
];
const error = new SettingsValidationError(problems, 5);

describe('the error', () => {
  it('is an error of the library with a code', () => {
    expect(error).toBeInstanceOf(ConfigError);
    expect(isConfigError(error)).toBe(true);
    expect([error.name, error.code]).toEqual(['SettingsValidationError', 'SETTINGS_INVALID']);
  });

  it('has a line for each problem, the command that would help, and what to grant', () => {
    expect(error.message).toBe(
      [
        '2 of 5 declared settings cannot be used.',
        '',
        '  dbHost (DB_HOST): missing; looked in env',
        '    export DB_HOST=VALUE',
        '  db.port (DB_PORT): Provider "ssm" failed',
        '',
        '  May be in a place that cannot be read. To read it:',
        '    allow ssm:GetParametersByPath',
        '',
      ].join('\n'),
    );
  });

  it('has one line for each, whatever characters are in names, messages of schemas and commands', () => {
    const hostile = 'a\nb\u202e\u001b';
    const facts = { places: [{ provider: 'ssm', outcome: 'x', remedy: hostile }], fix: hostile };

    const { message } = new SettingsValidationError(
      [{ key: hostile, name: hostile, reason: 'invalid', message: hostile, ...facts }],
      1,
    );

    expect(message.split('\n')).toHaveLength(8);
    expect(message).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  });

  it('keeps the error of the first source that failed as its cause, and each beside its problem', () => {
    expect(error.cause).toBe(cause);
    expect(error.problems[1]?.cause).toBe(cause);
    expect('cause' in new SettingsValidationError(problems.slice(0, 1), 5)).toBe(false);
  });

  it('has the problems as data, and does not print them twice', () => {
    expect(error.problems).toEqual(problems);
    expect(Object.isFrozen(error.problems)).toBe(true);
    expect(inspect(error)).not.toContain('problems:');
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      code: 'SETTINGS_INVALID',
      problems: [{ key: 'dbHost', fix: 'export DB_HOST=VALUE' }, { key: 'db.port' }],
    });
  });
});

describe('the command that would help', () => {
  /** Gives the command for a setting that is nowhere. */
  async function fixOf(x: Setting<unknown>, options: ConfigOptions = {}, onlyEnvProvider = false): Promise<unknown> {
    const service = new Service({}, options);
    service.world.settings.assign('onlyEnvProvider', onlyEnvProvider);
    const error = await invalid(() => service.run(() => defineSettings({ x }).load()));
    return error.problems[0]?.fix;
  }
  const ssm = new MapProvider({ name: 'ssm' });

  it.each([
    [
      'a parameter for a setting',
      setting('X'),
      'aws ssm put-parameter --name /orders/prod/X --type String --value VALUE',
    ],
    [
      'a secret for a secret',
      secret('X'),
      'aws secretsmanager create-secret --name /orders/prod/X --secret-string VALUE',
    ],
    [
      'JSON for a field of a secret',
      secret('X', { json: 'password' }),
      `aws secretsmanager create-secret --name /orders/prod/X --secret-string '{"password":"VALUE"}'`,
    ],
    [
      'the id of a secret, without a directory',
      secret('X', { id: 'shared/login' }),
      'aws secretsmanager create-secret --name shared/login --secret-string VALUE',
    ],
    [
      'a look at a secret that another service manages',
      secret('X', { id: "rds!it's" }),
      `aws secretsmanager describe-secret --secret-id 'rds!it'\\''s'`,
    ],
    [
      'a SecureString where the declaration names Parameter Store',
      secret('X', { sources: ['ssm'] }),
      'aws ssm put-parameter --name /orders/prod/X --type SecureString --value VALUE',
    ],
    [
      'a row where the declaration names the config table',
      setting('X', { sources: ['dynamo'] }),
      `aws dynamodb put-item --table-name global-all-config --item '{"app_key":{"S":"/orders/prod"},"name_key":{"S":"X"},"real_name":{"S":"X"},"real_directory":{"S":"/orders/prod"},"value":{"S":"VALUE"}}'`,
    ],
    ['a variable where the declaration names those', setting('X', { sources: ['env'] }), 'export X=VALUE'],
    [
      'the directory that the declaration names',
      setting('X', { directories: ['/{service}/all'] }),
      'aws ssm put-parameter --name /orders/all/X --type String --value VALUE',
    ],
  ])('sets %s', async (_, declared, command) => {
    expect(await fixOf(declared)).toBe(command);
  });

  it('is absent where no provider asks an allowed place', async () => {
    expect(await fixOf(setting('X', { sources: ['vault'] }))).toBeUndefined();
    expect(await fixOf(setting('X', { directories: ['/elsewhere'] }))).toBeUndefined();
    expect(await fixOf(setting('X'), { directories: [], providers: [ssm] })).toBeUndefined();
  });

  it('names the service where no directory is its own', async () => {
    const nameIt = 'export APP_NAME=SERVICE # without it, only directories that all services share are searched';

    expect(await fixOf(setting('X'), { service: 'global' })).toBe(nameIt);
    expect(await fixOf(setting('X', { directories: ['/global/all'] }), { service: 'global' })).toBe(nameIt);
    expect(await fixOf(setting('X', { directories: ['/global/all'] }))).toBeUndefined();
    expect(await fixOf(setting('X'), { directories: ['/global/all', '/orders/all'] })).toContain('/orders/all/X');
  });

  it('sets a variable where only variables are read', async () => {
    expect(await fixOf(secret('X', { sources: ['secrets'] }), {}, true)).toBe('export X=VALUE');
    expect(await fixOf(setting('X'), { providers: [envOf({})] })).toBe('export X=VALUE');
  });
});
