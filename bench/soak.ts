/**
 * Runs the library for a long time under load, with faults that come and go, and holds every answer against a model.
 *
 *   npm run soak                        two minutes
 *   npm run soak -- --seconds 600
 *
 * Exits with 1 when an answer was wrong, a rejection was unhandled, memory grew, or something was left open.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  AwsClients,
  Clock,
  Config,
  isConfigError,
  LocalCache,
  Logger,
  SecretsProvider,
  SsmProvider,
  withDependencies,
  XconSettings,
} from '../src/index';
import { type LocalAws, type LocalAwsFault, startLocalAws } from '../src/testing/local-aws/local-aws';
import { SoakModel } from './soak-model';

const { values: options } = parseArgs({ options: { seconds: { type: 'string', default: '120' } } });
const seconds = Number(options.seconds);
if (!(seconds >= 5)) throw new Error(`--seconds ${options.seconds}: expected a number of 5 or more.`);

const callers = 500;
/** A minute of the library, the least that memory can live, is a second here. */
const haste = 60;
/** How long an answer may be out of date while nothing is wrong: a life of memory, and the reading. */
const toleranceMs = 4000;
const names = Array.from({ length: 12 }, (_, index) => `name${index}`);
const chains = new Map(
  ['orders', 'billing'].map((service) => [
    service,
    [`/${service}/prod`, `/${service}/all`, '/global/prod', '/global/all'],
  ]),
);
const directories = [...new Set([...chains.values()].flat())];

class HastyClock extends Clock {
  override nowMs(): number {
    return Date.now() * haste;
  }
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const tally = { lookups: 0, wrong: 0, errors: 0, faults: 0, phases: 0, unhandled: 0, changes: 0 };
const mistakes: string[] = [];
process.on('unhandledRejection', (reason) => {
  tally.unhandled += 1;
  mistakes.push(`unhandled: ${String(reason)}`);
});

const model = new SoakModel(chains);
let calmSinceMs = Number.POSITIVE_INFINITY;
let ended = false;

/** Faults of which some are in force for a while. */
const troubles: readonly (readonly LocalAwsFault[])[] = [
  [{ target: 'GetParametersByPath', type: 'ThrottlingException' }],
  [{ target: 'GetParametersByPath', body: '/global/', status: 503 }],
  [{ target: 'ListSecrets', dropConn: true }],
  [{ target: 'GetSecretValue', status: 500 }],
  [{ target: '', delayMs: 150 }],
  [{ target: 'GetParametersByPath', body: '/orders/', hang: true }],
  [{ target: '', raw: { body: '<html>' } }],
  [{ target: '', type: 'ExpiredTokenException' }],
];

function change(aws: LocalAws, turn: number): void {
  const name = names[turn % names.length] as string;
  const directory = directories[(turn * 7) % directories.length] as string;
  // A name is a secret or a parameter for ever: the places of one source are the model's.
  const isSecret = names.indexOf(name) % 3 === 0;
  const value = turn % 5 === 4 ? undefined : `${directory}/${name} #${turn}`;
  const full = `${directory}/${name}`;
  if (value === undefined) isSecret ? aws.deleteSecret(full) : aws.deleteParameter(full);
  else isSecret ? aws.putSecret(full, value) : aws.putParameter(full, value);
  model.put(directory, name, value);
  tally.changes += 1;
}

async function trouble(aws: LocalAws): Promise<void> {
  for (let phase = 0; !ended; phase += 1) {
    aws.setFaults([]);
    calmSinceMs = Date.now();
    await pause(7000, undefined, { ref: false });
    calmSinceMs = Number.POSITIVE_INFINITY;
    if (ended) break;
    aws.setFaults(troubles[phase % troubles.length] ?? []);
    tally.phases += 1;
    await pause(1500, undefined, { ref: false });
  }
}

async function caller(index: number, config: Config): Promise<void> {
  const service = config.resolvedService;
  for (let turn = index; !ended; turn += 1) {
    const name = names[turn % names.length] as string;
    const calm = (): boolean => Date.now() - calmSinceMs > toleranceMs;
    const wasCalm = calm();
    const startedMs = Date.now();
    try {
      const value = (await config.get(name)) as string | undefined;
      const sinceMs = wasCalm && calm() ? startedMs - toleranceMs : 0;
      if (!model.allows(service, name, value, sinceMs)) {
        tally.wrong += 1;
        mistakes.push(`${service} ${name} gave ${String(value)}${sinceMs > 0 ? ', long after it was over' : ''}`);
      }
    } catch (error) {
      if (!isConfigError(error)) throw error;
      tally.errors += 1;
      if (wasCalm && calm()) mistakes.push(`failed while nothing was wrong: ${error.message}`);
    }
    tally.lookups += 1;
    await pause(turn % 10);
  }
}

async function main(): Promise<boolean> {
  const aws = await startLocalAws();
  const clients = new AwsClients({
    endpoint: aws.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'soak', secretAccessKey: 'soak' },
    maxAttempts: 1,
  });
  const settings = new XconSettings({
    environment: 'prod',
    internalCacheExpirationMinutes: 1,
    staleIfErrorSeconds: 3600,
    requestTimeoutMs: 300,
    connectTimeoutMs: 300,
    lookupBudgetMs: 2000,
    logLevel: 'silent',
  });
  for (let turn = 0; turn < 300; turn += 1) change(aws, turn);
  const configOf = (service: string): Config =>
    new Config({ service, environment: 'prod', providers: [SsmProvider, SecretsProvider], cacher: null });
  const outer = [clients, settings, new HastyClock(), new LocalCache(), new Logger()];
  const heap: number[] = [];
  const beginMs = Date.now();

  await withDependencies(outer, async () => {
    const orders = configOf('orders');
    const work: Promise<void>[] = [trouble(aws)];
    // Three nested contexts: a Config, another inside it, and one with a memory of its own inside both.
    const start = (from: number, config: Config): void => {
      for (let index = from; index < callers; index += 3) work.push(caller(index, config));
    };
    await orders.run(async () => {
      start(0, orders);
      const billing = configOf('billing');
      await billing.run(async () => {
        start(1, billing);
        const again = configOf('orders');
        await withDependencies([new LocalCache(), again], async () => {
          start(2, again);
          for (let turn = 300; Date.now() - beginMs < seconds * 1000; turn += 1) {
            change(aws, turn);
            if (turn % 10 === 0) {
              tally.faults += aws.calls.all.filter(({ outcome }) => outcome !== 'ok').length;
              aws.calls.clear();
              collectGarbage();
              heap.push(process.memoryUsage().heapUsed / 2 ** 20);
            }
            await pause(100);
          }
        });
      });
    });
    ended = true;
    aws.setFaults([]);
    await Promise.all(work.slice(1));
    await orders.close();
  });
  await clients.close();
  await aws.close();
  await pause(50);
  return report(heap, Date.now() - beginMs);
}

function report(heap: readonly number[], tookMs: number): boolean {
  const third = Math.max(1, Math.floor(heap.length / 3));
  const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
  // The first moments load modules and fill memory.
  const [early, late] = [median(heap.slice(0, third)), median(heap.slice(-third))];
  const open = process.getActiveResourcesInfo().filter((each) => /^(TCP|TLS|Timeout)/.test(each));
  const flat = late <= early * 1.15 + 2;
  const lines = [
    `lookups           ${tally.lookups} (${Math.round((tally.lookups * 1000) / tookMs)} a second, by ${callers} callers in 3 nested contexts)`,
    `changes           ${tally.changes}`,
    `faults survived   ${tally.faults} requests in ${tally.phases} phases`,
    `errors told       ${tally.errors}`,
    `wrong values      ${tally.wrong}`,
    `unhandled         ${tally.unhandled}`,
    `heap              ${early.toFixed(1)} MB in the first third, ${late.toFixed(1)} MB in the last: ${flat ? 'flat' : 'GROWN'}`,
    `left open         ${open.join(', ') || 'nothing'}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  for (const each of mistakes.slice(0, 10)) process.stdout.write(`  ${each}\n`);
  return flat && mistakes.length === 0 && open.length === 0 && tally.lookups > 0;
}

main().then(
  (good) => {
    process.exitCode = good ? 0 : 1;
  },
  (error: unknown) => {
    process.stderr.write(`${String((error as Error).stack)}\n`);
    process.exit(1);
  },
);
