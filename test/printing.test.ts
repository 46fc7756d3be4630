import { inspect } from 'node:util';
import {
  AppConfigProvider,
  AwsClients,
  Clock,
  Config,
  config,
  ConfigNotFoundError,
  Context,
  ContextError,
  defineSettings,
  Directory,
  DirectoryItem,
  DirectoryListing,
  DynamoCacher,
  EnvFileProvider,
  EnvProvider,
  InvalidSettingsError,
  InvalidValueError,
  LocalCache,
  Logger,
  Provider,
  ProviderError,
  Secret,
  secret,
  SecretsProvider,
  setting,
  SsmProvider,
  Unavailable,
  XconSettings,
  xconSettings,
} from 'xcon';

const hunter = 'hunter2-of-the-database';

class Vault extends Provider {
  override readonly name = 'vault';

  override readDirectory(directory: Directory): Promise<DirectoryListing> {
    return Promise.resolve(this.listing(directory, { TOKEN: hunter }));
  }
}

const orders = new Config({
  service: 'orders',
  environment: 'prod',
  cacher: null,
  providers: [new EnvProvider({ PASSWORD: hunter, HOST: 'db.internal' }), Vault],
  overrides: { OVER: hunter },
  defaults: { UNDER: hunter },
});
const clients = new AwsClients({
  region: 'eu-west-1',
  credentials: { accessKeyId: hunter, secretAccessKey: hunter },
});
const settings = new XconSettings({ service: 'orders', defaults: { A: hunter } });
const declared = defineSettings({ host: setting('HOST'), password: secret() });
const directory = new Directory({ path: '/orders/prod' });
const item = new DirectoryItem({ name: 'HOST', value: hunter, directory, source: 'ssm', secret: true });
const context = Context.createRoot([orders, clients, settings, new LocalCache()]);

/** What a thing prints: by `util.inspect`; by `String()`, absent: the same; and its JSON, absent: a text that says the same. */
interface Print {
  readonly inspected: string;
  readonly text?: string;
  readonly json?: unknown;
}

const things: readonly (readonly [name: string, thing: () => unknown, print: Print])[] = [
  ['config', () => config, { inspected: 'Config(service: orders, environment: prod)' }],
  ['a Config', () => orders, { inspected: 'Config(service: orders, environment: prod)' }],
  ['a Config as it comes', () => new Config(), { inspected: 'Config(service: Default, environment: Default)' }],
  ['a proxy of the Config', () => Config.proxy(), { inspected: 'Config(service: orders, environment: prod)' }],
  ['overrides', () => orders.overrides, { inspected: 'NamedValues(override: over)', json: ['over'] }],
  ['defaults', () => config.defaults, { inspected: 'NamedValues(default: under)', json: ['under'] }],
  [
    'a snapshot',
    () => config.load(['HOST', 'NOWHERE']),
    {
      inspected: 'ConfigSnapshot(host, nowhere)',
      json: {
        host: expect.objectContaining({ name: 'host', directory: '/_environmental', source: 'env' }) as unknown,
        nowhere: expect.objectContaining({ name: 'nowhere', nonExistent: true }) as unknown,
      },
    },
  ],
  [
    'a Directory',
    () => directory,
    { inspected: 'Directory(/orders/prod)', text: '/orders/prod', json: '/orders/prod' },
  ],
  [
    'a DirectoryItem',
    () => item,
    {
      inspected: 'DirectoryItem(host from ssm /orders/prod, secret)',
      text: 'host from ssm /orders/prod',
      json: expect.objectContaining({
        name: 'host',
        directory: '/orders/prod',
        source: 'ssm',
        secret: true,
      }) as unknown,
    },
  ],
  [
    'a listing',
    () => new DirectoryListing(directory, [item]),
    { inspected: 'DirectoryListing(/orders/prod, 1 names)', json: { directory: '/orders/prod', size: 1 } },
  ],
  [
    'directories',
    () => config.directoryChain,
    {
      inspected: 'DirectoryChain(/orders/prod|/orders/all|/global/prod|/global/all)',
      text: '/orders/prod|/orders/all|/global/prod|/global/all',
      json: ['/orders/prod', '/orders/all', '/global/prod', '/global/all'],
    },
  ],
  [
    'providers',
    () => config.providerChain,
    { inspected: 'ProviderChain(env|vault)', text: 'env|vault', json: ['env', 'vault'] },
  ],
  [
    'a provider',
    () => new SsmProvider({ region: 'eu-west-1' }),
    { inspected: 'SsmProvider(ssm@eu-west-1)', json: 'ssm@eu-west-1' },
  ],
  [
    'a provider of AppConfig',
    () => new AppConfigProvider(),
    { inspected: 'AppConfigProvider(appconfig)', json: 'appconfig' },
  ],
  ['a provider of files', () => new EnvFileProvider(), { inspected: 'EnvFileProvider(envfile)', json: 'envfile' }],
  ['a provider of others', () => new Vault(), { inspected: 'Vault(vault)', json: 'vault' }],
  ['the provider env', () => new EnvProvider({ PASSWORD: hunter }), { inspected: 'EnvProvider(env)', json: 'env' }],
  ['a proxy of a provider', () => SecretsProvider.proxy(), { inspected: 'SecretsProvider(secrets)', json: 'secrets' }],
  ['a cacher', () => new DynamoCacher(), { inspected: 'DynamoCacher()' }],
  ['a LocalCache', () => new LocalCache(), { inspected: 'LocalCache(empty)' }],
  ['clients', () => clients, { inspected: 'AwsClients(eu-west-1)' }],
  ['a Logger', () => new Logger(), { inspected: 'Logger()' }],
  ['a Clock', () => Clock.grab(), { inspected: 'Clock()' }],
  ['settings', () => settings, { inspected: 'XconSettings(assigned: service, defaults)' }],
  ['a root', () => context, { inspected: 'Context(root, Config, AwsClients, XconSettings, LocalCache)' }],
  ['a Context', () => context.child([new Vault()]), { inspected: 'Context(Vault)' }],
  [
    'declared settings',
    () => declared,
    { inspected: 'DeclaredSettings(HOST, PASSWORD)', json: { host: 'HOST', password: 'PASSWORD' } },
  ],
  ['a setting', () => setting('HOST'), { inspected: 'setting(HOST)' }],
  ['a secret setting', () => secret('PASSWORD', { default: hunter }), { inspected: 'secret(PASSWORD)' }],
  [
    'a Secret',
    () => new Secret({ password: hunter }),
    { inspected: 'Secret(********)', text: '********', json: '********' },
  ],
  [
    'a refusal',
    () => new Unavailable('AccessDenied', 'allow it'),
    {
      inspected: 'Unavailable(AccessDenied: allow it)',
      json: { reason: 'AccessDenied', remedy: 'allow it', scope: 'place' },
    },
  ],
];

describe.each(things)('%s', (_, make, { inspected, text = inspected, json = inspected }) => {
  it('prints in one line, without values', async () => {
    const thing = await context.run(() => Promise.resolve(make()));

    const printed = context.run(() => [inspect(thing), String(thing), JSON.parse(JSON.stringify(thing)) as unknown]);

    expect(printed).toEqual([inspected, text, json]);
    expect(context.run(() => inspect({ thing }, { depth: 5 }) + JSON.stringify({ thing }))).not.toContain(hunter);
  });
});

test('a Watch prints in one line', async () => {
  using watch = await context.run(() => config.watch({ everySeconds: 30 }));

  expect([inspect(watch), String(watch), JSON.stringify(watch)]).toEqual([
    'Watch(every 30 s)',
    'Watch(every 30 s)',
    '"Watch(every 30 s)"',
  ]);
});

test('the settings of the library print as data, without those that may hold secrets', () => {
  const said = context.run(() => [inspect(xconSettings), JSON.stringify(xconSettings)].join('\n'));

  expect(said).toContain("service: 'orders'");
  expect(said).toContain('"service":"orders"');
  expect(said).not.toContain(hunter);
  expect(context.run(() => String(xconSettings as unknown))).toBe('XconSettings(assigned: service, defaults)');
});

const cause = Object.assign(new Error('refused'), { $response: { body: hunter } });
const errors = [
  new ConfigNotFoundError('HOST', [{ provider: 'ssm', directory: '/orders/prod', outcome: 'absent' }]),
  new ContextError('Contexts must be left in reverse order.'),
  new InvalidSettingsError('cacheTable', 'expected a name.', { cause }),
  new InvalidValueError('PORT', 'a number', 'a string from ssm'),
  new ProviderError('ssm', '/orders/prod', 'it timed out', { cause }),
];

describe.each(errors.map((error) => [error.name, error] as const))('%s', (_, error) => {
  it('prints its name and message, and has both and its facts as JSON, without its cause', () => {
    const { name, code, message } = error;
    const json = JSON.parse(JSON.stringify(error)) as Record<string, unknown>;

    expect(String(error)).toBe(`${name}: ${message}`);
    expect(inspect(error)).toMatch(new RegExp(`^${name}: `));
    expect(error.stack).toContain(`${name}: ${message}\n    at `);
    expect(json).toEqual({ ...error, name, code, message });
    expect(Object.keys(json).slice(0, 3)).toEqual(['name', 'code', 'message']);
    expect(JSON.stringify({ error })).not.toContain(hunter);
  });
});
