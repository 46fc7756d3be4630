import { startLocalAwsProcess } from '../local-aws-client';
import { coldStart, type ColdOutcome } from './cold-start';
import { counted, type Measured, type Result } from './result';
import { cacheTables, cacheVariables, latencyMs, orders, seed } from './world';

const ways = ['load', 'parallel', 'loop'] as const;
type Way = (typeof ways)[number];
type Table = keyof typeof cacheVariables;

/** What a cold start may take; a loop waits for each secret of its own. */
interface Limit {
  readonly rounds: number;
  /** Requests in all, those that it does not take to answer included. */
  readonly requests?: number;
}

const secrets = 10;
const limits: Readonly<Record<Table, Readonly<Record<Way, Limit>>>> = {
  none: { load: { rounds: 2, requests: 7 }, parallel: { rounds: 2, requests: 7 }, loop: { rounds: 1 + secrets } },
  plain: inAnyWay({ rounds: 1, requests: 1 }),
  sealed: inAnyWay({ rounds: 1, requests: 1 }),
  reference: { load: { rounds: 2 }, parallel: { rounds: 2 }, loop: { rounds: 1 + secrets } },
  empty: { load: { rounds: 4 }, parallel: { rounds: 4 }, loop: { rounds: 3 + secrets } },
};
const labels: Readonly<Record<Table, string>> = {
  none: 'no cache table',
  plain: 'filled cache table, plain secrets',
  sealed: 'filled cache table, sealed secrets',
  reference: 'filled cache table, secrets by reference',
  empty: 'empty cache table',
};

/** Counts the rounds and requests of cold starts. */
export async function measureRounds(): Promise<Measured> {
  const aws = await startLocalAwsProcess({ seed, latencyMs });
  const start = (table: Table, ...args: readonly string[]): Promise<ColdOutcome> =>
    coldStart(aws, { program: 'cold-xcon-process', args, env: { ...orders, ...cacheVariables[table] } });
  const results: Result[] = [];
  for (const table of ['plain', 'sealed', 'reference'] as const) await start(table, 'load', 'fifty', 'listing');
  for (const [table, byWay] of Object.entries(limits) as [Table, Readonly<Record<Way, Limit>>][]) {
    for (const way of ways) {
      if (table === 'empty') await aws.reset(cacheTables.empty);
      results.push(
        judge(`50 names, ${labels[table]}, ${way}`, await start(table, way, 'fifty', 'listing'), 50, byWay[way]),
      );
    }
  }
  const named = await start('none', 'load', 'crowded', 'names');
  const listed = await start('none', 'load', 'crowded', 'listing');
  const peer = await coldStart(aws, { program: 'cold-powertools-process', args: ['crowded'] });
  const crowded = "20 of 400 parameters, strategy: 'names'";
  results.push(
    beside(judge(crowded, named, 20, { rounds: 2 }), 'listing', named, listed),
    beside(judge(crowded, named, 20), 'Powertools, by name', named, peer),
  );
  await aws.stop();
  return { results };
}

function inAnyWay(limit: Limit): Readonly<Record<Way, Limit>> {
  return { load: limit, parallel: limit, loop: limit };
}

function judge(what: string, outcome: ColdOutcome, names: number, limit?: Limit): Result {
  if (outcome.found !== names) throw new Error(`${what}: ${outcome.found} of ${names} names were found.`);
  const ours = describe(outcome);
  if (limit === undefined) return { what, goal: '', ours, peer: '' };
  const { rounds, requests = Infinity } = limit;
  const goal = `<= ${counted(rounds, 'round')}${requests === Infinity ? '' : `, ${counted(requests, 'request')}`}`;
  const met = outcome.rounds <= rounds && outcome.requests + outcome.others <= requests;
  return { what, goal, ours, peer: '', met };
}

function beside(result: Result, name: string, ours: ColdOutcome, theirs: ColdOutcome): Result {
  return { ...result, peer: `${name}: ${describe(theirs)}`, ratio: ours.rounds / theirs.rounds };
}

function describe({ rounds, requests, others }: ColdOutcome): string {
  const beside = others === 0 ? '' : `, ${counted(others, 'other')}`;
  return `${counted(rounds, 'round')}, ${counted(requests, 'request')}${beside}`;
}
