/**
 * Runs the library for a long time under load, with faults that come and go, and holds every answer against a model.
 *
 *   npm run soak                        two minutes
 *   npm run soak -- --seconds 600
 *   npm run soak -- --forge 100         about every 100th answer is replaced by one that is over, to see that each is noticed
 *
 * Exits with 1 when an answer was wrong, a rejection was unhandled, memory grew, or something was left open. How old an answer
 * may be follows from when things happened, not from how long they should take: a slow machine changes nothing.
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
import { type LocalAws, type LocalAwsFault, startLocalAws } from '../src/local-aws/local-aws';
import { History, type Place, type Source } from '../test/model/history';
import { type Answer, Judge, type Lookup, type Reader } from '../test/model/judge';
import { watchRequests } from '../test/model/watch-requests';

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '120' }, forge: { type: 'string' } },
});
const seconds = Number(options.seconds);
if (!(seconds >= 5)) throw new Error(`--seconds ${options.seconds}: expected a number of 5 or more.`);
const forgedEach = options.forge === undefined ? Number.POSITIVE_INFINITY : Number(options.forge);
if (!(forgedEach >= 1)) throw new Error(`--forge ${options.forge ?? ''}: expected a number of 1 or more.`);

const callers = 500;
/** A minute of the library, the least that memory can live, is a second here. */
const haste = 60;
const memoryMs = 60_000 / haste;
const staleMs = 3_600_000 / haste;
/** Longest time that a source which failed is left alone, with the memory that a retry begins in. */
const pauseMs = 60_000 / haste + memoryMs;
/** How long a retry holds a lookup up before it is given what is stale; one that takes longer explains that by itself. */
const retryWaitMs = 250;
const requestTimeoutMs = 1000;
const lookupBudgetMs = 3000;
const names = Array.from({ length: 12 }, (_, index) => `name${index}`);
const sources: readonly Source[] = ['ssm', 'secrets'];
const chains = new Map(
  ['orders', 'billing'].map((service) => {
    const chain = [`/${service}/prod`, `/${service}/all`, '/global/prod', '/global/all'];
    return [service, chain.flatMap((directory) => sources.map((source) => ({ account: 'soak', source, directory })))];
  }),
);
const directories = [...new Set([...chains.values()].flat().map(({ directory }) => directory))];

type FoundAnswer = Extract<Answer, { kind: 'found' }>;

class HastyClock extends Clock {
  override nowMs(): number {
    return Date.now() * haste;
  }
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const tally = { lookups: 0, wrong: 0, forged: 0, errors: 0, faults: 0, phases: 0, unhandled: 0, changes: 0 };
const mistakes: string[] = [];
process.on('unhandledRejection', (reason) => {
  tally.unhandled += 1;
  mistakes.push(`unhandled: ${String(reason)}`);
});

const history = new History();
const judge = new Judge(history, {
  isSecret: ({ source }) => source === 'secrets',
  hasSealedRows: false,
  skewMs: 0,
  writeAgeMs: 0,
  pauseMs,
  slowMs: lookupBudgetMs,
});
const reader: Reader = {
  label: 'soak',
  process: 'soak',
  partition: undefined,
  startedMs: Date.now(),
  memoryMs,
  staleMs,
  cacheSecrets: 'never',
  skewMs: 0,
};
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
  const source = names.indexOf(name) % 3 === 0 ? 'secrets' : 'ssm';
  const full = `${directory}/${name}`;
  const value = turn % 5 === 4 ? undefined : `${full} #${turn}`;
  const fromMs = Date.now();
  if (value === undefined) source === 'secrets' ? aws.deleteSecret(full) : aws.deleteParameter(full);
  else source === 'secrets' ? aws.putSecret(full, value) : aws.putParameter(full, value);
  history.put({ account: 'soak', source, directory }, name, value, { fromMs, toMs: Date.now() });
  tally.changes += 1;
}

async function trouble(aws: LocalAws): Promise<void> {
  for (let phase = 0; !ended; phase += 1) {
    aws.setFaults([]);
    await pause(7000, undefined, { ref: false });
    if (ended) break;
    aws.setFaults(troubles[phase % troubles.length] ?? []);
    tally.phases += 1;
    await pause(1500, undefined, { ref: false });
  }
}

async function caller(index: number, config: Config): Promise<void> {
  const service = config.resolvedService;
  const places = chains.get(service) as readonly Place[];
  const before = new Map<string, FoundAnswer>();
  for (let turn = index; !ended; turn += 1) {
    const name = names[turn % names.length] as string;
    const fromMs = Date.now();
    const startedMs = performance.now();
    let answer = await answerOf(config, name);
    const tookMs = performance.now() - startedMs;
    tally.lookups += 1;
    if (answer.kind === 'failed') tally.errors += 1;
    const old = before.get(name);
    if (old === undefined && answer.kind === 'found' && Number.isFinite(forgedEach)) before.set(name, answer);
    if (old !== undefined && tally.lookups % forgedEach === 0 && isOver(old, fromMs)) {
      tally.forged += 1;
      answer = { ...old, stale: false };
    }
    const span = { fromMs, toMs: Date.now() };
    const memory = { refreshedMs: Number.NEGATIVE_INFINITY, pastCache: false, isFirst: false };
    const lookup: Lookup = { reader, places, chain: service, name, span, tookMs, answer, ...memory };
    const mistake = judge.judge(lookup);
    if (mistake !== undefined) {
      tally.wrong += 1;
      if (mistakes.length < 1000)
        mistakes.push(`${service} ${name}: ${JSON.stringify(answer)}: ${mistake.rule}: ${mistake.text}`);
    }
    await pause(turn % 10);
  }
}

/** Whether a value was replaced before any memory began that may be in use at a moment. */
function isOver({ value }: FoundAnswer, atMs: number): boolean {
  return (history.find(value)?.era.toMs ?? Number.POSITIVE_INFINITY) < atMs - memoryMs;
}

async function answerOf(config: Config, name: string): Promise<Answer> {
  try {
    const item = await config.getItem(name);
    const { stale, viaCacher, directory } = item;
    if (item.nonExistent) return { kind: 'missing', stale };
    return { kind: 'found', value: item.value as string, directory: directory.path, viaCacher, stale };
  } catch (error) {
    if (!isConfigError(error)) throw error;
    return { kind: 'failed', error: error.message };
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
    requestTimeoutMs,
    connectTimeoutMs: requestTimeoutMs,
    lookupBudgetMs,
    logLevel: 'silent',
  });
  for (let turn = 0; turn < 300; turn += 1) change(aws, turn);
  const configOf = (service: string): Config =>
    new Config({ service, environment: 'prod', providers: [SsmProvider, SecretsProvider], cacher: null });
  const outer = [clients, settings, new HastyClock(), new LocalCache(), new Logger()];
  const heap: number[] = [];
  const beginMs = Date.now();

  await withDependencies(outer, async () => {
    await watchRequests(clients, retryWaitMs, () => history.trouble('soak', Date.now()));
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
  // Within seconds, collections of garbage decide what is measured.
  const isJudged = seconds >= 60;
  const flat = !isJudged || late <= early * 1.15 + 2;
  const verdict = isJudged ? (flat ? 'flat' : 'GROWN') : 'not judged in less than a minute';
  const lines = [
    `lookups           ${tally.lookups} (${Math.round((tally.lookups * 1000) / tookMs)} a second, by ${callers} callers in 3 nested contexts)`,
    `changes           ${tally.changes}`,
    `faults survived   ${tally.faults} requests in ${tally.phases} phases`,
    `errors given      ${tally.errors}`,
    `wrong answers     ${tally.wrong}${tally.forged > 0 ? `, ${tally.forged} answers were forged` : ''}`,
    `unhandled         ${tally.unhandled}`,
    `heap              ${early.toFixed(1)} MB in the first third, ${late.toFixed(1)} MB in the last: ${verdict}`,
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
