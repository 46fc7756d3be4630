import { inspect } from 'node:util';
import { z } from 'zod';
import * as xcon from '../../src/index';
import { createChangeHandler } from '../../src/events/index';
import { type LocalAwsFault } from '../../src/local-aws/local-aws';
import { rejection } from '../chain/doubles';
import { readSession } from '../contract/read-session';
import { type CanaryProcess, moreNames, plainNames, secretNames } from './canary-process';

const schema = z.object({ password: z.string(), list: z.array(z.string()) });

/** Declares every secret that a {@link CanaryProcess} has. */
export function declare(canary: string) {
  return xcon.defineSettings({
    token: xcon.secret(),
    bytes: xcon.secret(z.instanceof(Uint8Array)),
    login: xcon.secret(schema),
    field: xcon.secret('LOGIN', { json: 'password' }),
    byId: xcon.secret({ id: 'rds!db-1234', json: 'password' }),
    group: {
      secure: xcon.secret('SECURE'),
      row: xcon.secret('ROW_PASSWORD', z.object({ nested: z.array(z.string()) })),
    },
    envPassword: xcon.secret(),
    overPassword: xcon.secret(),
    defaultToken: xcon.secret(),
    settingsPassword: xcon.secret(),
    declared: xcon.secret({ default: canary }),
    number: xcon.setting(z.coerce.number()),
  });
}

/** Things that hold secrets, or come from where they are: by the name of the export that they belong to. */
export type Things = Readonly<Record<string, readonly unknown[]>>;

/** Gathers at least one thing for each export of `xcon`. */
export async function thingsOf(process: CanaryProcess, canary: string): Promise<Things> {
  const { config, context, env, settings } = process;
  const declared = declare(canary);
  const loaded = await declared.load();
  const snapshot = await config.load(secretNames);
  await config.load(moreNames);
  await declared.withSecret('token', (_, { previous }) => previous);
  const refused = Object.assign(new Error('refused'), { status: 401 });
  await rejection(() => declared.withSecret('login', () => Promise.reject(refused)));
  const items = await Promise.all(secretNames.map((name) => config.getItem(name)));
  const explanations = [await config.explain(secretNames), await declared.explain(), await config.explain(plainNames)];
  const single = await config.explain('TOKEN');
  const cacher = xcon.DynamoCacher.grab();
  const directory = new xcon.Directory({ path: '/orders/prod' });
  const entries = items.map((item) => new xcon.DirectoryItem({ name: item.name, value: item.value, directory }));
  const listed = [new xcon.SsmProvider(), new xcon.SecretsProvider(), new xcon.DynamoProvider()];
  const session = readSession({ clients: process.clients, settings: settings.resolve() });
  const made = new xcon.Secret({ canary, list: [canary] });
  const policy = await declared.policy();
  // The getters of some schemas cannot be called from outside: the schema cannot be used afterwards.
  const plain = declared.declarations.map((each) => ({ ...each, schema: undefined }));
  return {
    AppConfigProvider: [xcon.AppConfigProvider.grab()],
    AwsClients: [process.clients],
    Cacher: [cacher, config.resolvedCacher],
    Clock: [xcon.Clock.grab()],
    Config: [
      config,
      xcon.Config.proxy(),
      xcon.Config.grab(),
      config.overrides,
      config.defaults,
      // What the environment has under a plain name is no secret, and shown.
      (await config.names()).names.filter(({ name }) => !name.startsWith('PLAIN')),
      await config.health({ probe: true }),
    ],
    ConfigSnapshot: [snapshot],
    Context: [context, xcon.Context.current(), context.container, context.child([env])],
    Default: [xcon.Default],
    Dependency: [env, settings, process.localCache],
    Directory: [directory],
    DirectoryChain: [config.directoryChain],
    DirectoryItem: [...items, ...entries],
    DirectoryListing: [
      new xcon.DirectoryListing(directory, entries),
      env.snapshot(),
      ...(await Promise.all(listed.map((each) => each.readDirectory(directory, session)))),
    ],
    DynamoCacher: [cacher, await cacher.entries()],
    DynamoProvider: [xcon.DynamoProvider.grab()],
    EnvFileProvider: [xcon.EnvFileProvider.grab()],
    EnvProvider: [env, xcon.EnvProvider.proxy()],
    Explanation: [
      single,
      single.places,
      single.toHtml(),
      ...explanations
        .slice(1)
        .flatMap((each) => [...each])
        .flatMap((each) => [each, each.toHtml()]),
    ],
    ExplanationSet: explanations.flatMap((each) => [each, each.toHtml(), [...each]]),
    LocalCache: [process.localCache, process.localCache.generation],
    Logger: [xcon.Logger.grab()],
    Provider: [...config.providerChain],
    ProviderChain: [config.providerChain],
    Random: [xcon.Random.grab()],
    Secret: [made, loaded.token, loaded.login, loaded.bytes, { secrets: [made] }],
    SecretsProvider: [
      xcon.SecretsProvider.grab(),
      new xcon.SecretsProvider({ clients: process.clients, cacheName: 'x' }),
    ],
    SsmProvider: [xcon.SsmProvider.grab()],
    Unavailable: [new xcon.Unavailable('AccessDenied', 'allow it')],
    XconSettings: [settings, printed({ session: { settings: settings.resolve() } })],
    config: [xcon.config, xcon.config.overrides],
    defineSettings: [declared, plain, loaded, policy, await declared.envExample(), await declared.document()],
    iamPolicy: [],
    isConfigError: [],
    isCredentialsRefused: [],
    provideAppConfig: [],
    provideExplanations: [],
    provideHealth: [],
    provideKms: [],
    provideLastKnownGood: [],
    provideOperations: [],
    provideWatches: [],
    registerDependencies: [context.container],
    registerIn: [],
    secret: [xcon.secret('X', { default: canary }), xcon.secret({ default: { deep: canary } as never })],
    setWiring: [],
    setting: [xcon.setting('X')],
    withDependencies: [xcon.withDependencies([env], () => xcon.Context.current())],
    xconSettings: [xcon.xconSettings],
    ...(await errorsOf(process, canary)),
  };
}

/** What code has assigned to settings is theirs to copy; printed, they do not show what may be secret. */
function printed(value: unknown): readonly string[] {
  return [inspect(value, { depth: 10, showHidden: true }), JSON.stringify(value)];
}

/** Refuses everything, with what it was given as the path and in the message, whole and in parts. */
const pathOfValue: xcon.StandardSchema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      const parts = [text, text.slice(0, 14), text.slice(14)];
      return { issues: parts.map((each) => ({ message: `received ${each}`, path: ['at', each, { key: each }] })) };
    },
  },
};

/** Provokes each kind of error where a secret is near. */
async function errorsOf(process: CanaryProcess, canary: string): Promise<Things> {
  const { config, clients } = process;
  const wrong = xcon.defineSettings({
    token: xcon.secret(z.coerce.number()),
    secure: xcon.secret(z.string().max(3)),
    bytes: xcon.secret(),
    login: xcon.secret('LOGIN', { json: 'no such field' }),
    row: xcon.secret('ROW_PASSWORD', z.enum(['a'])),
    placed: xcon.setting('ENV_PASSWORD', { sources: ['ssm'] }),
    declared: xcon.secret({ default: canary, sources: [] }),
    strict: xcon.secret('KEYED', z.strictObject({ other: z.string() })),
    record: xcon.secret('KEYED', z.record(z.string().max(3), z.string().max(3))),
    inPath: xcon.secret('TOKEN', pathOfValue),
    plainInPath: xcon.setting('PLAIN', pathOfValue),
    plainKeyed: xcon.setting('PLAIN_LIST', pathOfValue),
  });
  const snapshot: xcon.ConfigSnapshot = await config.load(['TOKEN', 'LOGIN', 'nowhere']);
  const handler = createChangeHandler({ cacheTable: 'no-such-table' });
  const image = { value: { S: canary } };
  const record = {
    eventSource: 'aws:dynamodb',
    dynamodb: { Keys: { app_key: { S: '/orders/prod' }, name_key: { S: 'x' } }, NewImage: image },
  };
  const thrown = (work: () => unknown): Promise<Error> => rejection(() => Promise.resolve().then(work));
  const storedAt = (name: string) => ({ directory: xcon.Directory.literal('/orders/prod'), name });
  const written = { value: canary, expected: 'absent' } as const;
  const noTable = new xcon.XconSettings({ service: 'orders', environment: 'prod', cacheTable: 'no-such-table' });
  return {
    CacherError: [
      await thrown(() => noTable.run(() => xcon.DynamoCacher.grab().entries())),
      await thrown(() => handler({ Records: [record] })),
    ],
    ConfigError: [await thrown(() => config.getJson('TOKEN'))],
    ConfigNotFoundError: [
      await thrown(() => config.require('nowhere')),
      await thrown(() => snapshot.require('nowhere')),
    ],
    ContextError: [await thrown(() => xcon.Context.current().enter())],
    InvalidDirectoryError: [await thrown(() => new xcon.Directory({ path: 'relative' }))],
    InvalidNameError: [await thrown(() => config.get(''))],
    InvalidSettingsError: [
      await thrown(() => new xcon.XconSettings({ cacheKeys: [canary] })),
      await thrown(() => new xcon.XconSettings({ defaults: canary as never })),
      await thrown(() => new xcon.XconSettings({ logLevel: canary as never })),
      await thrown(() => new xcon.SsmProvider({ clients })),
    ],
    InvalidValueError: await Promise.all(
      [
        () => config.getNumber('TOKEN'),
        () => config.getBoolean('SECURE'),
        () => config.getJson('SECURE'),
        () => config.getString('BYTES'),
        () => config.requireNumber('ENV_PASSWORD'),
        () => snapshot.getNumber('LOGIN'),
        () => snapshot.getJson('TOKEN'),
      ].map(thrown),
    ),
    NotLoadedError: [await thrown(() => snapshot.get('SECURE'))],
    ProviderError: await providerErrorsOf(process, canary),
    SettingsValidationError: [await thrown(() => wrong.load())],
    WriteError: [
      await thrown(async () => (await xcon.SsmProvider.grab().writer()).write(storedAt('SECURE'), written)),
      await thrown(async () => (await xcon.SecretsProvider.grab().writer()).write(storedAt('TOKEN'), written)),
      await thrown(async () => (await xcon.EnvProvider.grab().writer()).write(storedAt('PLAIN'), written)),
    ],
  };
}

/** Lets sources fail in ways that have a secret in the answer, or credentials in the request. */
async function providerErrorsOf({ aws, config }: CanaryProcess, canary: string): Promise<readonly unknown[]> {
  const answers: readonly LocalAwsFault[] = [
    { target: 'SecretValue|GetParameters', raw: { body: `{"SecretString": "${canary}"` } },
    ...[`<html>${canary}</html>`, `{"SecretString": ${canary}}`, canary].map((body) => ({
      target: 'SecretValue|GetParameters',
      raw: { body },
    })),
    { target: 'SecretValue|GetParameters', raw: { body: `{"SecretString": {"a": "${canary}"}, ` } },
    { target: 'SecretValue|GetParameters', status: 500, type: 'InternalServerError' },
    { target: 'SecretValue|GetParameters', dropConn: true },
  ];
  const errors: unknown[] = [];
  for (const answer of answers) {
    aws.setFaults([answer]);
    const uncached = new xcon.Config({ cacher: null });
    const fresh = [new xcon.LocalCache(), uncached];
    errors.push(await xcon.withDependencies(fresh, () => rejection(() => config.get('TOKEN'))));
    const declared = declare(canary);
    errors.push(await xcon.withDependencies(fresh, () => rejection(() => declared.load())));
    errors.push(
      await xcon.withDependencies(fresh, () => uncached.explain(['TOKEN', 'SECURE'])),
      await uncached.health(),
    );
  }
  aws.setFaults([]);
  return errors;
}
