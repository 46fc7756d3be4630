import { defineSettings, secret, setting, type Setting } from '../../src/index';
import { type ConfigOptions } from '../../src/index';
import { EnvProvider, SsmProvider, SecretsProvider, DynamoProvider } from '../../src/index';
import { missingFix } from '../../src/declared/missing-fix';
import { withoutVariables } from '../config/doubles';
import { Service } from './world';

withoutVariables();

function fixOf(x: Setting<unknown>, options: ConfigOptions = {}, onlyEnvProvider = false): string | undefined {
  const service = new Service(
    {},
    { providers: [EnvProvider, SsmProvider, SecretsProvider, DynamoProvider], ...options },
  );
  service.world.settings.assign('onlyEnvProvider', onlyEnvProvider);
  const [declaration] = defineSettings({ x }).declarations;
  return service.run(() => declaration && missingFix(declaration, service.config));
}

it.each([
  ['a setting is a parameter', setting('X'), 'aws ssm put-parameter --name /orders/prod/X --type String --value VALUE'],
  ['a secret is one', secret('X'), 'aws secretsmanager create-secret --name /orders/prod/X --secret-string VALUE'],
  [
    'a field of a secret is JSON',
    secret('X', { json: 'password' }),
    `aws secretsmanager create-secret --name /orders/prod/X --secret-string '{"password":"VALUE"}'`,
  ],
  [
    'a secret with an id has no directory',
    secret('X', { id: 'shared/login' }),
    'aws secretsmanager create-secret --name shared/login --secret-string VALUE',
  ],
  [
    'a secret that another service manages is looked at',
    secret('X', { id: "rds!it's" }),
    `aws secretsmanager describe-secret --secret-id 'rds!it'\\''s'`,
  ],
  [
    'a source that is asked for',
    secret('X', { sources: ['ssm'] }),
    'aws ssm put-parameter --name /orders/prod/X --type SecureString --value VALUE',
  ],
  [
    'a table',
    setting('X', { sources: ['dynamo'] }),
    `aws dynamodb put-item --table-name global-all-config --item '{"app_key":{"S":"/orders/prod"},"name_key":{"S":"X"},"value":{"S":"VALUE"}}'`,
  ],
  ['a variable', setting('X', { sources: ['env'] }), 'export X=VALUE'],
  [
    'a directory that is asked for',
    setting('X', { directories: ['/{service}/all'] }),
    'aws ssm put-parameter --name /orders/all/X --type String --value VALUE',
  ],
])('%s', (_, declared, command) => {
  expect(fixOf(declared)).toBe(command);
});

it('there is none where nothing that is allowed is asked', () => {
  expect(fixOf(setting('X', { sources: ['vault'] }))).toBeUndefined();
  expect(fixOf(setting('X', { directories: ['/elsewhere'] }))).toBeUndefined();
  expect(fixOf(setting('X'), { directories: [], providers: [SsmProvider] })).toBeUndefined();
});

it('it is to name the service where no directory is its own', () => {
  const nameIt = 'export APP_NAME=SERVICE # without it, only directories that all services share are searched';

  expect(fixOf(setting('X'), { service: 'global' })).toBe(nameIt);
  expect(fixOf(setting('X', { directories: ['/global/all'] }), { service: 'global' })).toBe(nameIt);
  expect(fixOf(setting('X', { directories: ['/global/all'] }))).toBeUndefined();
  expect(fixOf(setting('X'), { directories: ['/global/all', '/orders/all'] })).toContain('/orders/all/X');
});

it('it is a variable where only those are asked', () => {
  expect(fixOf(secret('X', { sources: ['secrets'] }), {}, true)).toBe('export X=VALUE');
  expect(fixOf(setting('X'), { providers: [EnvProvider] })).toBe('export X=VALUE');
});
