import { startLocalAwsProcess } from '../local-aws-client';
import { coldStart, type ColdOutcome, type ColdStart } from './cold-start';
import { counted, figure, type Measured, median, type NamedChart, type Result } from './result';
import { cacheVariables, latencyMs, orders, seed } from './world';

const repetitions = 15;

const xcon = (table: keyof typeof cacheVariables, ...args: readonly string[]): ColdStart => ({
  program: 'cold-xcon-process',
  args: ['load', 'fifty', ...args],
  env: { ...orders, ...cacheVariables[table] },
});

/** Processes that have the same fifty values in the end. */
const starts = {
  'xcon, filled cache table, sealed': xcon('sealed', 'listing'),
  'xcon, filled cache table, references': xcon('reference', 'listing'),
  'xcon, no cache table': xcon('none', 'listing'),
  "xcon, no cache table, strategy 'names'": xcon('none', 'names'),
  'warmed sealed': xcon('sealed', 'listing', 'warm'),
  'warmed none': xcon('none', 'listing', 'warm'),
  'AWS SDK by hand, full names known': { program: 'cold-sdk-process', args: [] },
  'Powertools, by path': { program: 'cold-powertools-process', args: ['path'] },
  'Powertools, by name': { program: 'cold-powertools-process', args: ['name'] },
} satisfies Readonly<Record<string, ColdStart>>;

type Label = keyof typeof starts;
type Outcomes = Readonly<Record<Label, readonly ColdOutcome[]>>;

const labels = Object.keys(starts) as Label[];
const own = labels.filter((label) => label.startsWith('xcon'));
const peers = labels.filter((label) => !/^(xcon|warmed)/.test(label));

/** Processes that get ready first, and are asked then. */
const warmed = {
  'filled cache table, sealed': ['sealed', 'xcon, filled cache table, sealed'],
  'no cache table': ['none', 'xcon, no cache table'],
} as const;

/** Measures how long a process takes from its start until it has fifty values. */
export async function measureFifty(): Promise<Measured> {
  const outcomes = await runAll();
  const times = mapStarts((label) => median(outcomes[label].map(({ tookMs }) => tookMs)));
  const rounds = mapStarts((label) => median(outcomes[label].map((each) => each.rounds)));
  const describe = (label: Label): string => {
    const requests = median(outcomes[label].map((each) => each.requests));
    return `${figure(times[label], 'ms')}, ${counted(rounds[label], 'round')}, ${counted(requests, 'request')}`;
  };
  const results = own.flatMap((label) =>
    peers.map((peer) => ({
      what: `50 values, ${label.replace('xcon, ', '')}`,
      goal: '',
      ours: describe(label),
      peer: `${peer}: ${describe(peer)}`,
      ratio: times[label] / times[peer],
    })),
  );
  const chart = (file: string, title: string, values: Readonly<Record<Label, number>>): NamedChart => ({
    file,
    title,
    bars: [...own, ...peers].map((label) => ({
      label,
      value: values[label],
      note: '',
      muted: peers.includes(label),
    })),
  });
  const title = `From the start of a process to 50 values, ${latencyMs} ms a request (ms; shorter is better)`;
  return {
    results: [...results, ...afterWarm(outcomes)],
    charts: [
      chart('fifty-values.svg', title, times),
      chart('rounds.svg', 'Rounds of requests until 50 values are there (fewer is better)', rounds),
    ],
  };
}

/** Compares the lookup alone, with and without `config.warm()` before it. */
function afterWarm(outcomes: Outcomes): readonly Result[] {
  return Object.entries(warmed).map(([what, [table, cold]]) => {
    const lookup = (label: Label): number => median(outcomes[label].map(({ lookupMs }) => lookupMs));
    const [ours, theirs] = [lookup(`warmed ${table}`), lookup(cold)];
    return {
      what: `load alone after config.warm(), ${what}`,
      goal: '',
      ours: figure(ours, 'ms'),
      peer: `without it: ${figure(theirs, 'ms')}`,
      ratio: ours / theirs,
    };
  });
}

/** Each once in each repetition; the first, which fills tables and file caches, does not count. */
async function runAll(): Promise<Outcomes> {
  const aws = await startLocalAwsProcess({ seed, latencyMs });
  const outcomes = mapStarts((): ColdOutcome[] => []);
  for (let repetition = -1; repetition < repetitions; repetition += 1) {
    for (const label of labels) {
      const outcome = await coldStart(aws, starts[label]);
      if (outcome.found !== 50) throw new Error(`${label}: ${outcome.found} of 50 names were found.`);
      if (repetition >= 0) outcomes[label].push(outcome);
    }
  }
  await aws.stop();
  return outcomes;
}

function mapStarts<T>(give: (label: Label) => T): Record<Label, T> {
  return Object.fromEntries(labels.map((label) => [label, give(label)])) as Record<Label, T>;
}
