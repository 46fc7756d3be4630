// How a fleet that starts at once treats the services behind it, with the lease, without it, and without a cache: simulated by
// contexts of this process, and as processes of the operating system. node bench/run.mjs herd [processes]
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { AwsClients, Config, Context, Logger, type SettingsValues, XconSettings } from '../src/index';
import { barChart } from './bar-chart';
import { refreshesPerExpiry } from './expiry-model';
import { type LocalAwsClient, startLocalAwsProcess } from './local-aws-client';
import { type HerdOrder, type HerdReport } from './herd-process';
import { percentile, table } from './table';

const starts = 200;
/** As many as a machine bears (each needs about 100 ms of a processor for its first lookup): their own work must not be what is measured. */
const realStarts = Number(process.argv[2] ?? 10 * availableParallelism());
const cacheTable = 'global-all-configCache';
const names = ['db_host', 'db_port', 'pool_size', 'region_hint', 'feature_x', 'log_format', 'db_password', 'api_key'];
const directories = ['/orders/prod', '/orders/all', '/global/prod', '/global/all'];
const silent = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };

interface Scene {
  readonly label: string;
  readonly settings: Partial<SettingsValues>;
}

interface Outcome {
  readonly label: string;
  /** Listings and secrets, at SSM and Secrets Manager. */
  readonly providerCalls: number;
  /** Of these, secrets read by name. */
  readonly secretReads: number;
  readonly throttled: number;
  readonly cacheCalls: number;
  readonly failures: number;
  readonly p50: number;
  readonly p99: number;
}

const sealed = { cacheSecrets: 'encrypt', cacheKeys: [randomBytes(32).toString('base64')] } as const;

const scenes: readonly Scene[] = [
  { label: 'with the lease, secrets sealed', settings: sealed },
  { label: 'with the lease, secrets by reference', settings: {} },
  { label: 'without the lease, secrets sealed', settings: { ...sealed, refreshLease: false } },
  { label: 'no cache', settings: { disableDefaultCacher: true } },
];

async function main(): Promise<void> {
  const aws = await startLocalAwsProcess({
    latencyMs: 20,
    limits: { ssmRequestsPerSecond: 40 },
    seed: {
      ssm: Object.fromEntries(
        names.slice(0, 6).map((name, i) => [`${directories[i % 4] ?? ''}/${name}`, `value ${i}`]),
      ),
      secrets: { '/orders/prod/db_password': 'secret 1', '/global/prod/api_key': 'secret 2' },
      tables: { [cacheTable]: { rows: [] } },
    },
  });
  Object.assign(process.env, aws.environment, { APP_NAME: 'orders', APP_ENV: 'prod' });
  // Both processes compile what they run often: not what is measured.
  await run(aws, { label: 'warm-up', settings: sealed }, starts);
  const single = await run(aws, { label: 'one start', settings: {} }, 1);
  const outcomes: Outcome[] = [];
  for (const scene of scenes) outcomes.push(await run(aws, scene, starts));
  const real: Outcome[] = [];
  for (const scene of scenes.slice(0, 3)) real.push(await runReal(aws, scene, realStarts));
  await aws.stop();
  print(single, outcomes);
  printReal(single, real);
  drawChart(outcomes);
  printModel();
}

/** Starts many processes at once: each a root context of its own, with clients and memory of its own. */
async function run(aws: LocalAwsClient, { label, settings }: Scene, count: number): Promise<Outcome> {
  await aws.reset(cacheTable);
  const processes = Array.from({ length: count }, () =>
    Context.createRoot([new Logger(silent), new AwsClients(), new XconSettings(settings)]),
  );
  // The clients are made before the clock runs: what is measured is the services, not the making of objects.
  await Promise.all(processes.map((context) => context.run(() => warm(context))));
  const times: number[] = [];
  let failures = 0;
  await Promise.all(
    processes.map((context) =>
      context.run(async () => {
        const began = performance.now();
        try {
          await Config.grab().load(names);
        } catch {
          failures += 1;
        }
        times.push(performance.now() - began);
      }),
    ),
  );
  await Promise.all(processes.map((context) => context.run(() => Config.grab().flush())));
  const outcome = await outcomeOf(aws, label, { times, failures });
  await Promise.all(processes.map((context) => context.run(() => Config.grab().close())));
  await quiet(aws);
  return outcome;
}

/** Starts processes of the operating system, and lets them look names up at the same moment. */
async function runReal(aws: LocalAwsClient, { label, settings }: Scene, count: number): Promise<Outcome> {
  await aws.reset(cacheTable);
  const children = Array.from({ length: count }, () => fork(join(__dirname, 'herd-process.cjs'), { execArgv: [] }));
  await Promise.all(children.map((child) => ask(child, { kind: 'settings', settings })));
  // What getting ready has asked is not what is measured.
  await aws.reset(cacheTable);
  const reports = await Promise.all(children.map((child) => ask(child, { kind: 'go', names })));
  const failures = reports.filter(({ failed }) => failed).length;
  const outcome = await outcomeOf(aws, label, { times: reports.map(({ tookMs = 0 }) => tookMs), failures });
  for (const child of children) child.disconnect();
  await quiet(aws);
  return outcome;
}

async function ask(child: ChildProcess, order: HerdOrder): Promise<HerdReport> {
  const answered = once(child, 'message') as Promise<[HerdReport]>;
  child.send(order);
  return (await answered)[0];
}

async function outcomeOf(
  aws: LocalAwsClient,
  label: string,
  { times, failures }: { readonly times: readonly number[]; readonly failures: number },
): Promise<Outcome> {
  const { calls, outcomes } = await aws.report();
  const sum = (prefix: RegExp, counts: Readonly<Record<string, number>>): number =>
    Object.entries(counts).reduce((total, [name, n]) => total + (prefix.test(name) ? n : 0), 0);
  return {
    label,
    providerCalls: sum(/Parameter|Secret/, calls),
    secretReads: sum(/SecretValue/, calls),
    throttled: sum(/ throttled$/, outcomes),
    cacheCalls: sum(/Query|Item/, calls),
    failures,
    p50: percentile(times, 50),
    p99: percentile(times, 99),
  };
}

/** Waits until nothing is asked any more: lookups that have given up leave retries behind. */
async function quiet(aws: LocalAwsClient): Promise<void> {
  let before = -1;
  for (let look = 0; look < 30; look += 1) {
    const { calls } = await aws.report();
    const total = Object.values(calls).reduce((sum, count) => sum + count, 0);
    if (total === before) return;
    before = total;
    await sleep(1100);
  }
}

async function warm(context: Context): Promise<void> {
  const clients = context.resolve(AwsClients);
  const made = await Promise.all([clients.ssm(), clients.secretsManager(), clients.dynamo()]);
  await Promise.all(made.map((client) => client.config.region()));
}

function print(single: Outcome, outcomes: readonly Outcome[]): void {
  const head = [
    '200 cold starts at once',
    'provider calls',
    'of them secrets',
    'throttled',
    'cache calls',
    'failures',
    'p50 ms',
    'p99 ms',
  ];
  const rows = [single, ...outcomes].map((each) => [
    each.label,
    each.providerCalls,
    each.secretReads,
    each.throttled,
    each.cacheCalls,
    each.failures,
    Math.round(each.p50),
    Math.round(each.p99),
  ]);
  console.log(table(head, rows));
  const [withLease, byReference, without] = outcomes;
  if (withLease === undefined || byReference === undefined || without === undefined) return;
  const listings = (outcome: Outcome): number => outcome.providerCalls - outcome.secretReads;
  const goals: readonly (readonly [string, boolean])[] = [
    ['sealed: at most twice the calls of one refresh', withLease.providerCalls <= 2 * single.providerCalls],
    ['by reference: at most twice the listings of one refresh', listings(byReference) <= 2 * listings(single)],
    ['no failure', withLease.failures + byReference.failures === 0],
    ['p99 under 3 s', withLease.p99 < 3000 && byReference.p99 < 3000],
    ['p99 under half of that without the lease', Math.max(withLease.p99, byReference.p99) < without.p99 / 2],
  ];
  for (const [goal, met] of goals) console.log(`${met ? 'met   ' : 'MISSED'}  with the lease: ${goal}`);
  if (goals.some(([, met]) => !met)) process.exitCode = 1;
}

function printReal(single: Outcome, outcomes: readonly Outcome[]): void {
  const head = [
    `${realStarts} processes at once`,
    'provider calls',
    'throttled',
    'cache calls',
    'failures',
    'p50 ms',
    'p99 ms',
  ];
  const rows = outcomes.map((each) => [
    each.label,
    each.providerCalls,
    each.throttled,
    each.cacheCalls,
    each.failures,
    Math.round(each.p50),
    Math.round(each.p99),
  ]);
  console.log(`\n${table(head, rows)}`);
  const listings = (outcome: Outcome): number => outcome.providerCalls - outcome.secretReads;
  const met = outcomes.slice(0, 2).every((each) => each.failures === 0 && listings(each) <= 2 * listings(single));
  console.log(
    `${met ? 'met   ' : 'MISSED'}  with the lease, real processes: no failure, at most twice the listings of one`,
  );
  if (!met) process.exitCode = 1;
}

function drawChart(outcomes: readonly Outcome[]): void {
  const svg = barChart({
    title: `Time to configuration when ${starts} processes start at once (p50 and p99, ms; shorter is better)`,
    bars: outcomes.flatMap(({ label, p50, p99, failures }) => [
      { label: `${label}, p50`, value: p50, note: '' },
      { label: `${label}, p99`, value: p99, note: failures > 0 ? `${failures} failed` : '' },
    ]),
  });
  writeFileSync(join(process.cwd(), 'docs/images/herd.svg'), svg);
}

function printModel(): void {
  const rates = [0.1, 10, 1000];
  const rows = rates.map((rate) => [rate, ...[true, false].map((lease) => refreshesPerExpiry(rate, lease).toFixed(2))]);
  console.log(`\n${table(['starts a second', 'refreshes per expiry, with the lease', 'without'], rows)}`);
  const met = rates.every((rate) => refreshesPerExpiry(rate, true) <= 1.5);
  console.log(`${met ? 'met   ' : 'MISSED'}  at most 1.5 refreshes per expiry at every rate, with the lease`);
  if (!met) process.exitCode = 1;
}

function ignore(): void {
  // The log is not what is measured.
}

void main();
