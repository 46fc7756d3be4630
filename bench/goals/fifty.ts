import { startLocalAwsProcess } from '../local-aws-client';
import { type Bar } from '../bar-chart';
import { coldStart, type ColdOutcome, type ColdStart } from './cold-start';
import { figure, type Measured, median } from './result';
import { cacheVariables, latencyMs, orders, seed } from './world';

const repetitions = 15;

const xcon = (table: keyof typeof cacheVariables, ...args: readonly string[]): ColdStart => ({
  program: 'cold-xcon-process',
  args: ['load', 'fifty', ...args],
  env: { ...orders, ...cacheVariables[table] },
});

/** Processes that have the same fifty values in the end. */
const starts = {
  'xcon, filled cache table, sealed': xcon('sealed'),
  'xcon, filled cache table, references': xcon('reference'),
  'xcon, no cache table': xcon('none'),
  "xcon, no cache table, strategy 'names'": xcon('none', 'names'),
  'AWS SDK by hand, full names known': { program: 'cold-sdk-process', args: [] },
  'Powertools, by path': { program: 'cold-powertools-process', args: ['path'] },
  'Powertools, by name': { program: 'cold-powertools-process', args: ['name'] },
} satisfies Readonly<Record<string, ColdStart>>;

type Label = keyof typeof starts;

/** Measures how long a process takes from its start until it has fifty values. */
export async function measureFifty(): Promise<Measured> {
  const outcomes = await runAll();
  const times = mapStarts((label) => median(outcomes[label].map(({ tookMs }) => tookMs)));
  const rounds = mapStarts((label) => Math.max(...outcomes[label].map((each) => each.rounds)));
  const labels = Object.keys(starts) as Label[];
  const own = labels.filter((label) => label.startsWith('xcon'));
  const peers = labels.filter((label) => !label.startsWith('xcon'));
  const results = own.flatMap((label) =>
    peers.map((peer) => ({
      what: `50 values, ${label.replace('xcon, ', '')}`,
      goal: '',
      ours: `${figure(times[label], 'ms')}, ${rounds[label]} round(s)`,
      peer: `${peer} ${figure(times[peer], 'ms')}, ${rounds[peer]} round(s)`,
      ratio: times[label] / times[peer],
    })),
  );
  const bars = (values: Readonly<Record<Label, number>>): readonly Bar[] =>
    labels.map((label) => ({ label, value: values[label], note: '' }));
  return {
    results,
    charts: [
      {
        file: 'fifty-values.svg',
        title: `From the start of a process to 50 values, ${latencyMs} ms a request (ms; shorter is better)`,
        bars: bars(times),
      },
      {
        file: 'rounds.svg',
        title: 'Rounds of requests until 50 values are there (fewer is better)',
        bars: bars(rounds),
      },
    ],
  };
}

/** Each once in each repetition; the first, which fills tables and file caches, does not count. */
async function runAll(): Promise<Readonly<Record<Label, readonly ColdOutcome[]>>> {
  const aws = await startLocalAwsProcess({ seed, latencyMs });
  const outcomes = mapStarts((): ColdOutcome[] => []);
  for (let repetition = -1; repetition < repetitions; repetition += 1) {
    for (const [label, start] of Object.entries(starts) as [Label, ColdStart][]) {
      const outcome = await coldStart(aws, start);
      if (outcome.found !== 50) throw new Error(`${label}: ${outcome.found} of 50 names were found.`);
      if (repetition >= 0) outcomes[label].push(outcome);
    }
  }
  await aws.stop();
  return outcomes;
}

function mapStarts<T>(give: (label: Label) => T): Record<Label, T> {
  return Object.fromEntries((Object.keys(starts) as Label[]).map((label) => [label, give(label)])) as Record<Label, T>;
}
