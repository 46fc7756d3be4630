import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { runChild } from './child';
import { figure, median, type Measured, type Result } from './result';

const rounds = 31;
/** What node-config may be beaten by, milliseconds. */
const allowanceMs = 5;

/** What every program does besides: it prints how much time processors have spent on it, microseconds. */
const epilogue = `process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  process.stdout.write(String(user + system));
});`;

/** Programs that load one thing and end. */
const programs = {
  'bare.mjs': '',
  'bare.cjs': '',
  'xcon.mjs': `import 'xcon';`,
  'xcon.cjs': `require('xcon');`,
  'core.mjs': `import 'xcon/core';`,
  'node-config.mjs': `import 'config';`,
  'node-config.cjs': `require('config');`,
  'convict.mjs': `import 'convict';`,
  'convict.cjs': `require('convict');`,
  'nconf.mjs': `import 'nconf';`,
  'nconf.cjs': `require('nconf');`,
  'Powertools.mjs': `import '@aws-lambda-powertools/parameters/ssm';`,
  'Powertools.cjs': `require('@aws-lambda-powertools/parameters/ssm');`,
} as const;

type Program = keyof typeof programs;

/** ES modules and CommonJS. */
const kinds = ['mjs', 'cjs'] as const;
type Kind = (typeof kinds)[number];
const labels = { mjs: `import 'xcon'`, cjs: `require('xcon')` } as const;

/** Milliseconds. */
interface Cost {
  readonly wallMs: number;
  /** What processors have spent, waiting left out: a busy machine changes it less. */
  readonly cpuMs: number;
}

/** What programs cost over a bare Node. */
type Costs = Readonly<Record<Program, Cost>>;

/** Measures what loading costs, as whole processes, and what is loaded. */
export async function measureImport(): Promise<Measured> {
  for (const [name, code] of Object.entries(programs)) writeFileSync(join(__dirname, name), `${code}\n${epilogue}\n`);
  const costs = await timePrograms();
  const results = [
    ...kinds.flatMap((kind) => compareAll(kind, costs)),
    ...kinds.map((kind) => compareCpu(kind, costs)),
    { what: `import 'xcon/core', over bare Node`, goal: '', ours: figure(costs['core.mjs'].wallMs, 'ms'), peer: '' },
    await loadedModules(),
  ];
  return { results };
}

/** Starts every program once in each round, in an order that moves on. */
async function timePrograms(): Promise<Costs> {
  const names = Object.keys(programs) as Program[];
  const times = Object.fromEntries(names.map((name) => [name, [] as Cost[]])) as Record<Program, Cost[]>;
  for (const name of names) await timeOf(name);
  for (let round = 0; round < rounds; round += 1) {
    for (let index = 0; index < names.length; index += 1) {
      const name = names[(index + round) % names.length] ?? 'bare.mjs';
      times[name].push(await timeOf(name));
    }
  }
  const overBare = (name: Program, key: keyof Cost): number => {
    const bare = name.endsWith('.mjs') ? 'bare.mjs' : 'bare.cjs';
    return median(times[name].map((each) => each[key])) - median(times[bare].map((each) => each[key]));
  };
  const costs = names.map((name) => [name, { wallMs: overBare(name, 'wallMs'), cpuMs: overBare(name, 'cpuMs') }]);
  return Object.fromEntries(costs) as Costs;
}

async function timeOf(program: string): Promise<Cost> {
  const env = { ...process.env, NODE_CONFIG_DIR: join(__dirname, '../goals/config') };
  const began = performance.now();
  const child = spawn(process.execPath, [join(__dirname, program)], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const wallMs = performance.now() - began;
  if (child.exitCode !== 0) throw new Error(`${program} ended with ${child.exitCode ?? 'a signal'}.`);
  return { wallMs, cpuMs: Number(printed) / 1000 };
}

function compareAll(kind: Kind, costs: Costs): readonly Result[] {
  const ours = costs[`xcon.${kind}`].wallMs;
  return (['node-config', 'convict', 'nconf', 'Powertools'] as const).map((name) => {
    const theirs = costs[`${name}.${kind}`].wallMs;
    return {
      what: `${labels[kind]}, over bare Node`,
      goal: name === 'node-config' ? `<= node-config + ${allowanceMs} ms` : '',
      ours: figure(ours, 'ms'),
      peer: `${name}: ${figure(theirs, 'ms')}`,
      ratio: ours / theirs,
      ...(name === 'node-config' && { met: ours <= theirs + allowanceMs }),
    };
  });
}

function compareCpu(kind: Kind, costs: Costs): Result {
  const [ours, theirs] = [costs[`xcon.${kind}`].cpuMs, costs[`node-config.${kind}`].cpuMs];
  const peer = `node-config: ${figure(theirs, 'ms')}`;
  return {
    what: `${labels[kind]}, processor time`,
    goal: `<= node-config + ${allowanceMs} ms`,
    ours: figure(ours, 'ms'),
    peer,
    ratio: ours / theirs,
    met: ours <= theirs + allowanceMs,
  };
}

/** Looks at which packages and modules of Node's an import has loaded that only lookups need. */
async function loadedModules(): Promise<Result> {
  const { packages, builtins } = await runChild<{ readonly packages: string[]; readonly builtins: string[] }>(
    'loaded-process',
  );
  const unwanted = [
    ...packages.filter((name) => /^@(aws|smithy)|^pino$/.test(name)),
    ...builtins.filter((name) => /^(http|https|http2|net|tls)$/.test(name)),
  ];
  const others = packages.filter((name) => name !== 'xcon');
  return {
    what: 'SDK clients, pino, HTTP modules loaded by import',
    goal: 'none',
    ours: unwanted.length === 0 ? 'none' : unwanted.join(', '),
    peer: `(packages: ${others.join(', ') || 'none'})`,
    met: unwanted.length === 0,
  };
}
