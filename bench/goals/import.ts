import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child';
import { figure, median, type Measured, type Result } from './result';

const rounds = 31;
/** What node-config may be beaten by, milliseconds. */
const allowanceMs = 5;

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

/** Milliseconds over a bare Node. */
type Costs = Readonly<Record<Program, number>>;

/** Measures what loading costs, as whole processes, and what is loaded. */
export async function measureImport(): Promise<Measured> {
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(__dirname, name), text);
  const costs = await timePrograms();
  const results = [
    ...(['mjs', 'cjs'] as const).flatMap((kind) => compareAll(kind, costs)),
    { what: `import 'xcon/core'`, goal: '', ours: figure(costs['core.mjs'], 'ms'), peer: '' },
    await loadedModules(),
  ];
  return { results };
}

/** Starts every program once in each round, in an order that moves on. */
async function timePrograms(): Promise<Costs> {
  const names = Object.keys(programs) as Program[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Program, number[]>;
  for (const name of names) await timeOf(name);
  for (let round = 0; round < rounds; round += 1) {
    for (let index = 0; index < names.length; index += 1) {
      const name = names[(index + round) % names.length] ?? 'bare.mjs';
      times[name].push(await timeOf(name));
    }
  }
  const cost = (name: Program): number =>
    median(times[name]) - median(times[name.endsWith('.mjs') ? 'bare.mjs' : 'bare.cjs']);
  return Object.fromEntries(names.map((name) => [name, cost(name)])) as Costs;
}

async function timeOf(program: string): Promise<number> {
  const env = { ...process.env, NODE_CONFIG_DIR: join(__dirname, '../goals/config') };
  const began = performance.now();
  const child = spawn(process.execPath, [join(__dirname, program)], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  const took = performance.now() - began;
  if (code !== 0) throw new Error(`${program} ended with ${code ?? 'a signal'}.`);
  return took;
}

function compareAll(kind: 'mjs' | 'cjs', costs: Costs): readonly Result[] {
  const what = kind === 'mjs' ? `import 'xcon', over bare Node` : `require('xcon'), over bare Node`;
  const ours = costs[`xcon.${kind}`];
  return (['node-config', 'convict', 'nconf', 'Powertools'] as const).map((name) => {
    const theirs = costs[`${name}.${kind}`];
    return {
      what,
      goal: name === 'node-config' ? `<= node-config + ${allowanceMs} ms` : '',
      ours: figure(ours, 'ms'),
      peer: `${name}: ${figure(theirs, 'ms')}`,
      ratio: ours / theirs,
      ...(name === 'node-config' && { met: ours <= theirs + allowanceMs }),
    };
  });
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
