import { openSync, readSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import {
  AwsClients,
  Clock,
  config,
  Config,
  Context,
  type Dependency,
  DynamoCacher,
  DynamoProvider,
  EnvProvider,
  Logger,
  Random,
  SecretsProvider,
  SsmProvider,
  XconSettings,
} from '../../src/index';
import { type Answer } from './judge';
import { type NamedAnswer, type Order, type Report } from './orders';
import {
  cacheTable,
  configTables,
  defaults,
  environment,
  keyPrefixes,
  type Profile,
  regionAbroad,
  type View,
} from './profile';
import { randomFrom } from './random';
import { watchRequests } from './watch-requests';
import { testKey } from '../base/test-key';

// Runs as a process of its own, started with an IPC channel; ends when the channel does.

/** File whose first eight bytes say how far simulated time is ahead of the clock, **milliseconds**. */
const clockFile = openSync(process.env['MODEL_CLOCK'] ?? '', 'r');
const processId = process.env['MODEL_PROCESS'] ?? '';
const otherEndpoint = process.env['MODEL_OTHER_ENDPOINT'] ?? '';
const sealingKey = testKey(7).toString('base64');
const offset = new Float64Array(1);
/** Nothing is sent twice, and what hangs is given up soon: processes are many. */
const limits = { requestTimeoutMs: 1000, connectTimeoutMs: 1000, lookupBudgetMs: 4000 };
/** A request that takes longer than this explains stale values, real **milliseconds**. */
const slowMs = 200;
const providers = { ssm: SsmProvider, secrets: SecretsProvider, dynamo: DynamoProvider };

/** Gives simulated time, **milliseconds** since the Unix epoch: it flows, and moves on at once when the file says so. */
function simulatedMs(): number {
  readSync(clockFile, offset, 0, 8, 0);
  return Date.now() + (offset[0] ?? 0);
}

class SkewedClock extends Clock {
  constructor(private readonly skewMs: number) {
    super();
  }

  override nowMs(): number {
    return simulatedMs() + this.skewMs;
  }
}

class SeededRandom extends Random {
  private readonly draw: () => number;

  constructor(seed: number) {
    super();
    this.draw = randomFrom(seed);
  }

  override next(): number {
    return this.draw();
  }
}

/** One memory: a root context with all that it needs, and its child contexts. */
class Instance {
  private readonly root: Context;
  private readonly children = new Map<View, Context>();
  private readonly clients: AwsClients[] = [];

  constructor(private readonly profile: Profile) {
    this.root = Context.createRoot([
      new SkewedClock(profile.skewMs),
      new SeededRandom(profile.seed),
      new Logger({ trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore }),
      new EnvProvider({}),
      this.clientsWith({}),
      this.settingsWith(configTables.own),
      new Config({
        providers: profile.sources.map((each) => providers[each]),
        strategy: profile.strategy,
        defaults,
      }),
    ]);
  }

  run<T>(view: View, work: () => T): T {
    return this.contextOf(view).run(work);
  }

  /** Looks names up, and reports what goes wrong with requests. */
  ask(view: View, names: readonly string[]): Promise<readonly NamedAnswer[]> {
    return this.run(view, async () => {
      await watchRequests(AwsClients.grab(), slowMs, () => troubles.push(simulatedMs()));
      return Promise.all(names.map(answerOf));
    });
  }

  async close(): Promise<void> {
    await this.run('own', () => config.close());
    await Promise.all(this.clients.map((each) => each.close()));
  }

  private contextOf(view: View): Context {
    if (view === 'own') return this.root;
    let context = this.children.get(view);
    if (context === undefined) this.children.set(view, (context = this.root.child([this.replacement(view)])));
    return context;
  }

  private replacement(view: Exclude<View, 'own'>): Dependency {
    const foreign = { accessKeyId: `${keyPrefixes.foreign}${processId}`, secretAccessKey: 'not-a-real-secret' };
    const client = { credentials: foreign, maxAttempts: 1 };
    if (view === 'other config table') return this.settingsWith(configTables.other);
    if (view === 'other credentials') return this.clientsWith({ credentials: foreign });
    if (view === 'other region') return this.clientsWith({ region: regionAbroad });
    if (view === 'other endpoint') return this.clientsWith({ endpoint: otherEndpoint });
    if (view === 'given table client') return this.clientsWith({ dynamo: new DynamoDBClient(client) });
    const given = { ssm: new SSMClient(client), secretsManager: new SecretsManagerClient(client) };
    return this.clientsWith(given);
  }

  private clientsWith(options: ConstructorParameters<typeof AwsClients>[0]): AwsClients {
    const clients = new AwsClients({ maxAttempts: 1, ...options });
    this.clients.push(clients);
    return clients;
  }

  private settingsWith(configTable: string): XconSettings {
    const { service, memoryMinutes, cacheSecrets, refreshLease, staleIfErrorSeconds } = this.profile;
    return new XconSettings({
      ...limits,
      service,
      environment,
      cacheTable,
      configTable,
      internalCacheExpirationMinutes: memoryMinutes,
      cacheSecrets,
      cacheKeys: [sealingKey],
      refreshLease,
      staleIfErrorSeconds,
    });
  }
}

const instances = new Map<number, Instance>();
const troubles: number[] = [];

process.on('unhandledRejection', (reason) => send({ kind: 'unhandled', text: String(reason) }));
process.on('disconnect', () => process.exit());
process.on('message', (order: Order) => {
  handle(order).catch((error: unknown) => send({ kind: 'unhandled', text: String((error as Error).stack) }));
});

async function handle(order: Order): Promise<void> {
  if (order.kind === 'open') {
    instances.set(order.instance, new Instance(order.profile));
    return;
  }
  const instance = instances.get(order.instance);
  if (instance === undefined) throw new Error(`There is no instance ${order.instance}.`);
  if (order.kind === 'ask') {
    const answers = await instance.ask(order.view, order.names);
    if (order.settle) await instance.run(order.view, () => config.flush());
    send({ kind: 'answers', id: order.id, answers, troubles: troubles.splice(0) });
    return;
  }
  const fromMs = simulatedMs();
  const error = await perform(order, instance).then(
    () => undefined,
    (reason: unknown) => String(reason),
  );
  send({ kind: 'done', id: order.id, span: { fromMs, toMs: simulatedMs() }, error });
}

async function perform(order: Exclude<Order, { kind: 'open' | 'ask' }>, instance: Instance): Promise<unknown> {
  if (order.kind === 'refresh') return instance.run('own', () => config.refresh({ pastCache: order.pastCache }));
  if (order.kind === 'clear')
    return instance.run('own', () => DynamoCacher.grab().clear(order.name === undefined ? {} : { name: order.name }));
  instances.delete(order.instance);
  return instance.close();
}

async function answerOf(name: string): Promise<NamedAnswer> {
  const fromMs = simulatedMs();
  const startedMs = performance.now();
  const answer = await lookUp(name);
  return { name, answer, span: { fromMs, toMs: simulatedMs() }, tookMs: performance.now() - startedMs };
}

async function lookUp(name: string): Promise<Answer> {
  try {
    const item = await config.getItem(name);
    const { stale, viaCacher } = item;
    if (item.nonExistent || item.provider === 'default') return { kind: 'missing', stale };
    return { kind: 'found', value: `${item.value as string}`, directory: item.directory.path, viaCacher, stale };
  } catch (error) {
    return { kind: 'failed', error: String(error) };
  }
}

function send(report: Report): void {
  process.send?.(report);
}

function ignore(): void {
  // What goes wrong is planned.
}
