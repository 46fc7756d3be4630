// Measures reads of what is in memory, in a process of its own: node hot-process.cjs outside
import { deepStrictEqual } from 'node:assert';
import { createRequire } from 'node:module';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { Config, config, DynamoCacher } from 'xcon';
import { startTelemetry } from 'xcon/otel';
import { floor, lookups, methods, powertoolsLoops, readLoops, turns } from './hot-loops';
import { type Loop, type LoopOptions, type LoopTimes, timeLoops } from './loops';
import { type Convict, type Nconf, type NodeConfig, type PowertoolsSsm } from './peers';

const load = createRequire(__filename);
const awaited: LoopOptions = { times: 100_000, repetitions: 15 };
const direct: LoopOptions = { times: 300_000, repetitions: 15 };
const turned: LoopOptions = { times: 5_000, repetitions: 15 };
const settings = { db: { host: 'db.internal' } };

const kinds: Readonly<Record<string, () => Promise<LoopTimes>>> = {
  /** Lookups where no `run()` is active. */
  outside: async () => {
    await lookAround();
    const all = { ...floor, ...lookups, ...powertoolsLoops(await powertools()) };
    return { ...(await timeLoops(all, awaited)), ...(await timeLoops(turns, turned)) };
  },
  /** Lookups in three nested `run()`s. */
  inside: async () => {
    await lookAround();
    const [outer, middle, inner] = [new Config(), new Config(), new Config()];
    const all = { ...floor, ...lookups };
    return outer.run(() => middle.run(() => inner.run(() => lookAround().then(() => timeLoops(all, awaited)))));
  },
  /** Every method, without a cache table. */
  methods: async () => timeLoops({ ...floor, ...methods }, awaited),
  /** Every method, where there is a cache table that the answers have come from. */
  cached: async () => {
    await DynamoCacher.grab().ensureCacheTable();
    await config.load(['db_host', 'db_pool_size', 'feature_x', 'flags']);
    await config.flush();
    await config.refresh();
    const { viaCacher } = await config.getItem('db_host');
    deepStrictEqual(viaCacher, true);
    return timeLoops({ ...floor, ...methods }, awaited);
  },
  /** Lookups with metrics of OpenTelemetry, beside those without. */
  telemetry: async () => {
    await lookAround();
    const meterProvider = new MeterProvider();
    const measured: Loop = async (times) => {
      const telemetry = startTelemetry({ meterProvider, spans: false });
      await lookups.plain(times);
      telemetry.close();
    };
    return timeLoops({ ...floor, plain: lookups.plain, metrics: measured }, awaited);
  },
  /** Powertools, where nothing else is. */
  powertools: async () => timeLoops({ ...floor, ...powertoolsLoops(await powertools()) }, awaited),
  /** Reads without waiting. */
  reads: async () => {
    const snapshot = await config.load(['DB_HOST', 'nowhere', 'fourth']);
    const nodeConfig = load('config') as NodeConfig;
    const convict = (load('convict') as Convict)({ db: { host: { format: String, default: settings.db.host } } });
    const nconf = (load('nconf') as Nconf).argv().env().defaults(settings);
    return timeLoops(readLoops(snapshot, { nodeConfig, convict, nconf }), direct);
  },
};

/** Brings into memory what is looked up. */
async function lookAround(): Promise<void> {
  config.setOverride('overridden', 'yes');
  const names = ['db_host', 'nowhere', 'from_env', 'fourth', 'overridden'];
  const values: unknown[] = [];
  for (const name of names) values.push(await config.get(name));
  deepStrictEqual(values, [settings.db.host, undefined, 'yes', 'far away', 'yes']);
}

async function powertools(): Promise<InstanceType<PowertoolsSsm['SSMProvider']>> {
  const { SSMProvider } = load('@aws-lambda-powertools/parameters/ssm') as PowertoolsSsm;
  const provider = new SSMProvider();
  await provider.get('/orders/prod/db_host', { maxAge: 3600 });
  return provider;
}

async function main(): Promise<void> {
  const measured = await kinds[process.argv[2] ?? '']?.();
  await config.close();
  process.stdout.write(JSON.stringify(measured));
}

void main();
