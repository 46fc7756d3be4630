/**
 * A service as its authors write it, with most of the public API. `.ci/type-matrix.mjs` compiles it from the packed package by
 * each supported version of TypeScript in each kind of module; nothing runs it.
 */
import { GetParametersByPathCommand } from '@aws-sdk/client-ssm';
import {
  AwsClients,
  Clock,
  Config,
  config,
  ConfigError,
  ConfigNotFoundError,
  type ConfigSnapshot,
  type ConfigValue,
  Context,
  Default,
  defineSettings,
  Dependency,
  Directory,
  type DirectoryItem,
  DirectoryListing,
  DynamoCacher,
  DynamoProvider,
  EnvProvider,
  type Explanation,
  isConfigError,
  LocalCache,
  Logger,
  type LogTarget,
  Provider,
  ProviderError,
  Random,
  type ReadSession,
  registerDependencies,
  registerIn,
  Secret,
  secret,
  SecretsProvider,
  setting,
  type SettingsOf,
  SettingsValidationError,
  SsmProvider,
  Unavailable,
  withDependencies,
  XconSettings,
  xconSettings,
} from 'xcon';
import { Config as CoreConfig, EnvProvider as CoreEnvProvider } from 'xcon/core';
import { type BatchResponse, createChangeHandler } from 'xcon/events';
import 'xcon/node-test';
import {
  assertResolvesFrom,
  expectNoAws,
  fakeClients,
  fakeProvider,
  fixedClock,
  fixedRandom,
  type LocalAws,
  startLocalAws,
  testConfig,
  withTestConfig,
} from 'xcon/testing';
import { z } from 'zod';

/** Compiles only when both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

function is<Expected>() {
  return function same<Actual>(_value: Actual, _same: Same<Expected, Actual>): void {};
}

const shape = {
  db: {
    host: setting('DB_HOST'),
    port: setting('DB_PORT', z.coerce.number().int().default(5432)),
    password: secret('DB_PASSWORD'),
    login: secret('DB_LOGIN', z.object({ user: z.string(), roles: z.array(z.string()) })),
    pool: { size: setting(z.string().transform(Number)), warm: setting(z.stringbool(), { optional: true }) },
  },
  hosts: z.array(z.object({ name: z.string() })),
  apiKey: secret({ optional: true, sources: ['secrets', 'vault'] }),
  rate: setting('RATE', { id: '/shared/rate', description: 'requests a second' }),
};
export const declared = defineSettings(shape, { refreshEverySeconds: 60, onError: () => undefined });
export type Settings = SettingsOf<typeof shape>;

/** Opens what the service needs before it takes requests. */
export async function start(): Promise<Settings> {
  try {
    const settings = await declared.load();
    is<string>()(settings.db.host, true);
    is<number>()(settings.db.port, true);
    is<number>()(settings.db.pool.size, true);
    is<boolean | undefined>()(settings.db.pool.warm, true);
    is<Secret<string>>()(settings.db.password, true);
    is<Secret<string> | undefined>()(settings.apiKey, true);
    is<readonly { readonly name: string }[]>()(settings.hosts, true);
    return settings;
  } catch (error) {
    if (error instanceof SettingsValidationError) {
      throw new Error(error.problems.map(({ key, message }) => `${key}: ${message}`).join('\n'), { cause: error });
    }
    throw error;
  }
}

/** Uses secrets, in groups too. */
export async function connect(signal: AbortSignal): Promise<readonly string[]> {
  const direct = await declared.withSecret('db.password', (password) => password.toUpperCase(), { signal });
  const roles = await declared.withSecret('db.login', async ({ roles: now }, { previous }) => [
    ...now,
    ...((await previous())?.roles ?? []),
  ]);
  const length = await declared.withSecret('apiKey', (key) => key?.length ?? 0, { retryOn: () => false });
  return [direct, ...roles, `${length}`];
}

/** Listens for changes until it is ended. */
export function listen(): void {
  const former = declared.onChange(['db', 'db.host', 'db.pool.size', 'hosts'], (settings, { keys, previous }) => {
    is<string>()(settings.db.host, true);
    is<readonly string[]>()(keys, true);
    is<number>()(previous.db.port, true);
  });
  former.close();
  using subscription = declared.onChange('apiKey', () => Promise.resolve());
  void subscription;
}

/** Looks up without a declaration. */
export async function lookUp(fallback: string | undefined): Promise<ConfigSnapshot> {
  is<ConfigValue | undefined>()(await config.get('DB_HOST'), true);
  is<string>()(await config.getString('DB_HOST', 'localhost'), true);
  is<string | undefined>()(await config.getString('DB_HOST', fallback), true);
  is<number | undefined>()(await config.getNumber('POOL_SIZE'), true);
  is<boolean>()(await config.getBoolean('FLAG'), true);
  is<ConfigValue>()(await config.requireJson('HOSTS', { fresh: true }), true);
  const item: DirectoryItem = await config.requireItem('DB_HOST', { signal: AbortSignal.timeout(1000) });
  const explanation: Explanation = await config.explain('DB_HOST');
  const { ok, providers } = await config.health({ probe: true });
  const place = explanation.winner?.directory ?? item.directory.path;
  const now = await config.load(['DB_HOST', 'POOL_SIZE']);
  is<ConfigSnapshot<'DB_HOST' | 'POOL_SIZE'>>()(now, true);
  is<string>()(now.requireString('db_host'), true);
  is<number>()(now.getNumber('POOL_SIZE', ok ? providers.length : place.length), true);
  using watch = await config.watch({ everySeconds: 30 });
  void watch;
  return now;
}

/** Handles events of changes in Lambda. */
const follow = createChangeHandler({ index: true, sharedDirectories: ['/platform/prod'] });
export const handler = async (event: unknown): Promise<BatchResponse | undefined> => follow(event);

/** A source of settings of the service's own. */
export class VaultProvider extends Provider {
  override readonly name = 'vault';
  override readonly holdsOnlySecrets = true;

  override async readDirectory(directory: Directory, { signal }: ReadSession) {
    if (signal.aborted) return new Unavailable('it is sealed', 'unseal the vault');
    return Promise.resolve(DirectoryListing.of(directory, this.name, { API_KEY: 'key' }));
  }
}

/** Something of the service's own that contexts replace. */
export class Region extends Dependency {
  readonly id: string = 'eu-west-1';
}

const logTarget: LogTarget = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Wires the service for one environment. */
export async function inEnvironment(environment: string): Promise<ConfigValue | undefined> {
  const child = new Config({
    service: 'orders',
    environment,
    directories: ['/mine', new Directory({ path: '/shared/{environment}' }), Directory.literal('/a'), Default],
    providers: [EnvProvider, new SsmProvider({ region: 'eu-west-1' }), SecretsProvider, DynamoProvider, VaultProvider],
    cacher: DynamoCacher,
    defaults: { POOL_SIZE: 5, HOSTS: ['a', null, 2n] },
    strategy: 'names',
  });
  child.setOverride('COLOR', 'green');
  child.addExport('billing');
  child.directories = ['/other', Default];
  xconSettings.lookupBudgetMs = 1000;
  registerDependencies([Region]);
  registerIn(Context.current().container);
  const settings = new XconSettings({ cacheSecrets: 'encrypt', logLevel: 'error' });
  const dependencies = [child, settings, new LocalCache(), new AwsClients({ maxAttempts: 2 }), new Logger(logTarget)];
  try {
    return await withDependencies(dependencies, async () => {
      is<Region>()(Region.grab(), true);
      is<number>()(Clock.grab().nowMs() + Random.grab().next(), true);
      await DynamoCacher.grab().ensureCacheTable({ index: true });
      return Config.proxy().get('COLOR');
    });
  } catch (error) {
    if (error instanceof ConfigNotFoundError) return error.places.length;
    if (error instanceof ProviderError) return error.directory;
    if (isConfigError(error)) return error.code;
    throw error instanceof ConfigError ? error.cause : error;
  } finally {
    await child.flush();
    await child.close();
  }
}

/** What its tests do. */
export async function testIt(): Promise<void> {
  const aws: LocalAws = await startLocalAws({ seed: { ssm: { '/orders/prod/db_host': 'db.internal' } } });
  const { clients, ssm } = await fakeClients();
  ssm.on(GetParametersByPathCommand).resolves({ Parameters: [{ Name: '/orders/prod/DB_HOST', Value: 'db.test' }] });
  const provider = fakeProvider({ '/orders/prod/DB_HOST': 'db.test' }, { as: SsmProvider });
  const size: Promise<number> = withTestConfig({ POOL_SIZE: 5 }, () => config.requireNumber('POOL_SIZE'));
  const scope = testConfig({ DB_HOST: 'localhost' }).enter();
  const guard = expectNoAws();
  try {
    await withDependencies([clients, provider, fixedClock('2026-01-01T00:00:00Z'), fixedRandom(0.5)], () => size);
    await assertResolvesFrom('DB_HOST', 'override');
  } finally {
    guard.exit();
    scope.exit({ andLater: true });
    await aws.close();
  }
}

export const core: CoreConfig = new CoreConfig({ providers: [CoreEnvProvider], cacher: null });
export const masked: string = new Secret('value').toString();
