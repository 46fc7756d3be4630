import { changeHandlerPolicy } from '../src/iam/change-handler-policy';
import { leastPrivilegePolicy } from '../src/iam/least-privilege-policy';
import { readiness } from '../src/http/index';
import { withSettings } from '../src/lambda/index';
import { withSettings as settingsOfMiddy } from '../src/middy/index';
import { XconModule } from '../src/nestjs/index';
import { startTelemetry } from '../src/otel/index';
import { checkOptions, nearestName } from '../src/options';
import {
  AppConfigProvider,
  AwsClients,
  Config,
  config,
  defineSettings,
  Directory,
  DynamoCacher,
  EnvFileProvider,
  InvalidDirectoryError,
  InvalidSettingsError,
  secret,
  SecretsProvider,
  setting,
  SsmProvider,
  XconSettings,
} from '../src/index';
import { fakeProvider } from '../src/testing/fake-provider';
import { testConfig } from '../src/testing/test-config';
import { withoutVariables } from './config/doubles';
import { isolated } from './chain/doubles';

withoutVariables();

const odd = { signl: 1 } as never;
const declared = defineSettings({ x: setting(), s: secret() });
const key = Buffer.alloc(32).toString('base64');

it.each<[string, () => unknown]>([
  ['new Directory', () => new Directory({ service: 'a', ...(odd as object) })],
  ['new Config', () => new Config(odd)],
  ['new XconSettings', () => new XconSettings(odd)],
  ['lastKnownGood', () => new XconSettings({ lastKnownGood: { file: '/a', key, ...(odd as object) } })],
  ['new AwsClients', () => new AwsClients(odd)],
  ['new SsmProvider', () => new SsmProvider(odd)],
  ['get', () => config.get('x', undefined, odd)],
  ['require', () => config.require('x', odd)],
  ['getNumber', () => config.getNumber('x', 1, odd)],
  ['getItem', () => config.getItem('x', odd)],
  ['has', () => config.has('x', odd)],
  ['load', () => config.load(['x'], odd)],
  ['load of no names', () => config.load([], odd)],
  ['explain', () => config.explain('x', odd)],
  ['refresh', () => config.refresh(odd)],
  ['health', () => config.health(odd)],
  ['watch', () => config.watch({ everySeconds: 5, ...(odd as object) })],
  ['clear', () => new DynamoCacher().clear(odd)],
  ['entries', () => new DynamoCacher().entries(odd)],
  ['ensureCacheTable', () => new DynamoCacher().ensureCacheTable(odd)],
  ['setting', () => defineSettings({ x: setting('X', odd) })],
  ['secret', () => defineSettings({ x: secret('X', odd) })],
  ['defineSettings', () => defineSettings({}, odd)],
  ['load of declared settings', () => declared.load(odd)],
  ['refresh of declared settings', () => declared.refresh(odd)],
  ['explain of declared settings', () => declared.explain(odd)],
  ['withSecret', () => declared.withSecret('s', () => 1, odd)],
  ['policy', () => declared.policy(odd)],
  ['leastPrivilegePolicy', () => leastPrivilegePolicy({ service: 'a', environment: 'b', ...(odd as object) })],
  ['changeHandlerPolicy', () => changeHandlerPolicy(odd)],
  ['new SecretsProvider', () => new SecretsProvider(odd)],
  ['new AppConfigProvider', () => new AppConfigProvider(odd)],
  ['new EnvFileProvider', () => new EnvFileProvider(odd)],
  ['readiness', () => readiness(config, undefined, odd)],
  ['withSettings of xcon/lambda', () => withSettings(declared, () => 1, odd)],
  ['withSettings of xcon/middy', () => settingsOfMiddy(declared, odd)],
  ['startTelemetry', () => startTelemetry(odd)],
  ['XconModule.forRoot', () => XconModule.forRoot(odd)],
  ['XconModule.forRootAsync', () => XconModule.forRootAsync({ useFactory: () => ({}), ...(odd as object) })],
  ['fakeProvider', () => fakeProvider({}, odd)],
  ['testConfig', () => testConfig({}, odd)],
])('an option that %s does not know is an error at once', async (_, give) => {
  const giving = isolated([], async () => await give());

  await expect(giving).rejects.toThrow(InvalidSettingsError);
  await expect(giving).rejects.toThrow('signl');
});

it.each<[string, () => unknown, new (...given: never) => Error]>([
  ['a path beside env', () => new Directory({ path: '/a', env: 'b' }), InvalidDirectoryError],
  ['a path beside isExport', () => new Directory({ path: '/a', isExport: true }), InvalidDirectoryError],
  ['two ids', () => config.get('x', undefined, { secretId: 'a', parameterId: '/a/b' }), InvalidSettingsError],
  [
    'an id that no provider is asked for',
    () => config.get('x', undefined, { secretId: 'a', skipProviders: true }),
    InvalidSettingsError,
  ],
  ['a relative id', () => config.get('x', undefined, { parameterId: 'a/b' }), InvalidSettingsError],
  [
    'an id in directories',
    () => defineSettings({ x: setting({ id: '/a/b', directories: ['/a'] }) }),
    InvalidSettingsError,
  ],
  ['an id elsewhere', () => defineSettings({ x: setting({ id: '/a/b', sources: ['secrets'] }) }), InvalidSettingsError],
  [
    'a region beside clients',
    () => new SsmProvider({ clients: new AwsClients(), region: 'a', cacheName: 'b' }),
    InvalidSettingsError,
  ],
  ['overrides beside values', () => testConfig({}, { overrides: {} } as never), InvalidSettingsError],
  ['a name beside a class', () => fakeProvider({}, { as: SsmProvider, name: 'x' }), InvalidSettingsError],
  ['a latency that no timer has', () => fakeProvider({}, { latencyMs: 1e10 }), InvalidSettingsError],
])('%s is an error at once', async (_, give, error) => {
  await expect(isolated([], async () => await give())).rejects.toThrow(error);
});

it('options that are no object are an error, and those that are undefined are left out', () => {
  const known = { a: true } as const;
  for (const [given, what] of [
    [5, 'a number'],
    ['x', 'a string'],
    [[], 'a list'],
    [null, 'null'],
  ] as const)
    expect(() => checkOptions('f()', given as never, known)).toThrow(
      `f(): expected an object of options, got ${what}.`,
    );
  expect(() => checkOptions('f()', { b: undefined } as never, known)).not.toThrow();
  expect(() => checkOptions('f()', { b: 1 } as never, known)).toThrow(
    'f() option b: there is no such option. There are a.',
  );
});

it.each([
  ['signl', 'signal'],
  ['direktories', 'directories'],
  ['SecretIds', 'secretIds'],
  ['enviroment', 'environment'],
  ['b', undefined],
  ['tableName', undefined],
  ['x'.repeat(10_000), undefined],
])('suggests the known name that %.20s is most like: %s', (given, nearest) => {
  const known = ['directories', 'environment', 'secretIds', 'signal', 'a'];

  expect(nearestName(given, known)).toBe(nearest);
  const check = (): void =>
    checkOptions('f()', { [given]: 1 } as never, Object.fromEntries(known.map((each) => [each, true])));
  expect(check).toThrow(
    nearest === undefined ? 'no such option. There are' : `no such option. Did you mean ${nearest}? There`,
  );
});
