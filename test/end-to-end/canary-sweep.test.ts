import { inspect } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { z } from 'zod';
import {
  AwsClients,
  type CacheSecrets,
  type Config,
  Context,
  defineSettings,
  Directory,
  DynamoCacher,
  DynamoProvider,
  EnvProvider,
  isConfigError,
  Secret,
  secret,
  SecretsProvider,
  setting,
  type SettingsValues,
  SsmProvider,
  XconSettings,
} from '../../src/index';
import { rejection } from '../chain/doubles';
import { fc } from '../setup/fast-check';
import { leaks, saidBy, saidByError } from './said-by';
import { AwsWorld, ordersConfig } from './world';
import { testKey } from '../base/test-key';

const canaries = fc.stringMatching(/^[A-Za-z0-9+/"'\\ ]{24}$/).map((text) => `cnry${text}cnry`);
const names = ['token', 'bytes', 'secure', 'json', 'nobody'];
const table = 'global-all-configCache';

let world: AwsWorld;
let sdkLines: string[];
let clients: AwsClients;

beforeAll(async () => {
  world = await AwsWorld.start({ seed: { tables: { [table]: {}, 'global-all-config': {} } } });
  const write = (...parts: readonly unknown[]): void =>
    void sdkLines.push(inspect(parts, { depth: 20, showHidden: true }), JSON.stringify(parts));
  const logger = { trace: write, debug: write, info: write, warn: write, error: write };
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const options = { endpoint: world.aws.url, region: 'us-east-1', credentials, maxAttempts: 1, logger };
  clients = new AwsClients({
    ssm: new SSMClient(options),
    secretsManager: new SecretsManagerClient(options),
    dynamo: new DynamoDBClient(options),
    kms: new KMSClient(options),
  });
});

beforeEach(() => {
  sdkLines = [];
});

afterAll(() => world.close());

/** Stores a secret in every way that there is, more than single reads take, and for a schema to refuse. */
function store(canary: string): void {
  const { aws } = world;
  aws.putSecret('/orders/prod/token', canary);
  aws.putSecret('/orders/all/token', canary);
  aws.putSecret('/orders/prod/bytes', Buffer.from(canary));
  aws.putSecret('rds!db-1234', JSON.stringify({ password: canary, [canary]: canary }));
  for (let index = 0; index < 6; index += 1) aws.putSecret(`/orders/prod/more${index}`, canary);
  aws.putParameter('/orders/prod/secure', { value: canary, type: 'SecureString' });
  aws.putParameter('/orders/prod/json', { value: JSON.stringify({ key: canary }), type: 'SecureString' });
}

const declared = defineSettings({
  token: secret(),
  more: Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`s${index}`, secret(`MORE${index}`)])),
  login: secret('DB_LOGIN', { id: 'rds!db-1234', json: 'password' }),
  optional: secret({ optional: true }),
});
const refused = defineSettings({
  number: secret('TOKEN', z.number()),
  plain: setting('SECURE', z.url()),
  keys: secret('DB_LOGIN', z.record(z.string().max(3), z.string()), { id: 'rds!db-1234' }),
  field: secret('JSON', { json: 'other' }),
  misplaced: secret('SECURE', { sources: ['secrets'] }),
});

/** Calls everything that there is to call, and gives what says something. */
async function everything(config: Config): Promise<readonly unknown[]> {
  const { directories } = config.directoryChain;
  const session = {
    clients,
    settings: XconSettings.grab().resolve(),
    nowMs: Date.now,
    signal: new AbortController().signal,
  };
  const snapshot = await config.load(names);
  const settings = await declared.load();
  await declared.refresh({ pastCache: true });
  await declared.withSecret('token', (_, { previous }) => previous);
  await rejection(() =>
    declared.withSecret('login', () => Promise.reject(Object.assign(new Error(), { status: 401 }))),
  );
  const subscription = declared.onChange('token', () => undefined);
  subscription.close();
  await config.flush();
  await config.refresh();
  return [
    config,
    snapshot,
    settings,
    settings.token,
    declared,
    refused,
    await Promise.all(names.map((name) => config.getItem(name))),
    await config.getItem('DB_LOGIN', { secretId: 'rds!db-1234' }),
    await Promise.all(names.map((name) => config.explain(name))),
    ...(await Promise.all(names.map(async (name) => [String(await config.explain(name))]))),
    await config.health({ probe: true }),
    await declared.explain(),
    (await refused.explain()).toHtml(),
    declared.envExample(),
    declared.document(),
    declared.policy(),
    ...config.providerChain,
    await Promise.all(directories.map((each) => new SsmProvider().readDirectory(each, session))),
    await Promise.all(directories.map((each) => new SecretsProvider().readDirectory(each, session))),
    await new DynamoProvider().readDirectory(Directory.from('/orders/prod'), session),
    config.resolvedCacher,
    config.overrides,
    config.defaults,
    world.localCache,
    clients,
    Context.current(),
    XconSettings.grab(),
    new EnvProvider(),
    new Secret(snapshot.get('token')),
  ];
}

/** Gives the errors of everything that fails. */
function errorsOf(config: Config): Promise<readonly Error[]> {
  return Promise.all([
    rejection(() => refused.load()),
    rejection(() => refused.withSecret('number', () => 1)),
    rejection(() => config.getNumber('token')),
    rejection(() => config.requireBoolean('secure')),
    rejection(() => config.getJson('token')),
    rejection(() => config.getString('bytes')),
    rejection(() => config.require('nobody')),
    rejection(() => config.requireItem('nobody')),
  ]);
}

const key = testKey(7).toString('base64');

it.each<[CacheSecrets, Partial<SettingsValues>]>([
  ['reference', {}],
  ['encrypt', { cacheKeys: [key] }],
  ['encrypt', { cacheKmsKeyId: 'arn:aws:kms:us-east-1:111122223333:key/cache' }],
  ['never', {}],
])(
  'with a cache of kind %s, a secret is shown by nothing of the library, nor by the log of the SDK',
  async (cacheSecrets, more) => {
    await fc.assert(
      fc.asyncProperty(canaries, async (canary) => {
        store(canary);
        world.log.lines.length = 0;
        sdkLines = [];
        await world.aws.clearTable(table);
        const settings = new XconSettings({ cacheSecrets, ...more });

        const { objects, errors } = await world.run(async () => {
          const config = ordersConfig({ cacher: new DynamoCacher(), defaults: { other: 1 } });
          await config.refresh({ pastCache: true });
          return config.run(async () => ({ objects: await everything(config), errors: await errorsOf(config) }));
        }, [clients, settings]);

        expect(errors.every(isConfigError)).toBe(true);
        expect(world.log.lines.length).toBeGreaterThan(10);
        expect(sdkLines.length).toBeGreaterThan(20);
        expect(leaks(canary, objects.map(saidBy).join('\n'))).toEqual([]);
        expect(leaks(canary, errors.map(saidByError).join('\n'))).toEqual([]);
        expect(leaks(canary, inspect(world.log.lines, { depth: 20 }) + JSON.stringify(world.log.lines))).toEqual([]);
        expect(leaks(canary, sdkLines.join('\n'))).toEqual([]);
        expect(leaks(canary, JSON.stringify(await world.aws.rows(table)))).toEqual([]);
      }),
      { numRuns: 3 },
    );
  },
  60_000,
);
