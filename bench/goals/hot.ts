import { join } from 'node:path';
import { startLocalAwsProcess } from '../local-aws-client';
import { runChild } from './child';
import { type LoopTimes } from './loops';
import { figure, median, type Measured, type Result } from './result';

const processes = 3;
const kinds = ['outside', 'inside', 'methods', 'cached', 'telemetry', 'powertools', 'reads'] as const;
const cases = ['plain', 'missing name', 'environment variable', 'name of the fourth directory', 'override'];

const seed = {
  ssm: {
    '/orders/prod/db_host': 'db.internal',
    '/orders/prod/db_pool_size': '20',
    '/orders/prod/feature_x': 'yes',
    '/orders/prod/flags': '{"newCheckout":true}',
    '/global/all/fourth': 'far away',
  },
};
const service = { APP_NAME: 'orders', APP_ENV: 'prod', FROM_ENV: 'yes' };
const uncached = { XCON_DISABLE_DEFAULT_CACHER: 'true' };

type Medians = Readonly<Record<(typeof kinds)[number], Readonly<Record<string, number>>>>;

/** Measures reads of what is in memory. */
export async function measureHot(): Promise<Measured> {
  const aws = await startLocalAwsProcess({ seed });
  const all: Record<(typeof kinds)[number], LoopTimes[]> = {
    outside: [],
    inside: [],
    methods: [],
    cached: [],
    telemetry: [],
    powertools: [],
    reads: [],
  };
  const env = { ...aws.environment, ...service, NODE_CONFIG_DIR: join(__dirname, '../goals/config') };
  for (let round = 0; round < processes; round += 1) {
    for (const kind of kinds) {
      const childEnv = kind === 'cached' ? env : { ...env, ...uncached };
      all[kind].push(await runChild<LoopTimes>('hot-process', { args: [kind], env: childEnv }));
    }
  }
  await aws.stop();
  const medians: Medians = {
    outside: mediansOf(all.outside),
    inside: mediansOf(all.inside),
    methods: mediansOf(all.methods),
    cached: mediansOf(all.cached),
    telemetry: mediansOf(all.telemetry),
    powertools: mediansOf(all.powertools),
    reads: mediansOf(all.reads),
  };
  const results = [
    ...cases.flatMap((name) => [overFloor(name, medians.outside), overPowertools(name, medians)]),
    ...cases.map((name) => overFloor(`${name}, in three nested run()s`, medians.inside, name)),
    ...ofMethods('without a cache table', medians.methods),
    ...ofMethods('with a cache table', medians.cached),
    ...withTelemetry(medians),
    ...synchronous(medians.reads),
    ...remarks(medians),
  ];
  return { results };
}

/** Compares every method with what each lookup costs at least. */
function ofMethods(where: string, times: Readonly<Record<string, number>>): readonly Result[] {
  return Object.keys(times)
    .filter((name) => name !== 'floor')
    .map((name) => {
      const most = name === 'get' ? 2 : 3;
      return compare(`${name}, ${where}`, `<= ${most} x floor`, of(times, name), ['floor', of(times, 'floor')], most);
    });
}

function overFloor(what: string, times: Readonly<Record<string, number>>, name = what): Result {
  return compare(`get: ${what}`, '<= 2 x floor', of(times, name), ['floor', of(times, 'floor')], 2);
}

function overPowertools(name: string, { outside }: Medians): Result {
  const peer = ['Powertools', of(outside, 'powertools')] as const;
  return compare(`get: ${name}`, '<= 0.9 x Powertools', of(outside, name), peer, 0.9);
}

/** Where metrics are on; and where they were, and are off. */
function withTelemetry({ outside, telemetry }: Medians): readonly Result[] {
  const without = ['without', of(telemetry, 'plain')] as const;
  return [
    compare('get: plain, with metrics', '<= 2 x without', of(telemetry, 'metrics'), without, 2),
    compare('get: plain, metrics closed', '', of(telemetry, 'plain'), ['never a subscriber', of(outside, 'plain')]),
  ];
}

function synchronous(reads: Readonly<Record<string, number>>): readonly Result[] {
  const peer = (name: string): readonly [string, number] => [name, of(reads, name)];
  const what = 'snapshot.get';
  const ours = of(reads, 'snapshot');
  return [
    compare(what, '<= 0.5 x node-config', ours, peer('node-config'), 0.5),
    compare(what, '', ours, peer('convict')),
    compare(what, '', ours, peer('nconf')),
  ];
}

/** What has no goal, and should be known all the same. */
function remarks({ outside, powertools }: Medians): readonly Result[] {
  const look = of(outside, 'turn with a lookup') - of(outside, 'turn with the floor');
  const alone = ['Powertools alone', of(powertools, 'powertools')] as const;
  return [
    compare('the floor, beside lookups', '', of(outside, 'floor'), ['floor alone', of(powertools, 'floor')]),
    compare('get: plain', '', of(outside, 'plain'), alone),
    { what: 'first get of a turn, over the floor', goal: '', ours: figure(look, 'ns'), peer: '' },
  ];
}

function compare(
  what: string,
  goal: string,
  ours: number,
  [name, theirs]: readonly [string, number],
  most?: number,
): Result {
  const ratio = ours / theirs;
  return {
    what,
    goal,
    ours: figure(ours, 'ns'),
    peer: `${name}: ${figure(theirs, 'ns')}`,
    ratio,
    ...(most !== undefined && { met: ratio <= most }),
  };
}

function mediansOf(runs: readonly LoopTimes[]): Readonly<Record<string, number>> {
  const names = Object.keys(runs[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(runs.flatMap((run) => run[name] ?? []))]));
}

function of(times: Readonly<Record<string, number>>, name: string): number {
  return times[name] ?? Number.NaN;
}
